"""The text of 記入要領: how a form is filled in and what every item means, in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from keiyu.contract.model import Contract, Table

SHEET: Final = "記入要領"
FILL_IN: Final = (
    "黄色の欄に記入してください。該当がないときは０を記入してください。 / Fill in the yellow cells; write 0 for none."
)

_STEPS: Final = (
    (
        "記入する欄",
        "黄色の欄だけに記入してください。ほかの欄は保護されています。",
        "Fill in the yellow cells only; all others are protected.",
    ),
    (
        "該当がないとき",
        "０を記入してください。空欄は「未記入」として扱い、０とはみなしません。",
        "Write 0. A blank counts as not filled in, never as 0.",
    ),
    (
        "合計",
        "合計も記入してください。内訳と合わない合計は赤く表示されます。",
        "Write the totals too; one that differs from its parts turns red.",
    ),
    (
        "シート",
        "シートの名前、行、列を変えないでください。変えた場合も読み取りますが、照会が増えます。",
        "Leave names of sheets, rows and columns as they are.",
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet: item, Japanese, English."""

    kind: Literal["title", "head", "body"]
    cells: tuple[str, str, str]


def lines(contract: Contract) -> Iterator[Line]:
    """Yield the rows of 記入要領.

    Args:
        contract: the line.
    """
    yield Line("title", (f"{contract.name_ja}　{SHEET}", "", ""))
    yield Line("body", ("目的", contract.purpose, contract.name_en))
    yield Line("body", ("所管・根拠", contract.authority, ""))
    yield Line("head", ("記入のしかた", "日本語", "English"))
    for step in _STEPS:
        yield Line("body", step)
    if contract.definitions:
        yield Line("head", ("用語", "定義", "Definition"))
        for term in contract.definitions:
            yield Line("body", (term["term"], _sourced(term), term["en"].strip()))
    for table in contract.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[Line]:
    yield Line("head", (table.label_ja, table.definition_ja, f"{table.label_en}: {table.definition_en}"))
    for note in table.notes:
        yield Line("body", ("注意", note.ja, note.en))
    for field in table.fields:
        if not field.dimensions:
            yield Line("body", (field.label_ja, field.definition_ja, f"{field.label_en}: {field.definition_en}"))
    for dimension in table.dimensions:
        for code in dimension.codes:
            yield Line("body", (code.label_ja, code.definition_ja, f"{code.label_en}: {code.definition_en}"))


def _sourced(term: object) -> str:
    if not isinstance(term, dict):
        return ""
    return f"{term['ja'].strip()}（{term['source']}）" if "source" in term else str(term["ja"]).strip()
