"""The words that forms of every line use, from ``schemas/reading.yaml``, folded for comparison."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from keiyu.contract.source import read_yaml
from keiyu.read import fold


@dataclass(frozen=True, eq=False)
class Words:
    """Folded words.

    Attributes:
        totals: name a row that adds up the others.
        subtotals: name a row that adds up some of the others.
        counted_again: beginnings of rows of figures alone that count what is counted above, or elsewhere.
        remarks: beginnings of remarks under a table.
        nil: say that there is nothing to report.
        repeats: stand for the text above.
        blank: what a legend calls a blank cell.
        crossed_out: what a legend calls a cell with a line through it, as written.
        counters: in titles, in sums and under lists, as written.
        titles: endings of titles of sections, as written, the longest first.
        serials: headers of columns that only number the rows.
        units: unit of a field → counters that may follow its figures.
        booleans: text → yes or no.
    """

    totals: frozenset[str]
    subtotals: frozenset[str]
    counted_again: tuple[str, ...]
    remarks: tuple[str, ...]
    nil: frozenset[str]
    repeats: frozenset[str]
    blank: frozenset[str]
    crossed_out: frozenset[str]
    counters: tuple[str, ...]
    titles: tuple[str, ...]
    serials: frozenset[str]
    units: Mapping[str, tuple[str, ...]]
    booleans: Mapping[str, bool]


@cache
def load(schemas: Path) -> Words:
    """Load the words.

    Args:
        schemas: the ``schemas/`` folder.

    Returns:
        The words, folded.

    Raises:
        ContractError: the file is missing or breaks its JSON Schema.
    """
    raw: Mapping[str, Any] = read_yaml(schemas / "reading.yaml", schemas / "schema" / "reading.json")
    return Words(
        totals=frozenset(map(fold.label, raw["totals"])),
        subtotals=frozenset(map(fold.label, raw["subtotals"])),
        counted_again=tuple(map(fold.label, raw["counted_again"])),
        remarks=tuple(map(fold.label, raw["remarks"])),
        nil=frozenset(map(fold.label, raw["nil"])),
        repeats=frozenset(map(fold.label, raw["repeats"])),
        blank=frozenset(map(fold.joined, raw["blank"])),
        crossed_out=frozenset(raw["crossed_out"]),
        counters=tuple(raw["counters"]),
        titles=tuple(sorted(raw["titles"], key=len, reverse=True)),
        serials=frozenset(map(fold.label, raw["serials"])),
        units={unit: tuple(counters) for unit, counters in raw["units"].items()},
        booleans={fold.label(w): said for key, said in (("yes", True), ("no", False)) for w in raw[key]},
    )
