"""Properties whose names stand one beside their values: nothing behind the first of them is believed."""

import json
from typing import Any

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts

KEYS = ["Name", "Add1", "url", "TEL", "FAX", "Full", "Open", "Close"]
ROWS = [
    [
        f"第{n}保育園",
        f"浜松市中区元町{n}-1",
        f"https://www.example.jp/{n}",
        f"053-452-141{n}",
        f"053-452-142{n}",
        60 + 7 * n,
        "7:00",
        "19:00",
    ]
    for n in range(1, 7)
]


def told(keys: list[str], rows: list[list[Any]]) -> list[tuple[str | None, bool]]:
    features = [{"type": "Feature", "properties": dict(zip(keys, row, strict=True)), "geometry": None} for row in rows]
    data = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    answer = inspect(data, "a.geojson", contracts(), all_areas(), schemas=SCHEMAS, line="nursery_facility")
    return [(column["field"], column["needs_review"]) for column in answer["columns"]][: len(keys)]


def test_names_that_agree_with_their_values_are_believed() -> None:
    fields = ["name", "address", "url", "phone", "fax", "capacity", "open_time", "close_time"]
    assert told(KEYS, ROWS) == [(field, False) for field in fields]


def test_where_a_property_was_left_out_all_behind_it_are_for_a_person_to_see() -> None:
    shifted = [[*row[:2], 137.7 + n, *row[2:-1]] for n, row in enumerate(ROWS)]
    answer = told(KEYS, shifted)
    assert answer[:2] == [("name", False), ("address", False)]
    assert all(field is None for field, _ in answer[3:])
    assert {review for _, review in answer[3:]} == {True}


def test_one_property_that_contradicts_its_values_says_nothing_of_the_others() -> None:
    wrong = [[*row[:3], row[2], *row[4:]] for row in ROWS]
    assert [field for field, _ in told(KEYS, wrong)][4:] == ["fax", "capacity", "open_time", "close_time"]
