"""Tiny calendars in, dates and findings out."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keiyu.contract import lines, load
from keiyu.contract.calendar import burden, hops
from keiyu.contract.model import Contract
from keiyu.errors import ContractError

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def contract(deadline: dict[str, Any], entry: int = 40, corrections: int = 80, least: int = 5) -> Contract:
    dates = {
        "deadline": deadline,
        "entry_closes": {"businessDays": entry},
        "corrections_close": {"businessDays": corrections},
        "minimumBusinessDays": least,
    }
    return replace(load("waiting_children", SCHEMAS), dates=dates)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


MONTH_END = {"prefecture": {"months": 1, "day": "end"}, "municipality": {"before": "prefecture", "businessDays": 5}}
"""月末 of the next month for the prefecture; five working days before that for the municipality."""


@pytest.mark.parametrize(
    ("as_of", "municipality", "prefecture"),
    [
        ("2025-03-31", "2025-04-22", "2025-04-30"),  # 29 April is a holiday
        ("2025-04-01", "2025-05-26", "2025-06-02"),  # 31 May is a Saturday
        ("2024-11-30", "2024-12-23", "2025-01-06"),  # the administration is closed from 28 December to 5 January
        ("2026-08-01", "2026-09-18", "2026-09-30"),  # five days in a row without an office day in September
    ],
)
def test_a_municipality_is_chained_back_from_the_ministrys_date(as_of: str, municipality: str, prefecture: str) -> None:
    chain = hops(contract(MONTH_END), day(as_of))
    assert [hop.deadline for hop in chain] == [day(municipality), day(prefecture)]


def test_each_hop_has_three_dates_and_the_lower_closes_earlier() -> None:
    lower, upper = hops(load("waiting_children", SCHEMAS), day("2025-04-01"))
    assert (lower.level, lower.given, lower.lead) == ("municipality", 20, 5)
    assert (lower.deadline, lower.entry_closes, lower.corrections_close) == (
        day("2025-04-30"),
        day("2025-05-23"),
        day("2025-07-18"),
    )
    assert (upper.deadline, upper.entry_closes, upper.corrections_close) == (
        day("2025-05-09"),
        day("2025-05-30"),
        day("2025-07-28"),
    )


@pytest.mark.parametrize(
    ("deadline", "least", "told"),
    [
        ({"prefecture": {"businessDays": 9}, "municipality": {"before": "prefecture", "businessDays": 5}}, 5, [4]),
        ({"prefecture": {"businessDays": 10}, "municipality": {"before": "prefecture", "businessDays": 5}}, 5, []),
        # 10 April for the municipality where the state wants it on the 30th: seven office days after 1 April.
        ({"prefecture": {"months": 0, "day": "end"}, "municipality": {"months": 0, "day": 10}}, 10, [7]),
        ({"prefecture": {"businessDays": 3}, "municipality": {"businessDays": 3}}, 1, [0]),
    ],
)
def test_too_few_working_days_are_told_to_the_ministry(deadline: dict[str, Any], least: int, told: list[int]) -> None:
    found = burden(contract(deadline, least=least), day("2025-04-01"), SCHEMAS)
    assert [(one.rule_id, one.value) for one in found] == [("calendar.burden", str(days)) for days in told]
    assert all(str(least) in one.message_ja and str(least) in one.message_en for one in found)
    assert not any("municipality" in one.message_ja or "prefecture" in one.message_ja for one in found)


def test_a_calendar_that_runs_backwards_is_told() -> None:
    found = burden(contract({"prefecture": {"businessDays": 50}}), day("2025-04-01"), SCHEMAS)
    assert [one.rule_id for one in found] == ["calendar.order"]
    assert "prefecture.entry_closes" in found[0].message_en


def test_a_chain_needs_something_to_hang_on() -> None:
    with pytest.raises(ContractError, match="no deadline to chain back from"):
        hops(contract({"municipality": {"before": "prefecture", "businessDays": 5}}), day("2025-04-01"))


@pytest.mark.parametrize("line", lines(SCHEMAS))
@pytest.mark.parametrize("year", range(2024, 2031))
def test_every_line_grants_its_least_working_days_in_every_wave(line: str, year: int) -> None:
    own = load(line, SCHEMAS)
    months = range(1, 13) if {"monthly", "daily"} & set(own.waves) else ()
    waves = [*(f"{month:02}-01" for month in months), *(wave for wave in own.waves if wave[0].isdigit())]
    for wave in waves:
        assert burden(own, day(f"{year}-{wave}"), SCHEMAS) == []
