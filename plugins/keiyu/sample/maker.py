"""Making a sample: figures, reports, faults, files of two waves, and the statement of what is expected."""

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from keiyu.codes.areas import Area, Areas
from keiyu.contract.model import Collection, Contract
from keiyu.errors import UserError
from keiyu.sample import figures, manifest, rows
from keiyu.sample.faults import ANY_TABLE, NEEDS_CODE, PLANTS, World, can_have
from keiyu.sample.forms import Forms
from keiyu.sample.manifest import SampleFile, SampleManifest
from keiyu.sample.model import FaultKind, Model, load
from keiyu.sample.report import Report

Progress = Callable[[int, int], None]

WAVES: Final = ("wave1", "wave2")


@dataclass(eq=False)
class FolderNotEmptyError(UserError):
    """The folder for the sample holds something else."""

    path: str

    code: ClassVar[str] = "KEIYU-112"
    ja: ClassVar[str] = "出力先 {path} は空ではありません。空のフォルダーか、前の見本のフォルダーを指定してください。"
    en: ClassVar[str] = "The folder {path} is not empty; name an empty folder or that of an earlier sample."


@dataclass(frozen=True, slots=True)
class _Planned:
    """A report as it ought to be, as it is sent first, and what comes of it."""

    right: Report
    sent: Report
    fault: FaultKind | None = None
    rules: tuple[str, ...] = ()


def make(
    out: Path,
    contract: Contract,
    areas: Areas,
    *,
    as_of: dt.date,
    seed: int = 7,
    faults: float = 0.05,
    reporters: int | None = None,
    progress: Progress | None = None,
) -> SampleManifest:
    """Make a whole collection as files, some of them faulty, and a second wave with the corrections.

    Args:
        out: folder to fill; empty, or an earlier sample's, which is replaced.
        contract: the line.
        areas: the code tables.
        as_of: reference date.
        seed: the same seed gives the same bytes.
        faults: share of reporters whose first file has a fault.
        reporters: how many municipalities report, spread over the country; all by default.
        progress: called with files written and files in all.

    Returns:
        What was written; the same as ``expected.json``.

    Raises:
        NoSampleError: the line has neither ``sample.yaml`` nor ``sample_rows.yaml``.
        FolderNotEmptyError: ``out`` holds something else.
    """
    if rows.is_modelled(contract):
        _clear(out)
        return rows.make(
            out, contract, areas, as_of=as_of, seed=seed, faults=faults, municipalities=reporters, progress=progress
        )
    model = load(contract)
    _clear(out)
    correct, values = _reports(contract, model, areas, as_of, seed, reporters)
    planned = _plan(correct, contract, model, areas, faults, np.random.default_rng([seed, 2]))
    files = _write(out, planned, Forms(contract, model.forms), progress)
    totals = {table: dict(zip(of, map(int, sums), strict=True)) for table, (of, sums) in values.items()}
    headline = {
        name: sum(totals[measure["table"]][field] for field in measure["fields"])
        for name, measure in contract.headline.items()
    }
    made = SampleManifest(Collection(contract.line, as_of), seed, faults, len(correct), tuple(files), totals, headline)
    made.write(out)
    return made


