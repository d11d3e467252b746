"""Opening, migrating and reopening a ledger, on both databases."""

import datetime as dt
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger, close_collection, collection_states, open_collection
from keiyu.ledger.models import Base, Event
from keiyu.ledger.schema import _SCRIPTS, newest

APRIL = Collection("waiting", dt.date(2025, 4, 1))


def test_the_migrated_tables_are_the_models(database_url: str) -> None:
    with Ledger.open(database_url) as ledger, ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_newest_is_the_head_of_the_scripts() -> None:
    assert ScriptDirectory(str(_SCRIPTS)).get_current_head() == newest()


def test_many_openers_at_once_migrate_once(database_url: str) -> None:
    errors: list[BaseException] = []

    def opener() -> None:
        try:
            Ledger.open(database_url).close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=opener) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_reopening_keeps_what_was_there(database_url: str) -> None:
    with Ledger.open(database_url) as ledger:
        open_collection(ledger, APRIL)
    with Ledger.open(database_url) as ledger:
        assert collection_states(ledger) == {APRIL: "open"}


def test_a_rolled_back_transaction_leaves_nothing(database_url: str) -> None:
    with Ledger.open(database_url) as ledger:
        with pytest.raises(ZeroDivisionError), ledger.begin() as connection:
            row = {"seq": 1, "at": dt.datetime.now(dt.UTC), "kind": "x", "subject": "", "key": "k", "payload": {}}
            connection.execute(insert(Event), [{**row, "prev_hash": "0", "hash": "1"}])
            raise ZeroDivisionError
        with ledger.read() as connection:
            assert connection.execute(select(Event.seq)).all() == []


def test_naive_datetimes_are_refused(database_url: str) -> None:
    with Ledger.open(database_url) as ledger, ledger.begin() as connection, pytest.raises(Exception, match="time zone"):
        connection.execute(select(Event.seq).where(Event.at <= dt.datetime(2025, 4, 1)))


def test_collections_open_and_close_once(database_url: str) -> None:
    with Ledger.open(database_url) as ledger:
        assert open_collection(ledger, APRIL)
        assert not open_collection(ledger, APRIL)
        assert close_collection(ledger, APRIL)
        assert not close_collection(ledger, APRIL)
        assert open_collection(ledger, APRIL)
        with ledger.read() as connection:
            assert connection.scalars(select(Event.kind).order_by(Event.seq)).all() == ["open", "close", "open"]
