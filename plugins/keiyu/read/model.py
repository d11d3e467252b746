"""What reading a file yields: typed columns, the marks beside them, and where each value stood."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from keiyu.findings import Finding, Severity
from keiyu.read.form import Form


class ValueStatus(StrEnum):
    """Why a value is what it is (DESIGN §3); SDMX would call this an observation status."""

    REPORTED = "reported"
    TRUE_ZERO = "true_zero"
    NONE = "none"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    BELOW_UNIT = "below_unit"
    SUPPRESSED = "suppressed"
    NOT_SUBMITTED = "not_submitted"
    EXCLUDED = "excluded"


PART: Final = 1 << 20
"""Rows of the largest sheet (1,048,576): by so many the parts of a list are numbered apart."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Fields whose values stand apart from their records: in a second table, or unevenly far below.

    Attributes:
        sheet: worksheet name; none for text files.
        columns: field → column letters.
        shifts: from which row of the list on (as it is numbered) → how many rows below the record's row the value
            stands, negative above it; none where a record has no such row. In the order of the rows.
    """

    sheet: str | None
    columns: Mapping[str, str]
    shifts: Sequence[tuple[int, int | None]]

    def shift(self, row: int) -> int | None:
        """Return how many rows below that of a record its value stands; none where it has none."""
        at = bisect_right(self.shifts, row, key=lambda step: step[0]) - 1
        return self.shifts[at][1] if at >= 0 else None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the values of one table stand in a file.

    Attributes:
        sheet: worksheet name; none for text files.
        columns: for records, field → column letters (``AB``), the row coming with each row;
            for a matrix form, field → whole A1 address (``C7``).
        matrix: whether addresses are whole.
        form: the header of a list as it stands, to be compared with the next.
        part: which part of a list it is that stands on several sheets, or in several strips of one. Rows of the
            second and later parts are numbered on from ``part * PART``, so that no two rows of a list are alike.
        down: field → how many rows below the first of a record its value stands, where records have several rows.
        apart: fields that stand apart from the records' rows.
    """

    sheet: str | None
    columns: Mapping[str, str]
    matrix: bool = False
    form: Form | None = None
    part: int = 0
    down: Mapping[str, int] = field(default_factory=dict)
    apart: tuple[Apart, ...] = ()

    def of(self, fields: Container[str]) -> "Placement":
        """Return where some of the fields stand."""
        columns = {n: at for n, at in self.columns.items() if n in fields}
        down = {n: rows for n, rows in self.down.items() if n in fields}
        parts = (replace(p, columns={n: at for n, at in p.columns.items() if n in fields}) for p in self.apart)
        return replace(self, columns=columns, down=down, apart=tuple(part for part in parts if part.columns))

    def sheet_of(self, name: str | None) -> str | None:
        """Return the worksheet in which a field stands; that of the table where it stands nowhere."""
        return next((each.sheet for each in self.apart if name in each.columns), self.sheet)

    def cell(self, name: str, row: int) -> str | None:
        """Return the A1 address of a field's value in a source row (1-based)."""
        for each in self.apart:
            if name in each.columns:
                shift = each.shift(row)
                return None if shift is None else f"{each.columns[name]}{self.source(row) + shift}"
        column = self.columns.get(name)
        if column is None:
            return None
        return column if self.matrix else f"{column}{self.source(row) + self.down.get(name, 0)}"

    def source(self, row: int) -> int:
        """Return the 1-based row in the sheet of a row as it is numbered in the list."""
        return row - self.part * PART

    def holds(self, row: int) -> bool:
        """Return whether a row of the list stands in this part, where there are several."""
        return 0 < self.source(row) <= PART


@dataclass(frozen=True, slots=True)
class Mark:
    """The status and raw text of a value that was not simply reported.

    A plain figure needs no mark: where there is none, 0 is a true zero, any other figure is reported, and a
    missing value of a field that is no figure is simply not there. Figures written otherwise than in plain
    digits (``１，２３４ 人``) and markers (``-``, ``…``, blank) have one.

    Attributes:
        index: position in the table's columns (0-based).
        field: field of the contract.
        status: what the symbol map made of it.
        raw: the text as it stood in the file.
    """

    index: int
    field: str
    status: ValueStatus
    raw: str


@dataclass(slots=True)
class TableReading:
    """The rows of one table as read from one file.

    Attributes:
        table: table of the contract.
        placement: where its values stand.
        rows: 1-based source row of each row (CSV: record number; matrix: the form's first row), numbered on in the
            second and later parts of a list (see :class:`Placement`).
        columns: field → values in row order, typed as the contract says, None where there is none.
            Only fields that the file has. Text codes stay text.
        marks: status and raw text of every value that is not simply a reported figure (see :class:`Mark`).
        totals: field → value of the file's own total row (計), where it has one.
        totals_row: 1-based source row of that total row.
    """

    table: str
    placement: Placement
    rows: Sequence[int]
    columns: dict[str, Sequence[Any]]
    marks: Sequence[Mark] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)
    totals_row: int | None = None


@dataclass(slots=True)
class Reading:
    """One file, read.

    Attributes:
        file: the file's name as sent.
        digest: SHA-256 of its bytes, hexadecimal.
        line: the line it belongs to, where recognised.
        layout: name of the known layout that fitted.
        as_of: reference date found in title, cells, sheet or file name.
        encoding: character encoding of a text file.
        tables: what was read.
        findings: what could not be read with certainty.
        nil: whether the file says 該当なし (nothing to report).
        nil_reporter: who says so; the value of the line's reporter field.
        also: what else the file holds: rows of other lines, or of other dates.
        derived: whether its rows are columns of another line's list; a list of its own line goes before it.
    """

    file: str
    digest: str
    line: str | None = None
    layout: str | None = None
    as_of: dt.date | None = None
    encoding: str | None = None
    tables: list[TableReading] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    nil: bool = False
    nil_reporter: str | None = None
    also: "list[Reading]" = field(default_factory=list)
    derived: bool = False

    @property
    def refused(self) -> bool:
        """Whether the file as a whole cannot be taken (an error that names no reporter)."""
        return any(f.severity is Severity.ERROR and f.place.reporter is None for f in self.findings)
