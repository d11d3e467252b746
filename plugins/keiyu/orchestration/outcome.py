"""What the demonstration came to: compared with what was planted, and told in one screen."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
from rich.console import Group
from rich.table import Table
from sqlalchemy import and_, func, select

from keiyu.contract.model import Contract
from keiyu.ledger.models import FindingRow, ReceiptRow, Release, Submission
from keiyu.orchestration.errors import DemoDifferedError
from keiyu.receive.workspace import Workspace
from keiyu.sample import SampleFile, SampleManifest

_NATIONAL: Final = "national"
_HEADLINE: Final = "headline"
_REST: Final = "category"
_EXAMPLES: Final = 10
_OF_ATTEMPT: Final = and_(FindingRow.submission_id == Submission.id, FindingRow.attempt == Submission.attempt)


@dataclass(frozen=True)
class Outcome:
    """What came out.

    Attributes:
        files: files that arrived, both waves.
        accepted: submissions accepted in the end; the same bytes twice are one submission.
        returns: what went back from the first wave.
        headline: national headline figures: label → column → figure.
        seconds: from the last arrival to the release.
        folder: folder of the published national table.
    """

    files: int
    accepted: int
    returns: "Returns"
    headline: Mapping[str, Mapping[str, int | None]]
    seconds: float
    folder: Path


@dataclass(frozen=True)
class Returns:
    """What went back.

    Attributes:
        files: submissions returned.
        reasons: rule id → how many files it returned, and the words of its first finding.
    """

    files: int
    reasons: Mapping[str, tuple[int, str, str]]


def returns(workspace: Workspace) -> Returns:
    """Return what has gone back so far, and why."""
    with workspace.ledger.read() as connection:
        files = connection.scalar(_counted("returned")) or 0
        reasons = connection.execute(_reasons()).all()
    return Returns(files, {row.rule_id: (row.files, row.message_ja, row.message_en) for row in reasons})


def _counted(state: str) -> Any:
    return select(func.count()).select_from(Submission).where(Submission.state == state)


def compare_findings(workspace: Workspace, folder: Path, files: Sequence[SampleFile]) -> None:
    """Prove that exactly the planted faults came back, file by file.

    Raises:
        DemoDifferedError: a file has other findings than were planted in it, or another state.
    """
    told = _told(workspace)
    differing = []
    for file in files:
        state, rules = told[hashlib.sha256((folder / file.path).read_bytes()).hexdigest()]
        if (state == "returned", rules) != (file.returned, set(file.rules)):
            differing.append(f"{file.path}: {state} {sorted(rules)}, planted {file.fault} {list(file.rules)}")
    if differing:
        raise DemoDifferedError("\n".join([f"{len(differing)} files", *differing[:_EXAMPLES]]))


def _told(workspace: Workspace) -> dict[str, tuple[str, set[str]]]:
    """Return state and rules of each submission, by its digest."""
    query = select(Submission.digest, Submission.state, FindingRow.rule_id).outerjoin(FindingRow, _OF_ATTEMPT)
    told: dict[str, tuple[str, set[str]]] = {}
    with workspace.ledger.read() as connection:
        for digest, state, rule in connection.execute(query):
            rules = told.setdefault(digest, (state, set()))[1]
            if rule is not None:
                rules.add(rule)
    return told


def gather(
    workspace: Workspace, manifest: SampleManifest, folder: Path, returned: Returns, last_arrival: dt.datetime
) -> Outcome:
    """Read the published release as any user would, and compare its totals with the sample's.

    Args:
        workspace: the installation.
        manifest: the sample.
        folder: the sample's folder.
        returned: what went back from the first wave.
        last_arrival: when the last file lay in the watched directory.

    Raises:
        DemoDifferedError: a corrected file was not accepted, or a total differs.
    """
    compare_findings(workspace, folder, manifest.wave(2))
    with workspace.ledger.read() as connection:
        arrivals = connection.scalar(select(func.count()).select_from(ReceiptRow)) or 0
        accepted = connection.scalar(_counted("accepted")) or 0
        release = connection.execute(select(Release.path, Release.at).where(Release.stage == "final")).one()
    published = workspace.storage.local_path(f"{release.path}/{_NATIONAL}") or Path()
    rows = pq.read_table(published).to_pylist()
    contract = workspace.contract(manifest.collection.line)
    compare_totals(contract, manifest, rows)
    return Outcome(
        files=arrivals,
        accepted=accepted,
        returns=returned,
        headline=_headline(contract, rows),
        seconds=(release.at - last_arrival).total_seconds(),
        folder=published,
    )


def _reasons() -> Any:
    """Select each rule that returned files, with how many and the words of its first finding."""
    counted = (
        select(
            FindingRow.rule_id,
            func.count(func.distinct(Submission.id)).label("files"),
            func.min(FindingRow.id).label("first"),
        )
        .join(Submission, _OF_ATTEMPT)
        .where(FindingRow.severity == "error")
        .group_by(FindingRow.rule_id)
        .subquery()
    )
    columns = (counted.c.rule_id, counted.c.files, FindingRow.message_ja, FindingRow.message_en)
    ordered = (counted.c.files.desc(), counted.c.rule_id)
    return select(*columns).join(FindingRow, FindingRow.id == counted.c.first).order_by(*ordered)


def compare_totals(contract: Contract, manifest: SampleManifest, rows: Sequence[Mapping[str, Any]]) -> None:
    """Prove that each published national total is the sample's.

    Args:
        contract: the line.
        manifest: the sample, with the totals to come out.
        rows: rows of the national table.

    Raises:
        DemoDifferedError: a total differs or is not there.
    """
    published = {_place(contract, row): row["value"] for row in rows}
    expected = {
        (table, frozenset(contract.table(table).by_name[name].dimensions.items())): (name, total)
        for table, totals in manifest.totals.items()
        for name, total in totals.items()
    }
    for measure, total in manifest.headline.items():
        expected[_HEADLINE, frozenset({_REST: measure, **_rest(contract, measure)}.items())] = (measure, total)
    for place, (name, total) in expected.items():
        if published.get(place) != total:
            raise DemoDifferedError(f"{name}: {published.get(place)}, expected {total}")


def _place(contract: Contract, row: Mapping[str, Any]) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return table and dimension codes; a dimension without a column of its own stands in ``category``."""
    if row["table"] == _HEADLINE:
        names: Sequence[str] = [_REST, *_rest(contract, row[_REST])]
    else:
        names = [dimension.name for dimension in contract.table(row["table"]).dimensions]
    return row["table"], frozenset((name, row[name if name in row else _REST]) for name in names)


