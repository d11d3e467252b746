"""Tables whose header does not say what a figure is: several rows for one record, months beside each other.

Two rows under one name (places, and below them vacancies) are not two records of the same thing, and the figures of
April and May under one age are not one month's. Which is which a person says; none of them is used.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from keiyu.read import fold
from keiyu.read.general.body import Body
from keiyu.read.general.mapping import Mapped, Understanding
from keiyu.read.grid import Cell
from keiyu.read.kinds import kind_of
from keiyu.read.values import raw

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_LOOKED_AT: Final = 200
_SHARE: Final = 0.5
_FEWEST: Final = 2
_NAMELESS: Final = ("rest", "remark")
_NAME: Final = "name"
_TELLS: Final = ("facility_id", "shelter_id", "address", "phone")
"""Fields of which two records of one name differ in one at least."""
_MEASURED: Final = "OBS_VALUE"
"""Concept (SDMX) of figures that are of a day."""
_DAY: Final = re.compile(r"(?<![\d年])(1[0-2]|[1-9])月\d{1,2}日")
_MONTH: Final = re.compile(r"(?:(?:令和|平成|[RH])?\d{1,4}年)?(?<!\d)(1[0-2]|[1-9])月(?:1日|入所|入園|分|時点|現在)*")


def doubted(
    found: "Found", line: "LineWords", understanding: Understanding, body: Body, as_of: dt.date | None
) -> Understanding:
    """Leave to a person the figures of which a header does not say whose or when they are.

    Args:
        found: the table.
        line: the words by which it was understood.
        understanding: its columns.
        body: its rows.
        as_of: the date to which it refers.
    """
    memory = understanding.memory
    figures = {n: at for n, at in understanding.fields.items() if kind_of(line.fields[n]).figure}
    if not figures or (memory is not None and memory.exact):
        return understanding
    why = dict.fromkeys(_of_months(found, list(figures.values())), "months")
    measured = [at for name, at in figures.items() if line.fields[name].concept == _MEASURED]
    why |= dict.fromkeys((at for at in measured if as_of and _is_of_another_day(found.over(at), as_of)), "day")
    if _is_doubled(found, understanding.fields, list(figures.values()), body):
        why |= dict.fromkeys(figures.values(), "rows")
    if not why:
        return understanding
    columns = tuple(_left(m, why.get(m.index)) for m in understanding.columns)
    return replace(understanding, columns=columns)


def _left(mapped: Mapped, why: str | None) -> Mapped:
    return mapped if why is None else replace(mapped, field=None, review=True, why=why, part=None)


def _of_months(found: "Found", figures: Sequence[int]) -> Iterator[int]:
    """Yield the columns of months of which a header is that of another column but for the month."""
    months: dict[str, set[str]] = {}
    texts = [fold.joined("_".join(level.text for level in column)) for column in found.header.levels]
    for text in texts:
        for month in set(_MONTH.findall(text)):
            months.setdefault(_MONTH.sub("", text), set()).add(month)
    beside = {month for several in months.values() if len(several) > 1 for month in several}
    yield from (at for at in figures if beside.intersection(_MONTH.findall(texts[at])))


def _is_of_another_day(text: str, as_of: dt.date) -> bool:
    """Return whether a header says a day without a year that is in another month than the table's."""
    months = {int(month) for month in _DAY.findall(fold.joined(text))}
    return bool(months) and as_of.month not in months


def _is_doubled(found: "Found", fields: dict[str, int], figures: Sequence[int], body: Body) -> bool:
    """Return whether most records of a table have several rows."""
    if _NAME not in fields:
        return False
    records = [int(row) for row in body.records[:_LOOKED_AT]]
    start = records[0] if records else 0
    rows = found.grid.rows[start : records[-1] + 2] if records else []
    told = [fields[name] for name in (_NAME, *_TELLS) if name in fields]
    keys = [tuple(_text(rows[row - start], at) for at in told) for row in records]
    groups = [len(list(same)) for _, same in groupby(_filled(keys))]
    several = sum(n > 1 for n in groups)
    if several >= max(_FEWEST, _SHARE * len(groups)):
        return True
    below = [rows[n - start] for row in records if body.aside.get(n := row + 1) in _NAMELESS and n - start < len(rows)]
    following = sum(_goes_on(row, fields[_NAME], figures) for row in below)
    return following >= max(_FEWEST, _SHARE * len(records))


def _filled(keys: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield keys with blanks filled from the row above, where the name is blank."""
    before: tuple[str, ...] = ()
    for key in keys:
        before = tuple(map(_either, key, before)) if before and key[0] in ("", before[0]) else key
        yield before


def _either(own: str, above: str) -> str:
    return own or above


def _goes_on(row: Sequence[Cell], name: int, figures: Sequence[int]) -> bool:
    """Return whether figures stand in a row under a record that have no name beside them."""
    filled = sum(_text(row, at) != "" for at in figures)
    return _text(row, name) == "" and filled >= max(_SHARE * len(figures), 1)


def _text(row: Sequence[Cell], at: int) -> str:
    return fold.joined(raw(row[at])) if at < len(row) else ""
