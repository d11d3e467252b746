"""The audit chain: any payload goes in and comes out, and no change of it goes unseen."""

import datetime as dt
import json
import re
import uuid
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, update

from keiyu.ledger.events import Draft, append, broken, canonical, link
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Base, Event

TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_canonical_json_is_stable_and_storable(payload: dict[str, object]) -> None:
    told = canonical(payload)
    assert canonical(json.loads(told)) == told
    assert b"\\u0000" not in re.sub(rb"\\\\", b"", told)
    told.decode("utf-8")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dictionaries(TEXT, VALUES, max_size=3), min_size=1, max_size=6), st.data())
def test_no_change_goes_unseen(payloads: list[dict[str, object]], data: st.DataObject) -> None:
    engine = create_engine("sqlite://", json_serializer=lambda value: canonical(value).decode())
    Base.metadata.create_all(engine)
    drafts = [Draft("test", f"s{n}", f"k{n}", payload) for n, payload in enumerate(payloads)]
    with engine.begin() as connection:
        stamps = append(connection, drafts)
    with engine.begin() as connection:
        assert list(broken(connection)) == []
        assert [stamp.seq for stamp in stamps] == list(range(1, len(drafts) + 1))
        assert all(a.at < b.at for a, b in pairwise(stamps))
        victim = data.draw(st.integers(1, len(drafts)))
        change = data.draw(
            st.sampled_from(
                [
                    {"payload": {"new": 1}},
                    {"kind": "other"},
                    {"subject": "other"},
                    {"key": "other"},
                    {"at": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)},
                    {"hash": "f" * 64},
                    {"prev_hash": "e" * 64},
                    {"seq": 99},
                ]
            )
        )
        connection.execute(update(Event).where(Event.seq == victim).values(**change))
        assert list(broken(connection)) != []
    engine.dispose()


def test_a_chain_forged_from_the_middle_breaks_where_it_was_forged() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        append(connection, [Draft("a", "", f"k{n}", {}) for n in range(3)])
        row = {"seq": 2, "at": dt.datetime.now(dt.UTC), "kind": "b", "subject": "", "key": "k", "payload": {}}
        forged = {**row, "prev_hash": "0" * 64}
        connection.execute(Event.__table__.delete().where(Event.seq == 2))
        connection.execute(insert(Event), [{**forged, "hash": link(forged)}])
        assert {seq for seq, _ in broken(connection)} == {2, 3}
    engine.dispose()


def test_identifiers_are_time_ordered_and_version_7() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {uuid.UUID(one).version for one in made} == {7}
    assert {uuid.UUID(one).variant for one in made} == {uuid.RFC_4122}
    assert sorted(one[:13] for one in made) == [one[:13] for one in made]
