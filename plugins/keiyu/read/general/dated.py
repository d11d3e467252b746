"""The date to which a table of any form refers: from its title, its sheet, its header, the file's name."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

from keiyu.codes.eras import find_date, find_month, parse_date
from keiyu.read import fold
from keiyu.read.general.cues import Cues
from keiyu.read.general.shapes import shape
from keiyu.read.grid import Cell, Grid

_SHORT: Final = 60
_YEAR: Final = "年"
_AS_OF: Final = re.compile(r"現在|時点")
_NUMBER: Final = re.compile(r"\d|[元一二三四五六七八九十]")
_DAY: Final = re.compile(
    r"(?:(?:令和|平成|昭和)\s?(?:\d{1,2}|元)|\d{4})\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
)
_LONGEST: Final = 100
_DATED: Final = re.compile(rf"[※*(（\[【〔]?\s*(?:{_DAY.pattern})\s*(?:現在|時点)\s*[)）\]】〕]?")

TITLE: Final = 4.0
STATED: Final = 6.0
ENTERED: Final = 6.5
SHEET: Final = 3.5
HEADER: Final = 3.0
LONG: Final = 1.5
DRAWN_UP: Final = 1.0
CELL: Final = 0.9
NAME: Final = 2.0
PUBLISHED: Final = 2.5
NAMED: Final = 2.8
BELOW: Final = 0.5


def find_as_of(
    grid: Grid, top: int, header: Sequence[str], name: str, cues: Cues, below: Sequence[int] = ()
) -> dt.date | None:
    """Find the date to which a table refers; a month is its first day.

    What a title says goes before what a file is named after, be it only when the figures were published: a file
    is often named after the day on which it was saved. The day on which it was drawn up is only taken where
    nothing else is said. A month in a title goes before a day beside it.

    Args:
        grid: the sheet.
        top: the first header row, 0-based.
        header: the texts of the header.
        name: the file's name.
        cues: words beside a date of drawing up.
        below: the rows under the records, 0-based; what they say (○月○日現在) is taken where nothing else is said.
    """
    found = list(_said(grid, top, cues))
    found += [(date, SHEET) for date in _dates(grid.name or "")]
    found += [(date, HEADER) for text in header if "://" not in text for date in _dates(text)]
    stem = name.rpartition("/")[2].rpartition(".")[0] or name
    found += [(date, NAMED if _AS_OF.search(stem) else NAME) for date in _dates(stem)]
    found += [(date, BELOW) for row in below for cell in grid.rows[row] if _is_as_of(cell) for date in _dates(cell)]
    return max(found, key=lambda item: item[1], default=(None, 0.0))[0]


def _is_as_of(cell: Cell) -> bool:
    """Return whether a cell says nothing but the date to which a table refers."""
    return isinstance(cell, str) and len(cell) <= _LONGEST and _DATED.fullmatch(fold.value(cell).strip()) is not None


def _said(grid: Grid, top: int, cues: Cues) -> Iterator[tuple[dt.date, float]]:
    """Yield what the rows over a table say, with how much it counts."""
    for number, row in enumerate(grid.rows[:top]):
        filled = [cell for cell in row if cell != ""]
        weighed = [(cell, weight) for cell in filled if (weight := _weight(cell, cues))]
        found = [told for cell, weight in weighed for told in _told(cell, weight, cues)]
        whole = "".join(map(_written, row)) if not found and len(filled) > 1 else ""
        if _YEAR in whole and len(whole) <= _SHORT:
            found = [(date, _weight(whole, cues)) for date in _dates(whole)]
        yield from ((date, weight - 0.01 * number) for date, weight in found)


def _told(cell: Cell, weight: float, cues: Cues) -> list[tuple[dt.date, float]]:
    entry = _entry(cell, cues) if weight == STATED else []
    return [(date, ENTERED if entry else weight) for date in entry or _dates(cell)]


def _entry(cell: Cell, cues: Cues) -> list[dt.date]:
    """Return the one month from which a title says that children are taken in: ６月入所（令和８年５月１０日現在）."""
    said = set(cues.entry.findall(fold.value(cell))) if isinstance(cell, str) and cell else set()
    if len(said) != 1:
        return []
    year, month = said.pop()
    day = None if year else find_date(str(cell))
    first = parse_date(f"{year}年{month}月1日") if year else None
    if day is not None:
        first = dt.date(day.year + (int(month) < day.month), int(month), 1)
    return [first] if first else []


def _written(cell: Cell) -> str:
    """Return a cell as it stands in a date that is cut over cells: 令和, 8, 年, 6, 月."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _weight(cell: Cell, cues: Cues) -> float:
    if not isinstance(cell, str):
        return CELL if shape(cell) == "date" else 0.0
    if any(word in cell for word in cues.drawn_up):
        published = len(cell) <= _SHORT and any(word in cell for word in cues.published)
        return PUBLISHED if published else DRAWN_UP
    if len(cell) > _SHORT:
        return LONG
    return STATED if any(word in cell for word in cues.stated) else TITLE


def _dates(cell: Cell) -> list[dt.date]:
    """Return the one date that a cell names: a day, else a month."""
    if not isinstance(cell, str):
        date = parse_date(cell)
    elif cell and _NUMBER.search(cell):
        date = find_date(cell) or find_month(cell) or parse_date(cell)
        date = date or _any_day(cell)
    else:
        date = None
    return [date] if date else []


def _any_day(text: str) -> dt.date | None:
    """Return the one day in a text, whatever is said of it (公表, 付)."""
    days = {day for found in _DAY.findall(fold.value(text)) if (day := parse_date(found))}
    return days.pop() if len(days) == 1 else None
