"""A table saved as a web page is read; any other page is refused by name."""

from typing import Any

import pytest

from keiyu.read.decode import decode
from keiyu.read.inspect import inspect
from keiyu.read.sniff import RefusedError
from reading import SCHEMAS, all_areas, contracts

HEAD = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{0}"><style>td {{a: b}}</style></head>'
)
TABLE = """<table border=1>
<tr><th rowspan=2>施設名</th><th colspan="2">空き</th></tr>
<tr><th>０歳</th><th>１歳</th></tr>
<tr><td>みどり<br>保育園</td><td x:num>1</td><td>&nbsp;2 </td></tr>
<tr><td>そら&amp;うみ
  保育園</td><td></td><td>-</td></tr>
</table>"""


def rows(text: str, encoding: str = "utf-8") -> list[list[Any]]:
    grid = decode(text.encode(encoding)).grids[0]
    return [list(row) for row in grid.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_a_table_of_a_page_is_read_with_what_stands_around_it(encoding: str) -> None:
    page = f"{HEAD.format(encoding)}<body><h1>空き状況</h1>令和６年４月１日<br>現在{TABLE}<p>※ 注</p></body></html>"
    assert rows(page, encoding) == [
        ["空き状況"],
        ["令和６年４月１日"],
        ["現在"],
        ["施設名", "空き", ""],
        ["", "０歳", "１歳"],
        ["みどり\n保育園", "1", "2"],
        ["そら&うみ 保育園", "", "-"],
        ["※ 注"],
    ]


def test_spans_are_merged_cells() -> None:
    merges = decode(TABLE.encode()).grids[0].looks.merges
    assert [tuple(m) for m in merges] == [(0, 0, 1, 0), (0, 1, 0, 2)]


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>404 Not Found</title></head><body><h1>ページが見つかりません</h1></body></html>",
        f"<html><body>{TABLE}{TABLE}</body></html>",
        f"<html><body><table><tr><td>{TABLE}</td><td>1</td></tr></table></body></html>",
        f"<html><body>{TABLE}<script>go()</script></body></html>",
        f"<html><body><form action='/'>{TABLE}</form></body></html>",
        f"<html><body><p>{'ご案内' * 400}</p>{TABLE}</body></html>",
        "<html><body><table><tr><td>エラー</td></tr></table></body></html>",
        f"<html><body><!-- {TABLE}</body></html>",
        f"<html><body>{TABLE}</body></html>".replace('colspan="2"', 'colspan="99999"'),
        f"<table><tr>{'<td rowspan=99999 colspan=1999>x</td>' * 3}</tr></table>",
        f"<html><table><tr><td>施設名<td>定員<tr><td>{'長' * 200_000}<td>1</table>",
        "<table" + "<" * 20_000 + "<!--" * 20_000,
        '<?xml version="1.0"?><Workbook><Worksheet><Table><Row/></Table></Worksheet></Workbook>',
    ],
    ids=lambda page: page[:60],
)
def test_any_other_page_is_refused_by_name(page: str) -> None:
    with pytest.raises(RefusedError) as refused:
        decode(page.encode())
    assert refused.value.rule_id in {"read.decode.not_table", "read.decode.damaged", "read.decode.too_large"}
    assert "HTML" in (refused.value.value or "") or refused.value.rule_id == "read.decode.too_large"


@pytest.mark.parametrize("rule", ["|---|---|---:|", "| :--- | :-: | ---: |", "|--|--|--|"])
def test_a_table_in_markdown_is_read_whatever_stands_around_it(rule: str) -> None:
    prose = [
        "# 保育所一覧",
        "",
        "令和6年4月1日現在の、市内の、保育所の、一覧です。",
        "- 一つ目, の, 行, です",
        "- 二つ目, の, 行, です",
        "",
    ]
    rows = ["| 施設名 | 所在地 | 定員 |", rule, "| ひかり保育園 | 元町1-1 | 60 |", "| みどり保育園 | 元町2-1 | 70 |"]
    data = "\n".join([*prose, *rows, "", "- 三つ目, の, 行, です", "- 四つ目, の, 行, です"]).encode()
    answer = inspect(data, "list.md", contracts(), all_areas(), schemas=SCHEMAS)
    assert [row["values"] for row in answer["rows"]] == [
        {"name": "ひかり保育園", "address": "元町1-1", "capacity": 60},
        {"name": "みどり保育園", "address": "元町2-1", "capacity": 70},
    ]
    assert (answer["as_of"], [c["needs_review"] for c in answer["columns"]]) == ("2024-04-01", [False] * 5)
