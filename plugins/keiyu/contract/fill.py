"""Filling a drawn workbook many times: the archive is taken apart once, each copy writes only its cells.

Drawing a form takes tens of milliseconds and nothing of it differs between 1,741 copies but what
stands in the cells to be filled. Equal input gives equal content.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

Cell = int | float | str | bool | dt.date | None
"""What can stand in a cell. None leaves it empty."""

_EMPTY: Final = re.compile(r'<c r="([A-Z]+[0-9]+)"( s="[0-9]+")?/>')
_SECOND_ROW: Final = re.compile(r'<row r="2"[^>]*>.*?</row>', re.DOTALL)
_COUNTS: Final = re.compile(r' count="([0-9]+)" uniqueCount="([0-9]+)"')
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SHARED: Final = "xl/sharedStrings.xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_DAY_ZERO: Final = dt.date(1899, 12, 30)


class Form:
    """A drawn workbook, ready to be filled."""

    def __init__(self, workbook: bytes) -> None:
        """Take a workbook apart.

        Args:
            workbook: an xlsx archive as xlsxwriter makes it; empty formatted cells can be filled.
        """
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            self._parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        self._cuts: dict[str, list[str]] = {}

    def fill(
        self,
        cells: Mapping[int, Mapping[str, Cell]],
        rows: Mapping[int, Sequence[Mapping[str, Cell]]],
    ) -> bytes:
        """Write a copy.

        Args:
            cells: number of the sheet from 1 → A1 address → value.
            rows: number of the sheet from 1 → rows from the second on, each column letters → value.

        Returns:
            The xlsx archive.
        """
        strings = _Strings(self._parts[_SHARED])
        done = {_sheet(n): "".join(self._filled(_sheet(n), values, strings)) for n, values in cells.items()}
        for number, body in rows.items():
            name = _sheet(number)
            done[name] = self._with_rows(done.get(name, self._parts[name]), body, strings)
        done[_SHARED] = strings.xml()
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
            for name, text in self._parts.items():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, done.get(name, text))
        return target.getvalue()

    def _filled(self, name: str, values: Mapping[str, Cell], strings: "_Strings") -> Iterator[str]:
        """Yield the sheet's pieces: text, address, style, text, address, style … text."""
        pieces = self._cuts.get(name)
        if pieces is None:
            pieces = self._cuts[name] = [p or "" for p in _EMPTY.split(self._parts[name])]
        for at in range(0, len(pieces) - 1, 3):
            yield pieces[at]
            yield _cell(pieces[at + 1], pieces[at + 2], values.get(pieces[at + 1]), strings)
        yield pieces[-1]

    def _with_rows(self, sheet: str, body: Sequence[Mapping[str, Cell]], strings: "_Strings") -> str:
        """Replace the empty second row, whose cells show the columns' styles, by filled ones."""
        found = _SECOND_ROW.search(sheet)
        if found is None or not body:
            return sheet
        styles = [(cell.rstrip("0123456789"), style) for cell, style in _EMPTY.findall(found[0])]
        written = []
        for row, values in enumerate(body, 2):
            line = (_cell(f"{column}{row}", style, values.get(column), strings) for column, style in styles)
            written.append(f'<row r="{row}">{"".join(line)}</row>')
        return sheet[: found.start()] + "".join(written) + sheet[found.end() :]


class _Strings:
    """The workbook's table of strings, with those of one copy added at its end."""

    def __init__(self, part: str) -> None:
        self._part = part
        found = _COUNTS.search(part)
        self._used, self._size = (int(found[1]), int(found[2])) if found else (0, 0)
        self._new: dict[str, int] = {}
        self._calls = 0

    def add(self, text: str) -> int:
        """Return the index of a text."""
        self._calls += 1
        return self._new.setdefault(text, self._size + len(self._new))

    def xml(self) -> str:
        """Return the part with the new strings."""
        counts = f' count="{self._used + self._calls}" uniqueCount="{self._size + len(self._new)}"'
        added = "".join(f'<si><t xml:space="preserve">{_xml(text)}</t></si>' for text in self._new)
        return _COUNTS.sub(counts, self._part, count=1).replace("</sst>", f"{added}</sst>")


def _xml(text: str) -> str:
    """Escape a text; characters that XML cannot hold are written as the format prescribes, ``_x000B_``."""
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _cell(address: str, style: str, value: Cell, strings: _Strings) -> str:
    if value is None or value != value:  # NaN alone differs from itself
        return f'<c r="{address}"{style}/>'
    if isinstance(value, bool):
        value = "有" if value else "無"
    if isinstance(value, dt.date):
        value = (value - _DAY_ZERO).days
    if isinstance(value, str):
        return f'<c r="{address}"{style} t="s"><v>{strings.add(value)}</v></c>'
    return f'<c r="{address}"{style}><v>{value}</v></c>'
