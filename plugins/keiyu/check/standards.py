"""Arguments of rules that change with the date: the ratios of a standard, from a dated table of ``schemas/codes``.

A rule names the table, the kind of facility and the columns of each age group; what it is run with are the ratios of
the collection's reference date, and those of before where a transitional rule tolerates them (当分の間).
"""

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

STANDARD: Final = "standard"


def dated(kwargs: Mapping[str, Any], schemas: Path, as_of: dt.date) -> dict[str, Any]:
    """Return a rule's arguments with its standard replaced by the ratios of a date.

    Args:
        kwargs: the arguments; ``standard`` holds ``codes`` (the table), ``facility_type`` and ``columns`` (age group →
            columns).
        schemas: the ``schemas/`` folder.
        as_of: the reference date.

    Returns:
        The arguments with ``groups``, ``tolerated`` and ``minimum``.

    Raises:
        OSError: there is no such table.
        KeyError: it has no ratio for one of the age groups on that date.
    """
    told = kwargs[STANDARD]
    with (schemas / "codes" / f"{told['codes']}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["facility_type"] == told["facility_type"]]
    holding = {(row["standing"], row["age_band"]): row for row in rows if _holds(row, as_of)}
    current = {age: holding["current", age] for age in told["columns"]}
    tolerated = {age: holding.get(("tolerated", age), row) for age, row in current.items()}
    rest = {name: value for name, value in kwargs.items() if name != STANDARD}
    return {
        **rest,
        "groups": _groups(told["columns"], current),
        "tolerated": _groups(told["columns"], tolerated),
        "minimum": max(int(row["minimum_staff"]) for row in current.values()),
    }


def _holds(row: Mapping[str, str], as_of: dt.date) -> bool:
    day = as_of.isoformat()
    return row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])


def _groups(columns: Mapping[str, list[str]], rows: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {"columns": names, "children_per_person": int(rows[age]["children_per_teacher"])}
        for age, names in columns.items()
    ]
