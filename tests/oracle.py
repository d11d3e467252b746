"""What is so in a season, in plain Python: only from what was sent, decided and looked at, and when.

Nothing of the program is used here: neither its calendar nor its queries nor its idea of who is in.
"""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from season import ISHIKAWA, LINE, MUNICIPAL, NATIONAL, NOW, Deed, Season, six

FORM = "flat"
"""The form of the season's files: one line a body, the contract's own columns."""

HOLIDAYS = {(4, 29), (5, 3), (5, 4), (5, 5), (5, 6), (7, 21)}
"""Of April to July 2025: 昭和の日, 憲法記念日, みどりの日, こどもの日, its substitute, 海の日."""

FIGURES = {
    "capacity": 4, "enrolled": 4, "applicants": 1, "waiting": 1, "excluded": 4,
    "on_hold": 1, "municipalities_waiting": 1,
}  # fmt: skip
"""Headline figure → how many values of a municipality it adds up (four types of facility, 除外4類型)."""

Row = dict[str, Any]


@dataclass
class Sent:
    """One submission: when it came, what became of it, when the nation's tables showed it."""

    code: str
    nil: bool
    received: dt.datetime
    state: Literal["accepted", "held", "returned", "replaced"]
    accepted: dt.datetime | None = None
    shown: dt.datetime | None = None


