"""A season of 1,739 municipalities over 30 simulated days, beside an oracle that knows only what was sent and when.

At every instant ``current/``, coverage, the missing, the estimate, the boards and the releases are what the oracle
says; afterwards every table of every past instant is known again exactly as it was.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.compute import field

import season as plan
from keiyu import publish, register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.dispensations import exempt, extend
from keiyu.publish import monitor
from keiyu.publish.build import build
from keiyu.publish.snapshot import take
from keiyu.receive import Arrival, receive_many, receive_nil
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import Ministry
from oracle import FIGURES, Oracle
from season import LINE, NATIONAL, NOW, THEN, Clock, Deed, Season

COLLECTION = Collection(LINE, NOW)
BEFORE = (Collection(LINE, dt.date(2023, 4, 1)), Collection(LINE, THEN))
TABLES = ("long", "municipality", "national", "prefecture", "ranking", "rate")
BOARDS = ("calendar", "completeness", "latency", "performance", "rounds")
SHOWN = {
    **{name: f"current/{LINE}/{name}" for name in TABLES},
    **{f"monitor/{name}": f"monitor/{LINE}/{name}" for name in BOARDS},
    "estimate": f"estimate/{LINE}",
}
"""Table → where readers find it."""

TICKS = 1e-3
"""Seconds: the ledger tells events of one instant apart by microseconds."""

LATEST = dt.timedelta(seconds=30)
"""By then everything of an instant has been decided, shown and measured."""


@dataclass
class House:
    """The installation under test."""

    workspace: Workspace
    clock: Clock
    season: Season

    def live_through(self, instants: "Instants", deeds: list[Deed]) -> publish.Release | None:
        """Receive and decide what comes at an instant, publish what is due, measure."""
        self.clock.at, space = instants.received, self.workspace
        fields = [one.name for table in space.contract(LINE).tables for one in table.measures]
        arrivals = [
            Arrival(plan.listing(one, fields), f"{one.code}-{self.clock():%d%H%M}.csv", None, "cli", LINE, COLLECTION)
            for one in deeds
            if one.kind in ("file", "wrong")
        ]
        if arrivals:
            receive_many(space.ledger, space.storage, arrivals)
        for one in deeds:
            self._do(one)
        self.clock.at = instants.decided
        ingest(space)
        self.clock.at = instants.shown
        made = publish.publish(space, COLLECTION)
        self.clock.at += dt.timedelta(seconds=1)
        monitor.refresh(space, COLLECTION, self.clock())
        return made if made and made.created else None

    def _do(self, deed: Deed) -> None:
        ledger = self.workspace.ledger
        match deed.kind:
            case "nil":
                as_of = COLLECTION.as_of
                receive_nil(ledger, self.workspace.storage, line=LINE, as_of=as_of, reporter=deed.code, sender=None)
            case "confirm":
                register.settle(ledger, COLLECTION, deed.code, "confirmed", reason="合併")
            case "approve":
                register.settle(ledger, COLLECTION, deed.code, "approved", reason="確認済み")
            case "exempt" | "unexempt":
                exempt(ledger, COLLECTION, [deed.code], "被災", holds=deed.kind == "exempt")
            case "extend":
                extend(ledger, COLLECTION, [deed.code], deed.until or NATIONAL, "被災")

    def shown(self) -> dict[str, bytes]:
        """Every table as readers find it now."""
        storage = self.workspace.storage
        return {name: storage.read(f"published/{path}/{NOW.isoformat()}.parquet") for name, path in SHOWN.items()}

    def known(self, at: dt.datetime) -> dict[str, pa.Table]:
        """Every table as it was known at an instant."""
        space = self.workspace
        then = build(space, take(space, COLLECTION, register.seq_at(space.ledger, at)))
        boards = {f"monitor/{name}": rows for name, rows in monitor.known(space, COLLECTION, at).items()}
        return {**then, **boards, "estimate": publish.read(space, COLLECTION, "estimate", at)}


@dataclass(frozen=True)
class Instants:
    """When what comes at an instant is received, decided and shown: the house is never equally quick."""

    number: int
    received: dt.datetime

    @property
    def decided(self) -> dt.datetime:
        return self.received + dt.timedelta(seconds=1 + self.number % 5)

    @property
    def shown(self) -> dt.datetime:
        return self.decided + dt.timedelta(seconds=1 + self.number % 7)


@pytest.fixture
def house(home: Path, tmp_path: Path) -> Iterator[House]:
    """An installation in which two collections have been lived through."""
    folder = plan.country(home, tmp_path / "home")
    season, clock = plan.season(folder), Clock(dt.datetime(2023, 4, 10, 9, tzinfo=dt.UTC))
    settings = Settings(home=folder, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path}/ledger.db")
    with Workspace.open(settings, clock) as space:
        for year, collection in enumerate(BEFORE):
            clock.at = dt.datetime(2023 + year, 4, 10, 9, tzinfo=dt.UTC)
            open_collection(space.ledger, collection)
            ministry = Ministry(space, collection)
            codes = sorted(season.before, key=lambda code: (season.before[code], code))
            for part in (codes[: len(codes) * 3 // 4], codes[len(codes) * 3 // 4 :]):
                clock.at += dt.timedelta(days=7)
                ministry.submit({code: _cells(season.before[code], grown=bool(year)) for code in part})
        clock.at = season.instants[0] - dt.timedelta(days=10)
        open_collection(space.ledger, COLLECTION)
        yield House(space, clock, season)


def _cells(total: int, *, grown: bool) -> dict[str, int]:
    """Figures of an earlier collection; in the first everybody had a little less."""
    there = total if grown else max(total - total // 50 - 1, 0)
    names = ("capacity_daycare_total", "capacity_daycare_age3plus", "applicants_total", "applicants_age3plus")
    told = dict.fromkeys(names, there) | {f"using_daycare_{age}": there - there // 100 for age in ("total", "age3plus")}
    return told | {f"waiting_{age}": there // 100 for age in ("total", "age3plus")}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_season_is_right_at_every_instant_and_every_past_one_is_known_again(house: House) -> None:
    season, oracle, held_true = house.season, Oracle(house.season), []
    assert len(season.codes) == 1739
    assert len(season.instants) == 53
    then: dict[dt.datetime, dict[str, bytes]] = {}
    for number, instant in enumerate(season.instants):
        deeds, instants = season.deeds.get(instant, []), Instants(number, instant)
        for deed in deeds:
            oracle.see(deed, instants.received, instants.decided)
        made = house.live_through(instants, deeds)
        assert (made and made.title_ja, instant) == (oracle.publish(instants.shown), instant)
        if made:
            assert_release(made, oracle)
        then[instant] = house.shown()
        shown = {name: pq.read_table(pa.BufferReader(data)) for name, data in then[instant].items()}
        assert_nation(shown["national"], oracle, instant)
        assert_prefectures(shown["prefecture"], oracle, instant)
        assert_municipalities(shown, oracle, instant)
        held_true.append(assert_estimate(shown["estimate"].to_pandas(), oracle))
        for name, rows in oracle.boards(instant.date()).items():
            told = shown[f"monitor/{name}"].to_pylist()
            assert told == [pytest.approx(row, abs=TICKS) for row in rows], (name, instant)
        assert take(house.workspace, COLLECTION).missing == oracle.missing
    assert [title for title in oracle.titles if title[:2] != "速報"] == ["確報", "訂正1", "訂正2"]
    assert oracle.titles[0] == "速報"
    known = [low <= oracle.final <= high for share, low, high in held_true if share < 1]
    assert sum(known) >= 0.9 * len(known)
    for instant, files in then.items():
        again = house.known(instant + LATEST)
        assert again.keys() == files.keys() == SHOWN.keys()
        for name, data in files.items():
            assert pq.read_table(pa.BufferReader(data)).equals(again[name]), (name, instant)
    for name in SHOWN:
        assert publish.read(house.workspace, COLLECTION, name, instant + LATEST).equals(again[name]), name
    assert not register.verify(house.workspace.ledger, house.workspace.storage, house.workspace.settings.schemas)
    assert not publish.verify(house.workspace)


def assert_release(made: publish.Release, oracle: Oracle) -> None:
    coverage = made.manifest["coverage"]
    assert (coverage["reporters_in"], coverage["reporters_due"]) == (len(oracle.live), len(oracle.owing))
    assert coverage["weight_in"] == pytest.approx(oracle.weight(oracle.season.codes))
    assert tuple(one["area_code"] for one in coverage["missing"]) == oracle.missing
    assert {one["area_code"] for one in coverage["exempt"]} == oracle.exempt
    assert {one["prefecture_code"]: one["reporters_in"] for one in coverage["prefectures"]} == {
        place: sum(code[:2] == place for code in oracle.live) for place in oracle.season.prefectures
    }
    assert ("estimate" in made.manifest) == (made.stage == "preliminary")


def assert_nation(rows: pa.Table, oracle: Oracle, instant: dt.datetime) -> None:
    """Every headline figure and how complete it is."""
    told = {row["category"]: row for row in headlines(rows)}
    assert_scope(told, oracle, oracle.season.codes, instant)


def assert_prefectures(rows: pa.Table, oracle: Oracle, instant: dt.datetime) -> None:
    """The same of every prefecture, with and without its large cities, and of each of those."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for row in headlines(rows):
        told.setdefault((row["scope"], row["area_code"]), {})[row["category"]] = row
    scopes = oracle.scopes()
    assert told.keys() == scopes.keys()
    for scope, codes in scopes.items():
        assert_scope(told[scope], oracle, codes, (scope, instant))


