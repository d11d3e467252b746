"""Reading the dated code tables: plain CSV, every fault named by file and line."""

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from keiyu.codes.errors import CodeTableError


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a code table, with what is needed to complain about it.

    Attributes:
        path: the table.
        number: 1-based line in the file.
        cells: the row's texts in the order of the columns asked for.
    """

    path: Path
    number: int
    cells: Sequence[str]

    def date(self, column: int) -> dt.date:
        """Return the date in a column.

        Raises:
            CodeTableError: the cell is not ``YYYY-MM-DD``.
        """
        text = self.cells[column]
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise CodeTableError(str(self.path), self.number, f"{text!r} is not YYYY-MM-DD") from error

    def open_date(self, column: int) -> dt.date | None:
        """Return the date in a column, or none where it is blank (still open)."""
        return self.date(column) if self.cells[column] else None


def lines(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    """Yield the rows of a code table.

    Args:
        path: a CSV file in UTF-8 with one header row.
        columns: the header, exactly.

    Yields:
        Each row.

    Raises:
        CodeTableError: the header differs, or a row has another width.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if header != list(columns):
            raise CodeTableError(str(path), 1, f"the header must be {','.join(columns)}")
        for cells in reader:
            if len(cells) != len(columns):
                raise CodeTableError(str(path), reader.line_num, f"{len(cells)} cells, not {len(columns)}")
            yield Line(path, reader.line_num, cells)
