"""From a table with a record per row to typed columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from keiyu.read import fold
from keiyu.read.builder import Builder, Shape
from keiyu.read.find import Region, TableColumns, Wide
from keiyu.read.grid import Cell, Row, address, letters
from keiyu.read.job import Job
from keiyu.read.model import Placement, TableReading
from keiyu.read.places import Where, one_row_each, places
from keiyu.read.reporters import Identity
from keiyu.read.tell import tell_header, tell_identity
from keiyu.read.values import filled, plain_figures, raw


def _picker(at: Sequence[int]) -> Callable[[Row], Sequence[Cell]]:
    """Return a function that takes some cells of a row, as a sequence whatever their number."""
    if len(at) > 1:
        return itemgetter(*at)
    return lambda row: [row[i] for i in at]


@dataclass(frozen=True)
class _Seat:
    """The columns that tell one place: of the code, the prefecture's name and the municipality's."""

    where: Where
    at: tuple[int | None, ...]

    def cells(self, row: Row) -> list[Cell]:
        return [row[i] if i is not None else "" for i in self.at]

    def column(self, about: str) -> int:
        """Return the column of the code, or of the name where that is meant or there is no code."""
        code, prefecture, municipality = self.at
        order = (code, municipality, prefecture) if about == "code" else (municipality, prefecture, code)
        return next((i for i in order if i is not None), 0)


@dataclass(frozen=True)
class _Part:
    """One table's part of a header, ready to take its cells from a row."""

    shape: Shape
    cells: Mapping[str, str]
    seats: tuple[_Seat, ...]
    figures: Callable[[Row], Sequence[Cell]]
    texts: Callable[[Row], Sequence[Cell]]
    others: Callable[[Row], Sequence[Cell]]


@lru_cache(maxsize=4_096)
def _part(columns: TableColumns) -> _Part:
    at = dict(zip(columns.fields, columns.at, strict=True))
    seats = tuple(
        _Seat(where, tuple(at.get(name or "") for name in where.fields))
        for where in places(columns.table)
        if where.told_by(at)
    )
    cells = {name: letters(column) for name, column in at.items()}
    for seat in seats:
        cells.setdefault(seat.where.code, letters(seat.column("code")))
    shape = Shape.of(columns.table, columns.fields)
    groups = (shape.figures, shape.texts, shape.others)
    return _Part(shape, cells, seats, *(_picker([at[f.name] for f in fields]) for fields in groups))


