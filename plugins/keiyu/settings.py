"""Every setting, in one place: environment variables with the prefix ``KEIYU_``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from keiyu.errors import HomeNotFoundError


def find_home(start: Path | None = None) -> Path:
    """Find the folder that holds ``schemas/``.

    Looks at the working directory and above it, then above this file (a checkout).

    Args:
        start: where to begin; the working directory by default.

    Returns:
        The project's folder, absolute.

    Raises:
        HomeNotFoundError: nothing above ``start`` or this file has ``schemas/lines``.
    """
    begin = (start or Path.cwd()).resolve()
    here = Path(__file__).resolve()
    for folder in (begin, *begin.parents, *here.parents):
        if (folder / "schemas" / "lines").is_dir():
            return folder
    raise HomeNotFoundError(str(begin))


class Settings(BaseSettings):
    """The settings of one installation.

    Attributes:
        home: folder with ``schemas/`` and ``expectations/``.
        storage: fsspec address of landing, core and published data; ``home/data`` by default.
        database_url: SQLAlchemy address of the ledger; SQLite beside the data by default.
        drop: watched directory of arrivals; one sub-folder per sender, named by area code.
        directory: CSV of the organisations' addresses for reminders; ``directory.csv`` beside the data by default.
        iceberg: whether each release is registered in the Iceberg catalogue as soon as it is cut.
        iceberg_catalog: SQLAlchemy address of that catalogue; SQLite beside the published tables by default.
        doorbell_url: address of the Airflow API that is rung after a receipt; none by default.
        doorbell_user: Airflow user that rings.
        doorbell_password: that user's password.
        batch_files: most submissions in one micro-batch; bounds memory, not throughput.
        batch_bytes: most landed bytes in one micro-batch.
        max_file_bytes: larger files are refused on arrival.
    """

    model_config = SettingsConfigDict(env_prefix="KEIYU_", extra="ignore")

    home: Path = Field(default_factory=find_home)
    storage: str = ""
    database_url: str = ""
    drop: str = ""
    directory: str = ""
    iceberg: bool = False
    iceberg_catalog: str = ""
    doorbell_url: str = ""
    doorbell_user: str = "admin"
    doorbell_password: str = ""
    batch_files: int = 2000
    batch_bytes: int = 256 * 1024 * 1024
    max_file_bytes: int = 100 * 1024 * 1024

    def model_post_init(self, context: object, /) -> None:
        """Fill the addresses that follow from others."""
        self.home = self.home.resolve()
        if not (self.home / "schemas" / "lines").is_dir():
            raise HomeNotFoundError(str(self.home))
        self.storage = self.storage or str(self.home / "data")
        local = self.storage if "://" not in self.storage else str(self.home / "data")
        self.database_url = self.database_url or f"sqlite:///{local}/ledger.db"
        self.drop = self.drop or f"{local}/drop"
        self.iceberg_catalog = self.iceberg_catalog or f"sqlite:///{local}/published/iceberg/catalog.db"
        self.directory = self.directory or f"{local}/directory.csv"

    @property
    def schemas(self) -> Path:
        """The folder of contracts, layouts, code tables and JSON Schemas."""
        return self.home / "schemas"

    @property
    def expectations(self) -> Path:
        """The folder of Great Expectations suites."""
        return self.home / "expectations"
