"""A small sample of a line whose reports are lists of facilities: ``schemas/lines/<line>/sample_rows.yaml``.

Chance is drawn here, everything else is said by the line: which facilities come of it (``world``, which lines share, so
that a register and its months tell of the same), what each table tells of them, and which faults are planted.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from keiyu.codes.areas import Area, Areas
from keiyu.contract import reporters, template
from keiyu.contract.form import is_matrix
from keiyu.contract.model import Collection, Contract
from keiyu.contract.source import read_yaml
from keiyu.sample.manifest import SampleFile, SampleManifest

FILE: Final = "sample_rows.yaml"
_DRAWS: Final = 20

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Report:
    """What one reporter sends.

    Attributes:
        name: the reporter's.
        area: the municipality that sends it.
        facility: name of the facility; empty where a file holds several.
        tables: table → its rows, as they ought to be.
    """

    name: str
    area: Area
    facility: str
    tables: Tables


def is_modelled(contract: Contract) -> bool:
    """Return whether a line has such a sample."""
    return (contract.folder / FILE).is_file()


def make(
    out: Path,
    contract: Contract,
    areas: Areas,
    *,
    as_of: dt.date,
    seed: int,
    faults: float,
    municipalities: int | None = None,
    progress: Progress | None = None,
) -> SampleManifest:
    """Write two waves of files, and state the faults planted in the first.

    Args:
        out: an empty folder.
        contract: the line.
        areas: the code tables.
        as_of: reference date.
        seed: the same seed gives the same bytes, and the same facilities in every line that shares them.
        faults: share of first files with a fault; each kind is planted once at least where it is not 0.
        municipalities: how many; the model's number by default.
        progress: called with files written and files in all.
    """
    schemas = contract.folder.parents[1]
    model = read_yaml(contract.folder / FILE, schemas / "schema" / "sample_rows.json")
    bodies = _bodies(areas, as_of, municipalities or model["municipalities"])
    reports = _reports(contract, model, bodies, seed)
    planted = _planted(reports, model, faults, np.random.default_rng([seed, 6]))
    files = []
    jobs = [(1, one, planted.get(one.name)) for one in reports]
    jobs += [
        (2, one, None) for one in reports if one.name in planted and model["faults"][planted[one.name]]["returned"]
    ]
    for done, (wave, report, fault) in enumerate(jobs, 1):
        rng = np.random.default_rng([seed, 7, done])
        files.append(_write(out, contract, model, report, wave, fault, as_of, rng))
        if progress is not None:
            progress(done, len(jobs))
    totals = {name: _sums([row for one in reports for row in one.tables[name]]) for name in model["tables"]}
    made = SampleManifest(
        Collection(contract.line, as_of),
        seed,
        faults,
        len(reports),
        tuple(sorted(files, key=lambda one: one.path)),
        totals,
        _headline(contract, totals),
    )
    made.write(out)
    return made


def _headline(contract: Contract, totals: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the headline measures of which a sample tells any figure."""
    return {
        name: sum(totals[told["table"]].get(field, 0) for field in told["fields"])
        for name, told in contract.headline.items()
        if totals.get(told["table"], {}).keys() & set(told["fields"])
    }


def _bodies(areas: Areas, as_of: dt.date, number: int) -> list[Area]:
    every = areas.municipalities(as_of)
    chosen = np.unique(np.linspace(0, len(every) - 1, number).round().astype(int))
    return [every[at] for at in chosen]


def _reports(contract: Contract, model: Mapping[str, Any], bodies: Sequence[Area], seed: int) -> list[_Report]:
    """Have the facilities of chance told of, each by whoever reports it."""
    tables = _asked(contract, model, _draws(bodies, model["facilities"], np.random.default_rng([seed, 5])))
    by_code = {area.code6: area for area in bodies}
    alone = contract.respondents.kind == "facility"
    grouped: dict[str, Tables] = {}
    for name, rows in tables.items():
        for row in rows:
            who = reporters.name_of(contract.respondents, [row[one] for one in contract.respondents.identity])
            grouped.setdefault(str(who), {one: [] for one in tables})[name].append(row)
    first = next(iter(tables))
    return [
        _Report(who, by_code[of[first][0]["area_code"]], of[first][0]["name"] if alone else "", of)
        for who, of in grouped.items()
    ]


