"""The area tables agree with themselves and with one another."""

import csv
import datetime as dt
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from keiyu.codes.areas import check_digit

HORIZON = "1970-04-01"
Row = dict[str, str]


def rows(schemas: Path, name: str) -> list[Row]:
    with (schemas / "codes" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def areas(schemas: Path) -> dict[str, list[Row]]:
    periods: dict[str, list[Row]] = defaultdict(list)
    for row in rows(schemas, "areas.csv"):
        periods[row["code"]].append(row)
    return periods


@pytest.fixture(scope="module")
def successions(schemas: Path) -> list[Row]:
    return rows(schemas, "successions.csv")


def standing(areas: dict[str, list[Row]], code: str, day: str) -> Row | None:
    found = [r for r in areas.get(code, []) if r["valid_from"] <= day and (not r["valid_to"] or day < r["valid_to"])]
    return found[0] if found else None


def eve(day: str) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


def test_periods_of_a_code_follow_one_another_and_say_something_new(areas: dict[str, list[Row]]) -> None:
    for periods in areas.values():
        for row in periods:
            assert not row["valid_to"] or row["valid_from"] < row["valid_to"], row
        for before, after in pairwise(periods):
            assert before["valid_to"] == after["valid_from"], (before, after)
            assert (before["name"], before["kana"]) != (after["name"], after["kana"])


def test_tables_are_sorted_and_without_doubles(schemas: Path) -> None:
    for name, key in (
        ("areas.csv", ("code", "valid_from")),
        ("designations.csv", ("code", "valid_from")),
        ("successions.csv", ("date", "to_code", "from_code")),
        ("area_aliases.csv", ("code", "alias")),
    ):
        keys = [tuple(row[k] for k in key) for row in rows(schemas, name)]
        assert keys == sorted(set(keys)), name


def test_a_kind_fits_its_code_and_name(areas: dict[str, list[Row]]) -> None:
    ending = {"city": "市", "designated_city": "市", "town": "町", "village": "村", "ward": "区", "special_ward": "区"}
    for row in (r for periods in areas.values() for r in periods):
        check_digit(row["code"])
        assert row["prefecture_code"] == row["code"][:2]
        assert (row["kind"] == "prefecture") == (row["code"][2:] == "000")
        assert row["name"].endswith(ending.get(row["kind"], ("都", "道", "府", "県"))), row
        assert row["kana"] and all("ァ" <= c <= "ー" for c in row["kana"]), row
        assert not row["district"] or (row["district"].endswith("郡") and row["kind"] in ("town", "village")), row


def test_a_ward_has_a_city_whose_name_it_bears(areas: dict[str, list[Row]]) -> None:
    for row in (r for periods in areas.values() for r in periods):
        assert (row["kind"] == "ward") == bool(row["parent"])
        if row["parent"]:
            city = standing(areas, row["parent"], row["valid_from"])
            assert city and city["kind"] == "designated_city" and row["name"].startswith(city["name"]), row


def test_every_beginning_and_every_end_has_its_event(areas: dict[str, list[Row]], successions: list[Row]) -> None:
    left = {(s["from_code"], s["date"]) for s in successions}
    reached = {(s["to_code"], s["date"]) for s in successions}
    for row in (r for periods in areas.values() for r in periods if r["kind"] != "prefecture"):
        assert row["valid_from"] == HORIZON or (row["code"], row["valid_from"]) in reached, row
        assert not row["valid_to"] or (row["code"], row["valid_to"]) in left, row


def test_an_event_leads_from_what_stood_before_to_what_stands_after(
    areas: dict[str, list[Row]], successions: list[Row]
) -> None:
    for step in successions:
        after = standing(areas, step["to_code"], step["date"])
        assert after and after["name"] in step["event"], step
        if step["from_code"]:
            before = standing(areas, step["from_code"], eve(step["date"]))
            assert before and before["name"] in step["event"], step
        else:
            assert step["type"] in ("ward_creation", "reversion")


def test_a_designation_is_of_a_city_that_stood(schemas: Path, areas: dict[str, list[Row]]) -> None:
    for row in rows(schemas, "designations.csv"):
        city = standing(areas, row["code"], max(row["valid_from"], HORIZON))
        kind = {"designated_city": "designated_city", "core_city": "city"}[row["designation"]]
        assert city and city["kind"] == kind, row
        assert not row["valid_to"] or standing(areas, row["code"], row["valid_to"]) is None, row


def test_an_alias_is_nobody_elses_name(schemas: Path, areas: dict[str, list[Row]]) -> None:
    names = {(r["prefecture_code"], r["name"]) for periods in areas.values() for r in periods}
    for row in rows(schemas, "area_aliases.csv"):
        assert (row["prefecture_code"], row["alias"]) not in names, row
        assert row["code"] in areas and row["code"][:2] == row["prefecture_code"], row
        assert row["note"], row
