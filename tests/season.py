"""A simulated season: an invented country's municipalities, and what each of them sends, instant by instant.

Two mergers lie between the collection before and this one, a third within the season; all three are invented.
"""

import csv
import datetime as dt
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

LINE = "waiting_children"
JST = dt.timezone(dt.timedelta(hours=9))
THEN, NOW = dt.date(2024, 4, 1), dt.date(2025, 4, 1)
MUNICIPAL, NATIONAL = dt.date(2025, 4, 30), dt.date(2025, 5, 9)
"""Last days: five business days before the prefecture's, and 25 after 1 April (29 April, 3-6 May are holidays)."""

ABSORBS, ABSORBED = "20303", "20304"
MERGED, INTO = ("40341", "40342"), "40299"
LATER, LATER_INTO = "01304", "01303"
ISHIKAWA, KANAZAWA = "17", "172014"

Kind = Literal["file", "wrong", "nil", "confirm", "approve", "exempt", "unexempt", "extend"]


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass(frozen=True)
class Deed:
    """What happens at an instant: a report of so many applicants, of whom some wait, or a decision."""

    kind: Kind
    code: str
    total: int = 0
    waiting: int = 0
    until: dt.date | None = None


@dataclass
class Season:
    """The country and its plan.

    Attributes:
        codes: 6-digit codes of those who owe a report now.
        direct: of them, those who report to the ministry themselves.
        last: code → its applicants of the last collection, mergers followed.
        before: codes of then → applicants of the last collection.
        instants: when anything happens, or is looked at.
        deeds: instant → what happens.
        prefectures: two-digit code → name.
    """

    codes: list[str]
    direct: set[str]
    last: dict[str, int]
    before: dict[str, int]
    instants: list[dt.datetime]
    deeds: dict[dt.datetime, list[Deed]] = field(default_factory=dict)
    prefectures: dict[str, str] = field(default_factory=dict)


def six(code: str) -> str:
    """The code with its check digit (全国地方公共団体コードの検査数字)."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return code + str((11 - total % 11) % 10 if total >= 11 else 11 - total)


def country(home: Path, folder: Path) -> Path:
    """Copy the project's definitions; three mergers and nil returns are added."""
    shutil.copytree(home / "schemas", folder / "schemas")
    shutil.copytree(home / "expectations", folder / "expectations")
    areas, steps = (folder / "schemas" / "codes" / f"{name}.csv" for name in ("areas", "successions"))
    ends = {ABSORBED: "2025-01-01", **dict.fromkeys(MERGED, "2025-02-01"), LATER: "2025-04-21"}
    rows = areas.read_text(encoding="utf-8").splitlines()
    kept = [f"{row}{ends[row[:5]]}" if row[:5] in ends and row.endswith(",") else row for row in rows]
    new = f"{INTO},宇美篠栗市,ウミササグリシ,city,40,,,2025-02-01,"
    areas.write_text("\n".join([rows[0], *sorted([*kept[1:], new])]) + "\n", encoding="utf-8")
    with steps.open("a", encoding="utf-8") as out:
        out.write(f"2025-01-01,川上村 → 小海町（編入合併）,{ABSORBED},{ABSORBS},absorption\n")
        out.writelines(f"2025-02-01,{one} → 宇美篠栗市（新設合併）,{one},{INTO},merger\n" for one in MERGED)
        out.write(f"2025-04-21,新篠津村 → 当別町（編入合併）,{LATER},{LATER_INTO},absorption\n")
    contract = folder / "schemas" / "lines" / LINE / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    before, after = text.split("  - property: nilReturn\n    value: false\n")
    contract.write_text(f"{before}  - property: nilReturn\n    value: true\n{after}", encoding="utf-8")
    return folder


def listing(deed: Deed, fields: Sequence[str]) -> bytes:
    """The file of one municipality; a wrong one does not add up."""
    told = {
        **dict.fromkeys(("capacity_daycare_total", "capacity_daycare_age3plus"), deed.total),
        **dict.fromkeys(("applicants_total", "applicants_age3plus"), deed.total),
        **dict.fromkeys(("using_daycare_total", "using_daycare_age3plus"), deed.total - deed.waiting),
        **dict.fromkeys(("waiting_total", "waiting_age3plus"), deed.waiting),
    }
    if deed.kind == "wrong":
        told["applicants_total"] += 7
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["団体コード", *fields], [deed.code, *(told.get(name, 0) for name in fields)]])
    return text.getvalue().encode()


def bodies(folder: Path, day: dt.date) -> list[str]:
    """Codes of the municipalities of a day, read from the code table as plainly as can be."""
    table = pd.read_csv(folder / "schemas" / "codes" / "areas.csv", dtype=str, keep_default_na=False)
    stands = (table["valid_from"] <= day.isoformat()) & (
        (table["valid_to"] == "") | (table["valid_to"] > day.isoformat())
    )
    kinds = table["kind"].isin(["designated_city", "city", "special_ward", "town", "village"])
    return sorted(six(code) for code in table.loc[stands & kinds, "code"])


