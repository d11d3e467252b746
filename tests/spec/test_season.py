"""A season of 1,739 municipalities over 30 simulated days, beside an oracle that knows only what was sent and when.

At every instant ``current/``, coverage, the missing, the estimate, the boards and the releases are what the oracle
says; afterwards every past instant is known again exactly as it was.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import season as plan
from keiyu import publish, register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.dispensations import exempt, extend
from keiyu.publish import monitor
from keiyu.receive import Arrival, receive_many, receive_nil
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import Ministry
from season import ISHIKAWA, JST, LINE, MUNICIPAL, NATIONAL, NOW, THEN, Clock, Deed, Season, six

COLLECTION = Collection(LINE, NOW)
BEFORE = (Collection(LINE, dt.date(2023, 4, 1)), Collection(LINE, THEN))
TABLES = ("national", "municipality")
LATEST = dt.timedelta(seconds=30)


@dataclass
class Oracle:
    """What is so, in plain Python: who said what, who is excused, whose time was extended."""

    season: Season
    live: dict[str, tuple[int, int]] = field(default_factory=dict)
    nil: set[str] = field(default_factory=set)
    held: dict[str, Deed] = field(default_factory=dict)
    first: dict[str, dt.date] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    longer: dict[str, dt.date] = field(default_factory=dict)
    out: dict[str, tuple[int, int]] | None = None
    titles: list[str] = field(default_factory=list)
    final: int = 0

    def see(self, deed: Deed, day: dt.date) -> None:
        code = deed.code
        if deed.kind == "extend":
            self.longer[code] = deed.until or day
        elif deed.kind in ("exempt", "unexempt"):
            (self.excused.add if deed.kind == "exempt" else self.excused.discard)(code)
        elif deed.kind in ("confirm", "approve"):
            told = self.held.pop(code)
            self.live[code] = (told.total, told.waiting)
        elif deed.kind == "nil" or (deed.kind == "file" and not self._must_wait(deed)):
            waited = self.held.pop(code, None) is not None and code not in self.live
            if code not in self.live and (waited or code not in self.first):
                self.first[code] = day
            self.live[code] = (deed.total, deed.waiting)
            (self.nil.add if deed.kind == "nil" else self.nil.discard)(code)
        elif deed.kind == "file":
            self.held[code] = deed
            self.first.setdefault(code, day)

    def _must_wait(self, deed: Deed) -> bool:
        """A tenth of the last value is implausible; after 確報 a thousand more is too large."""
        far = deed.total * 5 < self.season.last[deed.code] and deed.total > 30
        return far or ("確報" in self.titles and deed.total - self.live[deed.code][0] >= 1000)

    @property
    def exempt(self) -> set[str]:
        return self.excused - self.live.keys()

    @property
    def owing(self) -> list[str]:
        excused = self.exempt
        return [code for code in self.season.codes if code not in excused]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(code for code in self.owing if code not in self.live)

    def totals(self, prefecture: str = "") -> dict[str, int]:
        mine = [told for code, told in self.live.items() if code.startswith(prefecture)]
        total, waiting = sum(one for one, _ in mine), sum(one for _, one in mine)
        return {"capacity": total, "applicants": total, "enrolled": total - waiting, "waiting": waiting, "excluded": 0}

    @property
    def status(self) -> str:
        """Why the nation's sums are not complete, the gravest reason."""
        if set(self.missing) - self.held.keys():
            return "not_submitted"
        return "unknown" if self.missing else "excluded" if self.exempt else "reported"

    def weight(self, prefecture: str = "") -> float:
        last = {code: self.season.last[code] for code in self.owing if code.startswith(prefecture)}
        return sum(value for code, value in last.items() if code in self.live) / sum(last.values())

    def due(self, code: str) -> dt.date:
        """The day granted; an extension of 石川県 to 16 May is the 9th for those five business days before it."""
        day = NATIONAL if code in self.season.direct else MUNICIPAL
        if code[:2] == ISHIKAWA and six(f"{ISHIKAWA}000") in self.longer:
            day = dt.date(2025, 5, 16) if code in self.season.direct else dt.date(2025, 5, 9)
        return max(day, self.longer.get(code, day))

    def board(self, today: dt.date) -> dict[str, dict[str, Any]]:
        """Completeness by prefecture."""
        found: dict[str, Counter[str]] = {}
        excused = self.exempt
        for code in self.season.codes:
            count, due = found.setdefault(code[:2], Counter()), self.due(code)
            count["reporters"] += 1
            count["extended"] += due > (NATIONAL if code in self.season.direct else MUNICIPAL)
            there = code in self.live or code in self.held
            if there:
                count["on_time" if self.first[code] <= due else "late"] += 1
            if code in self.live:
                count["nil_returns" if code in self.nil else "reported"] += 1
            elif code in excused and not there:
                count["exempt"] += 1
            else:
                count["missing"] += 1
                count["held"] += there
                count["overdue"] += not there and today > due
        return {place: self._rated(count) for place, count in found.items()}

    def _rated(self, count: Counter[str]) -> dict[str, Any]:
        names = (
            "reporters",
            "reported",
            "nil_returns",
            "exempt",
            "held",
            "missing",
            "overdue",
            "extended",
            "on_time",
            "late",
        )
        decided = count["on_time"] + count["late"] + count["overdue"]
        rate = count["on_time"] / decided if decided else None
        return {name: count[name] for name in names} | {"on_time_rate": rate}

    def release(self) -> str | None:
        """The release that is due, if one is: 速報 at nine tenths, again when corrected; 確報; 訂正."""
        changed = self.out is not None and self.out != self.live
        corrected = self.out is not None and any(self.live[code] != told for code, told in self.out.items())
        title = None
        if "確報" in self.titles:
            title = f"訂正{sum(one.startswith('訂正') for one in self.titles) + 1}" if changed else None
        elif not self.missing:
            title = "確報"
        elif self.titles:
            title = f"速報{len(self.titles) + 1}" if corrected else None
        elif len(self.live) >= 0.9 * len(self.owing):
            title = "速報"
        if title:
            self.titles.append(title)
            self.out = dict(self.live)
            self.final = self.totals()["applicants"] if title == "確報" else self.final
        return title


