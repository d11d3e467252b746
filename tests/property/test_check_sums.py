"""Whatever the figures: the vectorised identities find what a plain loop finds, in any batch."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keiyu.codes import areas
from keiyu.contract.model import Table
from keiyu.findings import Finding
from keiyu.read.model import Placement, Reading, TableReading
from spec.checking import AS_OF, SCHEMAS, Checker

WAITING = Checker("waiting_children")
CODES = [area.code6 for area in areas.load(SCHEMAS).municipalities(AS_OF)][:50]
IDENTITIES = {
    "WC-H1": ("applicants", "category"),
    "WC-H2": ("applicants", "age_band"),
    "WC-H3": ("capacity", "age_band"),
}
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@st.composite
def rows(draw: st.DrawFn) -> dict[str, int | None]:
    """The figures of one body: sound at first, then some of them changed or lost."""
    row: dict[str, int | None] = {f.name: 0 for table in WAITING.contract.tables for f in table.measures}
    changes = draw(st.dictionaries(st.sampled_from(sorted(row)), st.none() | st.integers(0, 3), max_size=6))
    return row | changes


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, dict[str, int | None]]]:
    """Some files, each of some bodies with their figures; a body may come in several files."""
    return draw(
        st.lists(st.dictionaries(st.sampled_from(CODES), rows(), min_size=1, max_size=3), min_size=1, max_size=4)
    )


def reading(number: int, bodies: dict[str, dict[str, int | None]]) -> Reading:
    tables = []
    for table in WAITING.contract.tables:
        columns: dict[str, Any] = {f.name: [row[f.name] for row in bodies.values()] for f in table.measures}
        columns["area_code"] = list(bodies)
        placement = Placement(None, {name: f"{name}#" for name in columns})
        tables.append(TableReading(table.name, placement, list(range(1, len(bodies) + 1)), columns))
    return Reading(f"{number}.csv", str(number), line="waiting_children", tables=tables)


def naive(table: Table, dimension: str, row: dict[str, int | None]) -> set[str]:
    """Fields whose figure is not the sum of its parts, by plain loops."""
    codes = next(d for d in table.dimensions if d.name == dimension).codes
    top = next(c.code for c in codes if c.parent is None)
    wrong = set()
    for total in (f for f in table.measures if f.dimensions[dimension] == top):
        others = {k: v for k, v in total.dimensions.items() if k != dimension}
        parts = [
            row[f.name]
            for f in table.measures
            if f is not total and all(f.dimensions[k] == v for k, v in others.items())
        ]
        if row[total.name] is not None and None not in parts and row[total.name] != sum(map(int, parts)):  # type: ignore[arg-type]
            wrong.add(total.name)
    return wrong


@FEW
@given(files())
def test_the_identities_find_what_a_plain_loop_finds(bodies: list[dict[str, dict[str, int | None]]]) -> None:
    checked = WAITING.check(*(reading(n, file) for n, file in enumerate(bodies)))
    found = {(n, f.place.reporter, f.rule_id, f.place.field) for n, f in checked.findings if f.rule_id in IDENTITIES}
    expected = {
        (n, code, rule, field)
        for n, file in enumerate(bodies)
        for code, row in file.items()
        for rule, (table, dimension) in IDENTITIES.items()
        for field in naive(WAITING.contract.table(table), dimension, row)
    }
    assert found == expected
    blank = {(n, f.place.field) for n, f in checked.findings if f.rule_id == "S-value-blank"}
    assert blank == {
        (n, k) for n, file in enumerate(bodies) for row in file.values() for k, v in row.items() if v is None
    }


@settings(FEW, max_examples=5)
@given(files())
def test_a_file_is_told_the_same_in_whatever_batch_it_comes(bodies: list[dict[str, dict[str, int | None]]]) -> None:
    together = WAITING.check(*(reading(n, file) for n, file in enumerate(bodies)))
    for number, file in enumerate(bodies):
        alone = WAITING.check(reading(number, file))
        assert by_cell([f for n, f in together.findings if n == number]) == by_cell([f for _, f in alone.findings])
        verdicts = [(v.reporter, v.accepted) for v in together.verdicts if v.reading == number]
        assert verdicts == [(v.reporter, v.accepted) for v in alone.verdicts]


def by_cell(findings: list[Finding]) -> list[tuple[str, str]]:
    return sorted((f.rule_id, str(f)) for f in findings)