class WideReader:
    """Reads the rows under one header."""

    def __init__(self, region: Region, plan: Wide, job: Job) -> None:
        """Prepare to read.

        Args:
            region: where the header is.
            plan: what it says.
            job: the file being read.
        """
        self._region = region
        self._plan = plan
        self._grid = region.grid
        self._job = job
        self._width = max(map(len, plan.header))
        self._parts = [_part(t) for t in plan.tables]
        self._builders = [Builder(p.shape, Placement(self._grid.name, p.cells), job) for p in self._parts]
        seats = self._parts[0].seats
        first = places(plan.tables[0].table)[:1]
        self._seat = seats[0] if first and seats and seats[0].where == first[0] else None
        self._own = self._seat.where.code if self._seat else None
        self._elsewhere = [[s for s in part.seats if s != self._seat] for part in self._parts]
        self._reporter = job.reporter_field
        self._single = one_row_each(plan.tables[0].table, job.contract.respondents)
        self._seen: dict[tuple[str | None, str | None], int] = {}
        self._last_total: int | None = None

    def read(self) -> list[TableReading]:
        """Return the tables under the header, and tell what could not be read."""
        tell_header(self._region, self._plan, self._job.notes)
        start = self._region.row + 1
        for number, row in enumerate(self._grid.rows[start:], start):
            if any(row) or row.count("") != len(row):
                self._row(number, row)
        tables = [builder.finish() for builder in self._builders]
        if self._last_total is not None:
            self._read_total(self._last_total, tables)
        return tables

    def _row(self, number: int, row: Row) -> None:
        cells = self._even(number, row)
        if cells is None:
            return
        if self._seat is None:
            if not self._aside(number, cells):
                self._take(number, cells, {})
            return
        found = self._job.resolver.resolve(*self._seat.cells(cells))
        if found.code is None and self._aside(number, cells):
            return
        if found.rule is not None:
            self._tell_identity(number, self._seat, found, found.code)
        if found.code is not None and self._first_time(number, found.code, cells):
            self._take(number, cells, {self._seat.where.code: found.code})

    def _tell_identity(self, number: int, seat: _Seat, found: Identity, reporter: str | None) -> None:
        cell = address(number, seat.column(found.about))
        place = {"sheet": self._grid.name, "cell": cell, "field": seat.where.code, "reporter": reporter}
        tell_identity(found, self._job.notes, **place)

    def _even(self, number: int, row: Row) -> Row | None:
        """Return a row as wide as the header; tell of one that has more cells, whose columns cannot be trusted."""
        short = self._width - len(row)
        if not short:
            return row
        if short > 0:
            return [*row, *[""] * short]
        beyond = list(filled(row[self._width :]))
        if not beyond or self._grid.name is not None:
            return row
        self._job.notes.add(
            "read.row.ragged",
            cell=address(number, self._width + beyond[0]),
            value=str(len(row)),
            expected=str(self._width),
            row=number + 1,
        )
        return None

    def _take(self, number: int, cells: Row, codes: dict[str, str]) -> None:
        reporter = codes.get(self._reporter) or self._own_reporter(cells)
        for part, builder, elsewhere in zip(self._parts, self._builders, self._elsewhere, strict=True):
            more = {s.where.code: self._named_beside(number, cells, s, reporter) for s in elsewhere}
            picked = part.figures(cells), part.texts(cells), part.others(cells)
            builder.add(number + 1, *picked, codes={**more, **codes} if more else codes, reporter=reporter)

    def _named_beside(self, number: int, cells: Row, seat: _Seat, reporter: str | None) -> str | None:
        """Resolve a place that a row names beside its own, such as where children live."""
        told = seat.cells(cells)
        if all(raw(cell).strip() == "" for cell in told):
            return None
        found = self._job.resolver.resolve(*told)
        if found.rule is not None:
            self._tell_identity(number, seat, found, reporter)
        return found.code

    def _own_reporter(self, cells: Row) -> str | None:
        at = self._plan.columns.fields.get(self._reporter)
        return (raw(cells[at]).strip() or None) if at is not None else None

    def _first_time(self, number: int, code: str, cells: Row) -> bool:
        """Refuse a second row of a reporter in a table that has one row for each."""
        own = code if self._own == self._reporter else self._own_reporter(cells)
        first = self._seen.setdefault((code, own), number) if self._single else number
        if first == number:
            return True
        self._job.notes.add(
            "read.reporter.twice",
            sheet=self._grid.name,
            cell=address(number, self._seat.column("name")) if self._seat else None,
            table=self._plan.tables[0].table.name,
            reporter=own,
            value=own,
            first=first + 1,
            row=number + 1,
        )
        return False

    def _aside(self, number: int, cells: Row) -> bool:
        """Take note of a row that is no record: the header again, a total, a subtotal or a remark."""
        if tuple(cells) in self._plan.header:
            return True
        texts = [(i, fold.label(c)) for i, c in enumerate(cells) if isinstance(c, str) and c.strip()]
        if not texts:
            return not any(True for _ in filled(cells))
        seats = self._seat.at if self._seat else ()
        named = [(i, t) for i, t in texts if i in seats] or texts[:1]
        totals = [i for i, t in named if t in self._job.words.totals]
        if totals:
            self._total(number, partial=len(named) > len(totals), cell=address(number, totals[0]))
            return True
        column, text = texts[0]
        if text.startswith(self._job.words.remarks) or len(list(filled(cells))) == 1:
            self._job.notes.add(
                "read.row.remark",
                sheet=self._grid.name,
                cell=address(number, column),
                value=raw(cells[column])[:200],
                row=number + 1,
            )
            return True
        return False

    def _total(self, number: int, *, partial: bool, cell: str) -> None:
        if partial:
            self._job.notes.add("read.row.subtotal", sheet=self._grid.name, cell=cell, row=number + 1)
        else:
            self._last_total = number

    def _read_total(self, number: int, tables: Sequence[TableReading]) -> None:
        """Read the file's own total row; a total that is no figure is left out, its cells being checked elsewhere."""
        cells = self._even(number, self._grid.rows[number]) or ()
        for part, table in zip(self._parts, tables, strict=True):
            names = [f.name for f in part.shape.figures]
            told = part.figures(cells)
            figures = plain_figures(told) if told else ()
            if figures is None:
                read = [self._job.converter.of(f)(c).value for f, c in zip(part.shape.figures, told, strict=True)]
                table.totals = {n: v for n, v in zip(names, read, strict=True) if v is not None}
            else:
                table.totals = dict(zip(names, figures, strict=True))
            table.totals_row = number + 1