def assert_scope(told: dict[str, dict[str, Any]], oracle: Oracle, codes: list[str], where: Any) -> None:
    said = oracle.coverage(codes)
    assert {name: row["value"] for name, row in told.items()} == oracle.figures(codes), where
    for name, row in told.items():
        expected = said | {"values_missing": said["values_missing"] * FIGURES[name]}
        assert {column: row[column] for column in said} == pytest.approx(expected), (where, name)


def headlines(rows: pa.Table) -> list[dict[str, Any]]:
    return [
        row
        for row in rows.filter(
            (pa.compute.field("table") == "headline") & (pa.compute.field("age_band") == "total")
        ).to_pylist()
        if row["category"] in FIGURES
    ]


def assert_municipalities(shown: dict[str, pa.Table], oracle: Oracle, instant: dt.datetime) -> None:
    """Everybody's own row, in every table that has one; who waits most in the nation and in each prefecture."""
    codes = oracle.season.codes
    own = shown["municipality"].select(["area_code", "value_status", "applicants_total", "waiting_total"]).to_pydict()
    assert own["area_code"] == codes
    assert own["value_status"] == [oracle.status(code) for code in codes], instant
    told = {code: oracle.live.get(code, (None, None)) for code in codes}
    assert list(zip(own["applicants_total"], own["waiting_total"], strict=True)) == list(told.values()), instant
    rates = shown["rate"].filter(field("age_band") == "total").select(["area_code", "waiting_rate"]).to_pylist()
    assert {row["area_code"]: row["waiting_rate"] for row in rates} == {
        code: waiting / total if total else None for code, (total, waiting) in told.items()
    }, instant
    cells = (field("table") == "applicants") & (field("age_band") == "total") & (field("category") == "applicants")
    long = shown["long"].filter(cells)
    assert long["value"].to_pylist() == own["applicants_total"], instant
    ranking = shown["ranking"].filter(field("measure") == "waiting").to_pylist()
    ranks = {(row["scope"], row["area_code"]): (row["value"], row["rank"]) for row in ranking}
    expected = {("nation", code): told for code, told in oracle.ranks().items()}
    for place in oracle.season.prefectures:
        expected |= {("prefecture", code): told for code, told in oracle.ranks(place).items()}
    assert ranks == expected, instant


