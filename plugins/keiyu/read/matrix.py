"""From a form filled in as on paper, one reporter per sheet, to typed columns."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

from keiyu.read.builder import Builder, Shape
from keiyu.read.crossing import Matrix
from keiyu.read.find import Region
from keiyu.read.grid import Cell, Row, address
from keiyu.read.job import Job
from keiyu.read.labels import Labels
from keiyu.read.model import Placement, TableReading
from keiyu.read.places import Where, places
from keiyu.read.tell import tell_identity, tell_missing
from keiyu.read.values import raw

Labelled = dict[str, tuple[str, Cell]]
"""Field → address and content of the cell beside its label."""


@dataclass(frozen=True)
class _Sheet:
    """One matrix, the labelled cells above it, and the place that they tell."""

    region: Region
    plan: Matrix
    about: Labelled
    where: Where | None

    @property
    def name(self) -> str | None:
        return self.region.grid.name


def read_matrices(regions: Sequence[tuple[Region, Matrix]], job: Job) -> list[TableReading]:
    """Read the matrices of one file: all of them are one reporter's.

    Args:
        regions: where they are and what their labels say.
        job: the file being read.

    Returns:
        A table of one row for each; none where the reporter cannot be told.
    """
    sheets = [_sheet(region, plan, job.labels) for region, plan in regions]
    for sheet in sheets:
        tell_missing(sheet.plan.table, sheet.plan.missing, sheet.region, job.notes)
    code = _reporter(sheets, job)
    return [_read(sheet, code, job) for sheet in sheets] if code is not None else []


def _sheet(region: Region, plan: Matrix, labels: Labels) -> _Sheet:
    plain = frozenset(f.name for f in plan.table.fields if not f.dimensions)
    about = labelled(region.grid.rows[: region.row], plain, labels)
    return _Sheet(region, plan, about, next(iter(places(plan.table)), None))


def labelled(rows: Sequence[Row], wanted: Container[str], labels: Labels) -> Labelled:
    """Find cells that stand beside a label, as in the head of a form.

    Args:
        rows: the rows to look in.
        wanted: the fields looked for.
        labels: the contract's labels.

    Returns:
        Each field's cell: the first that is filled right of the label, else the one next to it, blank.
    """
    found: Labelled = {}
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if type(cell) is str and cell:
                fields = labels.match(cell)
                if len(fields) == 1 and fields[0] in wanted:
                    found.setdefault(fields[0], _beside(number, column, row, labels))
    return found


def _beside(number: int, column: int, row: Row, labels: Labels) -> tuple[str, Cell]:
    for at in range(column + 1, len(row)):
        cell = row[at]
        if type(cell) is str and labels.match(cell):
            break
        if cell != "":
            return address(number, at), cell
    return address(number, column + 1), ""


def _reporter(sheets: Sequence[_Sheet], job: Job) -> str | None:
    """Resolve the reporter of every sheet; sheets left blank take the others', sheets that differ are refused."""
    resolved: dict[str, _Sheet] = {}
    blank: list[_Sheet] = []
    for sheet in sheets:
        cells = [sheet.about.get(name or "", ("", "")) for name in (sheet.where.fields if sheet.where else ())]
        if all(raw(cell).strip() == "" for _, cell in cells):
            blank.append(sheet)
            continue
        found = job.resolver.resolve(*(cell for _, cell in cells))
        order = (0, 2, 1) if found.about == "code" else (2, 1, 0)
        at = next((cells[i][0] for i in order if cells[i][0]), None)
        field = sheet.where.code if sheet.where else None
        tell_identity(found, job.notes, sheet=sheet.name, cell=at, field=field, reporter=found.code)
        if found.code is None:
            return None
        resolved.setdefault(found.code, sheet)
    return _only(resolved, blank, job)


def _only(resolved: dict[str, _Sheet], blank: Sequence[_Sheet], job: Job) -> str | None:
    codes = sorted(resolved)
    if not codes and job.nil_said:
        return None
    if not codes:
        where = blank[0].where
        at = blank[0].about.get(where.code, (None, ""))[0] if where else None
        job.notes.add("read.reporter.missing", sheet=blank[0].name, cell=at, value=None)
        return None
    if len(codes) > 1:
        job.notes.add("read.reporter.differs", sheet=resolved[codes[1]].name, value="、".join(codes))
        return None
    for sheet in blank:
        job.notes.add("read.reporter.assumed", sheet=sheet.name, reporter=codes[0], value=codes[0])
    return codes[0]


@lru_cache(maxsize=4_096)
def _addresses(plan: Matrix, top: int) -> dict[str, str]:
    return {name: address(top + down, column) for name, (down, column) in zip(plan.fields, plan.at, strict=True)}


@lru_cache(maxsize=4_096)
def _shape(plan: Matrix, about: frozenset[str]) -> Shape:
    """Return the fields of a matrix and of the labelled cells above it, its reporter's code always among them."""
    codes = {where.code for where in places(plan.table)[:1]}
    named = [f.name for f in plan.table.fields if f.name in plan.fields or f.name in about or f.name in codes]
    return Shape.of(plan.table, named)


def _read(sheet: _Sheet, code: str, job: Job) -> TableReading:
    plan, rows, top = sheet.plan, sheet.region.grid.rows, sheet.region.row
    shape = _shape(plan, frozenset(sheet.about))
    cells = {**_addresses(plan, top), **{name: at for name, (at, _) in sheet.about.items()}}
    stood = {name: _at(rows[top + down], c) for name, (down, c) in zip(plan.fields, plan.at, strict=True)}
    stood.update({name: cell for name, (_, cell) in sheet.about.items()})
    codes = {sheet.where.code: code} if sheet.where else {}
    reporter = codes.get(job.reporter_field) or raw(stood.get(job.reporter_field, "")).strip() or None
    builder = Builder(shape, Placement(sheet.name, cells, matrix=True), job)
    builder.add(
        top + 1,
        [stood[f.name] for f in shape.figures],
        [stood[f.name] for f in shape.texts],
        [stood[f.name] for f in shape.others],
        codes=codes,
        reporter=reporter,
    )
    if builder.all_blank() and not job.nil_said:
        job.notes.add(
            "read.form.blank",
            sheet=sheet.name,
            table=plan.table.name,
            reporter=reporter,
            value=plan.table.label_ja,
            label_en=plan.table.label_en,
        )
    return builder.finish()


def _at(row: Row, column: int) -> Cell:
    return row[column] if column < len(row) else ""
