"""What the texts over one column say together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from keiyu.read import fold
from keiyu.read.general.headers import Level
from keiyu.read.general.hits import COMPOSED, DENIED, SILENT, Heard, Hit
from keiyu.read.general.lexis import Lexis
from keiyu.read.kinds import kind_of

_ONE_OF_SEVERAL = 0.8
_FREE = "text"
"""The kind of values that prove nothing: a loose word for one is what is left of the group that it stands under."""
_OF_IT = re.compile(r"^\s*[(（]?(?:うち|内|内訳)[\s:：・_]*(.+?)[)）]?\s*$", re.DOTALL)
"""A text over a column that counts a part of the column on the left."""
_UNIT = re.compile(r"[(（][^()（）]*[)）]")


def hear_all(columns: Sequence[Sequence[Level]], lexis: Lexis) -> list[Heard]:
    """Return what the texts over each column mean; うち0歳 behind 認可定員 counts a part of what stands there.

    Args:
        columns: the levels over each column.
        lexis: understands texts.
    """
    found: list[Heard] = []
    whole = ""
    for levels in columns:
        part = _OF_IT.match(levels[-1].text) if levels else None
        counted = lexis.hear(f"{whole}{part[1]}") if part and whole else SILENT
        if counted.hits and counted.hits[0].how == "composed":
            found.append(counted)
            continue
        found.append(hear(_named(levels, lexis), lexis))
        whole = whole if part or not levels else _UNIT.sub("", levels[-1].text)
    return found


def _named(levels: Sequence[Level], lexis: Lexis) -> Sequence[Level]:
    """Take うち off the names of groups where the rest is known: うち待機児童数 over ０歳."""
    return [
        replace(level, text=part[1])
        if level.shared and (part := _OF_IT.match(level.text)) and lexis.hear(part[1]).best >= COMPOSED
        else level
        for level in levels
    ]


def hear(levels: Sequence[Level], lexis: Lexis) -> Heard:
    """Return what the levels of a header mean over one column.

    Levels side by side (an English and a Japanese header row) each name the column; a level over several
    columns names what the level below it is a part of.

    Args:
        levels: the texts from the top.
        lexis: understands texts.
    """
    if not levels:
        return SILENT
    if len(levels) == 1:
        heard = lexis.hear(levels[0].text)
        return _less_sure(heard) if levels[0].shared else heard
    whole = lexis.hear("_".join(level.text for level in levels))
    if whole.known:
        return whole
    if any(level.shared for level in levels[:-1]):
        return _grouped(levels, lexis, whole)
    texts = [level.text for level in levels]
    others = ["_".join(texts[:at] + texts[at + 1 :]) for at in range(len(texts))]
    return _side_by_side([lexis.hear_beside(*both) for both in zip(texts, others, strict=True)], whole)


def _less_sure(heard: Heard) -> Heard:
    """A text over several columns, and nothing below it: each column is only a part of what it says."""
    return replace(heard, hits=tuple(hit.times(_ONE_OF_SEVERAL, hit.how) for hit in heard.hits))


def _side_by_side(heard: Sequence[Heard], whole: Heard) -> Heard:
    known = [h for h in heard if h.known]
    if known and all(not h.hits for h in known):
        return Heard(known=True)
    unasked = any(h.known and not h.hits for h in heard)
    best: dict[str, Hit] = {}
    for hit in (hit for h in (*heard, whole) for hit in h.hits):
        hit = hit.times(0.6, hit.how) if unasked else hit
        if hit.field not in best or hit.score > best[hit.field].score:
            best[hit.field] = hit
    either = next((h.either for h in known if h.either), None) if all(h.either for h in known) else None
    return _ranked(best, known=bool(known), either=either)


def _grouped(levels: Sequence[Level], lexis: Lexis, whole: Heard) -> Heard:
    """Read a label under a group's name: 電話番号 under 保護者 is not the facility's, その他 under 災害 no remark."""
    over, last = "_".join(level.text for level in levels[:-1]), levels[-1].text
    own = lexis.hear_beside(last, over)
    if own.known and not own.hits:
        return own
    above, folded = lexis.hear_beside(over, last), fold.joined(over)
    neutral = lexis.cues.without_thing(folded + "_") in ("_", "") or folded in lexis.cues.things
    weight = COMPOSED if neutral else max(lexis.weight(folded), DENIED)
    best: dict[str, Hit] = {}
    rest = set() if neutral else {hit.field for hit in own.hits if hit.how == "weak" and _is_free(hit, lexis)}
    for hit in own.hits:
        best[hit.field] = lexis.allowed(hit.times(DENIED if hit.field in rest else weight, "part"), over)
    beside = min(lexis.weight(fold.joined(last)), 0.9)
    for hit in (*(h.times(_under(h, own, beside, lexis), "part") for h in above.hits), *whole.hits):
        if hit.field not in best or (hit.score > best[hit.field].score and hit.field not in rest):
            best[hit.field] = hit
    return _ranked(best, known=own.known and neutral, either=own.either)


def _is_free(hit: Hit, lexis: Lexis) -> bool:
    return kind_of(lexis.vocabulary.terms[hit.field].field).name == _FREE


def _under(hit: Hit, own: Heard, beside: float, lexis: Lexis) -> float:
    """Return how much of a group's name is left over a label of its own: 設置者 over 所在地 names no operator.

    Nor does 定員（２・３号） over ０歳 name all places.
    """
    fields = {h.field for h in own.hits}
    if not own.known or not fields or hit.field in fields:
        return beside
    if own.hits[0].how == "composed":
        return DENIED
    kinds = {kind_of(lexis.vocabulary.terms[name].field).name for name in fields}
    return beside if kind_of(lexis.vocabulary.terms[hit.field].field).name in kinds else DENIED


def _ranked(best: dict[str, Hit], *, known: bool, either: object) -> Heard:
    hits = tuple(sorted(best.values(), key=lambda h: (-h.score, h.field)))
    return Heard(hits, known, either)  # type: ignore[arg-type]
