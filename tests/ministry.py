"""A ministry whose municipalities speak plainly: a file is JSON ``{code: {field: figure or symbol}}``.

Ledger, register and publishing run for real; only reading and checking are this small. Figures that a file
does not name are 0; a symbol of the line's own map stands for itself.
"""

import datetime as dt
import hashlib
import itertools
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from keiyu import register
from keiyu.check.model import Checked, Verdict
from keiyu.contract import arrow
from keiyu.contract.model import Collection, Contract, Table
from keiyu.ledger import open_collection
from keiyu.ledger.claims import desk
from keiyu.read.model import Reading
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

LINE = "waiting_children"
APRIL = Collection(LINE, dt.date(2025, 4, 1))

CHIYODA, CHUO, HACHIOJI, OSHIMA = "131016", "131024", "132012", "133612"
YOKOHAMA, YOKOSUKA, HAYAMA = "141003", "142018", "143014"
SEVEN = (CHIYODA, CHUO, HACHIOJI, OSHIMA, YOKOHAMA, YOKOSUKA, HAYAMA)
"""Two prefectures: 横浜 is a designated city, 八王子 and 横須賀 are core cities, 大島 and 葉山 towns."""

Figures = Mapping[str, Mapping[str, Any]]


def small_home(home: Path, folder: Path, codes: Iterable[str] = SEVEN) -> Path:
    """Make an installation that knows only some municipalities (and their prefectures)."""
    shutil.copytree(home / "schemas", folder / "schemas")
    table = folder / "schemas" / "codes" / "areas.csv"
    kept = {code[:5] for code in codes} | {f"{code[:2]}000" for code in codes}
    header, *rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text(header + "".join(row for row in rows if row[:5] in kept), encoding="utf-8")
    return folder


@dataclass
class Ministry:
    """A workspace and the way files get into it."""

    workspace: Workspace
    collection: Collection = APRIL
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def open(cls, home: Path, storage: str, database_url: str) -> "Ministry":
        """Open a workspace with one open collection."""
        ministry = cls(Workspace.open(Settings(home=home, storage=storage, database_url=database_url)))
        open_collection(ministry.workspace.ledger, ministry.collection)
        return ministry

    @property
    def contract(self) -> Contract:
        """The line's contract."""
        return self.workspace.contract(self.collection.line)

    def submit(self, figures: Figures, note: str | None = None) -> str:
        """Have one file with these figures accepted; returns its submission.

        Args:
            figures: code → field → figure, or a symbol such as ``x``.
            note: makes equal figures different bytes; every file differs by default.
        """
        told = {"note": next(self._count) if note is None else note, "figures": figures}
        data = json.dumps(told, ensure_ascii=False, default=str).encode()
        arrival = Arrival(data, "figures.json", None, "cli", collection=self.collection)
        [receipt] = receive_many(self.workspace.ledger, self.workspace.storage, [arrival])
        with desk(self.workspace.ledger) as held:
            claimed = held.claim(1, 1 << 40, [receipt.submission_id])
            reading = Reading("figures.json", hashlib.sha256(data).hexdigest(), self.collection.line)
            frames = {table.name: frame(table, figures, self.contract) for table in self.contract.tables}
            checked = Checked(frames, [], [Verdict(0, code, True) for code in figures], "d" * 64)
            group = register.Group(self.contract, self.collection.as_of, claimed, [reading], checked)
            staged = register.stage(self.workspace.storage, [group])
            with held.writing() as connection:
                register.accept(connection, self.workspace.storage, staged)
        return receipt.submission_id


def frame(table: Table, figures: Figures, contract: Contract) -> pa.Table:
    """The rows of a core table, as the check hands them to the register."""
    symbols = {text: symbol for symbol in contract.symbols for text in symbol.texts}
    columns: dict[str, Any] = {
        "_reading": pa.array([0] * len(figures), pa.int32()),
        "_row": pa.array(range(1, len(figures) + 1), pa.int32()),
    }
    marks: list[list[dict[str, str]]] = [[] for _ in figures]
    for column in arrow.schema(table):
        values: list[Any] = []
        for row, (code, told) in enumerate(figures.items()):
            value: Any = code if column.name == "area_code" else told.get(column.name, _default(column.type))
            if isinstance(value, str) and pa.types.is_integer(column.type):
                marks[row].append({"field": column.name, "status": symbols[value].status, "raw": value})
                value = symbols[value].value
            values.append(value)
        columns[column.name] = pa.array(values, column.type)
    columns["marks"] = pa.array(marks, arrow.MARKS)
    return pa.table(columns)


def _default(kind: pa.DataType) -> Any:
    return 0 if pa.types.is_integer(kind) else "" if pa.types.is_string(kind) else None
