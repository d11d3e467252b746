"""A table saved as a web page: what many municipal systems hand out as ``.xls``.

One plain table with little around it is read; any other page (an error, a portal, a form) is refused. The text is
walked once, nothing in it runs or is fetched, and spans, rows and columns are bounded.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final

from keiyu.read.archive import LONGEST_TEXT
from keiyu.read.grid import Cell, Grid
from keiyu.read.looks.model import Looks, Range
from keiyu.read.sniff import PAGE, RefusedError

MOST: Final = 32 * 1024 * 1024
"""Characters of a page."""

MOST_CELLS: Final = 2_000_000
MOST_COLUMNS: Final = 2_000

BESIDE: Final = 600
"""Characters that may stand around a table: its title, a date, a remark. A page of more is no table."""

_PAGE: Final = re.compile(r"\ufeff?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|meta|table|style)\b", re.I | re.S)
_TABLE: Final = re.compile(r"<table\b", re.I)
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9:]*)((?:\s|/)[^<>]{0,4000})?>", re.I)
_SPAN: Final = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?\s*(\d{1,5})", re.I)
_SKIPPED: Final = frozenset({"style", "title", "xml", "o:p"})
_OTHER: Final = frozenset(
    {"script", "form", "input", "select", "textarea", "button", "iframe", "frame", "frameset", "object", "embed", "nav"}
)
_BREAKS: Final = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "body", "caption"})
_LEAST: Final = 2


def is_page(text: str) -> bool:
    """Return whether a text is a web page with a table in it.

    Args:
        text: the file.
    """
    return bool(_PAGE.match(text[:4096])) and len(text) <= MOST and _TABLE.search(text) is not None


def decode(text: str) -> Grid:
    """Decode the one table of a page.

    Args:
        text: the file.

    Returns:
        Its rows, what stands above and below it in rows of their own.

    Raises:
        RefusedError: it has several tables, or is a page about something else, or is too large.
    """
    page = _Page()
    page.walk(text)
    if page.tables != 1 or len(page.table) < _LEAST or page.width < _LEAST:
        raise _refused()
    rows: list[list[Cell]] = [[line] for line in page.above]
    down = len(rows)
    rows += page.table
    rows += [[line] for line in page.below]
    merges = tuple(Range(m.top + down, m.left, m.bottom + down, m.right) for m in page.merges)
    return Grid(None, rows, look=lambda: Looks(merges=merges))


def _refused() -> RefusedError:
    return RefusedError("read.decode.not_table", value=PAGE)


@dataclass
class _Page:
    """A page on the walk."""

    tables: int = 0
    table: list[list[Cell]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    merges: list[Range] = field(default_factory=list)
    width: int = 0
    _inside: bool = False
    _cell: list[str] | None = None
    _span: tuple[int, int] = (1, 1)
    _said: list[str] = field(default_factory=list)
    _spoken: int = 0
    _cells: int = 0
    _taken: dict[int, int] = field(default_factory=dict)
    _column: int = 0

    def walk(self, text: str) -> None:
        """Go through the tags of a page."""
        folded, at = text.lower(), 0
        if len(folded) != len(text):
            raise _refused()
        while (found := text.find("<", at)) >= 0:
            self._say(text[at:found])
            at = self._step(text, folded, found)
        self._say(text[at:])
        self._end_cell()
        self._end_line()

    def _step(self, text: str, folded: str, found: int) -> int:
        """Take what begins with a ``<``; returns where the text goes on."""
        if text.startswith(("<!", "<?"), found):
            return _behind(text, "-->" if text.startswith("<!--", found) else ">", found)
        tag = _TAG.match(text, found)
        if tag is None:
            self._say("<")
            return found + 1
        name = tag[2].lower()
        if name in _OTHER:
            raise _refused()
        if name in _SKIPPED and not tag[1] and not tag[0].endswith("/>"):
            return _behind(text, ">", _behind(folded, f"</{name}", tag.end()))
        if tag[1]:
            self._close(name)
        else:
            self._open(name, tag[3] or "")
        return tag.end()

    def _say(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text.replace("\n", " "))
        elif not self._inside and text.strip():
            self._said.append(text)
            self._spoken += len(text.strip())
            if self._spoken > BESIDE:
                raise _refused()

    def _open(self, name: str, attributes: str) -> None:
        if name == "table":
            if self._inside:
                raise _refused()
            self._end_line()
            self._inside, self.tables = True, self.tables + 1
        elif name == "br" and self._cell is not None:
            self._cell.append("\n")
        elif not self._inside and name in (*_BREAKS, "br"):
            self._end_line()
        elif name == "tr" and self._inside:
            self._end_cell()
            self.table.append([])
            self._column = 0
        elif name in ("td", "th") and self.table:
            self._end_cell()
            spans = {key.lower(): max(int(number), 1) for key, number in _SPAN.findall(attributes)}
            self._cell, self._span = [], (spans.get("rowspan", 1), spans.get("colspan", 1))

    def _close(self, name: str) -> None:
        if name in ("td", "th", "tr", "table"):
            self._end_cell()
        if name == "table":
            self._inside = False
        elif name in _BREAKS and not self._inside:
            self._end_line()

    def _end_line(self) -> None:
        """Keep what was said beside the table as a row of its own."""
        line = _tidy("".join(self._said))
        self._said = []
        if line:
            (self.below if self.tables else self.above).append(line)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        number, row = len(self.table) - 1, self.table[-1]
        while self._taken.get(self._column, -1) >= number:
            self._column += 1
        down, across = self._span
        left, right = self._column, self._column + across - 1
        self._cells += across
        if right >= MOST_COLUMNS or self._cells > MOST_CELLS:
            raise RefusedError("read.decode.too_large", value=f"> {MOST_COLUMNS:,} 列 columns")
        row.extend([""] * (left - len(row)))
        row.append(_tidy(self._text()))
        row.extend([""] * (across - 1))
        if down > 1 or across > 1:
            self.merges.append(Range(number, left, number + down - 1, right))
            self._taken.update(dict.fromkeys(range(left, right + 1), number + down - 1))
        self.width = max(self.width, right + 1)
        self._column, self._cell = right + 1, None

    def _text(self) -> str:
        text = "".join(self._cell or ())
        if len(text) > LONGEST_TEXT:
            raise RefusedError("read.decode.too_large", value=f"> {LONGEST_TEXT:,} 文字 characters")
        return text


def _behind(text: str, ending: str, at: int) -> int:
    """Return where a text goes on behind an ending; a page that lacks it is damaged."""
    found = text.find(ending, at)
    if found < 0:
        raise RefusedError("read.decode.damaged", value=f"{PAGE}: {ending}")
    return found + len(ending)


def _tidy(text: str) -> str:
    """Return a text as a browser shows it: blanks and line ends of the source are one blank, ``<br>`` ends a line."""
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)
