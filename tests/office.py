"""A small country that sends real files: lists as a spreadsheet exports them, read, checked and registered for real."""

import csv
import datetime as dt
import io
import itertools
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import select

from keiyu import publish, register
from keiyu.contract.model import Collection, Contract
from keiyu.intake import IngestReport, ingest
from keiyu.ledger import open_collection
from keiyu.ledger.models import FindingRow
from keiyu.publish import Release
from keiyu.receive import Arrival, Receipt, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import LINE, SEVEN, small_home

LAST_YEAR, THIS_YEAR = (Collection(LINE, dt.date(year, 4, 1)) for year in (2024, 2025))

Figures = Mapping[str, int]


@dataclass
class Office:
    """An installation with two collections, and the way files reach it."""

    workspace: Workspace
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def open(cls, home: Path, folder: Path, codes: Sequence[str] = SEVEN) -> "Office":
        """Open an installation of a few municipalities in a folder, with the rules of the project."""
        here = small_home(home, folder / "home", codes)
        shutil.copytree(home / "expectations", here / "expectations")
        database = f"sqlite:///{folder / 'ledger.db'}"
        space = Workspace.open(Settings(home=here, storage=str(folder / "data"), database_url=database))
        for collection in (LAST_YEAR, THIS_YEAR):
            open_collection(space.ledger, collection)
        return cls(space)

    @property
    def contract(self) -> Contract:
        """The line's contract."""
        return self.workspace.contract(LINE)

    def listing(self, rows: Mapping[str, Figures], *, named: bool = False) -> bytes:
        """A list with one row a municipality, its names beside the code if wanted; figures not given are 0."""
        fields = [column.name for table in self.contract.tables for column in table.measures]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["団体コード", *(["都道府県", "市区町村"] if named else []), *fields])
        for code, figures in rows.items():
            area = self.workspace.areas.get(code, THIS_YEAR.as_of) if named else None
            names = [area.prefecture_name, area.name] if area else []
            writer.writerow([code, *names, *(figures.get(name, 0) for name in fields)])
        return text.getvalue().encode()

    def send(
        self, rows: Mapping[str, Figures], *, to: Collection = THIS_YEAR, sender: str | None = None, data: bytes = b""
    ) -> tuple[Receipt, IngestReport]:
        """Have a file received and decided."""
        name = f"{next(self._count)}.csv"
        arrival = Arrival(data or self.listing(rows), name, sender, "cli", LINE, to)
        [receipt] = receive_many(self.workspace.ledger, self.workspace.storage, [arrival])
        return receipt, ingest(self.workspace)

    def publish(self, stage: Any = None) -> Release:
        """Publish; something must be due."""
        made = publish.publish(self.workspace, THIS_YEAR, stage=stage)
        assert made is not None and made.created
        return made

    def folder(self, release: Release) -> Path:
        """Where a release lies."""
        path = self.workspace.storage.local_path(release.path)
        assert path is not None
        return path

    def table(self, name: str, at: dt.datetime | None = None) -> pd.DataFrame:
        """A national table, now or as known."""
        return publish.read(self.workspace, THIS_YEAR, name, as_known_at=at).to_pandas()

    def row(self, code: str, at: dt.datetime | None = None) -> dict[str, Any]:
        """A municipality's row."""
        rows = publish.read(self.workspace, THIS_YEAR, "municipality", as_known_at=at).to_pylist()
        return next(row for row in rows if row["area_code"] == code)

    def nation(self, category: str, at: dt.datetime | None = None) -> int:
        """A national headline figure over all ages."""
        rows = self.table("national", at).set_index(["table", "category", "age_band"])["value"]
        return int(rows["headline", category, "total"])

    def findings(self, receipt: Receipt) -> Sequence[Any]:
        """What was said of a file."""
        mine = FindingRow.submission_id == receipt.submission_id
        query = select(*FindingRow.__table__.columns).where(mine).order_by(FindingRow.id)
        with self.workspace.ledger.read() as connection:
            return [row._mapping for row in connection.execute(query)]

    def intact(self) -> bool:
        """Whether everything stored agrees."""
        schemas = self.workspace.settings.schemas
        space = self.workspace
        return not register.verify(space.ledger, space.storage, schemas) and not publish.verify(space)


def applicants(total: int) -> dict[str, int]:
    """Applicants all of one age, all using a day nursery with places for them."""
    return {
        **dict.fromkeys(("applicants_total", "applicants_age3plus"), total),
        **dict.fromkeys(("using_daycare_total", "using_daycare_age3plus"), total),
        **dict.fromkeys(("capacity_daycare_total", "capacity_daycare_age3plus"), total),
    }
