"""Weighing headers and values for all columns of a table at once.

What is not sure enough is not used: it goes to a person, with the candidates and what speaks for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keiyu.read.general.assign import assign
from keiyu.read.general.evidence import ANYBODYS, Fit, Judge, Sample, has_decimals, weigh
from keiyu.read.general.headers import Level
from keiyu.read.general.hits import Heard, Hit, halves
from keiyu.read.general.lexis import Lexis
from keiyu.read.general.parts import Part
from keiyu.read.general.same import is_mostly_blank, same, tells_less
from keiyu.read.general.spans import find_spans
from keiyu.read.general.voices import hear_all
from keiyu.read.grid import Cell
from keiyu.read.known import Memory

USE: Final = 0.62
"""Least confidence with which a column is used."""
ASK: Final = 0.4
"""Least confidence with which a person is asked."""
_SEEN: Final = 0.2
_GAP: Final = 0.12
"""By this much a column must fit a field better than another column that fits it too."""
_MARGIN: Final = 0.06
"""By this much a field must fit a column better than another that is still free."""
_BLANK: Final = 0.9
UNNAMED: Final = 0.15
SHARED: Final = 0.35
"""With how much values begin under a header that stands over several columns."""
LEAST: Final = 0.1
"""What a column that the line knows and does not ask for says for the line."""
_OVERWHELMING: Final = 0.9
GUESSED: Final = 0.6
"""Most that a header only like a label says, where the values do not prove it."""
GUESSES: Final = frozenset({"tail", "like"})
TELLING: Final = 0.35
_TELLS: Final = 0.8
"""What is left of a field where the values are of another's sort."""
_DOUBTED: Final = 0.42
_MEASURED: Final = frozenset({"latitude", "longitude"})
"""Sorts that are not told from counts without decimals."""
CROSSED: Final[Mapping[str, str]] = {"latitude": "longitude", "longitude": "latitude", "listed": "ownership"}
"""Sorts whose header may stand over values of another sort, which the values prove."""
CROSSED_OVER: Final = 0.85
_THIN: Final = 0.001
"""What a column of mostly blanks loses: of two that say the same the fuller one is used."""
_HALF: Final = 0.5
_FEW: Final = 3
MOST: Final = 6
"""Fields that a header may name which are weighed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A column as it is seen before it is understood.

    Attributes:
        index: 0-based column.
        levels: the texts over it.
        sample: values, none blank.
        rows: the first cells in row order, blanks and all, for comparing columns.
    """

    index: int
    levels: tuple[Level, ...]
    sample: Sample
    rows: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a column may hold.

    Attributes:
        field: the field.
        confidence: from 0 to 1, header and values taken together.
        hit: what the header says for it, if anything.
        fit: what the values say.
    """

    field: str
    confidence: float
    hit: Hit | None
    fit: Fit


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column, understood or not.

    Attributes:
        index: 0-based column.
        field: the field that it holds; none if none does or it is not sure.
        confidence: of the field, or of there being none.
        review: whether a person must look.
        candidates: the fields it may hold, the surest first.
        why: the reason beyond the candidates: ``blank``, ``unasked``, ``unlike``, ``same`` (as another column),
            ``better`` (another fits better), ``twins``, ``between``, ``contradiction``, ``doubt``, ``shifted``,
            ``headless``, ``called`` (names of something), ``rows`` (a record has several), ``months`` (one column for
            several), ``month`` (read as another table), ``day`` (of another), ``labels``, ``spread`` (rows of one).
        other: the column that the reason names.
        part: which part of the field it is, where the field lies in several columns.
        known: the known form that settles it, in Japanese and in English.
        ditto: of how many records the cell is blank because the text above goes for them too.
    """

    index: int
    field: str | None
    confidence: float
    review: bool = False
    candidates: tuple[Candidate, ...] = ()
    why: str | None = None
    other: int | None = None
    part: int | None = None
    known: tuple[str, str] | None = None
    ditto: int = 0


