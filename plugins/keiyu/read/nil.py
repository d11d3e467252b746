"""該当なし: a file that says there is nothing to report, which is a report like any other."""

from collections.abc import Sequence

from keiyu.contract.model import Contract
from keiyu.findings import Severity
from keiyu.read.crossing import DEPTH
from keiyu.read.grid import Grid
from keiyu.read.job import Job
from keiyu.read.matrix import labelled
from keiyu.read.model import Reading, TableReading
from keiyu.read.places import places
from keiyu.read.tell import tell_identity
from keiyu.read.values import raw


def without_figures(tables: Sequence[TableReading], contract: Contract) -> bool:
    """Return whether a file holds no row, or only rows without a single figure where figures are asked for.

    Args:
        tables: what was read.
        contract: the line.
    """
    for table in tables:
        fields = [f.name for f in contract.table(table.table).measures if f.name in table.columns]
        if table.rows and (not fields or any(v is not None for name in fields for v in table.columns[name])):
            return False
    return True


def take_nil(reading: Reading, grids: Sequence[Grid], job: Job) -> None:
    """Take a file without figures: a nil return where the file says so and the line takes one.

    Args:
        reading: the reading to complete.
        grids: the file's visible sheets.
        job: the file being read.
    """
    if any(f.severity is Severity.ERROR for f in reading.findings):
        return
    if not job.nil_said:
        if not any(table.rows for table in reading.tables):
            job.notes.add("read.table.empty")
    elif not job.contract.nil_return:
        job.notes.add("read.nil.refused", value=job.contract.name_ja)
    else:
        reading.nil = True
        reading.nil_reporter = _from_rows(reading.tables, job) or _from_labels(grids, job)
        reading.tables = []


def _from_rows(tables: Sequence[TableReading], job: Job) -> str | None:
    """Tell who reports nothing from the rows, where all of them are one reporter's."""
    told = {value for table in tables for value in table.columns.get(job.reporter_field, ()) if value}
    return str(told.pop()) if len(told) == 1 else None


def _from_labels(grids: Sequence[Grid], job: Job) -> str | None:
    """Tell who reports nothing from cells beside their labels."""
    where = next(iter(places(job.contract.tables[0])), None)
    wanted = {job.reporter_field, *(name for name in (where.fields if where else ()) if name)}
    for grid in grids:
        about = labelled(grid.rows[:DEPTH], wanted, job.labels)
        if not about:
            continue
        if where is None or job.reporter_field != where.code:
            return raw(about[job.reporter_field][1]).strip() or None if job.reporter_field in about else None
        found = job.resolver.resolve(*(about.get(name or "", ("", ""))[1] for name in where.fields))
        at = about.get(where.code, (None, ""))[0]
        tell_identity(found, job.notes, sheet=grid.name, cell=at, field=where.code, reporter=found.code)
        return found.code
    return None
