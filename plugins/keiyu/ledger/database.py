"""Opening the ledger's database: SQLite embedded, PostgreSQL in production, the same SQL for both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from keiyu.ledger.clock import OPTION, Clock, in_utc, utc_now
from keiyu.ledger.events import canonical
from keiyu.ledger.files import locked
from keiyu.ledger.schema import migrate

_WRITES: Final = "keiyu_writes"
_SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_BUSY_SECONDS: Final = 60
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}")


class Ledger:
    """The one SQL database that says what is so.

    Attributes:
        url: its address.
        engine: for reads of one statement; a transaction begun on it never holds a write lock.
        now: its clock: what recorded time is taken from.
    """

    def __init__(self, url: URL, clock: Clock = utc_now) -> None:
        """Connect lazily; use ``Ledger.open``."""
        self.url = url
        self.now = in_utc(clock)
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_WRITES: True, OPTION: self.now})
        self._reader = self.engine.execution_options(**({} if self.file else _SNAPSHOT))

    @classmethod
    def open(cls, database_url: str, clock: Clock = utc_now) -> "Ledger":
        """Open a ledger, creating or migrating its tables where needed.

        Args:
            database_url: SQLAlchemy address; ``postgresql://`` means the driver this project ships with.
            clock: what tells the time; the machine's by default.
        """
        ledger = cls(_address(database_url), clock)
        if ledger.file is not None:
            ledger.file.parent.mkdir(parents=True, exist_ok=True)
        with ledger.exclusively("migrate"):
            migrate(ledger.engine, ledger.begin)
        return ledger

    @property
    def file(self) -> Path | None:
        """The database's file; none for a server."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a write transaction: committed at the end, rolled back by an exception."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction: all its statements see the ledger at one sequence."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def exclusively(self, purpose: str) -> Iterator[None]:
        """Hold an OS lock beside an SQLite file, freed by the kernel when the process dies.

        A server needs none: it locks rows.
        """
        if self.file is None:
            yield
            return
        with locked(self.file.with_name(f"{self.file.name}.{purpose}.lock")):
            yield

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _address(database_url: str) -> URL:
    url = make_url(database_url)
    return url.set(drivername="postgresql+psycopg2") if url.drivername in {"postgres", "postgresql"} else url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, json_serializer=_json, executemany_mode="values_plus_batch")
    engine = create_engine(url, json_serializer=_json, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _json(value: object) -> str:
    return canonical(value).decode()


def _on_connect(connection: Any, _record: object) -> None:
    """Give transaction control to SQLAlchemy and make commits durable."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    """Take SQLite's write lock at the start, so that a transaction never fails half-way for it."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