@dataclass(frozen=True)
class Understanding:
    """All columns of a table, understood by one line's words.

    Attributes:
        columns: the columns in order.
        parts: field → the columns in which its parts lie.
        memory: the known form by which they were understood, wholly or in part.
    """

    columns: tuple[Mapped, ...]
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    memory: Memory | None = None

    @property
    def fields(self) -> dict[str, int]:
        """Field → the column that is used for it; of parts the first."""
        used: dict[str, int] = {}
        for column in self.columns:
            if column.field is not None and not column.review:
                used.setdefault(column.field, column.index)
        return used


class Mapper:
    """Maps columns by one line's words."""

    def __init__(self, lexis: Lexis, judge: Judge) -> None:
        """Prepare.

        Args:
            lexis: understands header texts.
            judge: judges values.
        """
        self.lexis = lexis
        self.judge = judge

    def map(self, columns: Sequence[Seen], heard: Sequence[Heard], parts: Sequence[Part]) -> Understanding:
        """Map all columns of a table.

        Args:
            columns: the columns.
            heard: what their headers say.
            parts: fields that lie in several columns.
        """
        whole = {part.columns[0]: part for part in parts}
        taken = {at for part in parts for at in part.columns[1:]}
        ranked = [
            () if c.index in taken else self._of_part(whole[c.index]) if c.index in whole else self._weigh(c, h)
            for c, h in zip(columns, heard, strict=True)
        ]
        ranked = self._swapped(ranked)
        thin = [_THIN * is_mostly_blank(c.rows) if found else 0.0 for c, found in zip(columns, ranked, strict=True)]
        chosen = assign(
            [
                {c.field: c.confidence - less for c in found if c.confidence >= ASK}
                for less, found in zip(thin, ranked, strict=True)
            ]
        )
        return self._settled(columns, heard, ranked, chosen, parts)

    def heard(self, columns: Sequence[Seen]) -> list[Heard]:
        """Return what the headers say, of beginnings and ends under one header by their values.

        Args:
            columns: the columns.
        """
        heard = hear_all([c.levels for c in columns], self.lexis)
        spans = find_spans([c.levels for c in columns], heard, [c.rows for c in columns], self.judge, self.lexis.cues)
        return [spans.get(i, h) for i, h in enumerate(heard)]

    def beside(self, columns: Sequence[Seen], parts: Sequence[Part], settled: Mapping[int, Mapped]) -> Understanding:
        """Map the columns beside those that are settled; none of them gets a field that a settled column holds.

        Args:
            columns: all columns.
            parts: fields that lie in several columns.
            settled: columns that are not to be weighed, because a known form says what they are.
        """
        taken = {m.field: m.index for m in settled.values() if m.field is not None}
        free = [c for c in columns if c.index not in settled]
        left = [p for p in parts if p.field not in taken and not settled.keys() & set(p.columns)]
        found = self.map(free, self.heard(free), left)
        own = (
            m
            if m.field not in taken
            else replace(m, field=None, confidence=_BLANK, why="better", other=taken[m.field], part=None)
            for m in found.columns
        )
        both = {m.index: m for m in (*own, *settled.values())}
        return replace(found, columns=tuple(both[c.index] for c in columns))

    def _of_part(self, part: Part) -> tuple[Candidate, ...]:
        return (Candidate(part.field, part.confidence, part.hit, part.fit),)

    def _weigh(self, column: Seen, heard: Heard) -> tuple[Candidate, ...]:
        """Return the fields that a column may hold, the surest first."""
        found = [self._candidate(hit, column) for hit in heard.hits[:MOST]]
        crossed = self._crossed(found, column)
        found = [replace(c, confidence=c.confidence * _TELLS) if crossed and self._is_listed(c) else c for c in found]
        found += crossed
        if heard.either is not None:
            found = self._telling_first(found)
        if self.may_be_unnamed(column, heard):
            named = {self.judge.sorts[c.field] for c in found}
            unnamed = (name for name in self.judge.alone if self.judge.sorts[name] not in named)
            found += [c for name in unnamed if (c := self._by_values(name, column))]
        if any(level.shared for level in column.levels[-1:]):
            named = {c.field for c in found}
            found += [
                c for name in self.judge.telling if name not in named and (c := self._by_values(name, column, SHARED))
            ]
        ranked = sorted((c for c in found if c.confidence >= _SEEN), key=lambda c: (-c.confidence, c.field))
        return tuple(ranked)

    def may_be_unnamed(self, column: Seen, heard: Heard) -> bool:
        """Return whether values may tell a column by themselves, because its header says nothing certain."""
        return not heard.known and heard.best < USE and bool(column.sample)

    def _crossed(self, found: Sequence[Candidate], column: Seen) -> list[Candidate]:
        """Return what values say against their header: a longitude under 緯度, 公立 and 私立 under 種別."""
        told = {c.field: c for c in found if c.hit is not None and c.fit.share is not None}
        more = []
        for candidate in told.values():
            other = CROSSED.get(self.judge.sorts[candidate.field], "")
            for name in (n for n, sort in self.judge.sorts.items() if sort == other and n not in told):
                fit = self.judge.fit(name, column.sample)
                if (fit.share or 0.0) >= _OVERWHELMING and (candidate.fit.share or 0.0) <= _HALF and candidate.hit:
                    hit = replace(candidate.hit, field=name, score=candidate.hit.score * CROSSED_OVER, how="crossed")
                    more.append(
                        Candidate(name, weigh(hit.score, replace(fit, power=0.0), len(column.sample)), hit, fit)
                    )
        return more

    def _is_listed(self, candidate: Candidate) -> bool:
        return self.judge.sorts[candidate.field] == "listed"

    def _swapped(self, ranked: Sequence[tuple[Candidate, ...]]) -> list[tuple[Candidate, ...]]:
        """Believe values against their headers where two columns are swapped; one alone is for a person to see."""
        sorts = self.judge.sorts
        told = {sorts[c.field] for found in ranked for c in found if c.hit and c.hit.how == "crossed"}
        if told >= _MEASURED:
            return list(ranked)
        doubted = [
            tuple(
                replace(c, confidence=min(c.confidence, _DOUBTED))
                if c.hit and c.hit.how == "crossed" and sorts[c.field] in _MEASURED
                else c
                for c in found
            )
            for found in ranked
        ]
        return [tuple(sorted(found, key=lambda c: (-c.confidence, c.field))) for found in doubted]

    def _telling_first(self, found: list[Candidate]) -> list[Candidate]:
        """Prefer, where the header leaves it open, a sort that values can have or not have to free text."""
        told = any(c.fit.power > 0 and (c.fit.share or 0.0) >= 0.7 for c in found)
        return [replace(c, confidence=c.confidence * _TELLS) if told and not c.fit.power else c for c in found]

    def _by_values(self, name: str, column: Seen, start: float = UNNAMED) -> Candidate | None:
        first = self.judge.fit(name, column.sample.first)
        if first.share is None or first.share < _HALF:
            return None
        fit = self.judge.fit(name, column.sample)
        if self.judge.sorts[name] in _MEASURED and not all(map(has_decimals, column.sample)):
            return None
        if fit.share is None or fit.share < 0.9 or len(column.sample) < (1 if start > UNNAMED else _FEW):
            return None
        return Candidate(name, start + (1 - start) * fit.power * fit.share, None, fit)

    def _candidate(self, hit: Hit, column: Seen) -> Candidate:
        fit = self.judge.fit(hit.field, column.sample)
        sure = weigh(hit.score, fit, len(column.sample))
        guessed = hit.how in GUESSES and (fit.power < TELLING or self.judge.sorts[hit.field] in ANYBODYS)
        return Candidate(hit.field, min(sure, GUESSED) if guessed else sure, hit, fit)

    def _settled(
        self,
        columns: Sequence[Seen],
        heard: Sequence[Heard],
        ranked: Sequence[tuple[Candidate, ...]],
        chosen: Sequence[str | None],
        parts: Sequence[Part],
    ) -> Understanding:
        owner = {name: i for i, name in enumerate(chosen) if name is not None}
        found = [self._one(column, heard[i], ranked[i], chosen[i], owner) for i, column in enumerate(columns)]
        found = _twins(columns, found, owner, ranked, self.judge.sorts)
        by_index = {m.index: n for n, m in enumerate(found)}
        told: dict[str, tuple[int, ...]] = {}
        for part in parts:
            first = found[by_index[part.columns[0]]]
            if first.field != part.field or first.review:
                continue
            told[part.field] = part.columns
            for number, at in enumerate(part.columns, 1):
                found[by_index[at]] = replace(first, index=at, part=number)
        return Understanding(tuple(found), told)

    def _one(
        self,
        column: Seen,
        heard: Heard,
        ranked: tuple[Candidate, ...],
        name: str | None,
        owner: Mapping[str, int],
    ) -> Mapped:
        """Decide about one column what does not depend on columns that fit as well."""
        best = next((c for c in ranked if c.field == name), None)
        if name is None or best is None or best.confidence < min(USE, ranked[0].confidence):
            return _without(column, heard, ranked)
        if not column.sample and heard.either is not None:
            return Mapped(column.index, None, 0.6, candidates=ranked, why="blank")
        free = [c for c in ranked if c.field not in owner and c.field != name]
        rival = max((c.confidence for c in free), default=0.0)
        if best.confidence >= USE and rival > best.confidence - _MARGIN:
            return Mapped(column.index, None, best.confidence, True, ranked, "between")
        if best.confidence >= USE:
            return Mapped(column.index, name, best.confidence, candidates=ranked)
        why = "contradiction" if best.hit and best.hit.score >= USE else "doubt"
        return Mapped(column.index, None, best.confidence, True, ranked, why)


