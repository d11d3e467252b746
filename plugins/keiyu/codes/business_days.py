"""Business days of administrative organs (行政機関の開庁日).

Source: 行政機関の休日に関する法律（昭和63年法律第91号）第1条 — Saturdays, Sundays, the holidays of
国民の祝日に関する法律（昭和23年法律第178号）and 29 December to 3 January. Article 2 moves a deadline that
falls on such a day to the next one that is not. Future equinox days are computed; the law fixes them
each February for the next year (国立天文台 暦要項).
"""

import datetime as dt
from functools import lru_cache

import jpholiday

_YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=8192)
def is_business_day(date: dt.date) -> bool:
    """Return whether administrative organs are open on a day (source: see the module)."""
    return date.weekday() < 5 and (date.month, date.day) not in _YEAR_END and not jpholiday.is_holiday(date)


def next_business_day(date: dt.date) -> dt.date:
    """Return the day itself if it is a business day, otherwise the first after it.

    This is where a deadline moves (行政機関の休日に関する法律第2条, 地方自治法第4条の2第4項).
    """
    while not is_business_day(date):
        date += _DAY
    return date


def add_business_days(date: dt.date, days: int) -> dt.date:
    """Return the n-th business day after a day, or before it for a negative number.

    The day itself never counts (初日不算入, 民法第140条). Zero gives ``next_business_day``.

    Args:
        date: where to begin.
        days: business days to go.
    """
    if days == 0:
        return next_business_day(date)
    step = _DAY if days > 0 else -_DAY
    for _ in range(abs(days)):
        date += step
        while not is_business_day(date):
            date += step
    return date


def business_days_between(start: dt.date, end: dt.date) -> int:
    """Return how many business days lie after a day, up to and including another; negative where it is earlier.

    The first day never counts (初日不算入, 民法第140条): from a day to itself there are none.
    """
    if end < start:
        return -business_days_between(end, start)
    return sum(is_business_day(start + _DAY * n) for n in range(1, (end - start).days + 1))
