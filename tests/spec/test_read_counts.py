"""What a count counts: an age alone does not say it, the group above it or the title must; unknown words ask."""

from collections.abc import Sequence
from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, Rows, all_areas, contracts, csv_bytes, xlsx_bytes

NAMES = ["ひまわり保育園", "さくら保育園", "みどりこども園", "あおぞら保育園", "つくし保育園"]
AGES = ["０歳児", "１歳児", "２歳児"]
FEW = [[0, 1, 0], [0, 0, 2], [1, 0, 0], [0, 3, 0], [0, 0, 1]]
MANY = [[6, 9, 12], [9, 12, 15], [3, 6, 6], [8, 10, 11], [12, 15, 18]]
VACANCIES = "松本市 保育施設の空き状況（令和7年10月1日現在）"

Figures = Sequence[Sequence[int]]


def asked(data: bytes, name: str = "list.csv") -> dict[str, Any]:
    return inspect(data, name, contracts(), all_areas(), schemas=SCHEMAS)


def fields(found: dict[str, Any]) -> list[str | None]:
    """The field of each column but the name's; none where there is none or a person must look."""
    return [None if column["needs_review"] else column["field"] for column in found["columns"][1:]]


def under(*groups: tuple[str, Figures], title: str = VACANCIES) -> Rows:
    """A title, names of groups over ages, and records."""
    over = [cell for text, _ in groups for cell in (text, "", "")]
    rows = [[n, *(v for _, figures in groups for v in figures[k])] for k, n in enumerate(NAMES)]
    return [[title], ["施設名", *over], ["", *AGES * len(groups)], *rows]


def ages_of(item: str | None) -> list[str | None]:
    return [f"{item}_age{age}" if item else None for age in range(3)]


NOT_ASKED_FOR = [
    "特例の申込者数",
    "育休延長希望者数",
    "一時預かり利用者数",
    "職員数",
    "面積",
    "転所希望",
    "保育料",
    "卒園予定",
    "内定者の最低指数",
]


@pytest.mark.parametrize("group", NOT_ASKED_FOR)
def test_ages_under_a_word_that_is_not_known_are_no_vacancies(group: str) -> None:
    assert fields(asked(csv_bytes(under((group, FEW))))) == ages_of(None)
    assert fields(asked(csv_bytes(under((f"{group}（令和7年10月1日現在）", FEW))))) == ages_of(None)


@pytest.mark.parametrize(
    ("group", "item"),
    [
        ("令和7年10月1日現在", "vacancy"),
        ("東部地区", "vacancy"),
        ("認可保育所", "vacancy"),
        ("年齢別", "vacancy"),
        ("単位：人", "vacancy"),
        ("定員", "capacity"),
        ("10月入所 申込者数（人）", "applicants"),
        ("保育所等の待機児童数", "waiting"),
        ("公立保育所の入所児童数（令和7年10月1日現在）", "enrolled"),
    ],
)
def test_a_group_says_what_is_counted_or_changes_nothing(group: str, item: str) -> None:
    assert fields(asked(csv_bytes(under((group, FEW))))) == ages_of(item)


def test_of_several_groups_only_those_that_are_known_are_mapped() -> None:
    rows = under(("定員", MANY), ("転所希望", FEW), ("空き", FEW), ("辞退者数", FEW))
    assert fields(asked(csv_bytes(rows))) == [*ages_of("capacity"), *ages_of(None), *ages_of("vacancy"), *ages_of(None)]


@pytest.mark.parametrize("label", ["転所希望_{}", "転所希望：{}", "{}（転所希望）", "{}／転所希望", "転所希望\n{}"])
def test_a_header_in_one_cell_is_understood_alike(label: str) -> None:
    rows = [[VACANCIES], ["施設名", *map(label.format, AGES)], *([n, *FEW[k]] for k, n in enumerate(NAMES))]
    assert fields(asked(csv_bytes(rows))) == ages_of(None)


@pytest.mark.parametrize(("over", "below"), [("転所希望", "０歳児"), ("０歳児", "転所希望")])
def test_a_group_that_is_written_over_each_column_is_a_group(over: str, below: str) -> None:
    texts = [[text if text == "転所希望" else age for age in AGES] for text in (over, below)]
    rows = [[VACANCIES], ["", *texts[0]], ["施設名", *texts[1]], *([n, *FEW[k]] for k, n in enumerate(NAMES))]
    assert fields(asked(csv_bytes(rows))) == ages_of(None)


