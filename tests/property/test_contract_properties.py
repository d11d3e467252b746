"""Laws of code lists, dates and forms that hold for any input."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from keiyu.codes.business_days import is_business_day
from keiyu.contract import codelists, dates, form, load, template

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
AGES = codelists.load("age_bands", SCHEMAS)
SURVEY = load("waiting_children", SCHEMAS)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))
RULES = st.one_of(
    st.fixed_dictionaries({"businessDays": st.integers(0, 120)}, optional={"months": st.integers(0, 12)}),
    st.fixed_dictionaries({"months": st.integers(0, 12), "day": st.one_of(st.integers(1, 28), st.just("end"))}),
)


@given(st.sets(st.sampled_from([c.code for c in AGES]), min_size=1))
def test_a_part_of_a_hierarchy_is_a_hierarchy(kept: set[str]) -> None:
    above = {c.code: c.parent for c in AGES}
    for code in codelists.select(AGES, [c.code for c in AGES if c.code in kept], path="x"):
        parent = above[code.code]
        while parent is not None and parent not in kept:
            parent = above[parent]
        assert code.parent == parent


@given(RULES, DAYS)
def test_a_date_is_a_business_day_and_never_goes_back(rule: dict[str, int | str], as_of: dt.date) -> None:
    found = dates.reckon(rule, as_of)
    assert is_business_day(found)
    if "day" not in rule or rule["months"]:
        assert found >= as_of


@given(st.integers(0, 100), st.integers(0, 100), DAYS)
def test_more_days_are_never_earlier(one: int, other: int, as_of: dt.date) -> None:
    low, high = sorted((one, other))
    assert dates.reckon({"businessDays": low}, as_of) <= dates.reckon({"businessDays": high}, as_of)


CELLS = st.one_of(
    st.integers(0, 10**9), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from([f.name for t in SURVEY.tables for f in t.measures]), CELLS, max_size=8))
def test_a_form_gives_back_what_was_written(values: dict[str, int | str]) -> None:
    pages = openpyxl.load_workbook(io.BytesIO(template.render(SURVEY, values=values)))
    for sheet in form.sheets(SURVEY):
        for name in SURVEY.table(sheet.table).by_name:
            assert pages[sheet.name][sheet.cells[name]].value == values.get(name)
