"""Printing many workbooks from one: a form is rendered once with marks, each copy fills the marks.

Rendering a styled workbook costs tens of milliseconds, of which nothing differs between 1,741 copies
but the cells' contents. The press keeps the parts of the rendered archive, cuts the sheets at the
marked cells and writes those anew; equal input gives equal bytes.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, unescape

Written = int | str

FIRST_MARK: Final = 9_000_000_001
"""Marked figures count up from here; no form holds such a number by itself."""

_CELL = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)((?: t="\w+")?)><v>([^<]*)</v></c>')
_SHARED = re.compile(r"<si><t[^>]*>([^<]*)</t></si>")
_STAMP = re.compile(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Slot:
    """A marked cell.

    Attributes:
        cell: its A1 address.
        style: its style attribute, as it stands in the sheet's XML.
        fill: text with ``{field}`` marks, or one field's name alone for a figure.
        figure: whether the cell holds one figure.
    """

    cell: str
    style: str
    fill: str
    figure: bool

    def render(self, values: Mapping[str, Written]) -> str:
        """Return the cell's XML."""
        value = values[self.fill] if self.figure else self._text(values)
        if isinstance(value, int):
            return f'<c r="{self.cell}"{self.style}><v>{value}</v></c>'
        return f'<c r="{self.cell}"{self.style} t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    def _text(self, values: Mapping[str, Written]) -> Written:
        alone = self.fill[1:-1]
        return values[alone] if alone in values else self.fill.format_map(values)


class Press:
    """A workbook rendered once, ready to be filled many times."""

    def __init__(self, workbook: bytes, figures: Mapping[int, str], texts: Mapping[str, str]) -> None:
        """Cut a rendered workbook at its marks.

        Args:
            workbook: the xlsx archive.
            figures: mark → field, for cells that hold one figure.
            texts: mark → field, for marks inside cells of text.
        """
        self._figures = {str(mark): name for mark, name in figures.items()}
        self._texts = dict(texts)
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        shared = [unescape(s) for s in _SHARED.findall(parts.get("xl/sharedStrings.xml", ""))]
        self._parts: dict[str, list[str | Slot]] = {
            name: self._cut(part, shared) if name.startswith("xl/worksheets/sheet") else [self._blank(part)]
            for name, part in parts.items()
        }

    def print(self, values: Mapping[str, Written], saved: dt.datetime) -> bytes:
        """Fill a copy.

        Args:
            values: field → figure or text.
            saved: time that the document's properties name.
        """
        stamp = rf"\g<1>{saved:%Y-%m-%dT%H:%M:%SZ}\g<2>"
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for name, pieces in self._parts.items():
                text = "".join(p if isinstance(p, str) else p.render(values) for p in pieces)
                if name == "docProps/core.xml":
                    text = _STAMP.sub(stamp, text)
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, text.encode("utf-8"))
        return target.getvalue()

    def _cut(self, sheet: str, shared: list[str]) -> list[str | Slot]:
        pieces: list[str | Slot] = []
        end = 0
        for match in _CELL.finditer(sheet):
            slot = self._slot(match, shared)
            if slot is not None:
                pieces += [sheet[end : match.start()], slot]
                end = match.end()
        return [*pieces, sheet[end:]]

    def _slot(self, match: re.Match[str], shared: list[str]) -> Slot | None:
        cell, style, kind, content = match.groups()
        if "t=" not in kind:
            field = self._figures.get(content)
            return None if field is None else Slot(cell, style, field, figure=True)
        text = shared[int(content)] if kind == ' t="s"' else content
        fill = self._mark(text, lambda field: f"{{{field}}}")
        return None if fill == text else Slot(cell, style, fill, figure=False)

    def _mark(self, text: str, replace: Callable[[str], str]) -> str:
        for mark, field in self._texts.items():
            text = text.replace(mark, replace(field))
        return text

    def _blank(self, part: str) -> str:
        """Take the marks out of the parts that are not sheets; their cells carry their own text."""
        return self._mark(part, lambda _: "")
