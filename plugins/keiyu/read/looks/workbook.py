"""How the cells of an Office Open XML workbook look.

Source: ECMA-376 part 1, 18.3 (worksheets), 18.7 (comments) and 18.8 (styles).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from keiyu.read.archive import Parts, resolved, sheet_parts
from keiyu.read.grid import column_of
from keiyu.read.looks.formats import BUILT_IN
from keiyu.read.looks.model import MOST_STYLED, UNKNOWN, Cells, Later, Looks, Range, Style
from keiyu.read.looks.xml import local, parse
from keiyu.read.sniff import RefusedError

_STYLES: Final = "xl/styles.xml"
_RANGE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")
_MOST_MERGES: Final = 200_000
_MOST_COLUMNS: Final = 16_384
_LONGEST_NOTE: Final = 32_767
"""Characters of the longest note that a spreadsheet keeps."""
_SIDES: Final = frozenset({"left", "right", "top", "bottom"})
_YES: Final = frozenset({"1", "true"})
_ROWS: Final = b"<sheetData>", b"</sheetData>"
_ROW: Final = rb"""<row\b[^<>"']*+(?:"[^<"]*+"[^<>"']*+|'[^<']*+'[^<>"']*+)*>"""
_OTHERS: Final = rb"""(?:\s++(?!s\b)[^\s=<>]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*"""
_PLAINLY: Final = rb"""(?! r="[A-Z]{1,3}\d{1,7}" s="(?!%b")\d++"(?: t="[a-z]++")?/?>)"""
"""No cell as spreadsheets write nearly all, of another style than some."""

_CELL: Final = rb"<c" + _PLAINLY + _OTHERS + rb"""\s++s\s*+=\s*+["']\s*+0*+%b\s*+["']""" + _OTHERS + rb"\s*+/?>"
"""A cell of one of some styles."""
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]""")
_STYLED: Final = rb'" s="0*+%b"'
_ODD_STYLE: Final = re.compile(rb' s(?=[\s=])(?:(?<!" s)|(?!="))')
"""A style that is not told behind another attribute, one blank before it."""
_ODD_ROW: Final = re.compile(rb'<row (?!r=")')
_BREAKS: Final = (b"\t", b"\n", b"\r")
_OF_ROWS: Final = (b"hidden", b"customFormat")
"""What a sheet says of rows as a whole."""
_RULES: Final = b"<conditionalFormatting", b"</conditionalFormatting>"


def looks(parts: Parts, sheet: str) -> Looks:
    """Read how the cells of one sheet look.

    Args:
        parts: the workbook.
        sheet: the sheet's name.

    Returns:
        How they look; unknown where those parts are damaged, since the cells themselves could be read.
    """
    try:
        part = sheet_parts(parts).get(sheet, "")
        styles = _styles(parts.get(_STYLES)) if _STYLES in parts.entries else (Style(),)
        xml = parts.get(part)
        bare = _without_plain_cells(xml, [i for i, style in enumerate(styles) if style.diagonal])
        page = _read(xml if bare is None else bare, styles)
        return page.made(_comments(parts, part), page.cells if bare is None else Later(lambda: _cells(xml, styles)))
    except RefusedError:
        return UNKNOWN


@lru_cache(maxsize=16)
def _styles(part: bytes) -> tuple[Style, ...]:
    styles = _Styles()
    parse(part, styles.start, styles.end)
    return tuple(styles.made())


def _without_plain_cells(sheet: bytes, kept: Sequence[int]) -> bytes | None:
    """Return a sheet's XML with the rows of which it says something, and no cells but those of some styles.

    Args:
        sheet: the XML.
        kept: positions of those styles.

    Returns:
        The XML; nothing where only a parser can tell the cells apart, or the place of one follows from others.
    """
    begin, end = _ROWS
    if sheet.count(begin) != 1 or sheet.count(end) != 1 or 0 in kept or (b"!" in sheet and b"<!" in sheet):
        return None
    head, _, rest = sheet.partition(begin)
    rows, _, tail = rest.partition(end)
    tags = _plain_tags(rows, kept) if _is_plain(rows, kept) else _tags(rows, kept)
    if not all(map(_PLACE.search, (tag for tag in tags if tag.startswith(b"<c")))):
        return None
    closed = (tag if tag.endswith(b"/>") else tag[:-1] + b"/>" for tag in tags)
    return b"".join((head, begin, *closed, end, _without_rules(tail)))


def _without_rules(tail: bytes) -> bytes:
    """Return what stands behind the rows of a sheet without rules by which cells are coloured."""
    begin, end = _RULES
    first, *others = tail.split(begin)
    if not others or tail.count(end) != len(others):
        return tail
    return b"".join((first, *(other.partition(end)[2] for other in others)))


def _is_plain(rows: bytes, kept: Sequence[int]) -> bool:
    """Return whether all rows say their numbers, and styles that matter are told as spreadsheets do."""
    if _ODD_ROW.search(rows) is not None:
        return False
    return not kept or (not any(sign in rows for sign in _BREAKS) and _ODD_STYLE.search(rows) is None)


def _plain_tags(rows: bytes, kept: Sequence[int]) -> list[bytes]:
    """Return the tags of which :func:`_tags` speaks, found by what they say."""
    tags = [tag for word in _OF_ROWS for tag in _tags_with(word, b"<row", rows)]
    if kept:
        tags += _tags_with(_STYLED % _one_of([b"%d" % style for style in kept]), b"<c ", rows)
    return tags


def _tags_with(pattern: bytes, begin: bytes, rows: bytes) -> Iterator[bytes]:
    for found in re.finditer(pattern, rows):
        start = rows.rfind(b"<", 0, found.start())
        if rows.startswith(begin, start):
            yield rows[start : rows.find(b">", found.end()) + 1]


def _tags(rows: bytes, kept: Sequence[int]) -> list[bytes]:
    """Return the tags of rows, and of cells of some styles."""
    styles = _one_of([b"%d" % style for style in kept])
    tags: list[bytes] = re.findall(b"%b|%b" % (_ROW, _CELL % (styles, styles)) if kept else _ROW, rows)
    return tags


def _one_of(numbers: Sequence[bytes]) -> bytes:
    """Return a pattern of some numbers that looks at each digit once."""
    behind: dict[bytes, list[bytes]] = {}
    for number in numbers:
        behind.setdefault(number[:1], []).append(number[1:])
    return b"(?:%b)" % b"|".join(digit + (_one_of(rest) if digit else b"") for digit, rest in behind.items())


def _read(sheet: bytes, styles: tuple[Style, ...]) -> "_Page":
    page = _Page(styles)
    parse(sheet, page.start)
    return page


def _cells(sheet: bytes, styles: tuple[Style, ...]) -> Cells:
    try:
        return _read(sheet, styles).cells
    except RefusedError:
        return {}


def area(text: str) -> Range | None:
    """Return the block that an address such as ``B2:C4`` or ``B2`` names."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    left, top, right, bottom = found.groups()
    first = int(top) - 1, column_of(left)
    last = (int(bottom) - 1, column_of(right)) if right else first
    return Range(min(first[0], last[0]), min(first[1], last[1]), max(first[0], last[0]), max(first[1], last[1]))


class _Styles:
    """Follows the part of styles."""

    def __init__(self) -> None:
        self._formats: dict[int, str] = dict(BUILT_IN)
        self._tables: dict[str, list[dict[str, Any]]] = {"font": [], "fill": [], "border": [], "xf": []}
        self._within: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        name = local(name)
        parent = self._within[-1] if self._within else ""
        self._within.append(name)
        if name == "numFmt":
            self._formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif (parent, name) in {("fonts", "font"), ("fills", "fill"), ("borders", "border"), ("cellXfs", "xf")}:
            self._tables[name].append(dict(attributes))
        elif len(self._within) > 2:
            self._part(parent, name, attributes)

    def end(self, _: str) -> None:
        """Take the end of an element."""
        self._within.pop()

    def _part(self, parent: str, name: str, attributes: dict[str, str]) -> None:
        if parent == "border" and self._tables["border"]:
            drawn = attributes.get("style", "none") != "none"
            if name in _SIDES or name == "diagonal":
                self._tables["border"][-1][name] = drawn
        elif parent == "patternFill" and name == "fgColor" and self._tables["fill"]:
            self._tables["fill"][-1]["colour"] = _colour(attributes)
        elif name == "patternFill" and self._tables["fill"]:
            self._tables["fill"][-1]["pattern"] = attributes.get("patternType", "none")
        elif parent == "font" and self._tables["font"]:
            if name == "color":
                self._tables["font"][-1]["colour"] = _colour(attributes)
            elif name == "strike":
                self._tables["font"][-1]["struck"] = attributes.get("val", "1") in _YES

    def made(self) -> list[Style]:
        """Return the cell styles in order."""
        return [self._style(xf) for xf in self._tables["xf"]] or [Style()]

    def _style(self, xf: dict[str, Any]) -> Style:
        border, fill, font = (self._entry(name, xf.get(f"{name}Id")) for name in ("border", "fill", "font"))
        crossed = border.get("diagonalUp") in _YES or border.get("diagonalDown") in _YES
        return Style(
            format=self._formats.get(_whole(xf.get("numFmtId")), "General"),
            diagonal=crossed and bool(border.get("diagonal")),
            boxed=any(border.get(side) for side in _SIDES),
            fill=fill.get("colour") if fill.get("pattern", "none") != "none" else None,
            colour=font.get("colour"),
            struck=bool(font.get("struck")),
        )

    def _entry(self, table: str, at: str | None) -> dict[str, Any]:
        entries, place = self._tables[table], _whole(at)
        return entries[place] if place < len(entries) else {}


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _colour(attributes: dict[str, str]) -> str | None:
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    return next((f"{kind}{attributes[kind]}" for kind in ("theme", "indexed") if kind in attributes), None)


class _Page:
    """Follows the part of a sheet."""

    def __init__(self, styles: tuple[Style, ...]) -> None:
        self._styles = styles
        self._crossed = frozenset(i for i, s in enumerate(styles) if s.diagonal)
        self._row = self._column = -1
        self.cells: dict[tuple[int, int], int] = {}
        self._diagonals: list[tuple[int, int]] = []
        self._merges: list[Range] = []
        self._hidden: tuple[list[int], list[int]] = ([], [])
        self._row_styles: dict[int, int] = {}
        self._bands: list[tuple[range, int]] = []
        self._letters: dict[str, int] = {}
        self._numbers: dict[str | None, int] = {}
        self._told = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "mergeCell" and len(self._merges) < _MOST_MERGES:
            merged = area(attributes.get("ref", ""))
            if merged is not None:
                self._merges.append(merged)
        elif name == "col":
            self._band(attributes)
        elif ":" in name:
            self.start(local(name), attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column += 1
        if place:
            letters = place.rstrip("0123456789")
            self._row = _whole(place[len(letters) :]) - 1
            column = self._letters.get(letters)
            if column is None:
                column = self._letters[letters] = column_of(letters[:4])
            self._column = column
        told = attributes.get("s")
        style = self._numbers.get(told)
        if style is None:
            style = self._numbers[told] = _whole(told)
        if len(self.cells) < MOST_STYLED:
            self.cells[self._row, self._column] = style
        if style in self._crossed:
            self._diagonals.append((self._row, self._column))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = _whole(attributes.get("r")) - 1 if "r" in attributes else self._row + 1
        self._column = -1
        if attributes.get("hidden") in _YES:
            self._hidden[0].append(self._row)
        if attributes.get("customFormat") in _YES:
            self._row_styles[self._row] = _whole(attributes.get("s"))

    def _band(self, attributes: dict[str, str]) -> None:
        first, last = (_whole(attributes.get(key)) for key in ("min", "max"))
        band = range(max(first - 1, 0), min(last, _MOST_COLUMNS))
        self._told += len(band)
        if self._told > 2 * _MOST_COLUMNS:  # bands that overlap, which no spreadsheet writes
            return
        if attributes.get("hidden") in _YES:
            self._hidden[1].extend(band)
        if "style" in attributes:
            self._bands.append((band, _whole(attributes["style"])))

    def made(self, comments: dict[tuple[int, int], str], cells: Cells) -> Looks:
        """Return what was seen."""
        return Looks(
            merges=tuple(self._merges),
            diagonals=frozenset(self._diagonals),
            hidden_rows=frozenset(self._hidden[0]),
            hidden_columns=frozenset(self._hidden[1]),
            comments=comments,
            styles=self._styles,
            cells=cells,
            row_styles=self._row_styles,
            column_styles=Later(lambda: {column: style for band, style in self._bands for column in band}),
        )


def _comments(parts: Parts, sheet: str) -> dict[tuple[int, int], str]:
    """Read what is noted beside the cells of a sheet."""
    folder, _, name = sheet.rpartition("/")
    related: list[str] = []

    def relation(element: str, attributes: dict[str, str]) -> None:
        if local(element) == "Relationship" and attributes.get("Type", "").endswith("/comments"):
            related.append(resolved(attributes.get("Target", ""), folder))

    relations = parts.get(f"{folder}/_rels/{name}.rels")
    if relations:
        parse(relations, relation)
    notes = _Notes()
    for part in related:
        if part in parts.entries:
            parse(parts.get(part), notes.start, notes.end, notes.data)
    return notes.found


class _Notes:
    """Follows a part of comments."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._at: tuple[int, int] | None = None
        self._text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        name = local(name)
        if name == "comment":
            place = area(attributes.get("ref", ""))
            self._at = (place.top, place.left) if place else None
        self._text = name == "t"

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._text = False

    def data(self, text: str) -> None:
        """Take text."""
        if self._text and self._at is not None:
            known = self.found.get(self._at, "")
            if len(known) < _LONGEST_NOTE and (known or len(self.found) < MOST_STYLED):
                self.found[self._at] = known + text
