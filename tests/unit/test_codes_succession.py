"""What became of a body, and what it was made of."""

import datetime as dt
from pathlib import Path

import pytest

from keiyu.codes import areas
from keiyu.codes.areas import Areas, Relative

R7 = dt.date(2025, 4, 1)


@pytest.fixture(scope="module")
def table(schemas: Path) -> Areas:
    return areas.load(schemas)


def told(relatives: tuple[Relative, ...]) -> list[tuple[str, str, bool]]:
    return [(r.area.code, r.area.name, r.split) for r in relatives]


@pytest.mark.parametrize(
    ("code", "since", "expected"),
    [
        ("13101", "2020-04-01", [("13101", "千代田区", False)]),
        ("40305", "2018-04-01", [("40231", "那珂川市", False)]),
        ("402311", "2018-04-01", []),
        ("28221", "2018-04-01", [("28221", "丹波篠山市", False)]),
        ("28661", "1998-04-01", [("28221", "丹波篠山市", False)]),
        ("09321", "2010-04-01", [("09203", "栃木市", False)]),
        ("09203", "2005-04-01", [("09203", "栃木市", False)]),
        ("26381", "2005-03-31", [("26100", "京都市", False)]),
        ("23521", "2009-04-01", [("23236", "みよし市", False)]),
        ("22135", "2023-04-01", [("22138", "浜松市中央区", True), ("22139", "浜松市浜名区", True)]),
        ("22136", "2023-04-01", [("22139", "浜松市浜名区", False)]),
        ("19341", "2005-04-01", [("19201", "甲府市", True), ("19430", "富士河口湖町", True)]),
        ("01104", "1989-04-01", [("01104", "札幌市白石区", True), ("01108", "札幌市厚別区", True)]),
        ("43201", "1996-04-01", [("43100", "熊本市", False)]),
    ],
)
def test_successors(table: Areas, code: str, since: str, expected: list[tuple[str, str, bool]]) -> None:
    assert told(table.successors(code, dt.date.fromisoformat(since), R7)) == expected


@pytest.mark.parametrize(
    ("code", "since", "expected"),
    [
        ("40231", "2018-04-01", [("40305", "那珂川町", False)]),
        ("09411", "2005-04-01", [("09403", "馬頭町", False), ("09404", "小川町", False)]),
        ("22139", "2023-04-01", [("22135", "浜松市北区", True), ("22136", "浜松市浜北区", False)]),
        ("01108", "1989-04-01", [("01104", "札幌市白石区", True)]),
        ("22139", "2024-01-01", [("22139", "浜松市浜名区", False)]),
        ("22135", "2023-04-01", []),
        (
            "22100",
            "2002-04-01",
            [
                ("22201", "静岡市", False),
                ("22204", "清水市", False),
                ("22382", "蒲原町", False),
                ("22383", "由比町", False),
            ],
        ),
    ],
)
def test_predecessors(table: Areas, code: str, since: str, expected: list[tuple[str, str, bool]]) -> None:
    assert told(table.predecessors(code, dt.date.fromisoformat(since), R7)) == expected


def test_the_way_is_told_step_by_step(table: Areas) -> None:
    (relative,) = table.successors("22204", dt.date(2000, 4, 1), R7)
    assert [(s.date.isoformat(), s.type, s.event) for s in relative.steps] == [
        ("2003-04-01", "merger", "静岡市・清水市 → 静岡市（新設合併）"),
        ("2005-04-01", "designated_city_status", "静岡市 → 静岡市（政令指定都市への移行）"),
    ]


def test_nothing_happens_within_a_day(table: Areas) -> None:
    assert told(table.successors("40305", dt.date(2018, 9, 30), dt.date(2018, 9, 30))) == [("40305", "那珂川町", False)]
    assert told(table.predecessors("40231", dt.date(2018, 10, 1), dt.date(2018, 10, 1))) == [
        ("40231", "那珂川市", False)
    ]


def test_the_country_is_covered_both_ways(table: Areas) -> None:
    """Every body of 2000 leads to bodies of 2025, together all of them; and back."""
    then = dt.date(2000, 4, 1)
    before, after = ({a.code for a in table.municipalities(day)} for day in (then, R7))
    assert {r.area.code for code in before for r in table.successors(code, then, R7)} == after
    assert {r.area.code for code in after for r in table.predecessors(code, then, R7)} == before
    forth = {(code, r.area.code, r.split) for code in before for r in table.successors(code, then, R7)}
    back = {(r.area.code, code, r.split) for code in after for r in table.predecessors(code, then, R7)}
    assert forth == back