def season(folder: Path, seed: int = 20250401) -> Season:
    """Plan a season of 30 days: two instants on a working day, one on others, both sides of a deadline's midnight."""
    rng = np.random.default_rng(seed)
    then, codes = bodies(folder, THEN), bodies(folder, NOW)
    size = {code: int(20 + np.exp(rng.normal(4.5, 1.4))) for code in then}
    size |= {six(ABSORBS): 900, six(ABSORBED): 120, six(MERGED[0]): 500, six(MERGED[1]): 300}
    last = {code: size.get(code, 0) for code in codes}
    last[six(ABSORBS)], last[six(INTO)] = 900 + 120, 500 + 300
    table = pd.read_csv(folder / "schemas" / "codes" / "designations.csv", dtype=str, keep_default_na=False)
    holds = (table["valid_from"] <= NOW.isoformat()) & (
        (table["valid_to"] == "") | (table["valid_to"] > NOW.isoformat())
    )
    direct = {six(code) for code in table.loc[holds, "code"]} & set(codes)
    plan = Season(codes, direct, last, size, _instants(), prefectures=_prefectures(folder))
    _Planner(plan, rng).plan()
    return plan


def _prefectures(folder: Path) -> dict[str, str]:
    table = pd.read_csv(folder / "schemas" / "codes" / "areas.csv", dtype=str, keep_default_na=False)
    whole = table[table["kind"] == "prefecture"]
    return dict(zip(whole["code"].str[:2], whole["name"], strict=True))


def _instants() -> list[dt.datetime]:
    days = [dt.date(2025, 4, 14) + dt.timedelta(days=n) for n in range(30)]
    rests = {dt.date(2025, 4, 29), *(dt.date(2025, 5, day) for day in range(3, 7))}
    hours = {day: (17,) if day.weekday() >= 5 or day in rests else (9, 17) for day in days}
    found = [dt.datetime.combine(day, dt.time(hour), JST) for day in days for hour in hours[day]]
    for day in (MUNICIPAL, NATIONAL):
        found.append(dt.datetime.combine(day, dt.time(23, 59), JST))
        found.append(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0, 1), JST))
    return sorted(found)


@dataclass
class _Planner:
    season: Season
    rng: Any

    def plan(self) -> None:
        season, rng = self.season, self.rng
        late = rng.normal(0, 1, len(season.codes)) + np.log([season.last[code] for code in season.codes]) * 0.5
        turn = dict(zip(season.codes, np.argsort(np.argsort(late)) / len(season.codes), strict=True))
        strange = self._strange()
        for code in season.codes:
            if code in strange:
                continue
            at = int(turn[code] ** 0.8 * 52)
            total, waiting = self._figures(code, at)
            fate = rng.random()
            if fate < 0.05:
                self._do(at, Deed("wrong", code, total, waiting))
                at = min(at + int(rng.integers(2, 8)), 55)
            self._do(at, Deed("file", code, total, waiting))
            if fate > 0.95:
                self._do(min(at + int(rng.integers(2, 9)), 56), Deed("file", code, total + 3, waiting))
        small = [code for code in season.codes if season.last[code] < 40 and code not in strange]
        self._do(57, *(Deed("nil", code) for code in small[:3]))

    def _strange(self) -> set[str]:
        """Plan the fates that are told one by one; their codes come last in the order of size."""
        season = self.season
        large = [code for code in season.codes if season.last[code] > 1000 and code not in season.direct]
        small = [code for code in season.codes if season.last[code] < 40 and code not in season.direct]
        held, overtaken, big, longer = large[:4]
        ishikawa = six(f"{ISHIKAWA}000")
        nil, (gone, back, ended) = small[-12:-3], small[-3:]
        for number, code in enumerate(nil):
            self._do(number * 5 + 1, Deed("nil", code))
        self._do(0, Deed("file", big, season.last[big], 10))
        self._do(20, *(Deed("exempt", code) for code in (gone, back, ended)))
        self._do(10, Deed("extend", ishikawa, until=dt.date(2025, 5, 16)))
        self._do(12, Deed("extend", longer, until=dt.date(2025, 5, 13)))
        self._do(30, Deed("unexempt", ended))
        self._do(38, Deed("file", ended, 25, 1))
        self._do(50, Deed("file", back, 26, 0))
        self._do(15, Deed("file", held, season.last[held] // 10, 1))
        self._do(17, Deed("confirm", held))
        self._do(40, Deed("file", overtaken, season.last[overtaken] // 10, 1))
        self._do(44, Deed("file", overtaken, season.last[overtaken] + 5, 4))
        self._do(58, Deed("file", longer, season.last[longer], 7))
        self._do(60, Deed("file", big, season.last[big] + 3, 10))
        self._do(61, Deed("file", big, season.last[big] + 1003, 500))
        self._do(62, Deed("approve", big))
        return {held, overtaken, big, longer, gone, back, ended, *nil}

    def _figures(self, code: str, at: int) -> tuple[int, int]:
        """This year's figures: the later the report, the more it grew."""
        growth = self.rng.normal(1.01 + 0.0006 * at, 0.03)
        total = max(int(self.season.last[code] * growth), 1)
        return total, int(self.rng.binomial(total, 0.01))

    def _do(self, at: int, *deeds: Deed) -> None:
        """Have deeds done at a turn from 0 to 63; each of the last seven has an instant of its own."""
        instants = self.season.instants
        last = len(instants) - 7
        instant = instants[at * last // 57 if at < 57 else last + at - 57]
        self.season.deeds.setdefault(instant, []).extend(deeds)