@dataclass
class House:
    """The installation under test."""

    workspace: Workspace
    clock: Clock
    season: Season

    def live_through(self, instant: dt.datetime, deeds: list[Deed]) -> publish.Release | None:
        """Receive and decide what comes at an instant, publish what is due, measure."""
        self.clock.at, space = instant, self.workspace
        fields = [one.name for table in space.contract(LINE).tables for one in table.measures]
        arrivals = [
            Arrival(plan.listing(one, fields), f"{one.code}-{instant:%d%H%M}.csv", None, "cli", LINE, COLLECTION)
            for one in deeds
            if one.kind in ("file", "wrong")
        ]
        if arrivals:
            receive_many(space.ledger, space.storage, arrivals)
        for one in deeds:
            self._do(one)
        ingest(space)
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

    def frame(self, path: str) -> pd.DataFrame:
        return pd.read_parquet(self.workspace.storage.uri(f"published/{path}/{NOW.isoformat()}.parquet"))


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
    assert len(season.instants) >= 60
    then: dict[dt.datetime, dict[str, pd.DataFrame]] = {}
    for instant in season.instants:
        deeds = season.deeds.get(instant, [])
        for deed in deeds:
            oracle.see(deed, instant.date())
        made = house.live_through(instant, deeds)
        assert (made and made.title_ja, instant) == (oracle.release(), instant)
        if made:
            assert_release(made, oracle)
        shown = {table: house.frame(f"current/{LINE}/{table}") for table in TABLES}
        shown["estimate"] = house.frame(f"estimate/{LINE}")
        assert_current(shown, oracle, instant)
        held_true.append(assert_estimate(shown["estimate"], oracle))
        assert_board(house.frame(f"monitor/{LINE}/completeness"), oracle.board(instant.date()), instant)
        assert publish.due(house.workspace, COLLECTION).missing == oracle.missing
        then[instant] = shown
    assert [title for title in oracle.titles if title[:2] != "速報"] == ["確報", "訂正1", "訂正2"]
    assert oracle.titles[0] == "速報"
    known = [low <= oracle.final <= high for share, low, high in held_true if share >= 0.2]
    assert sum(known) >= 0.85 * len(known)
    for number, (instant, shown) in enumerate(then.items()):
        names = (*TABLES, "estimate") if number % 8 == 0 else ("national", "estimate")
        for name in names:
            again = publish.read(house.workspace, COLLECTION, name, instant + LATEST).to_pandas()
            pd.testing.assert_frame_equal(again, shown[name], check_dtype=False, obj=f"{name} {instant}")
    assert not register.verify(house.workspace.ledger, house.workspace.storage, house.workspace.settings.schemas)
    assert not publish.verify(house.workspace)


