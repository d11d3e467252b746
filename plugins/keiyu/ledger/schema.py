"""Creating and migrating the tables with Alembic, from scripts inside the package."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from keiyu.ledger.events import serialise

_SCRIPTS: Final = Path(__file__).parent / "migrations"


def newest() -> str:
    """Return the newest revision that this package knows (its script's file name)."""
    return max(path.stem for path in (_SCRIPTS / "versions").glob("v*.py"))


def migrate(engine: Engine, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
    """Bring the tables to the newest revision, in one transaction that excludes every other writer.

    Args:
        engine: for a look that needs no lock: usually there is nothing to do.
        begin: opens a write transaction.
    """
    with engine.begin() as connection:
        if _revision(connection) == newest():
            return
    with begin() as connection:
        serialise(connection)
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    # Alembic takes longer to import than an up-to-date ledger takes to open.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
