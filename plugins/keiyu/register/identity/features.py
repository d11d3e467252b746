"""What of a row is compared: name, reading, place, phone and numbers, folded so that spelling does not matter."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

import pyarrow as pa

from keiyu.read import fold
from keiyu.read.kinds import fold_address, fold_name
from keiyu.register.identity.policy import Policy, Rules

ID: Final = "unique_id"
ROLES: Final = (
    "block",
    "number",
    "name",
    "kana",
    "kind",
    "ownership",
    "municipality",
    "address",
    "phone",
    "operator",
    "corporate",
)
"""What a field may be to a comparison; ``schemas/schema/identity.json`` describes them."""

_NUMBERS: Final = re.compile(r"\d+(?:-\d+)*(?![\d条線区])", re.ASCII)
_ORDINAL: Final = re.compile(r"第([一二三四五六七八九十]|\d+)|(?<!\d)(\d{1,2})$")
_DIGITS: Final = dict(zip("一二三四五六七八九十", map(str, range(1, 11)), strict=True))
_PHONE: Final = re.compile(r"[\d()][\d() -]{4,}\d", re.ASCII)
_NOT_DIGITS: Final = re.compile(r"\D")
_LINE: Final = 6
_DISTRICT: Final = r"(?:[^\d市区町村]{1,6}郡)?"


@dataclass(frozen=True, slots=True)
class Features:
    """What of one row is compared; none where the row does not say.

    Attributes:
        block: area within which rows are compared.
        name: folded name.
        core: the name without the words that only say the kind or whose it is.
        stem: the core without what sets it apart from siblings (第二, 分園).
        ordinal: that; empty where there is nothing.
        kana: folded reading.
        aspect: kind of facility or part of a centre, where that is certain.
        owner: ``public`` or ``private``, from the ownership or the kind.
        town: town of the address, without prefecture, municipality and ward.
        lot: town and first two numbers.
        site: town and all numbers.
        line: last six digits of the phone number, which are there with and without an area code.
        operator: folded name of the operator.
        corporate: corporate number of the operator.
        number: facility number, where it is more than the number of the row.
    """

    block: str
    name: str | None
    core: str | None
    stem: str | None
    ordinal: str | None
    kana: str | None
    aspect: str | None
    owner: str | None
    town: str | None
    lot: str | None
    site: str | None
    line: str | None
    operator: str | None
    corporate: str | None
    number: str | None


NAMES: Final = tuple(f.name for f in fields(Features))


def of(rows: pa.Table, policy: Policy, dates: Collection[dt.date]) -> list[Features]:
    """Return the features of every row, in order.

    Args:
        rows: rows with some of the fields that the policy names; a missing one counts as unsaid.
        policy: which fields, and the words to leave out.
        dates: days whose names of municipalities and wards may stand before an address.
    """
    records = list(_records(rows, policy))
    running = _running(records)
    places = {block: _places(block, policy, frozenset(dates)) for block in {r["block"] for r in records}}
    return [_features(record, policy, running, places[record["block"]]) for record in records]


def frame(features: Sequence[Features], rows: Iterable[int]) -> pa.Table:
    """Return the features of some rows as a table, with the row's index for an id."""
    wanted = list(rows)
    columns = {name: pa.array([getattr(features[i], name) for i in wanted], pa.string()) for name in NAMES}
    return pa.table({ID: pa.array(map(str, wanted), pa.string()), **columns})


def _records(rows: pa.Table, policy: Policy) -> Iterator[Mapping[str, str]]:
    """Yield role → text of each row; a role that the rows lack is empty."""
    held = {role: field for role, field in policy.fields.items() if field in rows.column_names}
    columns = {role: rows[held[role]].to_pylist() if role in held else [None] * rows.num_rows for role in ROLES}
    for i in range(rows.num_rows):
        yield {role: "" if values[i] is None else str(values[i]).strip() for role, values in columns.items()}


