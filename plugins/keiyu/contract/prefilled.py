"""Prefilled figures (前記入): marked in the form, told of on a sheet of their own, and never taken unconfirmed.

A form with prefilled figures bears ``UNCONFIRMED`` in a cell; whoever fills it in puts ``CONFIRMED`` there. Reading
returns a file in which that was not done.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from keiyu.contract.model import Contract, Table
from keiyu.contract.source import read_yaml

UNCONFIRMED: Final = "前記入・未確認"
CONFIRMED: Final = "前記入・確認済"
CELL: Final = "B2"
SHEET: Final = "前記入"
LIST_CELL: Final = "G2"
"""Where a form without a matrix asks for the confirmation: on the sheet that tells what was filled in."""
HEADER: Final = ("シート / sheet", "セル / cell", "項目 / item", "値 / value", "出所 / where from")


def notice(cell: str) -> str:
    """Return what a form with prefilled figures says where it asks for the confirmation in a cell."""
    return (
        f"橙色の欄は前もって記入した値です（出所は「{SHEET}」のシート）。確かめて、違えば直し、"
        f"{cell} を「{CONFIRMED}」にしてください。"
        f"確認のない様式は受け付けません。 / Orange cells were filled in for you (sheet {SHEET}): check and mend them, "
        f"then choose {CONFIRMED} in {cell}."
    )


def carried(contract: Contract, table: Table) -> tuple[str, ...]:
    """Return the columns of a table that are filled in from the register or the last report.

    ``schemas/lines/<line>/prefill.yaml`` names them. A matrix that it does not name is filled in whole; a list that it
    does not name is left empty.

    Args:
        contract: the line.
        table: one of its tables.
    """
    path = contract.folder / "prefill.yaml"
    schema = contract.folder.parents[1] / "schema" / "prefill.json"
    named = read_yaml(path, schema)["tables"].get(table.name) if path.is_file() else None
    if named is None:
        return tuple(one.name for one in table.measures)
    return tuple(one.name for one in table.fields if any(fnmatchcase(one.name, pattern) for pattern in named))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something that was filled in comes from.

    Attributes:
        ja: said in Japanese.
        en: said in English.
        submission_id: the submission; none for sums of several.
        file: its name as sent.
    """

    ja: str
    en: str
    submission_id: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """Return it in both languages."""
        return f"{self.ja} / {self.en}"


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A table of which something could not be filled in: how many figures (none: nothing at all), and why."""

    table: str
    figures: int | None
    ja: str
    en: str


@dataclass(frozen=True)
class Prefilled:
    """What was filled in for a reporter.

    Attributes:
        values: field → figure, of sheets in matrix form.
        rows: table → rows (field → value), of sheets of records.
        origins: field → where it comes from.
        listed: table → where its rows come from.
        unfilled: what could not be filled in.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    listed: Mapping[str, Origin] = field(default_factory=dict)
    unfilled: tuple[Unfilled, ...] = ()

    def columns(self, table: str) -> frozenset[str]:
        """Return the columns of a list that were filled in."""
        return frozenset(name for row in self.rows.get(table, ()) for name, value in row.items() if value is not None)

    def counted(self) -> list[tuple[Origin, int, int]]:
        """Return every origin with how many figures, and how many rows, come from it."""
        figures, rows = Counter(self.origins.values()), Counter[Origin]()
        for table, origin in self.listed.items():
            rows[origin] += len(self.rows[table])
        return [(origin, figures[origin], rows[origin]) for origin in dict.fromkeys((*figures, *rows))]

    def with_(self, other: "Prefilled") -> "Prefilled":
        """Return this, overridden by other."""
        return Prefilled(
            {**self.values, **other.values},
            {**self.rows, **other.rows},
            {**self.origins, **other.origins},
            {**self.listed, **other.listed},
            (*self.unfilled, *other.unfilled),
        )
