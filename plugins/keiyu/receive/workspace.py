"""What every stage works with: settings, ledger, storage, and the area tables."""

from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self

from keiyu import contract
from keiyu.codes import areas
from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.ledger import Ledger
from keiyu.ledger.clock import Clock, utc_now
from keiyu.receive.storage import Storage
from keiyu.settings import Settings


@dataclass
class Workspace:
    """One installation, opened.

    Attributes:
        settings: its settings.
        ledger: its ledger.
        storage: its landing, core and published data.
    """

    settings: Settings
    ledger: Ledger
    storage: Storage

    @classmethod
    def open(cls, settings: Settings | None = None, clock: Clock = utc_now) -> "Workspace":
        """Open the installation that the settings describe.

        Args:
            settings: those of the environment by default.
            clock: what tells the time; the machine's by default.
        """
        settings = settings or Settings()
        return cls(settings, Ledger.open(settings.database_url, clock), Storage(settings.storage))

    @cached_property
    def areas(self) -> Areas:
        """The dated area tables."""
        return areas.load(self.settings.schemas)

    def contract(self, line: str) -> Contract:
        """Return a line's contract.

        Raises:
            UnknownLineError: there is no such line.
        """
        return contract.load(line, self.settings.schemas)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that have a contract."""
        return contract.lines(self.settings.schemas)

    def close(self) -> None:
        """Give back the ledger's connections."""
        self.ledger.close()

    def __enter__(self) -> Self:
        """Return the workspace itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
