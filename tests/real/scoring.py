"""How well an ``inspect`` answer agrees with a gold answer (measures: tests/real/gold/README.md)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

GOLD = Path(__file__).resolve().parent / "gold"
TOLERANCE = 1e-6
"""Coordinates may differ by this much: a tenth of a metre."""

_BLANKS = re.compile(r"[ \t\r\n]+")
_READ = {None, "reported", "true_zero"}

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """So many hits out of so many."""

    hits: int = 0
    of: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.hits + other.hits, self.of + other.of)

    @property
    def rate(self) -> float | None:
        return self.hits / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one file, or their sum over several."""

    expect: Share = Share()
    records: Share = Share()
    as_of: Share = Share()
    place: Share = Share()
    mapped: Share = Share()
    wrong: Share = Share()
    review: Share = Share()
    values: Share = Share()
    misses: tuple[str, ...] = field(default=())

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Target:
    """What a total must reach.

    Attributes:
        measure: attribute of :class:`Score`.
        limit: share to reach, or not to exceed.
        ceiling: whether the limit may not be exceeded.
    """

    measure: str
    limit: float
    ceiling: bool = False

    def met(self, score: Score) -> bool:
        rate = getattr(score, self.measure).rate
        return rate is not None and (rate <= self.limit if self.ceiling else rate >= self.limit)


TARGETS = (
    Target("expect", 1.0),
    Target("mapped", 0.95),
    Target("wrong", 0.005, ceiling=True),
    Target("review", 0.20, ceiling=True),
    Target("records", 0.97),
    Target("values", 0.98),
)


def load(path: Path) -> dict[str, Any]:
    """Read one gold answer."""
    gold: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return gold


def load_all() -> list[dict[str, Any]]:
    """Read every gold answer, in the order of the files' names."""
    return sorted((load(path) for path in GOLD.rglob("*.yaml")), key=lambda gold: gold["file"])


def family(gold: Mapping[str, Any]) -> str:
    """Return the family of a gold answer."""
    return str(gold["file"]).split("/", 1)[0]


def total(scores: Iterable[Score]) -> Score:
    """Add scores up."""
    return sum(scores, Score())


def score(gold: Mapping[str, Any], answer: Answer) -> Score:
    """Measure one answer against gold."""
    if answer.get("expect") != gold["expect"]:
        missed = f"expect: {answer.get('expect')} instead of {gold['expect']}"
        return Score(expect=Share(0, 1), misses=(missed,)) + (_nothing(gold) if gold["expect"] == "accept" else Score())
    if gold["expect"] == "reject":
        return Score(expect=Share(1, 1))
    return Score(expect=Share(1, 1)) + _facts(gold, answer) + _columns(gold, answer) + _values(gold, answer)


def _nothing(gold: Mapping[str, Any]) -> Score:
    entries = sum(len(row["values"]) for row in gold["rows"])
    columns = len(gold["columns"])
    return Score(
        records=Share(0, 1),
        as_of=Share(0, 1),
        place=Share(0, 1),
        mapped=Share(0, len(_units(gold))),
        wrong=Share(0, columns),
        review=Share(0, columns),
        values=Share(0, entries),
    )


def _facts(gold: Mapping[str, Any], answer: Answer) -> Score:
    dates = (gold["as_of"], *gold.get("as_of_also", ()))
    checks = {
        "records": answer.get("data_rows") == gold["data_rows"],
        "as_of": answer.get("as_of") in dates,
        "place": all(answer.get(k) == gold[k] for k in ("sheet", "header_rows", "first_data_row", "last_data_row")),
    }
    told = {
        "records": f"data_rows: {answer.get('data_rows')} instead of {gold['data_rows']}",
        "as_of": f"as_of: {answer.get('as_of')} instead of {' or '.join(map(str, dates))}",
        "place": f"place: {_place(answer)} instead of {_place(gold)}",
    }
    return Score(
        **{name: Share(int(right), 1) for name, right in checks.items()},
        misses=tuple(told[name] for name, right in checks.items() if not right),
    )


def _place(facts: Mapping[str, Any]) -> str:
    rows = f"{facts.get('first_data_row')}-{facts.get('last_data_row')}"
    return f"{facts.get('sheet')} {facts.get('header_rows')} {rows}"


