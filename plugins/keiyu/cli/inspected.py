"""What ``keiyu inspect`` says to a person: whose table, what each column is taken for, and what is to be answered."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from keiyu.cli.screen import WIDE, Screen
from keiyu.contract import codelists
from keiyu.contract.model import Contract
from keiyu.read.grid import letters

_CANDIDATES: Final = 3
_RECORDS: Final = 3
_BY: Final = {
    "column": "団体コードの列から / by its column of codes",
    "file_name": "ファイル名から / by the file's name",
    "addresses": "住所から / by its addresses",
    "title": "表題から / by its title",
}


class View:
    """Shows the document of ``schemas/schema/inspect.json``."""

    def __init__(
        self, screen: Screen, told: Mapping[str, Any], contracts: Sequence[Contract], schemas: Path, file: Path
    ) -> None:
        """Take the document and the words for what is in it.

        Args:
            screen: where it is shown.
            told: the document.
            contracts: the lines that the file may belong to, for the labels of lines, tables and fields.
            schemas: the ``schemas/`` folder.
            file: the file as it was named, for the command with which a person answers.
        """
        self._file = file
        self._schemas = schemas
        self._screen = screen
        self._told = told
        self._contracts = {c.line: c for c in sorted(contracts, key=lambda c: c.line != told["line"])}
        self._labels = labels_of(self._contracts.values())

    def show(self) -> None:
        """Say why the file is refused, or show its facts, its columns, what is in doubt, and its first records."""
        told, say = self._told, self._screen.say
        if told["reason"] is not None:
            self._remedy(told["reason"], f"{told['file']}: ")
            return
        self._screen.table((told["file"], ""), [fact for fact in self._facts() if fact[1]])
        self._columns()
        for change in told["drift"]:
            sheet = f"{change['sheet']} " if change["sheet"] and len(told["tables"]) > 1 else ""
            say(f"{sheet}{change['ja']}\n{change['en']}")
        for said in told["findings"]:
            self._remedy(said, style="yellow")
        self._doubts([column for column in told["columns"] if column["needs_review"]])
        for table in told["tables"]:
            where = f"{table['sheet']} → " if table["sheet"] else ""
            say(f"{where}{self._table(table)}: {table['rows']:,} 件 / records")
        self._records()

    def _remedy(self, said: Mapping[str, str], before: str = "", style: str | None = None) -> None:
        text = f"{before}{said['ja']}\n→ {said['hint_ja']}\n{said['en']}\n→ {said['hint_en']}"
        self._screen.say(text, style)

    def _facts(self) -> list[tuple[str, object]]:
        told = self._told
        line, whose = self._contracts.get(told["line"]), told["reporter"]
        rows = "–".join(dict.fromkeys(str(told[key]) for key in ("first_data_row", "last_data_row") if told[key]))
        return [
            ("報告ライン / line", f"{line.name_ja} {line.line}" if line is not None else told["line"]),
            ("団体 / municipality", whose and f"{whose['name']}（{whose['area_code']}）{_BY[whose['by']]}"),
            ("様式 / layout", told["layout"]),
            ("文字コード / encoding", told["encoding"]),
            ("シート / sheet", told["sheet"]),
            ("見出しの行 / header rows", ", ".join(map(str, told["header_rows"]))),
            ("データ / records", f"{told['data_rows']:,} 件{f'（{rows} 行目 / rows）' if rows else ''}"),
            ("時点 / as of", told["as_of"]),
        ]

    def _columns(self) -> None:
        """Show what each column is taken for; its evidence where there is room."""
        wide = self._screen.console.width >= WIDE
        heads = ("列", "見出し / header", "項目 / field", "確かさ", *(["根拠 / evidence"] if wide else []))
        rows = [
            (
                letters(column["index"]),
                column["header"],
                self._meaning(column),
                f"{column['confidence']:.2f}" if column["field"] else "",
                *([_evidence(column)] if wide else []),
            )
            for column in self._told["columns"]
        ]
        self._screen.table(heads, rows)

    def _meaning(self, column: Mapping[str, Any]) -> str:
        if column["needs_review"]:
            return "？ 要確認 / to be confirmed"
        if column["field"]:
            return self._named(column["field"])
        why = column["evidence"]["ja"].partition("；")[0] if self._screen.console.width < WIDE else ""
        return f"（使わない / not used: {why}）" if why else "（使わない / not used）"

    def _doubts(self, columns: Sequence[Mapping[str, Any]]) -> None:
        """Ask what the columns in doubt hold, and say how it is answered."""
        say = self._screen.say
        if not columns:
            if self._told["line"] is not None:
                say("確認が必要な列はありません / No column has to be confirmed")
            return
        say("確認が必要な列（お答えいただくまで、その値は使いません）", "bold")
        say("Columns to be confirmed (their values are not used until a person has answered)")
        for column in columns:
            among = "、".join(self._named(c["field"]) for c in column["candidates"][:_CANDIDATES])
            may = f" … 候補 / candidates: {among}" if among else ""
            say(f"{letters(column['index'])} {column['header']}{may}", "yellow", indent=2)
            if self._screen.console.width < WIDE:
                say(_evidence(column), indent=4)
        first = next((c for c in columns if c["candidates"]), None)
        if first is not None and self._told["line"] is not None:
            self._answer(first, columns)

    def _answer(self, first: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> None:
        """Say how a person answers, by an example: the first column is what it may be, the others are not used."""
        field, others = first["candidates"][0]["field"], [letters(c["index"]) for c in columns if c is not first]
        typed = f"keiyu layout accept {shlex.quote(str(self._file))} --line {self._told['line']}"
        typed += f" --map {letters(first['index'])}={field}" + "".join(f" --ignore {at}" for at in others)
        at, label = letters(first["index"]), self._labels.get(field, field)
        unused = f"{'・'.join(others)} 列は使わない", f" and {', '.join(others)} not used"
        ja = f"{at} 列が「{label}」{f'で、{unused[0]}' if others else 'の'}とき"
        en = f"if {at} is {field}{unused[1] if others else ''}"
        self._screen.say(f"→ 答え方の例 / for example（{ja} / {en}）:")
        self._screen.console.out(f"  {typed}", highlight=False)

    def _named(self, field: str) -> str:
        return f"{self._labels[field]} {field}" if field in self._labels else field

    def _table(self, table: Mapping[str, Any]) -> str:
        line = self._contracts.get(table["line"])
        label = next((t.label_ja for t in line.tables if t.name == table["table"]), "") if line else ""
        return f"{label} {table['table'] or ''}".strip() or "表 / table"

    def _records(self) -> None:
        """Show the first records, a field a row; a value that is not there says why."""
        rows = self._told["rows"][:_RECORDS]
        fields = list(dict.fromkeys(name for row in rows for name in row["values"]))
        if fields:
            heads = ("項目 / field", *(f"{row['row']} 行目 / row" for row in rows))
            reasons = {code.code: code.label_ja for code in codelists.load("value_statuses", self._schemas)}
            cells = [(self._labels.get(name, name), *(_value(row, name, reasons) for row in rows)) for name in fields]
            self._screen.table(heads, cells)


def labels_of(contracts: Iterable[Contract]) -> dict[str, str]:
    """Return what fields are called in Japanese.

    Args:
        contracts: the lines, that whose words are wanted first.
    """
    labels: dict[str, str] = {}
    for table in (table for contract in contracts for table in contract.tables):
        labels = {name: field.label_ja for name, field in table.by_name.items()} | labels
    return labels


def _evidence(column: Mapping[str, Any]) -> str:
    return "\n".join(filter(None, (column["evidence"]["ja"], column["evidence"]["en"])))


def _value(row: Mapping[str, Any], field: str, reasons: Mapping[str, str]) -> str:
    value, status = row["values"].get(field), row["status"].get(field)
    if value is None:
        return f"（{reasons.get(status, status)}）" if status else "—"
    return ("はい / yes" if value else "いいえ / no") if isinstance(value, bool) else str(value)
