"""Building the columns of one table from its rows of cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keiyu.contract.model import Field, Table
from keiyu.read.grid import Cell
from keiyu.read.job import Job
from keiyu.read.model import Mark, Placement, TableReading, ValueStatus
from keiyu.read.places import places
from keiyu.read.values import is_kept, kept, plain_figures, raw


@dataclass(frozen=True, eq=False)
class Shape:
    """The fields of a table that a form has, in the groups in which they are converted.

    Attributes:
        table: the table.
        codes: fields of area codes, which the resolver fills.
        figures: whole-number fields, in the order in which their cells must come.
        texts: fields that are kept as they stand, likewise.
        others: all other fields, likewise.
        names: the fields in the order of the finished table.
    """

    table: Table
    codes: tuple[str, ...]
    figures: tuple[Field, ...]
    texts: tuple[Field, ...]
    others: tuple[Field, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, fields: Sequence[str]) -> "Shape":
        """Group the fields that a file has."""
        codes = tuple(where.code for where in places(table) if where.told_by(fields))
        known = [table.by_name[name] for name in fields if name not in codes]
        figures = tuple(f for f in known if f.type == "integer")
        further = tuple(f for f in known if f.type != "integer")
        texts, others = (tuple(f for f in further if is_kept(f) is wanted) for wanted in (True, False))
        return cls(table, codes, figures, texts, others, (*codes, *(f.name for f in (*further, *figures))))


class Builder:
    """The growing columns of one table."""

    def __init__(self, shape: Shape, placement: Placement, job: Job) -> None:
        """Begin a table.

        Args:
            shape: the fields that the file has.
            placement: where their cells stand.
            job: the file being read.
        """
        self._shape = shape
        self._placement = placement
        self._job = job
        self._rows: list[int] = []
        self._codes: list[Sequence[str | None]] = []
        self._figures: list[Sequence[Any]] = []
        self._texts: list[Sequence[Cell]] = []
        self._others: list[Sequence[Any]] = []
        self._marks: list[Mark] = []

    def add(
        self,
        row: int,
        figures: Sequence[Cell],
        texts: Sequence[Cell],
        others: Sequence[Cell],
        *,
        codes: Mapping[str, str | None],
        reporter: str | None,
    ) -> None:
        """Add a row.

        Args:
            row: 1-based source row.
            figures: cells of the whole-number fields.
            texts: cells of the fields that are kept as they stand.
            others: cells of the other fields.
            codes: the area codes that the row was resolved to.
            reporter: whose row it is, for findings.
        """
        plain = plain_figures(figures) if figures else ()
        self._figures.append(self._converted(row, self._shape.figures, figures, reporter) if plain is None else plain)
        self._texts.append(texts)
        self._others.append(self._converted(row, self._shape.others, others, reporter) if others else ())
        self._codes.append([codes.get(name) for name in self._shape.codes])
        self._rows.append(row)

    def _converted(self, row: int, fields: Sequence[Field], cells: Sequence[Cell], reporter: str | None) -> list[Any]:
        values = []
        for field, cell in zip(fields, cells, strict=True):
            read = self._job.converter.of(field)(cell)
            values.append(read.value)
            if read.status is not None:
                self._marks.append(Mark(len(self._rows), field.name, read.status, raw(cell)))
            if read.rule is not None:
                self._tell(read.rule, row, field, cell, reporter)
        return values

    def _tell(self, rule: str, row: int, field: Field, cell: Cell, reporter: str | None) -> None:
        self._job.notes.add(
            rule,
            sheet=self._placement.sheet,
            cell=self._placement.cell(field.name, row),
            table=self._shape.table.name,
            field=field.name,
            reporter=reporter,
            value=raw(cell),
            label_ja=field.label_ja,
            label_en=field.label_en,
        )

    def all_blank(self) -> bool:
        """Return whether there are figures to fill in and none is."""
        names = {f.name for f in self._shape.figures}
        blanks = sum(1 for m in self._marks if m.status is ValueStatus.NOT_SUBMITTED and m.field in names)
        return bool(names) and blanks == len(names) * len(self._rows)

    def finish(self) -> TableReading:
        """Return the table as read."""
        columns: dict[str, Sequence[Any]] = {}
        groups = (
            (self._shape.codes, self._codes),
            ([f.name for f in self._shape.texts], self._texts),
            ([f.name for f in self._shape.others], self._others),
            ([f.name for f in self._shape.figures], self._figures),
        )
        for names, rows in groups:
            columns.update(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
        columns.update((f.name, tuple(map(kept, columns[f.name]))) for f in self._shape.texts)
        columns = {name: columns[name] for name in self._shape.names}
        return TableReading(self._shape.table.name, self._placement, self._rows, columns, self._marks)
