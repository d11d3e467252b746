"""How fast files are decoded and read, as ratios to other libraries on the same files in the same run.

``decode`` is bytes to cells; ``read`` is everything: decoding, finding the table, mapping its columns, normalising
its values. CPU seconds are compared, best of a few rounds, the sides taking turns.
"""

import importlib.util
import io
import random
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from python_calamine import CalamineWorkbook

from keiyu.contract import template
from keiyu.read.decode import decode
from reading import DAY, all_areas, contract, measures, reading

ROUNDS = 6
FORMS = 60
ROWS = 1_000_000
TARGET = 3.0
"""What the whole reader aims at for workbooks, in times of calamine's decoding."""

REACHED = {"forms": 3.2, "real": 3.8}
"""What it must not fall behind meanwhile: forms are recognised at once, lists of unknown form cost a study of them.

A machine with half again the work it has processors for gives 2.4 and 3.0.
"""

DECODED = 1.8
TEXT_RATIO = 2.0
"""What long texts keep to, decoded and read whole, in times of Arrow's reader after transcoding."""

DIRTY_REACHED = 3.5
"""What a list as people keep them must not fall behind: most texts differ, three rows in a hundred are odd, titles
stand between the records; about 2.7 beside other work."""

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

Files = Mapping[str, bytes]


def calamine(data: bytes) -> int:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        return sum(len(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names)


def fastexcel(data: bytes) -> int:
    import fastexcel as engine  # type: ignore[import-not-found,unused-ignore]

    book = engine.read_excel(data)
    return sum(book.load_sheet(name, header_row=None, dtypes="string").height for name in book.sheet_names)


def pandas_workbook(data: bytes) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = pd.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="calamine")
    return sum(map(len, frames.values()))


def arrow_after_transcoding(data: bytes) -> int:
    """Pyarrow's reader as it comes, after Python has made UTF-8 of the text."""
    table = arrow_csv.read_csv(pa.BufferReader(data.decode("cp932").encode()))
    return int(table.num_rows)


