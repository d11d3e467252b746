"""Small registers of facilities: rows in, tables and accepted editions out."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from keiyu import contract, register
from keiyu.check.model import Checked, Verdict
from keiyu.contract import arrow
from keiyu.contract.model import Contract
from keiyu.ledger import Ledger
from keiyu.ledger.claims import desk
from keiyu.read.model import Placement, Reading, TableReading
from keiyu.receive import Arrival, Storage, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.register import identity
from keiyu.register.identity import Policy, load
from keiyu.settings import Settings

HOME = Path(__file__).resolve().parents[1]
SCHEMAS = HOME / "schemas"
LINE = "nursery_facility"
CITY = "122041"
Row = Mapping[str, Any]


@cache
def line(name: str = LINE) -> Contract:
    return contract.load(name, SCHEMAS)


@cache
def policy(name: str = LINE) -> Policy:
    found = load(line(name), SCHEMAS)
    assert found is not None
    return found


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def rows(*told: Row, area: str = CITY, of: str = LINE) -> pa.Table:
    """Rows of a line's core table."""
    schema = arrow.schema(line(of).table(policy(of).table))
    return pa.Table.from_pylist([{"area_code": area, **row} for row in told], schema)


def known(*told: Row, since: str = "2020-04-01", area: str = CITY) -> pa.Table:
    """A register: rows that bear an ``identity``; open since a date unless they say otherwise."""
    core = rows(*told, area=area).drop_columns(["valid_from", "valid_to"])
    front = {
        "identity": pa.array([row["identity"] for row in told], pa.string()),
        "valid_from": pa.array([row.get("valid_from", day(since)) for row in told], pa.date32()),
        "valid_to": pa.array([row.get("valid_to") for row in told], pa.date32()),
    }
    return pa.table({**front, **{name: core[name] for name in core.column_names}})


@dataclass
class Registry:
    """An installation with the register of facilities alone; reading and checking are small, the rest is real."""

    workspace: Workspace

    @classmethod
    def open(cls, database_url: str, folder: Path) -> "Registry":
        settings = Settings(home=HOME, storage=str(folder / "data"), database_url=database_url)
        return cls(Workspace(settings, Ledger.open(database_url), Storage(settings.storage)))

    def accept(self, as_of: str, *told: Row, area: str = CITY, of: str = LINE) -> int:
        """Take an edition of an area; returns the sequence after it."""
        table = rows(*told, area=area, of=of)
        data = json.dumps([of, as_of, area, table.to_pylist()], default=str).encode()
        ledger, storage = self.workspace.ledger, self.workspace.storage
        receive_many(ledger, storage, [Arrival(data, f"{as_of}.json", None, "cli")])
        with desk(ledger) as held:
            claimed = held.claim(10, 1 << 30)
            reading, checked = _reading(data, as_of, table, of), _checked(table, area, of)
            group = register.Group(line(of), day(as_of), claimed, [reading], checked)
            staged = register.stage(storage, [group])
            with held.writing() as connection:
                register.accept(connection, storage, staged)
        return self.now()

    def now(self) -> int:
        return register.seq_at(self.workspace.ledger, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))

    def identities(self, as_of: str, at_seq: int | None = None, of: str = LINE) -> dict[str, str | None]:
        """Name → identity of an edition."""
        told = identity.identified(self.workspace, of, day(as_of), at_seq=at_seq)
        return dict(zip(told["name"].to_pylist(), told["identity"].to_pylist(), strict=True))

    def periods(self, at_seq: int | None = None) -> list[tuple[str, str, str | None]]:
        """Name, first day and last of every period, in order of time."""
        told = identity.history(self.workspace, LINE, at_seq=at_seq).to_pylist()
        return sorted((r["name"], str(r["valid_from"]), r["valid_to"] and str(r["valid_to"])) for r in told)


def _reading(data: bytes, as_of: str, table: pa.Table, of: str) -> Reading:
    told = {name: table[name].to_pylist() for name in table.column_names}
    part = TableReading(policy(of).table, Placement("表", {"name": "A"}), list(range(1, table.num_rows + 1)), told)
    return Reading(f"{as_of}.json", hashlib.sha256(data).hexdigest(), of, "json", day(as_of), tables=[part])


def _checked(table: pa.Table, area: str, of: str) -> Checked:
    count = table.num_rows
    columns = {
        "_reading": pa.array([0] * count, pa.int32()),
        "_row": pa.array(range(1, count + 1), pa.int32()),
        **{name: table[name] for name in table.column_names},
        "marks": pa.array([[]] * count, arrow.MARKS),
    }
    return Checked({policy(of).table: pa.table(columns)}, [], [Verdict(0, area, True)], "d" * 64)