def assert_estimate(rows: pd.DataFrame, oracle: Oracle) -> tuple[float, float, float]:
    """Counted values and coverage are the oracle's; bounds enclose; who is complete leaves no doubt."""
    places = ("", *sorted(oracle.season.prefectures))
    assert len(rows) == len(places) * 5 * 2
    of = dict(list(rows.fillna({"prefecture_code": ""}).groupby("prefecture_code")))
    for place in places:
        mine, codes = of[place], [code for code in oracle.season.codes if code.startswith(place)]
        said = oracle.coverage(codes)
        inside, due = said["reporters_in"], said["reporters_due"]
        assert dict(zip(mine["measure"], mine["counted"], strict=True)) == oracle.totals(place)
        assert set(zip(mine["reporters_in"], mine["reporters_due"], strict=True)) == {(inside, due)}
        assert mine["coverage_by_weight"].to_numpy() == pytest.approx(said["coverage_by_weight"])
        assert set(mine["method"]) <= ({"complete"} if inside == due else {"ratio", "none"})
    known, whole = rows.dropna(subset=["estimate"]), rows[rows["method"] == "complete"]
    assert (known["counted"] <= known["lower"] + 1e-6).all()
    assert ((known["lower"] <= known["estimate"]) & (known["estimate"] <= known["upper"])).all()
    assert (whole["counted"] == whole["lower"]).all()
    assert (whole["counted"] == whole["upper"]).all()
    wanted = rows.query("scope == 'nation' and measure == 'applicants' and level == 0.95").iloc[0]
    if wanted["method"] == "ratio":
        last = sum(oracle.season.last[code] for code in oracle.live)
        assert wanted["basis"] == "2024-04-01,2023-04-01"
        assert wanted["growth"] == pytest.approx(oracle.totals()["applicants"] / last)
    return wanted["coverage_by_weight"], wanted["lower"], wanted["upper"]
