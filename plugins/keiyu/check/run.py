"""One micro-batch checked: rows gathered, frames judged once each, findings told, verdicts drawn."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from keiyu.check import suites
from keiyu.check.batch import Batch
from keiyu.check.frames import build
from keiyu.check.model import READING, REPORTER, Checked, Verdict
from keiyu.check.rows import Rows, gather
from keiyu.codes.areas import Areas
from keiyu.contract import reporters
from keiyu.contract.model import Contract
from keiyu.findings import Finding, Severity
from keiyu.read.model import Reading

Touched = set[tuple[int, str | None]]


def check(
    contract: Contract,
    readings: Sequence[Reading],
    *,
    areas: Areas,
    expectations: Path,
    senders: Sequence[str | None],
    as_of: dt.date,
    previous: Mapping[str, pa.Table] | None = None,
) -> Checked:
    """Check the files of one micro-batch, all of one line and collection.

    Args:
        contract: the line.
        readings: the files, read.
        areas: the dated area table.
        expectations: the ``expectations/`` folder.
        senders: who sent each file (6-digit code); none for the ministry's own operator.
        as_of: the collection's reference date.
        previous: table → wide rows of the last collection, for comparison; optional.

    Returns:
        Rows, findings with their cells, and a verdict per reading and reporter.

    Raises:
        ConfigurationError: a suite is wrong or a rule cannot run; nothing passes unjudged.
    """
    book = suites.load(contract, expectations, as_of)
    gathered = gather(contract, readings)
    batch = Batch(contract, gathered, senders, areas, as_of, previous or {})
    findings, touched = _judge(batch, readings, book)
    present = _present(contract, gathered.values())
    return Checked(
        frames={name: rows.data for name, rows in gathered.items()},
        findings=findings,
        verdicts=[Verdict(n, who, not {(n, who), (n, None)} & touched) for n, who in present],
        rules_digest=book.digest,
    )


def _judge(
    batch: Batch, readings: Sequence[Reading], book: suites.RuleBook
) -> tuple[list[tuple[int, Finding]], Touched]:
    """Return all findings in the order of the readings, and what errors touch."""
    # Great Expectations takes seconds to import, which only those should wait for who check.
    from keiyu.check import engine
    from keiyu.check.tell import Teller

    frames = build(batch, tuple(book.by_frame))
    teller = Teller.of(batch, readings)
    findings = [(n, f) for n, reading in enumerate(readings) for f in _ascribed(batch.contract, reading)]
    touched = {(n, told.place.reporter) for n, told in findings if told.severity is Severity.ERROR}
    for outcome in engine.judge(frames, book):
        frame = frames[outcome.rule.frame]
        findings += teller.findings(outcome, frame)
        if outcome.rule.severity is Severity.ERROR:
            touched |= _pairs(frame.iloc[outcome.positions])
    return sorted(findings, key=lambda told: told[0]), touched


def _ascribed(contract: Contract, reading: Reading) -> Sequence[Finding]:
    """Return what reading found, each ascribed to a reporter as it is called; to nobody where that is not certain."""
    respondents = contract.respondents
    if len(respondents.identity) == 1:
        return reading.findings
    among = reporters.among(respondents, (table.columns for table in reading.tables))
    return [one.at(reporter=reporters.only(one.place.reporter, among)) for one in reading.findings]


def _pairs(frame: pd.DataFrame) -> Touched:
    """Return the files and reporters of some rows; a row without a reporter stands for the whole file."""
    pairs = frame[[READING, REPORTER]].drop_duplicates().astype({REPORTER: object})
    return {(n, who if isinstance(who, str) else None) for n, who in pairs.itertuples(index=False)}


def _present(contract: Contract, gathered: Iterable[Rows]) -> list[tuple[int, str]]:
    """Return every reading's reporters, in the order of the readings and their rows."""
    pairs = {
        (n, who): None
        for rows in gathered
        for n, who in zip(
            rows.data[READING].to_pylist(), reporters.named(contract.respondents, rows.data).to_pylist(), strict=True
        )
        if who is not None
    }
    return sorted(pairs, key=lambda pair: pair[0])
