"""Guards over OpenDocument spreadsheets, and how their cells look.

Such a sheet may say in a few bytes that a cell is repeated a thousand million times. So its content is walked once
before the decoder sees it; what the walk passes on the way, merges, diagonal lines, comments, is kept.

Source: OASIS OpenDocument 1.3, part 3, chapters 9 and 17 to 20.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keiyu.read.archive import LONGEST_TEXT, MOST_TEXT
from keiyu.read.looks.model import MOST_STYLED, Looks, Range, Style
from keiyu.read.looks.xml import parse
from keiyu.read.lost import Lost
from keiyu.read.sniff import RefusedError

_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_DIGITS: Final = 12
_SHOWN: Final = "visible"
_VALUES: Final = (
    "office:value",
    "office:string-value",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
)

Attributes = Mapping[str, str]


@dataclass(slots=True)
class Sheet:
    """What a walk over one sheet learned.

    Attributes:
        name: its name.
        rows: number of rows up to the last cell with content.
        columns: number of columns up to the last cell with content.
        lost: formulas without a stored result.
        looks: how its cells look.
    """

    name: str
    rows: int = 0
    columns: int = 0
    lost: Lost = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)


def guard(content: bytes, most_cells: int) -> list[Sheet]:
    """Walk a spreadsheet's content.

    Args:
        content: the part ``content.xml``.
        most_cells: more cells between the corners of all sheets are refused.

    Returns:
        Its sheets in order.

    Raises:
        RefusedError: it is damaged, declares entities, or is larger than the limit.
    """
    walk = _Walk(most_cells)
    parse(content, walk.start, walk.end, walk.data)
    return walk.sheets


class _Walk:
    """Follows the elements of a spreadsheet."""

    def __init__(self, most_cells: int) -> None:
        self.sheets: list[Sheet] = []
        self._most = most_cells
        self._cells = self._letters = 0
        self._styles: dict[str, int] = {}
        self._looks: list[Style] = [Style()]
        self._style = ""
        self._row = self._column = self._header = 0
        self._rows = 1
        self._cell: Attributes = {}
        self._text = 0
        self._note: list[str] | None = None
        self._found: dict[str, Any] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        begin = getattr(self, "_start_" + name.replace(":", "_").replace("-", "_"), None)
        if begin is not None:
            begin(attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        finish = getattr(self, "_end_" + name.replace(":", "_").replace("-", "_"), None)
        if finish is not None:
            finish()

    def data(self, text: str) -> None:
        """Take text."""
        if self._note is not None:
            self._note.append(text)
        elif self._cell:
            self._text += len(text) if self._text else len(text.strip())

    def _start_style_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "") if attributes.get("style:family") == "table-cell" else ""

    def _start_style_table_cell_properties(self, attributes: Attributes) -> None:
        if not self._style:
            return
        lines = [attributes.get(f"style:diagonal-{way}", "none") for way in ("bl-tr", "tl-br")]
        fill = attributes.get("fo:background-color", "transparent")
        self._styles[self._style] = len(self._looks)
        self._looks.append(
            Style(
                diagonal=any(line != "none" for line in lines),
                boxed=any(v != "none" for k, v in attributes.items() if k.startswith("fo:border")),
                fill=None if fill == "transparent" else fill.removeprefix("#").upper(),
            )
        )

    def _start_table_table(self, attributes: Attributes) -> None:
        self.sheets.append(Sheet(attributes.get("table:name", "")))
        self._row = self._header = 0
        keys = ("merges", "diagonals", "hidden_rows", "hidden_columns", "comments", "cells")
        self._found = {key: {} for key in keys}

    def _end_table_table(self) -> None:
        found = self._found
        self.sheets[-1].looks = Looks(
            merges=tuple(found["merges"]),
            diagonals=frozenset(found["diagonals"]),
            hidden_rows=frozenset(found["hidden_rows"]),
            hidden_columns=frozenset(found["hidden_columns"]),
            comments=found["comments"],
            styles=tuple(self._looks),
            cells=found["cells"],
        )

    def _start_table_table_column(self, attributes: Attributes) -> None:
        many = _repeat(attributes, "table:number-columns-repeated", _MOST_COLUMNS)
        if self.sheets and attributes.get("table:visibility", _SHOWN) != _SHOWN:
            hidden = range(self._header, min(self._header + many, _MOST_COLUMNS))
            self._found["hidden_columns"] |= dict.fromkeys(hidden)
        self._header = min(self._header + many, _MOST_COLUMNS)

    def _start_table_table_row(self, attributes: Attributes) -> None:
        self._rows = _repeat(attributes, "table:number-rows-repeated", _MOST_ROWS)
        self._column = 0
        hidden = self.sheets and attributes.get("table:visibility", _SHOWN) != _SHOWN
        if hidden and self._row + self._rows < _MOST_ROWS:
            self._found["hidden_rows"] |= dict.fromkeys(range(self._row, self._row + self._rows))

    def _end_table_table_row(self) -> None:
        self._row += self._rows
        if self._row > 2 * _MOST_ROWS:
            raise RefusedError("read.decode.too_large", value=f"{self._row} 行 rows")

    def _start_table_table_cell(self, attributes: Attributes) -> None:
        self._cell = {"": "", **attributes}
        self._text = 0

    _start_table_covered_table_cell = _start_table_table_cell

    def _end_table_table_cell(self) -> None:
        cell, self._cell = self._cell, {}
        many = _repeat(cell, "table:number-columns-repeated", _MOST_COLUMNS)
        if self.sheets:
            if self._text or any(key in cell for key in _VALUES) or "table:formula" in cell:
                self._filled(cell, many)
            self._seen(cell, many)
        self._column += many
        if self._column > 2 * _MOST_COLUMNS:
            raise RefusedError("read.decode.too_large", value=f"{self._column} 列 columns")

    _end_table_covered_table_cell = _end_table_table_cell

    def _filled(self, cell: Attributes, many: int) -> None:
        """Count a cell with content."""
        sheet = self.sheets[-1]
        before = sheet.rows * sheet.columns
        sheet.rows, sheet.columns = self._row + self._rows, max(sheet.columns, self._column + many)
        self._cells += sheet.rows * sheet.columns - before
        self._letters += self._text * self._rows * many
        if self._text > LONGEST_TEXT or self._letters > MOST_TEXT:
            raise RefusedError("read.decode.too_large", value=f"{self._text:,} 文字 characters")
        if self._cells > self._most:
            raise RefusedError("read.decode.too_large", value=f"{sheet.rows} × {sheet.columns}")
        if "table:formula" in cell and not self._text and not any(key in cell for key in _VALUES):
            formula = cell["table:formula"].partition(":")[2] or cell["table:formula"]
            if cell.get("office:value-type") != "string":
                sheet.lost[self._row, self._column] = formula

    def _seen(self, cell: Attributes, many: int) -> None:
        """Keep how a cell looks; runs of blank cells at a sheet's edge look like nothing."""
        found = self._found
        tall, wide = (_repeat(cell, f"table:number-{way}-spanned", _MOST_ROWS) for way in ("rows", "columns"))
        if tall * wide > 1:
            found["merges"][Range(self._row, self._column, self._row + tall - 1, self._column + wide - 1)] = None
        style = self._styles.get(cell.get("table:style-name", ""), 0)
        if style and self._rows * many < _MOST_COLUMNS and len(found["cells"]) < MOST_STYLED:
            places = [
                (r, c)
                for r in range(self._row, self._row + self._rows)
                for c in range(self._column, self._column + many)
            ]
            found["cells"] |= dict.fromkeys(places, style)
            if self._looks[style].diagonal:
                found["diagonals"] |= dict.fromkeys(places)

    def _start_office_annotation(self, _: Attributes) -> None:
        self._note = []

    def _end_office_annotation(self) -> None:
        if self.sheets and self._note:
            self._found["comments"][self._row, self._column] = "".join(self._note).strip()
        self._note = None


def _repeat(attributes: Attributes, name: str, most: int) -> int:
    """Return how often something is repeated; a decoder believes it, so more than sheets hold is refused."""
    text = attributes.get(name, "1")
    if not text.isascii() or not text.isdigit():
        raise RefusedError("read.decode.damaged", value=f"{name}={text[:20]}")
    many = int(text[:_DIGITS])
    if many > 2 * most:
        raise RefusedError("read.decode.too_large", value=f"{name}={text[:20]}")
    return max(many, 1)
