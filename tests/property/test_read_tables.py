"""However a list is laid out on sheets, the same records come out, each once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from files import xls_bytes, zip_bytes
from keiyu import contract
from keiyu.codes import areas
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)
HEADERS = [["施設名", "所在地", "電話番号", "定員"], ["園名", "住所", "TEL", "利用定員"]]
BETWEEN: list[list[Any]] = [
    *([], ["", "小計", "", 99], ["【公立保育所】"], ["以下余白"]),
    *(HEADERS[0], ["※ 定員は利用定員"], ["本町地区計", "", "", 99]),
]

Rows = list[list[Any]]


def records(count: int) -> Rows:
    return [[f"第{n}ひかり保育園", f"本町{n}-{n}", f"042-622-{3000 + n}", 20 + n] for n in range(count)]


def sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    return xls_bytes({(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row)})


def names(data: bytes, name: str = "list.xls") -> list[str]:
    answer = inspect(data, name, CONTRACTS, AREAS, schemas=SCHEMAS)
    rows = [*answer["rows"], *answer["further_rows"]]
    assert len(answer["rows"]) == answer["data_rows"] and len({row["sheet"] for row in answer["rows"]}) <= 1
    assert len(rows) == sum(t["rows"] for t in answer["tables"] if t["listed"])
    return sorted(row["values"]["name"] for row in rows)


def expected(count: int) -> list[str]:
    return sorted(row[0] for row in records(count))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(BETWEEN), min_size=4, max_size=12))
def test_what_stands_between_records_is_no_record(between: Rows) -> None:
    rows = [HEADERS[0]]
    for record, other in zip(records(len(between)), between, strict=True):
        rows += [record, other]
    assert names(sheet(rows)) == expected(len(between))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(2, 6), min_size=1, max_size=4), st.booleans())
def test_strips_beside_each_other_are_one_list(lengths: list[int], gap: bool) -> None:
    rest = records(sum(lengths))
    strips: list[Rows] = []
    for length in lengths:
        strips.append([HEADERS[0], *rest[:length]])
        rest = rest[length:]
    width = 5 if gap or len(lengths) == 1 else 4
    rows = [[""] * (width * len(strips)) for _ in range(max(map(len, strips)))]
    for at, strip in enumerate(strips):
        for r, row in enumerate(strip):
            rows[r][at * width : at * width + 4] = row
    assert names(sheet(rows)) == expected(sum(lengths))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(2, 6), st.booleans(), st.integers(0, 2)), min_size=1, max_size=4))
def test_parts_below_each_other_are_one_list(parts: list[tuple[int, bool, int]]) -> None:
    rest = records(sum(length for length, _, _ in parts))
    rows: Rows = []
    for length, other, blanks in parts:
        rows += [*[[]] * blanks, HEADERS[other], *rest[:length]]
        rest = rest[length:]
    assert names(sheet(rows)) == expected(sum(length for length, _, _ in parts))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_files_of_an_archive_are_one_list(lengths: list[int]) -> None:
    rest, members = records(sum(lengths)), {}
    for number, length in enumerate(lengths):
        members[f"{number}.xls"] = sheet([HEADERS[number % 2], *rest[:length]])
        rest = rest[length:]
    assert names(zip_bytes(members), "lists.zip") == expected(sum(lengths))
