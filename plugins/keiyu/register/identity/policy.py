"""How rows of a line are recognised as one facility: words, weights and thresholds, from ``identity.yaml``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

from keiyu.codes import areas as area_codes
from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError, UserError
from keiyu.read.kinds import lexicon
from keiyu.read.kinds.lexicon import Lexicon

FILE: Final = "identity.yaml"


@dataclass(eq=False)
class NothingToRecogniseError(UserError):
    """A line whose rows are no facilities to be recognised."""

    line: str

    code: ClassVar[str] = "KEIYU-158"
    ja: ClassVar[str] = "報告ライン {line} には、施設を同定する規則（identity.yaml）がありません。"
    en: ClassVar[str] = "The line {line} has no rules by which facilities are recognised (identity.yaml)."


Rules = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement of a comparison.

    Attributes:
        when: SQL over the features of both rows (suffixes ``_l`` and ``_r``); ``ELSE`` for the last.
        m: share of true pairs that agree to this degree.
        u: share of other pairs of one block that do.
        ja: what it says, in Japanese.
        en: what it says, in English.
        silent: the rows do not say enough to be compared.
    """

    when: str
    m: float
    u: float
    ja: str
    en: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared, with its levels from full agreement down."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, eq=False)
class Policy:
    """How rows of a line are recognised.

    Attributes:
        line: the line.
        register: the line whose facilities its rows are: itself, or the register to which a sheet refers.
        table: core table that describes them.
        complete: whether an edition lists every facility of its area, so that an absent one has closed.
        fields: role (``name``, ``phone`` …) → field of the table.
        described: fields whose change closes one period and opens the next.
        founders: words before a name that say whose the facility is.
        kinds: words of a name that only say the kind.
        parts: end of a name → aspect; the certain ones.
        aspects: kind or name → aspect.
        owners: ownership or kind → ``public`` or ``private``.
        branches: words that set a branch apart from its main site.
        prior: share of the pairs of a block that are true.
        blocking: SQL conditions, each of which lets a pair be compared.
        comparisons: what is compared.
        accept: weight in bits from which a pair without rival is one facility.
        margin: bits by which it must lead every rival.
        review: weight from which a pair goes on the review list.
        areas: the area table, for names before an address.
        lexicon: legal forms, which are no part of a name.
    """

    line: str
    register: str
    table: str
    complete: bool
    fields: Mapping[str, str]
    described: tuple[str, ...]
    founders: re.Pattern[str]
    kinds: re.Pattern[str]
    parts: Rules
    aspects: Rules
    owners: Rules
    branches: tuple[str, ...]
    prior: float
    blocking: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    accept: float
    margin: float
    review: float
    areas: Areas
    lexicon: Lexicon

    @cached_property
    def levels(self) -> dict[str, tuple[Level, ...]]:
        """Levels by comparison."""
        return {c.name: c.levels for c in self.comparisons}


def load(contract: Contract, schemas: Path) -> Policy | None:
    """Load a line's policy; none where the line has no facilities to recognise.

    Args:
        contract: the line.
        schemas: the ``schemas/`` folder.

    Raises:
        ContractError: the file breaks its JSON Schema or names what the contract does not have.
    """
    path = contract.folder / FILE
    return _load(path, contract, schemas) if path.is_file() else None


def required(contract: Contract, schemas: Path) -> Policy:
    """Load the policy of a line that must have one.

    Raises:
        NothingToRecogniseError: it has none.
        ContractError: the file is wrong.
    """
    policy = load(contract, schemas)
    if policy is None:
        raise NothingToRecogniseError(contract.line)
    return policy


def _load(path: Path, contract: Contract, schemas: Path) -> Policy:
    own: Mapping[str, Any] = read_yaml(path, schemas / "schema" / "identity.json")
    register = own.get("register", contract.line)
    raw = {**read_yaml(path.parents[1] / register / FILE, schemas / "schema" / "identity.json"), **own}
    if "comparisons" not in raw:
        raise ContractError(str(path), f"{register} refers to a register itself")
    table = contract.table(raw["table"])
    unknown = {*own["fields"].values(), *own.get("described", ())} - set(table.by_name)
    if unknown:
        raise ContractError(str(path), f"{table.name} has no field {', '.join(sorted(unknown))}")
    words, limits = raw["words"], raw["thresholds"]
    return Policy(
        line=contract.line,
        register=register,
        table=table.name,
        complete=raw["complete"],
        fields=raw["fields"],
        described=tuple(name for name in raw["described"] if name in table.by_name),
        founders=re.compile(f"^(?:{'|'.join(words['founders'])})"),
        kinds=_any(words["kinds"]),
        parts=_rules(words["parts"], "aspect"),
        aspects=_rules(words["aspects"], "aspect"),
        owners=_rules(words["owners"], "owner"),
        branches=tuple(words["branches"]),
        prior=raw["prior"],
        blocking=tuple(raw["blocking"]),
        comparisons=tuple(_comparison(name, levels) for name, levels in raw["comparisons"].items()),
        accept=limits["accept"],
        margin=limits["margin"],
        review=limits["review"],
        areas=area_codes.load(schemas),
        lexicon=lexicon.load(schemas),
    )


def _comparison(name: str, levels: Sequence[Mapping[str, Any]]) -> Comparison:
    silent = {"m": 1.0, "u": 1.0, "silent": True}
    return Comparison(name, tuple(Level(**(item if "m" in item else {**item, **silent})) for item in levels))


def _any(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of words, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


def _rules(rules: Sequence[Mapping[str, Any]], key: str) -> Rules:
    return tuple((_any(rule["words"]), rule[key]) for rule in rules)
