"""Business days of administrative organs, pinned on published calendars."""

import datetime as dt

import pytest

from keiyu.codes.business_days import (
    add_business_days,
    is_business_day,
    next_business_day,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("2025-04-01", True),
        ("2025-04-05", False),
        ("2025-04-29", False),
        ("2025-05-06", False),
        ("2025-05-07", True),
        ("2019-04-30", False),
        ("2019-05-01", False),
        ("2019-05-02", False),
        ("2019-10-22", False),
        ("2020-07-24", False),
        ("2020-10-12", True),
        ("2024-12-27", True),
        ("2024-12-30", False),
        ("2025-01-03", False),
        ("2025-01-06", True),
        ("2026-09-22", False),
    ],
)
def test_open_or_closed(text: str, opened: bool) -> None:
    assert is_business_day(day(text)) is opened


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2025-04-30", "2025-04-30"),
        ("2025-05-31", "2025-06-02"),
        ("2024-12-28", "2025-01-06"),
        ("2026-05-03", "2026-05-07"),
    ],
)
def test_a_deadline_moves_to_the_next_business_day(text: str, moved: str) -> None:
    assert next_business_day(day(text)) == day(moved)


@pytest.mark.parametrize(
    ("text", "days", "expected"),
    [
        ("2025-04-01", 0, "2025-04-01"),
        ("2025-04-05", 0, "2025-04-07"),
        ("2025-04-01", 1, "2025-04-02"),
        ("2025-04-01", 20, "2025-04-30"),
        ("2024-12-27", 1, "2025-01-06"),
        ("2025-05-07", -1, "2025-05-02"),
        ("2025-01-04", -1, "2024-12-27"),
    ],
)
def test_counting_business_days(text: str, days: int, expected: str) -> None:
    assert add_business_days(day(text), days) == day(expected)