def seconds(sides: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """CPU seconds of each side, best of some rounds in which they take turns; the first round is not counted."""
    best = dict.fromkeys(sides, float("inf"))
    for turn in range(rounds + 1):
        for name, run in sides.items():
            started = time.process_time()
            run()
            if turn:
                best[name] = min(best[name], time.process_time() - started)
    return best


def table(title: str, files: int, size: int, found: Mapping[str, float], base: str) -> None:
    print(f"\n{title}: {files} files, {size / 1e6:.1f} MB")
    for name, spent in sorted(found.items(), key=lambda item: item[1]):
        rate = f"{files / spent:9.1f} files/s {size / 1e6 / spent:8.1f} MB/s"
        print(f"  {name:28} {spent:8.3f} s {rate}   {spent / found[base]:6.2f} × {base}")


def over(files: Files, read: Callable[[bytes], Any]) -> Callable[[], None]:
    return lambda: [read(data) for data in files.values()] and None


def forms() -> Files:
    """The official form as filled in by so many municipalities."""
    chance = random.Random(1)
    towns = all_areas().municipalities(DAY)[:FORMS]
    return {
        f"{town.code6}.xlsx": template.render(
            contract(), reporter=town, as_of=DAY, values={name: chance.randrange(999) for name in measures()}
        )
        for town in towns
    }


def real(*suffixes: str) -> Files:
    """The real lists and vacancy workbooks; skips where they are not at hand."""
    folders = ("nursery_lists", "vacancy", "relay_lists", "waiting_children")
    paths = [p for f in folders for p in sorted((SHARED / f).rglob("*")) if p.suffix in suffixes]
    if not paths:
        pytest.skip("../shared/data is not here")
    return {p.name: p.read_bytes() for p in paths}


@pytest.mark.slow
@pytest.mark.parametrize("which", ["forms", "real"])
def test_workbooks_are_read_within_some_times_what_calamine_takes_to_decode_them(which: str) -> None:
    files = forms() if which == "forms" else real(".xlsx", ".xls")
    sides: dict[str, Callable[[], Any]] = {
        "calamine": over(files, calamine),
        "decode": over(files, decode),
        "read": lambda: [reading(data, name) for name, data in files.items()],
        "pandas.read_excel": over(files, pandas_workbook),
    }
    if importlib.util.find_spec("fastexcel"):
        sides["fastexcel"] = over(files, fastexcel)
    found = seconds(sides)
    table(f"workbooks ({which})", len(files), sum(map(len, files.values())), found, "calamine")
    print(f"  target of read: {TARGET:.1f} ×")
    assert found["decode"] <= DECODED * found["calamine"]
    assert found["read"] <= REACHED[which] * found["calamine"]


@pytest.mark.slow
def test_texts_are_decoded_faster_than_pandas() -> None:
    files = real(".csv")
    files = {name: data for name, data in files.items() if name != "not_a_csv.csv"}

    def read_csv() -> None:
        for data in files.values():
            try:
                pd.read_csv(io.BytesIO(data), dtype=str)
            except (UnicodeDecodeError, pd.errors.ParserError):
                pd.read_csv(io.BytesIO(data), dtype=str, encoding="cp932", on_bad_lines="skip")

    sides = {
        "pandas.read_csv": read_csv,
        "decode": over(files, decode),
        "read": lambda: [reading(data, name) for name, data in files.items()],
    }
    found = seconds(sides)
    table("texts (real)", len(files), sum(map(len, files.values())), found, "pandas.read_csv")
    assert found["decode"] <= found["pandas.read_csv"]


def million() -> bytes:
    """A list of facilities in CP932 with a million rows."""
    header = (
        "全国地方公共団体コード,都道府県名,市区町村名,施設番号,名称,所在地,電話番号,設置者名,定員,"
        "定員_0歳,定員_1歳,定員_2歳,定員_3歳,開所時刻,閉所時刻,備考"
    )
    lines = [
        f"131016,東京都,千代田区,13-{i:07d},第{i}ひまわり保育園,東京都千代田区一番町{i % 30}-{i % 17},"
        f"03-{i % 9000 + 1000:04d}-{i * 7 % 9000 + 1000:04d},社会福祉法人{i % 500}会,"
        f"{i % 200},{i % 30},{i % 31},{i % 32},{i % 33},7:00,19:00,"
        for i in range(ROWS)
    ]
    return ("\r\n".join([header, *lines]) + "\r\n").encode("cp932")


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ODD: Sequence[Mapping[int, Callable[[str], str]]] = [
    {14: lambda text: text.translate(WIDE)},
    {14: lambda _: "35(昼間）"},
    {14: lambda _: ""},
    {11: lambda text: text[1:]},
    {11: lambda text: text.replace("-", "－")},
    {4: lambda text: text.replace("保育園", "ﾎｲｸｴﾝ"), 17: lambda _: "午前7時"},
    {8: lambda text: text.translate(WIDE), 20: lambda _: "延長保育は要相談（土曜を除く）"},
]
"""What is odd in a row: by column, what becomes of its text."""


def dirty() -> bytes:
    """The lists of all municipalities in CP932, a million rows under titles; three rows in a hundred are odd."""
    chance = random.Random(3)
    towns = all_areas().municipalities(DAY)
    kinds = ["認可保育所", "認定こども園", "小規模保育事業", "認可外保育施設"]
    header = (
        "市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,種別,郵便番号,住所,緯度,経度,電話番号,法人の名称,"
        "認可等年月日,定員,定員_0歳,定員_1歳,開始時間,終了時間,URL,備考"
    )
    lines = [header, "【公立】" + "," * 20]
    for i in range(ROWS):
        town = towns[i * len(towns) // ROWS]
        name, kana = (
            "".join(chance.choices("東西南北中山川田村木森林", k=4)),
            "".join(chance.choices("アカサタナハマ", k=6)),
        )
        row = [town.code6, f"{i + 1}", town.prefecture_name, town.name, f"{name}保育園", kana, kinds[i % 4]]
        row += [f"{i % 899 + 100}-{i * 7 % 8999 + 1000}", f"{town.name}{name[:1]}町{i % 9 + 1}丁目{i % 37}-{i % 29}"]
        row += [f"{35 + chance.random():.6f}", f"{138 + chance.random():.6f}"]
        row += [f"045-{chance.randrange(100, 999)}-{chance.randrange(1000, 9999)}", f"社会福祉法人{name[:2]}会"]
        row += [f"{1960 + i % 60}-04-01", f"{i % 200}", f"{i % 9}", f"{i % 20}", "7:00", "19:00", "", ""]
        if chance.random() < 0.03:
            for column, changed in chance.choice(ODD).items():
                row[column] = changed(row[column])
        lines += ["小計,,,,,,,,,,,,,,1200,,,,,,", "【私立】" + "," * 20] if i == ROWS // 2 else []
        lines.append(",".join(row))
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("made", "most"), [(million, TEXT_RATIO), (dirty, DIRTY_REACHED)])
def test_a_million_rows_of_cp932_are_read_within_some_times_what_arrow_takes(
    made: Callable[[], bytes], most: float
) -> None:
    data = made()
    read = reading(data, "一覧_2025-04-01.csv", line="nursery_facility")
    assert len(read.tables[0].rows) == ROWS
    sides = {
        "arrow after transcoding": lambda: arrow_after_transcoding(data),
        "decode": lambda: decode(data),
        "read": lambda: reading(data, "一覧_2025-04-01.csv", line="nursery_facility"),
    }
    found = seconds(sides, 2)
    table(f"a million rows of CP932 ({made.__name__})", 1, len(data), found, "arrow after transcoding")
    floor = found["arrow after transcoding"]
    print(f"  bound of read: {most:.1f} ×")
    assert found["decode"] <= TEXT_RATIO * floor
    assert found["read"] <= most * floor