@dataclass
class Oracle:
    """Who said what, who is excused, whose time was extended, what was released."""

    season: Season
    live: dict[str, tuple[int, int]] = field(default_factory=dict)
    nil: set[str] = field(default_factory=set)
    held: dict[str, Deed] = field(default_factory=dict)
    first: dict[str, dt.date] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    longer: dict[str, dt.date] = field(default_factory=dict)
    sent: dict[str, list[Sent]] = field(default_factory=dict)
    out: dict[str, tuple[int, int]] | None = None
    titles: list[str] = field(default_factory=list)
    releases: list[Row] = field(default_factory=list)
    final: int = 0

    def see(self, deed: Deed, at: dt.datetime, decided: dt.datetime) -> None:
        """Learn of a deed: a report that is received at an instant and decided at another, or a decision."""
        code = deed.code
        if deed.kind == "extend":
            self.longer[code] = deed.until or at.date()
        elif deed.kind in ("exempt", "unexempt"):
            (self.excused.add if deed.kind == "exempt" else self.excused.discard)(code)
        elif deed.kind in ("confirm", "approve"):
            told = self.held.pop(code)
            self._accept(told, next(one for one in self.sent[code] if one.state == "held"), at)
        elif deed.kind == "wrong":
            self._send(deed, at, "returned")
        elif deed.kind == "file" and self._must_wait(deed):
            self._send(deed, at, "held")
            self.held[code] = deed
            self.first.setdefault(code, at.date())
        else:
            waited = self.held.pop(code, None) is not None
            if code not in self.live and (waited or code not in self.first):
                self.first[code] = at.date()
            self._accept(deed, self._send(deed, at, "held"), decided)

    def _send(self, deed: Deed, at: dt.datetime, state: Literal["held", "returned"]) -> Sent:
        self.sent.setdefault(deed.code, []).append(Sent(deed.code, deed.kind == "nil", at, state))
        return self.sent[deed.code][-1]

    def _accept(self, deed: Deed, sent: Sent, at: dt.datetime) -> None:
        for other in self.sent[deed.code]:
            other.state = "returned" if other.state == "returned" else "replaced"
        sent.state, sent.accepted = "accepted", at
        self.live[deed.code] = (deed.total, deed.waiting)
        (self.nil.add if deed.kind == "nil" else self.nil.discard)(deed.code)

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

    def status(self, code: str) -> str:
        """Why somebody's figures are there or not."""
        if code in self.live:
            return "none" if code in self.nil else "reported"
        return "excluded" if code in self.excused else "unknown" if code in self.held else "not_submitted"

    def totals(self, prefecture: str = "") -> dict[str, int]:
        told = self.figures([code for code in self.season.codes if code.startswith(prefecture)])
        return {name: told[name] or 0 for name in tuple(FIGURES)[:5]}

    def figures(self, codes: Iterable[str]) -> dict[str, int | None]:
        """The headline figures of some bodies; none where nobody is in."""
        mine = [self.live[code] for code in codes if code in self.live]
        total, waiting = sum(one for one, _ in mine), sum(one for _, one in mine)
        found = (total, total - waiting, total, waiting, 0, waiting, sum(one > 0 for _, one in mine))
        return {name: value if mine else None for name, value in zip(FIGURES, found, strict=True)}

    def coverage(self, codes: Sequence[str]) -> Row:
        """How complete the sums of some bodies are, and the gravest reason why they are not."""
        said = Counter(self.status(code) for code in codes)
        owing = [code for code in codes if self.status(code) != "excluded"]
        gravest = next((one for one in ("not_submitted", "unknown", "excluded") if said[one]), "reported")
        return {
            "value_status": gravest,
            "values_missing": said["not_submitted"] + said["unknown"],
            "reporters_in": said["reported"] + said["none"],
            "reporters_due": len(owing),
            "coverage_by_weight": self.weight(codes),
        }

    def weight(self, codes: Iterable[str]) -> float | None:
        """The share of the last collection's applicants that is in."""
        last = {code: self.season.last[code] for code in codes if self.status(code) != "excluded"}
        return (
            sum(value for code, value in last.items() if code in self.live) / whole
            if (whole := sum(last.values()))
            else None
        )

    def scopes(self) -> dict[tuple[str, str], list[str]]:
        """Scope and area → its bodies: whole prefectures, prefectures without the cities, each of those cities."""
        found: dict[tuple[str, str], list[str]] = {}
        for code in self.season.codes:
            whole, city = six(f"{code[:2]}000"), code in self.season.direct
            found.setdefault(("whole", whole), []).append(code)
            found.setdefault(("city", code) if city else ("excluding_cities", whole), []).append(code)
        return found

    def ranks(self, prefecture: str = "") -> dict[str, tuple[int | None, int | None]]:
        """Code → how many wait, and its rank; equals share the better one."""
        known = {code: waiting for code, (_, waiting) in self.live.items() if code.startswith(prefecture)}
        ordered = sorted(known.values())
        mine = (code for code in self.season.codes if code.startswith(prefecture))
        return {
            code: (known[code], 1 + len(ordered) - bisect_right(ordered, known[code]))
            if code in known
            else (None, None)
            for code in mine
        }

    def normal(self, code: str) -> dt.date:
        return NATIONAL if code in self.season.direct else MUNICIPAL

    def due(self, code: str) -> dt.date:
        """The day granted; an extension of 石川県 to 16 May is the 9th for those five business days before it."""
        day = self.normal(code)
        if code[:2] == ISHIKAWA and six(f"{ISHIKAWA}000") in self.longer:
            day = dt.date(2025, 5, 16) if code in self.season.direct else dt.date(2025, 5, 9)
        return max(day, self.longer.get(code, day))

    def boards(self, today: dt.date) -> dict[str, list[Row]]:
        """Every table about the relay, as it is to be on a day."""
        found = {
            "calendar": self._calendar(),
            "completeness": self._completeness(today),
            "latency": self._latency(),
            "performance": self.releases,
            "rounds": self._rounds(),
        }
        common = {"line": LINE, "as_of": NOW}
        return {name: [common | row for row in rows] for name, rows in found.items()}

    def _calendar(self) -> list[Row]:
        """First submissions end 40 working days after the reference date, corrections 80; a hop below, 5 sooner."""
        levels = (("municipality", MUNICIPAL, NOW, 5), ("prefecture", NATIONAL, MUNICIPAL, 0))
        return [
            {
                "level": level,
                "deadline": day,
                "entry_closes": later(NOW, 40 - lead),
                "corrections_close": later(NOW, 80 - lead),
                "working_days": working_days(since, day),
                "least_working_days": 5,
                "is_short": False,
            }
            for level, day, since, lead in levels
        ]

    def _completeness(self, today: dt.date) -> list[Row]:
        found: dict[str, Counter[str]] = {}
        for code in self.season.codes:
            count, due = found.setdefault(code[:2], Counter()), self.due(code)
            count["reporters"] += 1
            count["extended"] += due > self.normal(code)
            there = code in self.live or code in self.held
            if there:
                count["on_time" if self.first[code] <= due else "late"] += 1
            if code in self.live:
                count["nil_returns" if code in self.nil else "reported"] += 1
            elif code in self.excused and not there:
                count["exempt"] += 1
            else:
                count["missing"] += 1
                count["held"] += there
                count["overdue"] += not there and today > due
        return [
            {"prefecture_code": place, "prefecture": self.season.prefectures[place], "observed_on": today}
            | rated(count)
            for place, count in found.items()
        ]

    def _rounds(self) -> list[Row]:
        """Of each form: who used it last, and what it took them."""
        forms: dict[str, list[list[Sent]]] = {}
        for mine in self.sent.values():
            forms.setdefault("nil" if mine[-1].nil else FORM, []).append(mine)
        return [
            {
                "layout": form,
                "reporters": len(each),
                "submissions": sum(map(len, each)),
                "returned": sum(one.state == "returned" for mine in each for one in mine),
                "replaced": sum(one.state == "replaced" for mine in each for one in mine),
                "right_first_time": sum([one.state for one in mine] == ["accepted"] for mine in each),
                "mean_rounds": sum(map(len, each)) / len(each),
                "most_rounds": max(map(len, each)),
            }
            for form, each in sorted(forms.items())
        ]

    def _latency(self) -> list[Row]:
        taken = [one for mine in self.sent.values() for one in mine if one.accepted]
        shown = [one for one in taken if one.shown]
        stages = {
            "decision": [seconds(one.received, one.accepted) for one in taken],
            "current": [seconds(one.accepted, one.shown) for one in shown],
            "whole": [seconds(one.received, one.shown) for one in shown],
        }
        parts = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "longest": 1.0}
        return [
            {"stage": stage, "submissions": len(taken)} | {name: quantile(taken, part) for name, part in parts.items()}
            for stage, taken in stages.items()
            if taken
        ]

    def publish(self, at: dt.datetime) -> str | None:
        """Show everything that is accepted; returns the release that is due, if one is.

        速報 at nine tenths, again when what is in was corrected; 確報 when all are in; 訂正 when that changes.
        """
        everything = [one for mine in self.sent.values() for one in mine if one.accepted]
        for one in everything:
            one.shown = one.shown or at
        title = self._title()
        if title:
            self.titles.append(title)
            self.out = dict(self.live)
            self.final = self.totals()["applicants"] if title == "確報" else self.final
            self.releases.append(self._performance(title, at, max(one.received for one in everything)))
        return title

    def _title(self) -> str | None:
        changed = self.out is not None and self.out != self.live
        corrected = self.out is not None and any(self.live[code] != told for code, told in self.out.items())
        if "確報" in self.titles:
            return f"訂正{sum(one.startswith('訂正') for one in self.titles) + 1}" if changed else None
        if not self.missing:
            return "確報"
        if self.titles:
            return f"速報{len(self.titles) + 1}" if corrected else None
        return "速報" if len(self.live) >= 0.9 * len(self.owing) else None

    def _performance(self, title: str, at: dt.datetime, last: dt.datetime) -> Row:
        stages = {"速報": "preliminary", "確報": "final", "訂正": "correction"}
        return {
            "stage": stages[title[:2]],
            "number": int(title[2:] or 1),
            "released_on": at.date(),
            "reporters_in": len(self.live),
            "reporters_due": len(self.owing),
            "days_after_reference": (at.date() - NOW).days,
            "working_days_after_deadline": working_days(NATIONAL, at.date()),
            "seconds_after_last_arrival": seconds(last, at),
        }


def rated(count: Mapping[str, int]) -> Row:
    """Counts of every kind, and the share on time of those of whom it is decided."""
    names = (
        "reporters", "reported", "nil_returns", "exempt", "held", "missing", "overdue", "extended", "on_time", "late",
    )  # fmt: skip
    decided = count["on_time"] + count["late"] + count["overdue"]
    return {name: count[name] for name in names} | {"on_time_rate": count["on_time"] / decided if decided else None}


def works(day: dt.date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def working_days(after: dt.date, until: dt.date) -> int:
    """Working days after one day up to another; negative where that lies before."""
    if until < after:
        return -working_days(until, after)
    return sum(works(after + dt.timedelta(days=n)) for n in range(1, (until - after).days + 1))


def later(day: dt.date, number: int) -> dt.date:
    """The day so many working days after another."""
    return next(one for n in range(200) if working_days(day, one := day + dt.timedelta(days=n)) == number)


def seconds(since: dt.datetime | None, until: dt.datetime | None) -> float:
    return (until - since).total_seconds() if since and until else 0.0


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which a part lies, between two of them in proportion."""
    ordered, place = sorted(values), part * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
