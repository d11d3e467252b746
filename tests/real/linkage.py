"""Measure how facilities are recognised in couples of real lists: ``PYTHONPATH=tests python -m real.linkage``."""

import csv
import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from rich.console import Console
from rich.table import Column, Table

from keiyu import contract
from keiyu.register.identity import Policy, Resolution, load
from keiyu.register.identity.resolve import resolve
from real import raw

HOME = Path(__file__).resolve().parents[2]
SHARED = HOME.parent / "shared" / "data"
GOLD = Path(__file__).parent / "gold"
LINE, SHEET = "nursery_facility", "nursery_vacancy"
STATED = ("area_code", "name", "facility_type", "ownership")
"""What a vacancy sheet states of a facility."""
AREAS = {"nara": "292010", "hamamatsu": "221309", "funabashi": "122041", "hachioji": "132012", "tokyo": "132012"}
ONLY = {"tokyo_2017-10.xls": (12, 201)}
"""Of the list of all 東京都, the rows of 八王子市: column and value of the unlabelled end of the area code."""
BEFORE, AFTER = dt.date(2020, 4, 1), dt.date(2021, 4, 1)
ROLES = ("facility_id", "name", "name_kana", "facility_type", "ownership", "municipality", "address", "phone")
ROLES += ("corporate_number", "operator_name")

Pair = tuple[int, int]


@dataclass(frozen=True)
class Couple:
    """Two lists and which of their rows are one facility: source row, source row → same, different, doubtful."""

    name: str
    files: tuple[str, str]
    labels: Mapping[Pair, str]
    names: Mapping[Pair, tuple[str, str]]

    def labelled(self, label: str) -> set[Pair]:
        return {pair for pair, said in self.labels.items() if said == label}


@dataclass(frozen=True)
class Linkage:
    """What was done with a couple: pairs merged, and pairs put on the review list."""

    couple: Couple
    merged: frozenset[Pair]
    review: frozenset[Pair]

    @property
    def right(self) -> int:
        return len(self.merged & self.couple.labelled("same"))

    @property
    def precision(self) -> float:
        return self.right / len(self.merged)

    @property
    def recall(self) -> float:
        return self.right / len(self.couple.labelled("same"))

    @property
    def reach(self) -> float:
        """Share of the true pairs that were merged or put before a person."""
        same = self.couple.labelled("same")
        return len(same & (self.merged | self.review)) / len(same)


def couples() -> list[Couple]:
    return [_couple(path) for path in sorted((GOLD / "pairs").glob("*.csv"))]


def _couple(path: Path) -> Couple:
    with path.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    keys = [(int(row["row"]), int(row["other_row"])) for row in told]
    return Couple(
        path.stem,
        (told[0]["file"], told[0]["other_file"]),
        {key: row["label"] for key, row in zip(keys, told, strict=True)},
        {key: (row["name"], row["other_name"]) for key, row in zip(keys, told, strict=True)},
    )


@cache
def rows(shared: Path, file: str) -> dict[int, dict[str, Any]]:
    """Source row → field → text, by the columns that gold names; no reader has a hand in it."""
    gold = yaml.safe_load((GOLD / f"{file}.yaml").read_text(encoding="utf-8"))
    columns: dict[str, list[int]] = {}
    for column in gold["columns"]:
        field = column["field"] or next((f for f in column.get("also", ()) if f == "address"), None)
        if field in ROLES and "same_as" not in column:
            columns.setdefault(field, []).append(column["index"])
    grid = raw.cells(shared / file, gold["encoding"], gold["sheet"])
    index, wanted = ONLY.get(Path(file).name, (0, None))
    area = AREAS[Path(file).name.split("_")[0].split(".")[0]]
    return {
        row: {"area_code": area, **{field: _text(grid[row], at) for field, at in columns.items()}}
        for row in range(gold["first_data_row"], gold["last_data_row"] + 1)
        if wanted is None or int(grid[row][index]) == wanted
    }