def assert_release(made: publish.Release, oracle: Oracle) -> None:
    coverage = made.manifest["coverage"]
    assert (coverage["reporters_in"], coverage["reporters_due"]) == (len(oracle.live), len(oracle.owing))
    assert coverage["weight_in"] == pytest.approx(oracle.weight())
    assert tuple(one["area_code"] for one in coverage["missing"]) == oracle.missing
    assert {one["area_code"] for one in coverage["exempt"]} == oracle.exempt
    assert {one["prefecture_code"]: one["reporters_in"] for one in coverage["prefectures"]} == {
        place: sum(code[:2] == place for code in oracle.live) for place in {code[:2] for code in oracle.season.codes}
    }
    assert ("estimate" in made.manifest) == (made.stage == "preliminary")


def assert_current(shown: dict[str, pd.DataFrame], oracle: Oracle, instant: dt.datetime) -> None:
    """The nation's headline figures and coverage, and every municipality's own row."""
    nation = shown["national"].query("table == 'headline' and age_band == 'total'").set_index("category")
    assert {name: nation.loc[name, "value"] for name in oracle.totals()} == oracle.totals(), instant
    row = nation.loc["applicants"]
    told = (row["value_status"], row["values_missing"], row["reporters_in"], row["reporters_due"])
    assert told == (oracle.status, len(oracle.missing), len(oracle.live), len(oracle.owing)), instant
    own = shown["municipality"].set_index("area_code")
    assert list(own.index) == oracle.season.codes
    present = own["applicants_total"].dropna()
    assert present.to_dict() == {code: total for code, (total, _) in oracle.live.items()}, instant
    said = Counter(own["value_status"])
    waiting = len(oracle.held.keys() - oracle.live.keys())
    expected = {
        "reported": len(oracle.live.keys() - oracle.nil), "none": len(oracle.nil), "excluded": len(oracle.exempt),
        "unknown": waiting, "not_submitted": len(oracle.missing) - waiting,
    }  # fmt: skip
    assert said == Counter({name: number for name, number in expected.items() if number}), instant


def assert_estimate(rows: pd.DataFrame, oracle: Oracle) -> tuple[float, float, float]:
    """Counted values and coverage are the oracle's; bounds enclose; who is complete leaves no doubt."""
    places = ("", *sorted({code[:2] for code in oracle.season.codes}))
    assert len(rows) == len(places) * 5 * 2
    owing = oracle.owing
    of = dict(list(rows.fillna({"prefecture_code": ""}).groupby("prefecture_code")))
    for place in places:
        mine = of[place]
        inside = sum(code.startswith(place) for code in oracle.live)
        due = sum(code.startswith(place) for code in owing)
        assert dict(zip(mine["measure"], mine["counted"], strict=True)) == oracle.totals(place)
        assert set(zip(mine["reporters_in"], mine["reporters_due"], strict=True)) == {(inside, due)}
        assert mine["coverage_by_weight"].to_numpy() == pytest.approx(oracle.weight(place))
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


def assert_board(board: pd.DataFrame, expected: dict[str, dict[str, Any]], instant: dt.datetime) -> None:
    assert instant.tzinfo is JST
    assert set(board["observed_on"]) == {instant.date()}
    told = {row["prefecture_code"]: row for row in board.to_dict("records")}
    assert told.keys() == expected.keys()
    for place, figures in expected.items():
        rate = figures.pop("on_time_rate")
        assert {name: told[place][name] for name in figures} == figures, (place, instant)
        found = told[place]["on_time_rate"]
        assert found == pytest.approx(rate) if rate is not None else pd.isna(found)
