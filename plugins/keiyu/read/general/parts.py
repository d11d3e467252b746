"""Fields that lie in several columns: a phone number cut at its hyphens, a latitude in degrees, minutes and seconds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from keiyu.read import fold
from keiyu.read.general.cues import Cues
from keiyu.read.general.evidence import Fit, Judge
from keiyu.read.general.headers import Level
from keiyu.read.general.hits import Hit
from keiyu.read.general.lexis import Lexis
from keiyu.read.grid import Cell
from keiyu.read.kinds import join

_MEASURED: Final = frozenset({"latitude", "longitude"})
_CUT: Final = frozenset({"phone", "postal_code", "corporate_number", *_MEASURED})
_MOST: Final = 7
_WHOLE: Final = 0.8
_PART: Final = 0.5
_SAMPLE: Final = 60
_NUMBERED: Final = re.compile(
    r"[\s_-]*(?:[上下前後]\d桁|[\d①-⑩]+|[(（][^()（）]{0,6}(?:\d桁?|局番|番号|[上下前後]\d?桁?)[)）])$"
)
_UNIT: Final = re.compile(r"(?:^|[\s_(（])[度分秒][)）]?$")


@dataclass(frozen=True, slots=True)
class Part:
    """A field that lies in several columns.

    Attributes:
        field: the field.
        columns: the columns, from the left.
        confidence: how sure.
        hit: what the header says.
        fit: what the joined values say.
    """

    field: str
    columns: tuple[int, ...]
    confidence: float
    hit: Hit
    fit: Fit


def find_parts(
    levels: Sequence[Sequence[Level]], columns: Sequence[Sequence[Cell]], lexis: Lexis, judge: Judge
) -> list[Part]:
    """Find fields that lie in several columns.

    Args:
        levels: the texts over each column.
        columns: the first cells of each column, in row order.
        lexis: understands texts.
        judge: judges values.
    """
    texts = _texts(levels, lexis.cues)
    return [part for group in _groups(texts) if (part := _part(group, texts[group[0]], columns, lexis, judge))]


def _groups(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, ...]]:
    """Yield runs of columns under one text, or under the same text again."""
    start = 0
    for at in range(1, len(texts) + 1):
        if at == len(texts) or texts[at] != texts[start] or not texts[at]:
            if 1 < at - start <= _MOST:
                yield tuple(range(start, at))
            start = at


def _texts(levels: Sequence[Sequence[Level]], cues: Cues) -> list[tuple[str, ...]]:
    """Return the texts over each column, numbers left out (郵便番号1, 郵便番号2); 市外局番 and what follows are one."""
    first, then = cues.cut
    found: list[tuple[str, ...]] = []
    for column in levels:
        *over, own = [level.text for level in column] or [""]
        if _UNIT.search(own) and (over or not _UNIT.fullmatch(own)):
            found.append((*over, *filter(None, [_UNIT.sub("", own)])))
            continue
        bare = _NUMBERED.sub("", own).strip() or own
        label = first.get(fold.joined(bare))
        behind = then.get(fold.joined(bare))
        if behind and found and found[-1] == (*over, behind):
            label = behind
        found.append((*over, label or bare) if own else ())
    return found


def _part(
    group: tuple[int, ...],
    texts: tuple[str, ...],
    columns: Sequence[Sequence[Cell]],
    lexis: Lexis,
    judge: Judge,
) -> Part | None:
    heard = lexis.hear("_".join(texts))
    hits = [hit for hit in heard.hits if judge.sorts[hit.field] in _CUT and hit.score >= _WHOLE]
    if not hits:
        return None
    filled = (row for row in zip(*(columns[at] for at in group), strict=True) if any(c != "" for c in row))
    rows = list(islice(filled, _SAMPLE))
    for hit in hits:
        fit = judge.fit(hit.field, [join(judge.sorts[hit.field], row) for row in rows])
        alone = judge.fit(hit.field, [row[0] for row in rows if row[0] != ""])
        cut = judge.sorts[hit.field] in _MEASURED or (alone.share or 0.0) < _PART
        if fit.share is not None and fit.share >= _WHOLE and cut:
            return Part(hit.field, group, min(hit.score, 0.97), hit, fit)
    return None