def _rest(contract: Contract, measure: str) -> dict[str, str]:
    """Return the dimensions over which a headline measure does not select, with the code of its total."""
    told = contract.headline.get(measure)
    if told is None:
        return {}
    codes = contract.fields[told["fields"][0]].dimensions
    return {name: code for name, code in codes.items() if name not in told["select"]}


def _headline(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int | None]]:
    """Return the headline figures by the codes of the dimension that they do not select, such as ages."""
    found: dict[str, dict[str, int | None]] = {}
    for measure, told in contract.headline.items():
        [across] = [d for d in contract.table(told["table"]).dimensions if d.name not in told["select"]]
        values = {row[across.name]: row["value"] for row in rows if (row["table"], row[_REST]) == (_HEADLINE, measure)}
        found[f"{told['label_ja']}\n{told['label_en']}"] = {
            code.label_ja: values[code.code] for code in across.codes if code.code in values
        }
    return found


def show(outcome: Outcome) -> Group:
    """Return the report of one screen: files, returns with their reasons, totals, and how to read them."""
    counts = Table.grid(padding=(0, 2))
    for label, value in (
        ("到着したファイル / files in", f"{outcome.files:,}"),
        ("受理 / accepted", f"{outcome.accepted:,}"),
        ("うち返戻、のち訂正 / returned, then corrected", f"{outcome.returns.files:,}"),
        ("最後の到着から確報まで / last arrival to release", f"{outcome.seconds:.1f} s"),
    ):
        counts.add_row(label, value)
    folder = Path(os.path.relpath(outcome.folder))
    pandas = f"import pandas; print(pandas.read_parquet('{folder}'))"
    duckdb = f"import duckdb; print(duckdb.read_parquet('{folder}/*.parquet'))"
    return Group(
        counts,
        _reasons_table(outcome),
        _headline_table(outcome),
        f"Parquet: {folder}",
        f'pandas:  .venv/bin/python -c "{pandas}"',
        f'DuckDB:  .venv/bin/python -c "{duckdb}"',
    )


def _reasons_table(outcome: Outcome) -> Table:
    table = Table("規則 / rule", "件 / files", title="返戻の理由 / reasons for return", title_justify="left")
    table.add_column("最初の指摘 / first finding", overflow="fold")
    for rule, (files, message_ja, message_en) in outcome.returns.reasons.items():
        table.add_row(rule, f"{files:,}", f"{message_ja}\n{message_en}")
    return table


def _headline_table(outcome: Outcome) -> Table:
    columns = _merged(outcome.headline.values())
    table = Table(title="全国計（人） / national totals", title_justify="left")
    table.add_column("", overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for label, values in outcome.headline.items():
        table.add_row(label, *("" if (value := values.get(column)) is None else f"{value:,}" for column in columns))
    return table


def _merged(rows: Iterable[Iterable[str]]) -> list[str]:
    """Return the columns of all rows, each after the one it follows in its own row."""
    columns: list[str] = []
    for row in rows:
        place = 0
        for column in row:
            if column not in columns:
                columns.insert(place, column)
            place = columns.index(column) + 1
    return columns
