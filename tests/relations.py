"""How one list is told in many ways: what a clerk, a spreadsheet or a system makes of it without changing a record.

``EXACT`` relations must be read the same: same fields, same values, same records. ``CAREFUL`` ones take away some of
what the reader goes by; they may send a column or a value to a person, but never put it under another field.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Final

from files import Cell, Span, ods_rows, page_bytes, sheet_bytes, xls_bytes, xlsb_bytes, zip_bytes
from keiyu.codes.eras import parse_date, to_wareki
from reading import csv_bytes
from retelling import Listed, Told

Relation = Callable[[Listed, Random], Told | None]


def _plain(listed: Listed) -> list[list[str]]:
    return [[*listed.header], *map(list, listed.rows)]


def _all(listed: Listed) -> tuple[range, range]:
    return range(len(listed.header)), range(len(listed.rows))


def _old(rows: Sequence[Sequence[str]]) -> bytes:
    return xls_bytes({(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row) if cell})


def in_text(
    listed: Listed,
    _: Random,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\r\n",
    name: str = "list.csv",
) -> Told | None:
    """A text in an encoding that has all its signs."""
    lines = (delimiter.join(_quoted(cell, delimiter) for cell in row) for row in _plain(listed))
    try:
        return Told("".join(line + end for line in lines).encode(encoding), name, *_all(listed))
    except UnicodeEncodeError:
        return None


def _quoted(cell: str, delimiter: str) -> str:
    needed = any(sign in cell for sign in (delimiter, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if needed else cell


def in_file(listed: Listed, _: Random, *, write: Callable[[list[list[str]]], bytes], name: str) -> Told:
    """A file of another kind."""
    return Told(write(_plain(listed)), name, *_all(listed))


def as_json(listed: Listed, _: Random) -> Told | None:
    """Records of JSON, each with all its properties."""
    if len(set(listed.header)) < len(listed.header) or not all(listed.header):
        return None
    told = [dict(zip(listed.header, row, strict=True)) for row in listed.rows]
    return Told(json.dumps(told, ensure_ascii=False).encode(), "list.json", *_all(listed))


def as_points(listed: Listed, _: Random) -> Told | None:
    """Features of GeoJSON, the place of each in its geometry."""
    places = [_axis(listed, low, high) for low, high in ((20, 46), (122, 154))]
    kept = [at for at in range(len(listed.header)) if at not in places]
    twice = sum("緯度" in text for text in listed.header) > 1
    if None in places or twice or len(set(listed.header)) < len(listed.header) or not all(listed.header):
        return None
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(row[at or 0]) for at in places[::-1]]},
            "properties": {listed.header[at]: row[at] for at in kept},
        }
        for row in listed.rows
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    return Told(data, "list.geojson", [*kept, *places], range(len(listed.rows)))


def _axis(listed: Listed, low: float, high: float) -> int | None:
    """The one column of decimals between two bounds."""
    decimals = re.compile(r"\d{2,3}\.\d{3,}")
    columns = [[row[at] for row in listed.rows] for at in range(len(listed.header))]
    found = [
        n for n, cells in enumerate(columns) if any(decimals.fullmatch(c) and low < float(c) < high for c in cells)
    ]
    return found[0] if len(found) == 1 and all(map(decimals.fullmatch, columns[found[0]])) else None


def typed(listed: Listed, _: Random) -> Told:
    """A workbook whose figures are numbers, where their text comes back from them."""
    rows = [[_number(cell) for cell in row] for row in _plain(listed)]
    return Told(sheet_bytes({"Sheet1": rows}), "list.xlsx", *_all(listed))


def _number(cell: str) -> Cell:
    if cell.isascii() and cell.isdigit() and str(int(cell)) == cell and len(cell) < 15:
        return int(cell)
    return cell


def columns_shuffled(listed: Listed, chance: Random) -> Told:
    """Columns in another order; those without a header stay with the one before them."""
    named = [at for at, text in enumerate(listed.header) if text]
    groups = [range(at, end) for at, end in zip(named, [*named[1:], len(listed.header)], strict=True)]
    order = [at for group in chance.sample(groups, len(groups)) for at in group]
    rows = [[row[at] for at in order] for row in _plain(listed)]
    return Told(csv_bytes(rows), "list.csv", order, range(len(listed.rows)))


def rows_shuffled(listed: Listed, chance: Random) -> Told:
    """Records in another order."""
    order = chance.sample(range(len(listed.rows)), len(listed.rows))
    rows = [listed.header, *(listed.rows[at] for at in order)]
    return Told(csv_bytes(rows), "list.csv", range(len(listed.header)), order)


def empty_columns(listed: Listed, chance: Random) -> Told:
    """Empty columns put in."""
    order: list[int | None] = []
    for at in range(len(listed.header)):
        order += [None] * (chance.random() < 0.2 and listed.header[at] != "") + [at]
    rows = [["" if at is None else row[at] for at in order] for row in _plain(listed)]
    return Told(csv_bytes(rows), "list.csv", order, range(len(listed.rows)))


def empty_rows(listed: Listed, chance: Random) -> Told:
    """Empty records put in."""
    rows: list[Sequence[str]] = []
    for row in _plain(listed):
        rows += [[""] * len(row)] * (chance.random() < 0.2) + [row]
    return Told(csv_bytes(rows), "list.csv", *_all(listed))


def shifted(listed: Listed, _: Random) -> Told:
    """A sheet that begins at C4."""
    rows = [[], [], [], *(["", "", *row] for row in _plain(listed))]
    columns, records = _all(listed)
    return Told(sheet_bytes({"Sheet1": rows}), "list.xlsx", [None, None, *columns], records)


def titled(listed: Listed, _: Random) -> Told:
    """A title and what goes before."""
    rows = [["一覧表"], ["", "", "担当　こども課"], [], *_plain(listed)]
    return Told(sheet_bytes({"Sheet1": rows}), "list.xlsx", *_all(listed))


def footnoted(listed: Listed, _: Random) -> Told:
    """Notes below."""
    rows = [*_plain(listed), [], ["※ 内容は変更になることがあります。"], ["（注）詳しくはお問い合わせください。"]]
    return Told(csv_bytes(rows), "list.csv", *_all(listed))


def totalled(listed: Listed, _: Random) -> Told | None:
    """A total below."""
    sums = [_sum([row[at] for row in listed.rows]) for at in range(len(listed.header))]
    label = next((at for at, total in enumerate(sums) if total == ""), None)
    if label is None or not any(sums):
        return None
    sums[label] = "合計"
    return Told(csv_bytes([*_plain(listed), sums]), "list.csv", *_all(listed))


def _sum(cells: Sequence[str]) -> str:
    figures = [cell for cell in cells if cell]
    if figures and all(f.isascii() and f.isdigit() and len(f) < 4 and str(int(f)) == f for f in figures):
        return str(sum(map(int, figures)))
    return ""


def hidden(listed: Listed, chance: Random) -> Told:
    """Some columns not shown."""
    unseen = [at for at in range(len(listed.header)) if chance.random() < 0.3]
    return Told(sheet_bytes({"Sheet1": _plain(listed)}, hidden=unseen), "list.xlsx", *_all(listed))


def with_notes(listed: Listed, _: Random) -> Told:
    """A second sheet of notes."""
    notes = [["記入上の注意"], ["１", "この表は毎月更新します。"], ["２", "不明な点は担当課へ。"]]
    return Told(sheet_bytes({"一覧": _plain(listed), "注意事項": notes}), "list.xlsx", *_all(listed))


def merged_down(listed: Listed, _: Random) -> Told:
    """Each header merged over two rows."""
    named = [at for at, text in enumerate(listed.header) if text]
    spans = [(0, at, 1, end - 1) for at, end in zip(named, [*named[1:], len(listed.header)], strict=True)]
    rows = [listed.header, [""] * len(listed.header), *listed.rows]
    return Told(sheet_bytes({"Sheet1": rows}, spans), "list.xlsx", *_all(listed))


def split_header(listed: Listed, _: Random) -> Told | None:
    """What neighbouring headers begin with, merged above them."""
    upper, lower, spans, at = list(listed.header), [""] * len(listed.header), list[Span](), 0
    while at < len(listed.header):
        end = _alike(listed.header, at)
        if end - at < 2:
            spans.append((0, at, 1, at))
            at += 1
            continue
        prefix = _begin(listed.header[at:end])
        lower[at:end] = [h[len(prefix) :] for h in listed.header[at:end]]
        upper[at:end] = [prefix.rstrip("_（( ・:："), *[""] * (end - at - 1)]
        spans.append((0, at, 0, end - 1))
        at = end
    if not any(lower):
        return None
    return Told(sheet_bytes({"Sheet1": [upper, lower, *listed.rows]}, spans), "list.xlsx", *_all(listed))


def _begin(headers: Sequence[str]) -> str:
    first, last = min(headers), max(headers)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:same] if same < min(map(len, headers)) else ""


def _alike(headers: Sequence[str], at: int) -> int:
    end = at + 1
    while end < len(headers) and len(_begin(headers[at : end + 1])) >= 2:
        end += 1
    return end


_LINK: Final = re.compile(r"@|://|<")
"""Links and markup are never typed in full width."""
_TECHNICAL: Final = re.compile(r"[\w.:/#-]*[a-z_][\w.:/#-]*", re.ASCII)
"""Nor are the names that systems give: ``_id``, ``hours.open``."""


def widened(listed: Listed, _: Random) -> Told:
    """Figures, letters and signs in full width, in the header and below."""
    wide = str.maketrans({n: n + 0xFEE0 for n in range(0x21, 0x7F) if chr(n) not in "\"',@/:?&=._-<>"})
    rows = [[cell if _LINK.search(cell) else cell.translate(wide) for cell in row] for row in listed.rows]
    header = [text if _TECHNICAL.fullmatch(text) else text.translate(wide) for text in listed.header]
    return Told(csv_bytes([header, *rows]), "list.csv", *_all(listed))


def narrowed(listed: Listed, _: Random) -> Told:
    """Kana, figures and letters in half width, in the header and below."""
    rows = [[_narrow(cell) for cell in row] for row in _plain(listed)]
    return Told(csv_bytes(rows), "list.csv", *_all(listed))


_HALF: Final = {unicodedata.normalize("NFKC", chr(n)): chr(n) for n in range(0xFF66, 0xFF9E)} | {"ー": "ｰ"}


def _narrow(cell: str) -> str:
    out = []
    for sign in cell:
        if "\uff01" <= sign <= "\uff5e":
            out.append(unicodedata.normalize("NFKC", sign))
            continue
        base, *marks = unicodedata.normalize("NFD", sign)
        half = _HALF.get(base)
        out.append(half + "".join("ﾞ" if m == "\u3099" else "ﾟ" for m in marks) if half else sign)
    return "".join(out)


def dates(listed: Listed, _: Random, *, write: Callable[[dt.date], Cell]) -> Told | None:
    """Columns of dates written in another way."""
    days = [_days([row[at] for row in listed.rows]) for at in range(len(listed.header))]
    if not any(days):
        return None
    rows: list[Sequence[Cell]] = [listed.header]
    for number, row in enumerate(listed.rows):
        rows.append([write(d[number]) if d and d[number] else c for c, d in zip(row, days, strict=True)])
    return Told(sheet_bytes({"Sheet1": rows}), "list.xlsx", *_all(listed))


_DAY: Final = re.compile(
    r"(19|20)\d\d([-/.])\d{1,2}\2\d{1,2}|(19|20)\d\d年\d+月\d+日|[MTSHR明大昭平令][和治正成]?\d+[.年]\d+[.月]\d+日?"
)


def _days(cells: Sequence[str]) -> list[dt.date | None]:
    filled = [cell for cell in cells if cell]
    if not filled or not all(_DAY.fullmatch(unicodedata.normalize("NFKC", cell)) for cell in filled):
        return []
    return [parse_date(cell) if cell else None for cell in cells]


def serial(day: dt.date) -> int:
    """The number by which a spreadsheet keeps a day."""
    return (day - dt.date(1899, 12, 30)).days


def zero_eaten(listed: Listed, _: Random) -> Told | None:
    """Columns of figures opened in a spreadsheet: leading zeros of telephone numbers and codes are gone."""
    eaten = []
    for at in range(len(listed.header)):
        cells = [row[at] for row in listed.rows if row[at]]
        if cells and all(c.isascii() and c.isdigit() for c in cells) and any(c[0] == "0" and len(c) > 4 for c in cells):
            eaten.append(at)
    if not eaten:
        return None
    rows = [[int(c) if at in eaten and c else c for at, c in enumerate(row)] for row in listed.rows]
    data = sheet_bytes({"Sheet1": [listed.header, *rows]})
    return Told(data, "list.xlsx", *_all(listed), frozenset({"facility_id", "shelter_id"}))


def zipped(listed: Listed, _: Random) -> Told:
    """A text in an archive."""
    data = zip_bytes({"一覧/list.csv": csv_bytes(_plain(listed), "utf-8-sig")})
    return Told(data, "list.zip", *_all(listed))


ENCODINGS: Final = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be")
EXACT: Final[dict[str, Relation]] = {
    **{f"text in {encoding}": partial(in_text, encoding=encoding) for encoding in ENCODINGS},
    "tabs": partial(in_text, delimiter="\t", name="list.tsv"),
    "semicolons": partial(in_text, delimiter=";"),
    "tabs in utf-16": partial(in_text, delimiter="\t", encoding="utf-16", name="list.txt"),
    "line feeds": partial(in_text, end="\n"),
    "carriage returns": partial(in_text, end="\r"),
    "csv named xlsx": partial(in_text, encoding="cp932", name="list.xlsx"),
    "xlsx": partial(in_file, write=lambda rows: sheet_bytes({"Sheet1": rows}), name="list.xlsx"),
    "xlsx named csv": partial(in_file, write=lambda rows: sheet_bytes({"Sheet1": rows}), name="list.csv"),
    "xls": partial(in_file, write=_old, name="list.xls"),
    "xls named xlsx": partial(in_file, write=_old, name="list.xlsx"),
    "xlsb": partial(in_file, write=xlsb_bytes, name="list.xlsb"),
    "ods": partial(in_file, write=ods_rows, name="list.ods"),
    "ods named json": partial(in_file, write=ods_rows, name="list.json"),
    "page named xls": partial(in_file, write=page_bytes, name="list.xls"),
    "json": as_json,
    "geojson": as_points,
    "zip": zipped,
    "figures as numbers": typed,
    "records in another order": rows_shuffled,
    "empty columns": empty_columns,
    "empty rows": empty_rows,
    "begins at C4": shifted,
    "title above": titled,
    "notes below": footnoted,
    "total below": totalled,
    "hidden columns": hidden,
    "sheet of notes": with_notes,
    "header merged over two rows": merged_down,
    "days of a spreadsheet": partial(dates, write=lambda day: day),
    "days in 和暦": partial(dates, write=to_wareki),
    "days in ISO": partial(dates, write=lambda day: day.isoformat()),
}
CAREFUL: Final[dict[str, Relation]] = {
    "columns in another order": columns_shuffled,
    "header split on two rows": split_header,
    "full width": widened,
    "half width": narrowed,
    "days as bare numbers": partial(dates, write=serial),
    "leading zeros gone": zero_eaten,
}