def _without(column: Seen, heard: Heard, ranked: tuple[Candidate, ...]) -> Mapped:
    """Tell why a column has no field; what is doubtful only because another column has it is told later."""
    if not ranked or ranked[0].confidence < ASK:
        why = "unasked" if heard.known else "unlike" if column.sample else "blank"
        sure = 0.95 if heard.known else 0.8 - (ranked[0].confidence / 2 if ranked else 0.0)
        return Mapped(column.index, None, sure, candidates=ranked, why=why)
    return Mapped(column.index, None, ranked[0].confidence, heard.asked, ranked, "better")


def _twins(
    columns: Sequence[Seen],
    found: list[Mapped],
    owner: Mapping[str, int],
    ranked: Sequence[tuple[Candidate, ...]],
    sorts: Mapping[str, str],
) -> list[Mapped]:
    """Decide about columns whose field another column has: the same again, a lesser one, or both unsure."""
    unsure: dict[int, Mapped] = {}
    for i, mapped in enumerate(found):
        if mapped.why != "better":
            continue
        best = mapped.candidates[0]
        first = owner.get(best.field)
        if first is None:
            continue
        held = next(c for c in ranked[first] if c.field == best.field)
        own, at = held.confidence, columns[first].index
        if not columns[i].sample or same(sorts[best.field], columns[i].rows, columns[first].rows):
            why = "same" if columns[i].sample else "blank"
            found[i] = replace(mapped, confidence=0.9, review=False, why=why, other=at)
        elif tells_less(sorts[best.field], columns[i].rows, columns[first].rows):
            found[i] = replace(mapped, confidence=0.8, other=at)
        elif _lesser(best, held) or (best.confidence < own - _GAP and not halves(best.hit, held.hit)):
            found[i] = replace(mapped, confidence=0.5 + abs(own - best.confidence) / 2, other=at)
        elif best.confidence >= USE and (
            _lesser(held, best) or tells_less(sorts[best.field], columns[first].rows, columns[i].rows)
        ):
            found[i] = replace(mapped, field=best.field, confidence=best.confidence, review=False, why=None)
            found[first] = replace(found[first], field=None, why="better", other=columns[i].index)
        else:
            found[i] = replace(mapped, review=True, why="twins", other=at)
            unsure[first] = replace(found[first], field=None, review=True, why="twins", other=columns[i].index)
    for first, mapped in unsure.items():
        found[first] = mapped
    return found


def _lesser(one: Candidate, other: Candidate) -> bool:
    """Return whether another column has the better claim: it bears the label, or its values are known to a list.

    Values that tell much by themselves lift a weak label close to the label itself.
    """
    if one.hit and other.hit and (one.hit.how, other.hit.how) == ("weak", "label") and one.fit.power >= _HALF:
        return True
    return (other.fit.share or 0.0) >= _OVERWHELMING and (one.fit.share or 0.0) <= _HALF
