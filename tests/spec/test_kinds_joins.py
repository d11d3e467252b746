"""列に分かれた値 — values that lie in several columns are joined, then read."""

import datetime as dt
from typing import Any

import pytest

from keiyu.read.kinds import join, normalise
from kinds import terms

JOINS: list[tuple[str, tuple[Any, ...], str, Any]] = [
    ("phone", ("03", "-", "3230", "-", "7161"), "03-3230-7161", "03-3230-7161"),
    ("phone", ("03", "-", 6260.0, "-", 9555.0), "03-6260-9555", "03-6260-9555"),
    ("phone", (3.0, 6260.0, 55.0), "3-6260-0055", "03-6260-0055"),
    ("phone", ("042", "（", "622", "）", "3343"), "042-622-3343", "042-622-3343"),
    ("phone", ("", None, "　"), "", None),
    ("postal_code", ("102", "-", "0085"), "102-0085", "102-0085"),
    ("postal_code", (60.0, "-", 1.0), "〒60-1", "060-0001"),
    ("postal_code", ("060", "11"), "〒060-11", "060-0011"),
    ("postal_code", ("102", "00851"), "102-00851", None),
    ("postal_code", ("〒", "102", "0085"), "102-0085", "102-0085"),
    ("date", ("平成", 30, 4, 1), "平成30年4月1日", dt.date(2018, 4, 1)),
    ("date", (2018.0, "年", 4.0, "月", 1.0, "日"), "2018年4月1日", dt.date(2018, 4, 1)),
    ("date", ("R6", "4", "1"), "R641", None),
    ("time", (7, ":", 30), "7時30分", "07:30"),
    ("latitude", (35, 43, 38.5), "35度43分38.5秒", 35.72736111),
    ("address", ("東京都", "八王子市", " 子安町4-31-1"), "東京都八王子市子安町4-31-1", "東京都八王子市子安町4-31-1"),
]


@pytest.mark.parametrize(("kind", "parts", "text", "value"), JOINS)
def test_parts_are_joined(kind: str, parts: tuple[Any, ...], text: str, value: Any) -> None:
    assert join(kind, parts) == text
    assert normalise(kind, text, terms()).value == value
