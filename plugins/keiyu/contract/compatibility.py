"""What a new version of a contract breaks for those who read or fill in the old one.

A breaking change needs a new major version (semantic versioning); the release pages and the readers of
the published tables rely on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from keiyu.contract.model import Code, Contract, Field
from keiyu.errors import ConfigurationError

Kind = Literal[
    "table_removed",
    "field_removed",
    "type_changed",
    "unit_changed",
    "key_changed",
    "required_added",
    "range_tightened",
    "form_changed",
    "code_removed",
]


@dataclass(eq=False)
class BreakingChangeError(ConfigurationError):
    """A contract breaks its former version without a new major version."""

    line: str
    old: str
    new: str
    changes: str

    code: ClassVar[str] = "KEIYU-210"
    ja: ClassVar[str] = (
        "報告ライン {line} の契約は {old} から {new} で互換性を失います（{changes}）。メジャー版を上げてください。"
    )
    en: ClassVar[str] = (
        "The contract of {line} breaks compatibility from {old} to {new} ({changes}); raise its major version."
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One breaking change.

    Attributes:
        kind: what was done.
        place: ``table``, ``table.field`` or ``codelist.code``.
        old: what stood there.
        new: what stands there now, or nothing.
    """

    kind: Kind
    place: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Return the change in one line."""
        told = f": {self.old} → {self.new}" if self.old or self.new else ""
        return f"{self.kind} {self.place}{told}"


def breaking(old: Contract, new: Contract) -> list[Change]:
    """List what a new contract breaks.

    A renamed field is a removed one: whoever reads the old name finds it no more. Added tables, added
    optional fields and added codes break nothing.

    Args:
        old: the former contract.
        new: the contract that would replace it.
    """
    return [*_tables(old, new), *_codes(old.codelists, new.codelists), *_dimension_codes(old, new)]


def require_major(old: Contract, new: Contract) -> None:
    """Refuse a new contract that breaks the old one without saying so.

    Args:
        old: the former contract.
        new: the contract that would replace it.

    Raises:
        BreakingChangeError: there are breaking changes and the major version has not risen.
    """
    changes = breaking(old, new)
    if changes and _major(new) <= _major(old):
        raise BreakingChangeError(old.line, old.version, new.version, "; ".join(str(c) for c in changes))


def _major(contract: Contract) -> int:
    return int(contract.version.split(".")[0])


def _columns(contract: Contract) -> dict[str, dict[str, Field]]:
    """Return the columns of every table, core and national."""
    core = {t.name: dict(t.by_name) for t in contract.tables}
    return core | {f"national.{t.name}": {f.name: f for f in t.fields} for t in contract.national}


def _tables(old: Contract, new: Contract) -> Iterator[Change]:
    now = _columns(new)
    for table, before in _columns(old).items():
        if table not in now:
            yield Change("table_removed", table)
            continue
        after = now[table]
        for name, field in before.items():
            if name not in after:
                yield Change("field_removed", f"{table}.{name}")
            else:
                yield from _field(f"{table}.{name}", field, after[name])
        added = (f for name, f in after.items() if name not in before and f.required)
        yield from (Change("required_added", f"{table}.{f.name}") for f in added)


def _field(place: str, old: Field, new: Field) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type_changed", place, old.type, new.type)
    if old.unit != new.unit:
        yield Change("unit_changed", place, str(old.unit), str(new.unit))
    if old.key != new.key:
        yield Change("key_changed", place, str(old.key), str(new.key))
    if new.required and not old.required:
        yield Change("required_added", place)
    if _tighter(old.minimum, new.minimum, 1) or _tighter(old.maximum, new.maximum, -1):
        yield Change("range_tightened", place, f"{old.minimum}..{old.maximum}", f"{new.minimum}..{new.maximum}")
    if new.pattern is not None and new.pattern != old.pattern:
        yield Change("form_changed", place, str(old.pattern), new.pattern)


def _tighter(old: float | None, new: float | None, sign: int) -> bool:
    return new is not None and (old is None or sign * new > sign * old)


def _codes(old: Mapping[str, Sequence[Code]], new: Mapping[str, Sequence[Code]]) -> Iterator[Change]:
    for name, codes in old.items():
        kept = {c.code for c in new.get(name, ())}
        yield from (Change("code_removed", f"{name}.{c.code}") for c in codes if c.code not in kept)


def _dimension_codes(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield codes that a dimension no longer uses though its list still has them."""
    now = {(t.name, d.name): {c.code for c in d.codes} for t in new.tables for d in t.dimensions}
    listed = {c.code for codes in new.codelists.values() for c in codes}
    for table in old.tables:
        for dimension in table.dimensions:
            kept = now.get((table.name, dimension.name), set())
            gone = (c.code for c in dimension.codes if c.code not in kept and c.code in listed)
            yield from (Change("code_removed", f"{table.name}.{dimension.name}.{code}") for code in gone)
