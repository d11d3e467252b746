"""A beginning and an end under one header: 開所時間 over 7:00, ～ and 19:00, or 受入年齢 over 0歳 and 5歳."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from keiyu.read import fold
from keiyu.read.general.cues import Cues
from keiyu.read.general.evidence import Judge
from keiyu.read.general.headers import Level
from keiyu.read.general.hits import UNASKED, Heard, Hit
from keiyu.read.grid import Cell

SPANS: Final[Mapping[str, tuple[str, str]]] = {
    "open_time": ("open_time", "close_time"),
    "extended_open_time": ("extended_open_time", "extended_close_time"),
    "accepted_ages": ("age_min", "age_max"),
}
"""Field that may be told as a span → the fields of its beginning and its end."""

_MOST: Final = 4
_TOLD: Final = 0.5
_AGREES: Final = 0.8
_ORDERED: Final = 0.9
_SURE: Final = 0.95


def find_spans(
    levels: Sequence[Sequence[Level]],
    heard: Sequence[Heard],
    columns: Sequence[Sequence[Cell]],
    judge: Judge,
    cues: Cues,
) -> dict[int, Heard]:
    """Return what columns mean that are the beginning, the sign between or the end of a span.

    Args:
        levels: the texts over each column.
        heard: what they mean by themselves.
        columns: the first cells of each column, in row order.
        judge: judges values.
        cues: words for the beginning and the end of a span.
    """
    worded = (_worded(*each, cues) for each in zip(levels, heard, strict=True))
    found = {at: told for at, told in enumerate(worded) if told is not None}
    for group in _groups(levels):
        hit = next((h for h in heard[group[0]].hits if h.field in SPANS and h.score >= _TOLD), None)
        if hit is None or not all(_between(columns[at], cues) for at in group[1:-1]):
            continue
        fields = SPANS[hit.field]
        if _spans(fields, columns[group[0]], columns[group[-1]], judge):
            for at, field in zip((group[0], group[-1]), fields, strict=True):
                found[at] = Heard((Hit(field, _SURE, "part", hit.label),), known=True)
            found |= dict.fromkeys(group[1:-1], UNASKED)
    return found


def _worded(levels: Sequence[Level], heard: Heard, cues: Cues) -> Heard | None:
    """Return what a column means under whose group a word tells the beginning from the end: 保育時間 over 終了."""
    said = fold.label(levels[-1].text) if len(levels) > 1 else ""
    at = next((n for n, words in enumerate((cues.begins, cues.ends)) if said in words), None)
    hit = next((h for h in heard.hits if h.field in SPANS and h.score >= _TOLD), None)
    if at is None or hit is None or heard.hits[0].field in {fields[at] for fields in SPANS.values()}:
        return None
    return Heard((Hit(SPANS[hit.field][at], _SURE, "part", hit.label),), known=True)


def _groups(levels: Sequence[Sequence[Level]]) -> Iterator[tuple[int, ...]]:
    """Yield runs of columns under one text, or under the same text again."""
    texts = [tuple(level.text for level in column) for column in levels]
    start = 0
    for at in range(1, len(texts) + 1):
        if at == len(texts) or texts[at] != texts[start]:
            if 1 < at - start <= _MOST and texts[start]:
                yield tuple(range(start, at))
            start = at


def _between(cells: Sequence[Cell], cues: Cues) -> bool:
    return all(isinstance(cell, str) and fold.label(cell) in cues.between for cell in cells)


def _spans(fields: tuple[str, str], first: Sequence[Cell], last: Sequence[Cell], judge: Judge) -> bool:
    """Return whether two columns are beginnings and ends: single values, the one before the other."""
    both = [(a, b) for a, b in zip(first, last, strict=False) if a != "" and b != ""]
    if not both or any(judge.sorts.get(field) is None for field in fields):
        return False
    shares = (judge.fit(field, cells).share for field, cells in zip(fields, zip(*both, strict=True), strict=True))
    if any((share or 0.0) < _AGREES for share in shares):
        return False
    starts, ends = (judge.reader(field) for field in fields)
    read = [(starts.read(a), ends.read(b)) for a, b in both]
    if any(a.more.get("until") for a, _ in read):
        return False
    if judge.sorts[fields[0]] != "time":
        return True
    return sum(str(a.value) < str(b.value) for a, b in read) >= _ORDERED * len(read)
