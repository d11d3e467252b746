"""The data dictionary of a line: every column of every table, in two languages."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from keiyu.contract.disclosure import Disclosure
from keiyu.contract.interface import Column, Interface
from keiyu.contract.model import Code, Contract, Field, NationalTable, Table

COLUMNS: Final = (
    "kind",
    "table",
    "position",
    "field",
    "label_ja",
    "label_en",
    "definition_ja",
    "definition_en",
    "type",
    "unit",
    "key",
    "required",
    "codelist",
    "concept",
    "source",
    "since",
    "first_collection",
)
"""Columns of the dictionary, in order."""


_REMARKS: Final = (
    "## 注記 / Footnotes",
    "注記は公表ごとの `manifest.json` と `RELEASE.md` にある。非公表の数値に関わるものは理由を示さない。  \n"
    "Remarks stand in each release's `manifest.json` and `RELEASE.md`; no reason is told where it concerns figures "
    "that are not published.",
    "- `held`: 確認中の報告（前の値を示すか、合計に含めない） / reports under query: an older value is shown, or none\n"
    "- `footnotes`: 報告者の確認又は所管官庁の承認を経て示した値とその理由 / "
    "figures shown since their reporter confirmed or the ministry approved them, with the reason\n"
    "- `answers`: 施設の報告の積み上げと異なる値と、その理由 / "
    "figures that differ from the sums of facilities' reports, with the reason",
)
"""What the dictionary says of the remarks of a release."""


def rows(contract: Contract, promised: Interface | None = None) -> list[dict[str, Any]]:
    """Return one row per column of every core and national table.

    Args:
        contract: the line.
        promised: the interface of a release, which knows the age of each column; the contract's own by default.

    Returns:
        Rows with the keys of :data:`COLUMNS`; ``kind`` is ``core``, ``national``, ``across`` or ``estimate``,
        ``position`` starts at 1, ``since`` is the version of the contract that brought the column,
        ``first_collection`` the earliest reference date that was released with it.
    """
    ages = promised or Interface.of(contract)
    return [row for kind, table in _tables(contract) for row in _rows(kind, table, ages)]


def _tables(contract: Contract) -> Iterator[tuple[str, Table | NationalTable]]:
    yield from (("core", table) for table in contract.tables)
    yield from (("national", table) for table in contract.national)
    yield from (("across", table) for table in contract.across)
    yield from (("estimate", table) for table in contract.estimate)


def _rows(kind: str, table: Table | NationalTable, ages: Interface) -> Iterator[dict[str, Any]]:
    columns = ages.columns(kind, table.name)
    for position, field in enumerate(table.fields, 1):
        facts = {"kind": kind, "table": table.name, "position": position, "field": field.name}
        age = {"since": columns[field.name].since, "first_collection": columns[field.name].first}
        yield facts | {name: getattr(field, name) for name in COLUMNS[4:-2]} | age


def as_markdown(contract: Contract, promised: Interface | None = None) -> str:
    """Return the dictionary as Markdown: the line, its terms, tables with their columns, code lists.

    Args:
        contract: the line.
        promised: the interface of a release, which knows the age of each column; the contract's own by default.
    """
    ages = promised or Interface.of(contract)
    parts = [
        f"# {contract.name_ja}",
        f"*{contract.name_en}*",
        f"{contract.purpose}",
        f"- 版 / version: {contract.version}\n- 所管 / authority: {contract.authority}",
        *_terms(contract.definitions),
        *_disclosure(Disclosure.of(contract)),
        *_REMARKS,
        *(part for kind, table in _tables(contract) for part in _table(kind, table, ages)),
        *(part for name, codes in sorted(contract.codelists.items()) for part in _codelist(name, codes)),
    ]
    return "\n\n".join(parts) + "\n"


def _terms(definitions: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if not definitions:
        return
    yield "## 用語 / Terms"
    for term in definitions:
        source = f" 出典: {term['source']}" if "source" in term else ""
        yield f"**{term['term']}** ({term['termEn']}) — {term['ja'].strip()}{source}  \n{term['en'].strip()}"


def _disclosure(policy: Disclosure) -> Iterator[str]:
    """Tell what the public does not see, where there is any such thing."""
    if not policy.protects:
        return
    yield "## 秘匿 / Disclosure control"
    yield f"{policy.ja}  \n{policy.en}"
    yield (
        f"- 対象の表 / tables: {'、'.join(policy.tables)}\n- 示す最小の値 / least figure shown: {policy.minimum}\n"
        f"- 秘匿した値を推定できる範囲の最小の幅 / least width of a hidden figure's interval: {policy.protection:g}\n"
        "- 秘匿した値は空で、状態は `suppressed` / a hidden figure is null, its status `suppressed`"
    )


def _table(kind: str, table: Table | NationalTable, ages: Interface) -> Iterator[str]:
    columns = ages.columns(kind, table.name)
    kind_ja = {"core": "基礎表", "national": "全国表", "across": "横断表", "estimate": "推計"}[kind]
    yield f"## {table.label_ja} `{table.name}`（{kind_ja} / {kind}）"
    yield f"{table.definition_ja}  \n{table.label_en}: {table.definition_en}"
    for note in table.notes if isinstance(table, Table) else ():
        yield f"> {note.ja}  \n> {note.en}"
    yield _grid(
        ("field", "名称", "label", "定義", "definition", "型 type", "単位 unit", "出典 source", "初出 since"),
        [_cells(field, columns[field.name]) for field in table.fields],
    )


def _cells(field: Field, age: Column) -> tuple[str, ...]:
    kind = f"{field.type} ({field.codelist})" if field.codelist else field.type
    return (
        f"`{field.name}`" + (" 🔑" if field.key else ""),
        field.label_ja,
        field.label_en,
        field.definition_ja,
        field.definition_en,
        kind,
        field.unit or "",
        field.source or "",
        age.since + (f"（{age.first}）" if age.first else ""),
    )


def _codelist(name: str, codes: Sequence[Code]) -> Iterator[str]:
    yield f"## コード表 / Code list `{name}`"
    yield _grid(
        ("code", "名称", "label", "親 parent", "定義", "definition"),
        [(f"`{c.code}`", c.label_ja, c.label_en, c.parent or "", c.definition_ja, c.definition_en) for c in codes],
    )


def _grid(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(_escape(cell) for cell in line) + " |" for line in lines)


def _escape(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
