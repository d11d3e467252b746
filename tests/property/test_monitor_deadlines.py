"""Whatever came, whatever was granted: nobody is told twice, nobody in time is late, an extension never hurts."""

import datetime as dt
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from keiyu.codes.business_days import is_business_day, next_business_day
from keiyu.contract import load
from keiyu.contract.calendar import hops
from keiyu.contract.model import Collection
from keiyu.ledger.dispensations import Dispensations, Granted
from keiyu.publish.monitor import policy
from keiyu.publish.monitor.assessment import JAPAN, Assessment, assess, day_of
from keiyu.publish.monitor.position import Deed, Position, Reporter
from keiyu.publish.monitor.reminders import plan

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACT = load("waiting_children", SCHEMAS)
COLLECTION = Collection(CONTRACT.line, dt.date(2025, 4, 1))
HOPS = hops(CONTRACT, COLLECTION.as_of)
POLICY = policy.load(SCHEMAS)
PLACES = ("130001", "140007")
CODES = ("131016", "131024", "132012", "143014")
MISSING = {"held", "due", "reminded", "overdue"}


def reporter(code: str, direct: bool) -> Reporter:
    prefecture = PLACES[code[:2] == "14"]
    areas = {code: "municipality", prefecture: "prefecture"}
    return Reporter(code, "prefecture" if direct else "municipality", None if direct else prefecture, areas)


REPORTERS = tuple(reporter(code, code == "132012") for code in CODES)
INSTANTS = st.datetimes(dt.datetime(2025, 4, 1), dt.datetime(2025, 6, 30), timezones=st.just(JAPAN))
DAYS = st.dates(dt.date(2025, 4, 1), dt.date(2025, 6, 30))


@st.composite
def deeds(draw: st.DrawFn) -> tuple[Deed, ...]:
    told = draw(st.lists(st.tuples(st.sampled_from(CODES), st.booleans(), st.booleans(), INSTANTS), max_size=8))
    return tuple(
        Deed(code, None, accepted, nil, accepted, at, at, 1 if accepted else None)
        for code, accepted, nil, at in sorted(told, key=lambda one: one[3])
    )


GRANTS = st.dictionaries(st.sampled_from((*CODES, *PLACES)), DAYS.map(next_business_day), max_size=3)
EXEMPT = st.sets(st.sampled_from((*CODES, *PLACES)), max_size=2)
EPOCH = dt.datetime(2025, 4, 1, tzinfo=JAPAN)


def judged(told: tuple[Deed, ...], grants: dict[str, dt.date], exempt: set[str], at: dt.datetime) -> Assessment:
    given_ = Dispensations(
        {area: Granted(area, "x", EPOCH, until) for area, until in grants.items()},
        {area: Granted(area, "x", EPOCH) for area in exempt},
    )
    return assess(Position(COLLECTION, HOPS, "open", REPORTERS, told, given_, opened_at=EPOCH), at)


@given(deeds(), GRANTS, EXEMPT, INSTANTS)
def test_a_status_is_what_happened(
    told: tuple[Deed, ...], grants: dict[str, dt.date], exempt: set[str], at: dt.datetime
) -> None:
    found = judged(told, grants, exempt, at)
    assert sum(found.counts.values()) == len(REPORTERS)
    for one in found.standings:
        assert is_business_day(one.due)
        accepted = [
            d.received_at for d in told if d.reporter == one.reporter.code and d.accepted and d.decided_at <= at
        ]
        assert (one.status in ("reported", "nil")) == bool(accepted)
        if accepted:
            assert one.on_time == (day_of(min(accepted)) <= one.due)
        elif exempt & one.reporter.areas.keys():
            assert one.status == "exempt"
        else:
            assert (one.status == "overdue") == (day_of(at) > one.due)


@given(deeds(), GRANTS, INSTANTS)
def test_an_extension_never_makes_anybody_late(
    told: tuple[Deed, ...], grants: dict[str, dt.date], at: dt.datetime
) -> None:
    plain, extended = judged(told, {}, set(), at), judged(told, grants, set(), at)
    for before, after in zip(plain.standings, extended.standings, strict=True):
        assert after.due >= before.due
        assert not (before.on_time is True and after.on_time is False)


@settings(max_examples=40)
@given(deeds(), GRANTS, EXEMPT, st.lists(DAYS, max_size=12))
def test_over_any_days_nobody_is_told_one_thing_twice_nor_more_than_once_a_day(
    told: tuple[Deed, ...], grants: dict[str, dt.date], exempt: set[str], days: list[dt.date]
) -> None:
    sent = set()
    for day in sorted(days):
        found = judged(told, grants, exempt, dt.datetime.combine(day, dt.time(9), JAPAN))
        digests = plan([found], POLICY, sent)
        assert is_business_day(day) or not digests
        assert len({digest.organisation for digest in digests}) == len(digests)
        owing = {one.reporter.code for one in found.standings if one.status in MISSING}
        owing |= {one.reporter.relay for one in found.standings if one.reporter.code in owing} - {None}
        for digest in digests:
            assert digest.organisation in owing
            for item in digest.items:
                assert item.key not in sent
                assert item.key.day <= day
                sent.add(item.key)
        assert plan([found], POLICY, sent) == ()