def _clear(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if (out / manifest.FILE).is_file():
        for wave in WAVES:
            shutil.rmtree(out / wave, ignore_errors=True)
        (out / manifest.FILE).unlink()
    if any(out.iterdir()):
        raise FolderNotEmptyError(str(out))


Sums = Mapping[str, tuple[Sequence[str], Sequence[int]]]


def _reports(
    contract: Contract, model: Model, areas: Areas, as_of: dt.date, seed: int, reporters: int | None
) -> tuple[list[Report], Sums]:
    """Draw the figures of the whole country and let the reporters, or some of them, write them down."""
    bodies = areas.municipalities(as_of)
    kinds = [areas.designation(a.code, as_of) or a.kind for a in bodies]
    drawn = figures.make(contract, model, kinds, np.random.default_rng([seed, 0]))
    rng = np.random.default_rng([seed, 1])
    chosen = np.unique(np.linspace(0, len(bodies) - 1, reporters or len(bodies)).round().astype(int))
    names = {table: [f.name for f in contract.table(table).measures] for table in drawn}
    reports = []
    for i in chosen:
        values = {n: int(v) for table, of in names.items() for n, v in zip(of, drawn[table][i], strict=True)}
        sender = areas.reporting_body(bodies[i].code, as_of, contract.relay.direct)
        reports.append(_report(bodies[i], sender, as_of, values, model, rng))
    return reports, {table: (of, drawn[table][chosen].sum(axis=0)) for table, of in names.items()}


def _report(
    area: Area,
    sender: str,
    as_of: dt.date,
    values: Mapping[str, int],
    model: Model,
    rng: np.random.Generator,
) -> Report:
    return Report(
        reporter=area,
        sender=sender,
        code=area.code6,
        as_of=as_of,
        values=values,
        shape=_choose(model.forms["shapes"], rng),
        encoding=_choose(model.forms["encodings"], rng),
        header=_choose(model.forms["headers"], rng),
        numbers=_choose(model.numbers, rng),
        name=str(rng.choice(model.forms["names"])),
    )


def _choose(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    shares = np.array(list(weights.values()), dtype=float)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


def _plan(
    reports: Sequence[Report],
    contract: Contract,
    model: Model,
    areas: Areas,
    share: float,
    rng: np.random.Generator,
) -> list[_Planned]:
    """Choose who makes which mistake."""
    bodies = sorted({a.code6 for a in areas.prefectures(reports[0].as_of)})
    world = World(contract, areas, bodies, model.forms["texts"], rng)
    waiting = [int(i) for i in rng.permutation(len(reports))]
    planned = [_Planned(report, report) for report in reports]
    for fault in _spread(model.faults, round(share * len(reports))):
        chosen = next((i for i in waiting if can_have(fault.name, reports[i])), None)
        if chosen is not None:
            waiting.remove(chosen)
            planned[chosen] = _planted(reports[chosen], fault, world)
    return planned


def _planted(report: Report, fault: FaultKind, world: World) -> _Planned:
    right = replace(report, shape="template") if fault.name in NEEDS_CODE and report.shape == "national" else report
    sent = replace(right)
    table = PLANTS[fault.name](sent, world)
    rules = fault.rules.get(table, fault.rules.get(ANY_TABLE, ()))
    return _Planned(right, sent, fault, tuple(sorted(rules)))


def _spread(kinds: Sequence[FaultKind], number: int) -> list[FaultKind]:
    """Share a number of faults out by weight (largest remainders)."""
    whole = sum(kind.weight for kind in kinds) or 1.0
    exact = [number * kind.weight / whole for kind in kinds]
    counts = [int(x) for x in exact]
    by_rest = sorted(range(len(kinds)), key=lambda i: counts[i] - exact[i])
    for i in by_rest[: number - sum(counts)]:
        counts[i] += 1
    return [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]


def _write(out: Path, planned: Sequence[_Planned], forms: Forms, progress: Progress | None) -> list[SampleFile]:
    jobs = [job for plan in planned for job in _jobs(plan)]
    names: set[str] = set()
    files = []
    for done, (wave, report, plan) in enumerate(jobs, start=1):
        folder = f"{WAVES[wave - 1]}/{report.sender}"
        while (path := f"{folder}/{forms.name(report)}") in names:
            report = replace(report, note=f"{report.note}（{report.reporter.name}）")
        names.add(path)
        (out / folder).mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(forms.file(report))
        files.append(_stated(path, wave, report, plan))
        if progress is not None:
            progress(done, len(jobs))
    return sorted(files, key=lambda f: f.path)


def _jobs(plan: _Planned) -> list[tuple[int, Report, _Planned]]:
    """Return the files of a plan: the first, its double, its correction."""
    jobs = [(1, plan.sent, plan)]
    if plan.fault is not None and plan.fault.name == "double":
        jobs.append((1, replace(plan.sent, note="（コピー）"), plan))
    if plan.fault is not None and plan.fault.returned:
        jobs.append((2, plan.right, _Planned(plan.right, plan.right)))
    return jobs


def _stated(path: str, wave: int, report: Report, plan: _Planned) -> SampleFile:
    return SampleFile(
        path=path,
        wave=wave,
        sender=report.sender,
        reporter=report.reporter.code6,
        shape=report.shape,
        encoding=report.encoding if report.shape == "csv" else None,
        fault=plan.fault.name if plan.fault else None,
        rules=plan.rules,
        returned=bool(plan.fault and plan.fault.returned),
    )