def _text(cells: Any, at: list[int]) -> str | None:
    told = [str(cells[i]).strip() for i in at if i < len(cells) and cells[i] not in (None, "")]
    return "-".join(told) or None


@cache
def policy(line: str = LINE) -> Policy:
    schemas = HOME / "schemas"
    found = load(contract.load(line, schemas), schemas)
    assert found is not None
    return found


def known(told: Mapping[int, Mapping[str, Any]]) -> pa.Table:
    """A register in which every row of a list is a facility that bears its row for an identity."""
    front = {"identity": pa.array(map(str, told), pa.string())}
    front["valid_from"] = pa.array([BEFORE] * len(told), pa.date32())
    front["valid_to"] = pa.nulls(len(told), pa.date32())
    table = edition(told)
    return pa.table({**front, **{name: table[name] for name in table.column_names}})


def edition(told: Mapping[int, Mapping[str, Any]]) -> pa.Table:
    names = dict.fromkeys(name for row in told.values() for name in row)
    return pa.table({name: pa.array([row.get(name) for row in told.values()], pa.string()) for name in names})


def link(shared: Path, couple: Couple) -> Linkage:
    if (shared, couple.name) not in _LINKED:
        _LINKED[shared, couple.name] = _link(shared, couple)
    return _LINKED[shared, couple.name]


_LINKED: dict[tuple[Path, str], Linkage] = {}


def _link(shared: Path, couple: Couple) -> Linkage:
    old, new = (rows(shared, file) for file in couple.files)
    return _told(couple, new, resolve(known(old), edition(new), as_of=AFTER, policy=policy()))


def link_sheet(shared: Path, couple: Couple) -> Linkage:
    """Link the second file as a vacancy sheet, which states names and kinds alone."""
    old, new = (rows(shared, file) for file in couple.files)
    found = resolve(known(old), edition(new).select(STATED), as_of=AFTER, policy=policy(SHEET))
    return _told(couple, new, found)


def _told(couple: Couple, new: Mapping[int, Any], found: Resolution) -> Linkage:
    order, told = list(new), found.assignments.to_pylist()
    merged = frozenset((int(t["identity"]), order[t["row"]]) for t in told if t["method"] != "new")
    review = frozenset((int(t["known"]), order[t["row"]]) for t in found.review.to_pylist())
    return Linkage(couple, merged, review)


def render(found: list[Linkage]) -> Table:
    """Lay out precision and recall by couple and in total."""
    heads = (
        "同じ組 true",
        "自動 merged",
        "誤り wrong",
        "適合率 precision",
        "再現率 recall",
        "確認 review",
        "到達 reach",
    )
    table = Table(Column("couple", no_wrap=True), *heads, title="施設の同定 / recognising facilities")
    for one in found:
        same, merged = len(one.couple.labelled("same")), len(one.merged)
        counts = (str(same), str(merged), str(merged - one.right))
        table.add_row(one.couple.name, *counts, *map("{:.4f}".format, (one.precision, one.recall)), *_ends(one))
    same = sum(len(one.couple.labelled("same")) for one in found)
    merged, right = sum(len(one.merged) for one in found), sum(one.right for one in found)
    rates = map("{:.4f}".format, (right / merged, right / same))
    review = str(sum(len(one.review) for one in found))
    table.add_section()
    table.add_row("[bold]計 total[/]", str(same), str(merged), str(merged - right), *rates, review, "")
    return table


def _ends(one: Linkage) -> tuple[str, str]:
    return str(len(one.review)), f"{one.reach:.4f}"


def main() -> None:
    if not SHARED.is_dir():
        sys.exit("実在のファイルがありません / the real files are absent: ../shared/data is not beside this checkout")
    Console(width=140).print(render([link(SHARED, couple) for couple in couples()]))


if __name__ == "__main__":
    main()
