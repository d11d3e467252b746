"""Time series across a year in which (as invented here) municipalities were joined and divided.

On 2025-10-01 千代田区 and 中央区 become 新都市, 大島町 is divided into 北島町 and 南島町, of which 南島町 also takes in
八王子市 whole, and 横須賀市 absorbs 葉山町. 横浜市 stays as it is.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from keiyu import publish
from keiyu.codes.areas import to6
from keiyu.contract.model import Collection
from keiyu.ledger import open_collection
from keiyu.publish import followers, read, rebased
from keiyu.publish.series import NotAdditiveError, series
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, LINE, OSHIMA, YOKOHAMA, YOKOSUKA, Ministry, small_home

NEXT = Collection(LINE, dt.date(2026, 4, 1))
ON = NEXT.as_of
CAPITAL, NORTH, SOUTH = to6("13190"), to6("13391"), to6("13392")
ENDED = (CHIYODA, CHUO, OSHIMA, HACHIOJI, HAYAMA)
BORN = {CAPITAL: ("新都市", "city"), NORTH: ("北島町", "town"), SOUTH: ("南島町", "town")}
BECAME = (
    (CHIYODA, CAPITAL, "merger"),
    (CHUO, CAPITAL, "merger"),
    (HACHIOJI, SOUTH, "merger"),
    (OSHIMA, NORTH, "division"),
    (OSHIMA, SOUTH, "division"),
    (HAYAMA, YOKOSUKA, "absorption"),
)
FIRST = {CHIYODA: 3, CHUO: 4, HACHIOJI: 5, OSHIMA: 6, YOKOHAMA: 7, YOKOSUKA: 8, HAYAMA: 9}
SECOND = {CAPITAL: 10, NORTH: 1, SOUTH: 2, YOKOHAMA: 20, YOKOSUKA: 30}


@pytest.fixture(scope="module")
def ministry(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministry]:
    folder = tmp_path_factory.mktemp("installation")
    small = small_home(home, folder / "home")
    invent(small / "schemas" / "codes")
    opened = Ministry.open(small, str(folder / "data"), f"sqlite:///{folder}/ledger.db")
    opened.submit({code: {"waiting_total": told} for code, told in FIRST.items()})
    open_collection(opened.workspace.ledger, NEXT)
    Ministry(opened.workspace, NEXT).submit({code: {"waiting_total": told} for code, told in SECOND.items()}, "next")
    yield opened
    opened.workspace.close()


def invent(codes: Path) -> None:
    """Write the invented mergers and divisions into the code tables."""
    areas = codes / "areas.csv"
    header, *rows = areas.read_text(encoding="utf-8").splitlines()
    names = header.split(",")
    cells = [dict(zip(names, row.split(","), strict=True)) for row in rows]
    for row in cells:
        if row["valid_to"] == "" and row["code"] in {code[:5] for code in ENDED}:
            row["valid_to"] = "2025-10-01"
    for code, (name, kind) in BORN.items():
        born = {"code": code[:5], "name": name, "kana": "", "kind": kind, "prefecture_code": code[:2]}
        cells.append(dict.fromkeys(names, "") | born | {"valid_from": "2025-10-01"})
    cells.sort(key=lambda row: (row["code"], row["valid_from"]))
    areas.write_text("\n".join([header, *(",".join(row.values()) for row in cells)]) + "\n", encoding="utf-8")
    with (codes / "successions.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"2025-10-01,発明,{old[:5]},{new[:5]},{kind}\n" for old, new, kind in BECAME)


def waiting(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [
        tuple(row[name] for name in columns)
        for row in rows
        if (row["category"], row["age_band"]) == ("waiting", "total")
    ]


def test_on_the_boundaries_of_then_every_collection_is_as_it_was(ministry: Ministry) -> None:
    rows = series(ministry.workspace, LINE, "long", on=ON)
    assert rows.num_rows == (7 + 5) * 88
    first = read(ministry.workspace, APRIL, "long")
    assert rows.slice(0, first.num_rows).to_pylist() == first.to_pylist()
    told = [(APRIL.as_of, *pair) for pair in FIRST.items()] + [(NEXT.as_of, *pair) for pair in sorted(SECOND.items())]
    assert waiting(rows.to_pylist(), "as_of", "area_code", "value") == told


def test_on_todays_mergers_add_up_and_divisions_keep_their_rows(ministry: Ministry) -> None:
    rows = series(ministry.workspace, LINE, "long", "today", on=ON).to_pylist()
    told = waiting(rows, "as_of", "area_code", "prefecture_code", "value", "boundary", "then_codes")
    assert [row[1:] for row in told if row[0] == APRIL.as_of] == [
        (CAPITAL, "13", 7, "merged", [CHIYODA, CHUO]),
        (HACHIOJI, "13", 5, "split", [HACHIOJI]),
        (OSHIMA, "13", 6, "split", [OSHIMA]),
        (YOKOHAMA, "14", 7, "same", [YOKOHAMA]),
        (YOKOSUKA, "14", 17, "merged", [YOKOSUKA, HAYAMA]),
    ]
    assert [(row[1], row[3], row[4]) for row in told if row[0] == NEXT.as_of] == [
        (code, value, "same") for code, value in sorted(SECOND.items())
    ]


def test_every_date_adds_up_to_what_was_published_for_it(ministry: Ministry) -> None:
    then, now = (series(ministry.workspace, LINE, "long", how, on=ON).to_pylist() for how in ("then", "today"))
    for rows in (then, now):
        assert sum(row["value"] for row in rows if row["as_of"] == APRIL.as_of) == sum(FIRST.values())
    keys = [(row["as_of"], row["area_code"], row["table"], row["age_band"], row["category"]) for row in now]
    assert len(keys) == len(set(keys))


def test_the_boundaries_may_be_those_of_any_day(ministry: Ministry) -> None:
    rows = series(ministry.workspace, LINE, "long", "today", on=dt.date(2025, 9, 30)).to_pylist()
    assert {row["as_of"] for row in rows} == {APRIL.as_of}
    assert {row["boundary"] for row in rows} == {"same"}


def test_a_merged_body_of_which_a_part_is_missing_has_no_figure(home: Path, tmp_path: Path) -> None:
    small = small_home(home, tmp_path / "home")
    invent(small / "schemas" / "codes")
    ministry = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit({CHIYODA: {"waiting_total": 3}, YOKOSUKA: {"waiting_total": 1}, HAYAMA: {"waiting_total": "x"}})
        rows = series(workspace, LINE, "long", "today", on=ON).to_pylist()
    told = {row[0]: row[1:] for row in waiting(rows, "area_code", "value", "value_status", "boundary")}
    assert told[CAPITAL] == (None, "not_submitted", "merged")
    assert told[YOKOSUKA] == (None, "suppressed", "merged")


def test_the_nation_has_a_series_and_rates_are_never_added(ministry: Ministry) -> None:
    rows = series(ministry.workspace, LINE, "national", on=ON).to_pylist()
    told = waiting([row for row in rows if row["table"] == "headline"], "as_of", "value")
    assert told == [(APRIL.as_of, sum(FIRST.values())), (NEXT.as_of, sum(SECOND.values()))]
    for table in ("rate", "ranking", "municipality", "prefecture"):
        with pytest.raises(NotAdditiveError):
            series(ministry.workspace, LINE, table, "today", on=ON)


def test_a_line_without_collections_has_an_empty_series(ministry: Ministry) -> None:
    before = dt.date(2020, 1, 1)
    assert series(ministry.workspace, LINE, "long", "today", on=before).num_rows == 0
    assert "boundary" in series(ministry.workspace, LINE, "long", "today", on=before).column_names


def test_what_was_released_lies_beside_current_on_the_boundaries_of_today(ministry: Ministry) -> None:
    workspace = ministry.workspace
    folder = Path(workspace.storage.uri(f"published/current/{LINE}/series/long"))
    followers.follow(workspace, APRIL, publish.publish(workspace, APRIL, stage="preliminary"))
    assert [path.name for path in folder.iterdir()] == ["2025-04-01.parquet"]
    publish.publish(workspace, NEXT, stage="preliminary")
    rebased.refresh(workspace, LINE, on=ON)
    assert sorted(path.name for path in folder.iterdir()) == ["2025-04-01.parquet", "2026-04-01.parquet"]
    found = pd.read_parquet(folder)
    waiting = found[(found["category"] == "waiting") & (found["age_band"] == "total")]
    first, second = (waiting[waiting["as_of"] == one.as_of].set_index("area_code") for one in (APRIL, NEXT))
    assert first["value"].to_dict() == {CAPITAL: 7, HACHIOJI: 5, OSHIMA: 6, YOKOHAMA: 7, YOKOSUKA: 17}
    assert first["boundary"].to_dict() == {
        CAPITAL: "merged",
        HACHIOJI: "split",
        OSHIMA: "split",
        YOKOHAMA: "same",
        YOKOSUKA: "merged",
    }
    assert second["value"].to_dict() == SECOND
    schema = pq.read_schema(folder / "2025-04-01.parquet")
    assert all(b"label_ja" in (field.metadata or {}) for field in schema)
    assert rebased.refresh(workspace, LINE, on=ON) == []


def test_files_are_made_anew_when_a_municipality_becomes_another(ministry: Ministry) -> None:
    workspace = ministry.workspace
    before = dt.date(2025, 9, 30)
    assert len(rebased.refresh(workspace, LINE, APRIL, on=before)) == 1
    folder = Path(workspace.storage.uri(f"published/current/{LINE}/series/long"))
    assert set(pd.read_parquet(folder / "2025-04-01.parquet")["boundary"]) == {"same"}
    assert [Path(path).name for path in rebased.refresh(workspace, LINE, on=ON)] == ["2025-04-01.parquet"]
    assert rebased.refresh(workspace, LINE, on=ON) == []