def _columns(gold: Mapping[str, Any], answer: Answer) -> Score:
    known = {column["index"]: column for column in gold["columns"]}
    told = {column["index"]: column for column in answer.get("columns", ())}
    used = {index: column["field"] for index, column in told.items() if _used(column)}
    units = _units(gold)
    lost = [unit for unit in units if not any(used.get(c["index"]) in accepted(c) for c in unit)]
    wrong = [index for index, name in used.items() if index not in known or name not in accepted(known[index])]
    misses = [f"column {unit[0]['index']} {unit[0]['header']}: not {unit[0]['field']}" for unit in lost]
    misses += [f"column {i} {known.get(i, {}).get('header')}: wrongly {used[i]}" for i in wrong]
    count = len(known)
    return Score(
        mapped=Share(len(units) - len(lost), len(units)),
        wrong=Share(len(wrong), count),
        review=Share(sum(bool(c.get("needs_review")) for c in told.values()), count),
        misses=tuple(misses),
    )


def _used(column: Mapping[str, Any]) -> bool:
    return column.get("field") is not None and not column.get("needs_review")


def accepted(column: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields a column of gold may silently be mapped to."""
    if column.get("review"):
        return frozenset()
    return frozenset(filter(None, (column["field"], *column.get("also", ()))))


def _units(gold: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    """Group the columns that gold maps: one that repeats another, or is a part of a field, counts with it."""
    units: dict[Any, list[Mapping[str, Any]]] = {}
    for column in gold["columns"]:
        if column["field"] is None or column.get("review"):
            continue
        key = column["field"] if "part" in column else column.get("same_as", column["index"])
        units.setdefault(key, []).append(column)
    return list(units.values())


def _values(gold: Mapping[str, Any], answer: Answer) -> Score:
    rows = {row["row"]: row for row in answer.get("rows", ())}
    present = {column["field"] for column in answer.get("columns", ()) if _used(column)}
    present |= {name for row in rows.values() for name in row.get("values", {})}
    hits, of, misses = 0, 0, []
    for want in gold["rows"]:
        got = rows.get(want["row"], {})
        for name in (name for name in want["values"] if name in present):
            right = _right(name, want, got)
            hits, of = hits + right, of + 1
            if not right:
                misses.append(f"row {want['row']} {name}: {_told(name, got)} instead of {_told(name, want)}")
        filled = [name for name in want.get("blank", ()) if got.get("values", {}).get(name) is not None]
        of += len(filled)
        misses += [f"row {want['row']} {name}: {_told(name, got)} instead of a blank" for name in filled]
    return Score(values=Share(hits, of), misses=tuple(misses))


def _told(name: str, row: Mapping[str, Any]) -> str:
    status = row.get("status", {}).get(name)
    return f"{row.get('values', {}).get(name)!r}" + (f" ({status})" if status else "")


def _right(name: str, want: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    if not got:
        return False
    value, status = got.get("values", {}).get(name), got.get("status", {}).get(name)
    wanted = want.get("status", {}).get(name)
    if wanted is None:
        return status in _READ and same(name, want["values"][name], value)
    return bool(status == wanted and (value is None or (wanted == "none" and value == 0)))


def same(name: str, want: object, got: object) -> bool:
    """Tell whether a value is the one gold states (rules: tests/real/gold/README.md)."""
    if isinstance(want, bool) or isinstance(got, bool):
        return want is got
    if isinstance(want, float) and isinstance(got, int | float):
        return abs(want - got) <= TOLERANCE
    if isinstance(want, str) and isinstance(got, str):
        if name == "postal_code":
            want, got = want.replace("-", ""), got.replace("-", "")
        return _BLANKS.sub(" ", want) == _BLANKS.sub(" ", got)
    return want == got


def by_family(golds: Sequence[Mapping[str, Any]], scores: Sequence[Score]) -> dict[str, Score]:
    """Add the scores up family by family."""
    families = sorted({family(gold) for gold in golds})
    return {f: total(s for gold, s in zip(golds, scores, strict=True) if family(gold) == f) for f in families}