def test_ages_over_counts_are_read_as_ages_under_them() -> None:
    below = ["空き", "転所希望"] * 3
    figures = [[v for pair in zip(FEW[k], FEW[-k], strict=True) for v in pair] for k in range(len(NAMES))]
    rows = [[VACANCIES], ["施設名", "０歳児", "", "１歳児", "", "２歳児", ""], ["", *below]]
    rows += [[n, *figures[k]] for k, n in enumerate(NAMES)]
    found = fields(asked(csv_bytes(rows)))
    assert found[::2] == ages_of("vacancy") and found[1::2] == ages_of(None)


@pytest.mark.parametrize(
    ("title", "sheet", "file", "item"),
    [
        ("保育所等の申込者数", "一覧", "list", "applicants"),
        ("松本市 東部地区の待機児童数（令和7年10月1日現在）", "一覧", "list", "waiting"),
        ("", "受入可能数", "list", "vacancy"),
        ("", "R7.10", "入所児童数_令和7年10月", "enrolled"),
        ("松本市 転所希望（令和7年10月1日現在）", "一覧", "list", None),
        ("特例の申込者数", "一覧", "list", None),
        ("定員に対する申込率", "一覧", "list", None),
        ("受入可能年齢一覧", "一覧", "list", None),
        ("", "保育士数", "list", None),
        ("", "退園予定者数", "空き状況", None),
        ("", "R7.10", "就学前児童数", None),
        ("", "外国籍児童", "空き状況", None),
        ("", "送迎バス利用", "空き状況", None),
        ("", "特別支援", "空き状況", None),
        ("", "印刷用", "空き状況", "vacancy"),
        ("", "Sheet1", "空き状況", "vacancy"),
        ("松本市の空き状況", "特別支援", "list", "vacancy"),
    ],
)
def test_title_sheet_and_file_say_what_bare_ages_count(title: str, sheet: str, file: str, item: str | None) -> None:
    rows: Rows = [["施設名", *AGES], *([n, *FEW[k]] for k, n in enumerate(NAMES))]
    found = asked(xlsx_bytes({sheet: [[title], *rows] if title else rows}), f"{file}.xlsx")
    assert fields(found) == ages_of(item)


def test_a_total_under_a_word_that_is_not_known_is_none_of_the_line() -> None:
    rows = [["施設名", "受入可能数", "", "", "", "職員数", "", "", ""], ["", *[*AGES, "計"] * 2]]
    rows += [[n, *FEW[k], sum(FEW[k]), *MANY[k], sum(MANY[k])] for k, n in enumerate(NAMES)]
    assert fields(asked(csv_bytes(rows))) == [*ages_of("vacancy"), None, *ages_of(None), None]


@pytest.mark.parametrize(
    ("levels", "item"),
    [
        (("令和7年10月", "職員数"), None),
        (("職員数", "年齢別"), None),
        (("申込者数", "年齢別"), "applicants"),
        (("認可保育所", "空き"), "vacancy"),
    ],
)
def test_of_three_levels_the_last_that_says_anything_decides(levels: tuple[str, str], item: str | None) -> None:
    rows = [["施設名", levels[0], "", ""], ["", levels[1], "", ""], ["", *AGES]]
    found = asked(csv_bytes([*rows, *([n, *FEW[k]] for k, n in enumerate(NAMES))]))
    assert found["columns"][0]["field"] == "name"
    assert fields(found) == ages_of(item)


def test_rows_of_a_record_are_told_by_their_labels_and_those_that_are_not_known_are_left() -> None:
    labels = {"定員": MANY, "現員": MANY, "卒園予定": FEW, "転園希望": FEW}
    rows = [["施設名", "区分", *AGES]]
    rows += [[n, label, *figures[k]] for k, n in enumerate(NAMES) for label, figures in labels.items()]
    told = {name for row in asked(csv_bytes(rows))["rows"] for name in row["values"]}
    assert told == {"name", *map(str, ages_of("capacity")), *map(str, ages_of("enrolled"))}


def test_english_counts_are_read_alike() -> None:
    rows = [["name", "staff", "", "", "vacancies", "", ""], ["", *["Age 0", "Age 1", "Age 2"] * 2]]
    rows += [[n, *MANY[k], *FEW[k]] for k, n in enumerate(NAMES)]
    assert fields(asked(csv_bytes(rows))) == [*ages_of(None), *ages_of("vacancy")]
