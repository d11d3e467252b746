"""Reading a file: decode, find the tables, map their columns, normalise their values.

Each step is a module of its own (``decode``; ``find`` with ``columns`` and ``labels``; ``wide`` and ``matrix``
with ``values``); this one puts them in order. ``choose`` tells the line where the sender did not.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.collector import uncollected
from keiyu.contract.model import Contract
from keiyu.contract.prefilled import CONFIRMED, UNCONFIRMED
from keiyu.read import lists
from keiyu.read.asof import Block, find_as_of
from keiyu.read.choose import Fit, choose, prepared
from keiyu.read.crossing import DEPTH, Matrix
from keiyu.read.decode import decode
from keiyu.read.find import Region, Wide
from keiyu.read.form import Form
from keiyu.read.grid import Workbook, address
from keiyu.read.job import Job
from keiyu.read.known import tell_changes
from keiyu.read.matrix import read_matrices
from keiyu.read.model import Reading, TableReading
from keiyu.read.nil import take_nil, without_figures
from keiyu.read.notes import Notes
from keiyu.read.places import one_row_each
from keiyu.read.reporters import Resolver
from keiyu.read.sniff import RefusedError
from keiyu.read.wide import WideReader

_TOP: Final = 5
"""Rows above a form's figures, in which a confirmation may stand."""


@uncollected()
def read(
    data: bytes,
    filename: str,
    contracts: Sequence[Contract],
    areas: Areas,
    *,
    schemas: Path,
    line: str | None = None,
    as_of: dt.date | None = None,
    sender: str | None = None,
) -> Reading:
    """Read a file of any known form.

    Args:
        data: the file.
        filename: its name as sent; its extension is not believed.
        contracts: the lines it may belong to.
        areas: the dated area table.
        schemas: the ``schemas/`` folder.
        line: the line that the sender named, if any.
        as_of: the collection that the sender named, if any.
        sender: who sent it, 6 digits; none for the ministry's own operator.

    Returns:
        What it holds, and findings for everything that could not be read with certainty. Nothing in the
        bytes raises an error.

    Raises:
        ContractError: a layout or the words of forms are wrong.
    """
    notes = Notes(schemas, filename)
    reading = Reading(filename, hashlib.sha256(data).hexdigest(), line=line, findings=notes.findings)
    workbook = _decoded(data, notes)
    if workbook is None:
        return reading
    reading.encoding = workbook.encoding
    tell_unconfirmed(workbook, notes)
    its = (reading, workbook, contracts, areas, as_of, notes, schemas, sender)
    if lists.is_remembered(workbook, contracts, schemas, line) and lists.fill(*its):
        return reading
    tried = Notes(schemas, filename)
    fit = choose(workbook, [prepared(c, schemas) for c in contracts], line, tried)
    known = lists.is_known(fit, workbook, tried)
    if not known and lists.fill(*its):
        return reading
    notes.take(tried)
    if fit is not None:
        _Filling(reading, fit, workbook, notes).fill(areas, as_of)
    return reading


def _decoded(data: bytes, notes: Notes) -> Workbook | None:
    """Decode a file and tell what there is to say of that; none where it is refused."""
    try:
        workbook = decode(data)
    except RefusedError as refusal:
        notes.add(refusal.rule_id, sheet=refusal.sheet, value=refusal.value, expected=refusal.expected)
        return None
    for said in workbook.remarks:
        notes.add(said.rule_id, sheet=said.sheet, cell=said.cell, value=said.value, expected=said.expected)
    return workbook


def tell_unconfirmed(workbook: Workbook, notes: Notes) -> None:
    """Tell where figures that were filled in for the reporter have not been confirmed: they are nobody's report yet."""
    for grid in workbook.grids:
        for number, row in enumerate(grid.rows[:_TOP]):
            if UNCONFIRMED in row:
                cell = address(number, list(row).index(UNCONFIRMED))
                notes.add(
                    "read.prefilled.unconfirmed", sheet=grid.name, cell=cell, value=UNCONFIRMED, expected=CONFIRMED
                )


class _Filling:
    """Fills a reading from the tables that were found."""

    def __init__(self, reading: Reading, fit: Fit, workbook: Workbook, notes: Notes) -> None:
        self._reading = reading
        self._fit = fit
        self._contract = fit.reader.contract
        self._grids = [g for g in workbook.grids if not g.hidden]
        self._notes = notes

    def fill(self, areas: Areas, hint: dt.date | None) -> None:
        reading, reader = self._reading, self._fit.reader
        labels = reader.finder.labels
        reading.line = self._contract.line
        reading.layout = next((r.plan.layout for r in self._fit.regions), None)
        for region in self._fit.regions:
            self._tell_changes(region)
        blocks = [Block.of(r) for r in self._fit.regions] or [Block(g, len(g.rows[:DEPTH])) for g in self._grids]
        reading.as_of = find_as_of(blocks, labels, reading.file, hint, self._notes)
        municipalities = self._contract.respondents.kind == "municipality"
        resolver = Resolver(areas, reading.as_of or hint or dt.date.max, municipalities=municipalities)
        nil_said = (self._contract.nil_return or not self._fit.regions) and reader.says_nil(self._grids)
        job = Job(self._contract, labels, reader.words, reader.converter, resolver, self._notes, nil_said)
        reading.tables = self._tables(job)
        if without_figures(reading.tables, self._contract):
            take_nil(reading, self._grids, job)
        else:
            self._tell_tables(reading.tables)

    def _tables(self, job: Job) -> list[TableReading]:
        matrices = [(r, r.plan) for r in self._fit.regions if isinstance(r.plan, Matrix)]
        tables = read_matrices(matrices, job) if matrices else []
        for region in self._fit.regions:
            if isinstance(region.plan, Wide):
                tables.extend(WideReader(region, region.plan, job).read())
        return tables

    def _tell_changes(self, region: Region) -> None:
        """Tell what has changed in the known form by which a table was understood."""
        memory = region.plan.memory if isinstance(region.plan, Wide) else None
        if memory is None:
            return
        labels = {name: (field.label_ja, field.label_en) for name, field in self._contract.fields.items()}
        tell_changes(memory, Form.of(region.grid, region.row, region.row), region.grid.name, labels, self._notes)

    def _tell_tables(self, tables: Sequence[TableReading]) -> None:
        """Tell which tables a file has twice, or lacks."""
        seen: dict[str, str | None] = {}
        for table in tables:
            if table.table in seen:
                facts = {"value": self._contract.table(table.table).label_ja, "first": seen[table.table]}
                self._notes.add("read.table.twice", sheet=table.placement.sheet, table=table.table, **facts)
            seen.setdefault(table.table, table.placement.sheet)
        for wanted in self._contract.tables:
            if wanted.name not in seen:
                whole = wanted.is_cube and one_row_each(wanted, self._contract.respondents)
                rule = "read.table.missing" if whole else "read.table.absent"
                self._notes.add(rule, table=wanted.name, value=wanted.label_ja, label_en=wanted.label_en)