def _draws(bodies: Sequence[Area], most: int, rng: np.random.Generator) -> pa.Table:
    """Draw how many facilities each municipality has, and the chances of each."""
    rows = []
    for at, area in enumerate(bodies):
        other = bodies[(at + 1) % len(bodies)]
        about = {"area_code": area.code6, "prefecture": area.prefecture_name, "municipality": area.name}
        about |= {"neighbour": other.code6, "neighbour_name": other.name}
        for number in range(1, int(rng.integers(1, most + 1)) + 1):
            chances = {f"u{n}": float(u) for n, u in enumerate(rng.random(_DRAWS))}
            rows.append({**about, "number": number, **chances})
    return pa.Table.from_pylist(rows)


def _asked(contract: Contract, model: Mapping[str, Any], draws: pa.Table) -> Tables:
    world = contract.folder.parent / model["world"]
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("draws", draws)
        connection.register("world", connection.sql(world.read_text(encoding="utf-8")).to_arrow_table())
        return {
            name: connection.sql((contract.folder / "sample" / sql).read_text(encoding="utf-8"))
            .to_arrow_table()
            .to_pylist()
            for name, sql in model["tables"].items()
        }


def _planted(
    reports: Sequence[_Report], model: Mapping[str, Any], share: float, rng: np.random.Generator
) -> dict[str, str]:
    """Choose whose first file has which fault: each kind once at least, then in turn."""
    kinds = list(model["faults"])
    number = min(len(reports), max(len(kinds), round(share * len(reports)))) if share else 0
    chosen = [reports[int(at)].name for at in rng.permutation(len(reports))[:number]]
    return {name: kinds[at % len(kinds)] for at, name in enumerate(chosen)}


def _write(
    out: Path,
    contract: Contract,
    model: Mapping[str, Any],
    report: _Report,
    wave: int,
    fault: str | None,
    as_of: dt.date,
    rng: np.random.Generator,
) -> SampleFile:
    told = model["faults"][fault] if fault else None
    tables = _faulty(report.tables, told, rng) if told else report.tables
    words = {"prefecture": report.area.prefecture_name, "municipality": report.area.name}
    name = model["file"]["name"].format(facility=report.facility, ymd=f"{as_of:%Y%m%d}", **words)
    path = out / f"wave{wave}" / report.area.code6 / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = model["file"]["shape"]
    path.write_bytes(_form(contract, tables, as_of) if shape == "template" else _text(contract, tables))
    return SampleFile(
        path=path.relative_to(out).as_posix(),
        wave=wave,
        sender=report.area.code6,
        reporter=report.name,
        shape=shape,
        encoding="utf-8-sig" if shape == "csv" else None,
        fault=fault,
        rules=tuple(told["rules"]) if told else (),
        returned=bool(told and told["returned"]),
    )


def _faulty(tables: Tables, fault: Mapping[str, Any], rng: np.random.Generator) -> Tables:
    """Change one cell, leaving the right rows alone."""
    rows = [dict(row) for row in tables[fault["table"]]]
    row = rows[int(rng.integers(len(rows)))]
    value = row[fault["column"]]
    row[fault["column"]] = value + fault["add"] if "add" in fault else fault["write"].format(value=value)
    return {**tables, fault["table"]: rows}


def _form(contract: Contract, tables: Tables, as_of: dt.date) -> bytes:
    """Return the line's own form, filled in."""
    matrices = {table.name for table in contract.tables if is_matrix(table, contract)}
    values: dict[str, Any] = {}
    for name, rows in tables.items():
        values |= rows[0] if name in matrices else {name: rows}
    return template.render(contract, as_of=as_of, values=values)


def _text(contract: Contract, tables: Tables) -> bytes:
    """Return a list as a spreadsheet saves it: labels in the first row."""
    [(name, rows)] = tables.items()
    fields = contract.table(name).by_name
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([fields[column].label_ja for column in rows[0]])
    writer.writerows(list(row.values()) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _sums(rows: Sequence[Row]) -> dict[str, int]:
    names = [name for name, value in rows[0].items() if isinstance(value, int)]
    return {name: sum(row[name] for row in rows) for name in names}
