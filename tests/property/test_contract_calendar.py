"""Whatever the rules and the reference date: no date of a calendar is a holiday, and no chain runs backwards."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keiyu.codes.business_days import add_business_days, business_days_between, is_business_day
from keiyu.contract import load
from keiyu.contract.calendar import burden, hops

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
LINE = load("waiting_children", SCHEMAS)
DATES = st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))
DAYS = st.builds(lambda n, m: {"businessDays": n, "months": m}, st.integers(0, 40), st.integers(0, 4))
ENDS = st.builds(lambda d, m: {"day": d, "months": m}, st.one_of(st.integers(1, 28), st.just("end")), st.integers(1, 6))
RULES = st.one_of(DAYS, ENDS)


def before(level: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda n: {"before": level, "businessDays": n}, st.integers(1, 15))


@given(DATES, RULES, before("prefecture"), before("municipality"), RULES, RULES, st.integers(0, 10))
def test_a_chained_calendar_never_falls_on_a_holiday_nor_runs_backwards(
    as_of: dt.date,
    last: dict[str, Any],
    municipality: dict[str, Any],
    facility: dict[str, Any],
    entry: dict[str, Any],
    corrections: dict[str, Any],
    least: int,
) -> None:
    contract = replace(
        LINE,
        dates={
            "deadline": {"prefecture": last, "municipality": municipality, "facility": facility},
            "entry_closes": entry,
            "corrections_close": corrections,
            "minimumBusinessDays": least,
        },
    )
    chain = hops(contract, as_of)
    assert [hop.level for hop in chain] == ["facility", "municipality", "prefecture"]
    days = [day for hop in chain for day in (hop.deadline, hop.entry_closes, hop.corrections_close)]
    assert all(map(is_business_day, days))
    for name in ("deadline", "entry_closes", "corrections_close"):
        column = [getattr(hop, name) for hop in chain]
        assert column == sorted(column)
    assert [hop.given for hop in chain[1:]] == [facility["businessDays"], municipality["businessDays"]]
    assert chain[0].given == business_days_between(as_of, chain[0].deadline)
    short = [told for told in burden(contract, as_of, SCHEMAS) if told.rule_id == "calendar.burden"]
    assert len(short) == sum(hop.given < least for hop in chain)


@given(DATES, st.integers(0, 60))
def test_counting_undoes_adding(date: dt.date, days: int) -> None:
    begin = add_business_days(date, 0)
    later = add_business_days(begin, days)
    assert business_days_between(begin, later) == days
    assert business_days_between(later, begin) == -days