def _running(records: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the blocks whose numbers merely count the rows (1, 2, 3 …): they say nothing of identity."""
    numbers: dict[str, list[str]] = {}
    for record in records:
        if record["number"]:
            numbers.setdefault(record["block"], []).append(record["number"])
    return frozenset(block for block, texts in numbers.items() if _counts(texts))


def _counts(texts: Sequence[str]) -> bool:
    if not all(text.isascii() and text.isdigit() for text in texts):
        return False
    values = set(map(int, texts))
    unbroken = len(values) == len(texts) and max(values) - min(values) == len(values) - 1
    return unbroken and (len(values) > 1 or max(values) <= 1)


def _features(record: Mapping[str, str], policy: Policy, running: frozenset[str], places: re.Pattern[str]) -> Features:
    lexicon = policy.lexicon
    name = fold_name(record["name"], lexicon)
    core = _core(name, policy)
    stem, ordinal = _stem(core, policy)
    town, numbers = _address(record, places)
    return Features(
        block=record["block"],
        name=name or None,
        core=core or None,
        stem=stem or None,
        ordinal=ordinal if core else None,
        kana=fold_name(record["kana"], lexicon) or None,
        aspect=_first(policy.parts, name) or _first(policy.aspects, f"{fold.label(record['kind'])}|{name}"),
        owner=_first(policy.owners, fold.label(record["ownership"]))
        or _first(policy.owners, fold.label(record["kind"])),
        town=town or None,
        lot=town + "-".join(numbers.split("-")[:2]) if numbers else None,
        site=town + numbers if numbers else None,
        line=_phone(record["phone"]),
        operator=fold_name(record["operator"], lexicon) or None,
        corporate=record["corporate"] or None,
        number=record["number"] or None if record["block"] not in running else None,
    )


def _core(name: str, policy: Policy) -> str:
    """Leave out the words that only say the kind or whose it is; a name made of nothing else stays whole."""
    return policy.kinds.sub("", policy.founders.sub("", name)) or name


def _stem(core: str, policy: Policy) -> tuple[str, str]:
    """Split a core into its stem and what sets it apart from siblings: 第二, 分園."""
    marks = [word for word in policy.branches if word in core]
    for word in marks:
        core = core.replace(word, "")
    found = _ORDINAL.search(core)
    if found is not None:
        number = found[1] or found[2]
        marks.append(_DIGITS.get(number, number))
        core = core[: found.start()] + core[found.end() :]
    return core, " ".join(marks)


def _first(rules: Rules, text: str) -> str | None:
    """Return what the first rule says of which the text has a word."""
    return next((said for words, said in rules if words.search(text)), None) if text else None


def _address(record: Mapping[str, str], places: re.Pattern[str]) -> tuple[str, str]:
    """Split an address into town and numbers; what follows its first numbers is a building or a second lot."""
    folded = fold_address(record["address"])
    own = fold_address(record["municipality"])
    text = places.sub("", folded.removeprefix(own) if own else folded, count=1)
    found = _NUMBERS.search(text)
    return (text[: found.start()].strip("-,"), found[0]) if found else (text, "")


@lru_cache(maxsize=4096)
def _places(block: str, policy: Policy, dates: frozenset[dt.date]) -> re.Pattern[str]:
    """Return what may stand before the town: the municipality's names on some dates, and its wards'."""
    bodies = [area for at in dates if (area := policy.areas.get(block, at))]
    wards = [ward for at in dates for body in bodies for ward in policy.areas.wards(body.code, at)]
    names = {body.name for body in bodies}
    bare = {ward.name.removeprefix(body.name) for ward in wards for body in bodies}
    return re.compile(f"^{_DISTRICT}{_optional(names)}{_optional(bare)}" if names else "^$")


def _optional(names: Collection[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, map(fold_address, names))))})?" if names else ""


def _phone(text: str) -> str | None:
    found = _PHONE.search(fold.value(text))
    digits = _NOT_DIGITS.sub("", found[0]) if found else ""
    return digits[-_LINE:] if len(digits) >= _LINE else None
