"""The structural checks that follow from a contract alone, as native Great Expectations suites.

Cubes are checked in their tidy form, one expectation for all figures of the line, so that 88 columns
do not become 300 expectations. Records are checked column by column. Dimension codes of a cube need
no check: its columns are made from them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from keiyu.contract import codelists
from keiyu.contract.model import Contract, Field, Table

READING: Final = "_reading"
"""Column of a checked frame that numbers the files; a key is unique within one file."""

TIDY: Final = "tidy"
VALUE: Final = "value"
STATUS: Final = "value_status"
GX_SEVERITY: Final = {"error": "critical", "query": "warning", "info": "info"}

TIME: Final = "^(?:[01][0-9]|2[0-9]):[0-5][0-9]$"
"""A time of day; hours from 24 on are the next day's, as timetables write them."""

_UNIQUE: Final = "expect_compound_columns_to_be_unique"
_NOT_NULL: Final = "expect_column_values_to_not_be_null"
_IN_SET: Final = "expect_column_values_to_be_in_set"
_MATCHES: Final = "expect_column_values_to_match_regex"
_BETWEEN: Final = "expect_column_values_to_be_between"

_TEXTS: Final = {
    _UNIQUE: {
        "message_ja": "「<ja>」に同じ<keys_ja>の行が二つ以上あります。",
        "message_en": "<en>: more than one row has the same <keys_en>.",
        "hint_ja": "重複した行を一つにまとめるか、誤ったコードを直してください。",
        "hint_en": "Merge the repeated rows, or correct the wrong code.",
    },
    _NOT_NULL: {
        "message_ja": "「<ja>」が記入されていません。",
        "message_en": "<en> is blank.",
        "hint_ja": "値を記入してください。",
        "hint_en": "Fill in the value.",
    },
    _IN_SET: {
        "message_ja": "「<ja>」の「{value}」はコード表にありません。",
        "message_en": "<en>: {value} is not in the code list.",
        "hint_ja": "コード表にある名称又はコードを記入してください。",
        "hint_en": "Use a label or a code of the code list.",
    },
    _MATCHES: {
        "message_ja": "「<ja>」の「{value}」は決められた形ではありません。",
        "message_en": "<en>: {value} does not have the required form.",
        "hint_ja": "桁数と文字の種類を確かめてください。先頭の０が落ちていないかも確かめてください。",
        "hint_en": "Check the number and kind of characters, and whether a leading 0 was lost.",
    },
    _BETWEEN: {
        "message_ja": "「<ja>」の値 {value} は<span_ja>ではありません。",
        "message_en": "<en>: {value} is not <span_en>.",
        "hint_ja": "<span_ja>の値を記入してください。",
        "hint_en": "Give a value that is <span_en>.",
    },
}

_NO_FIGURE: Final = {
    "message_ja": "「<ja>」に数値がありません（空欄又は記号）。",
    "message_en": "<en> has no figure: the cell is blank or holds a symbol.",
    "hint_ja": "人数などの数値を記入してください。該当がないときは０を記入してください。",
    "hint_en": "Write the figure; where there is nothing to count, write 0.",
}


def structural(contract: Contract) -> list[dict[str, Any]]:
    """Derive the structural suites of a line.

    Args:
        contract: the line.

    Returns:
        One suite per frame (each core table, and ``tidy`` where the line has cubes), as JSON.
        Rule ids start with ``S-`` and are unique within the line. Messages of the tidy frame are
        templates with ``{label_ja}`` and ``{label_en}``: the label of the figure that failed.
    """
    suites = [_suite(contract, t.name, list(_records(t, contract))) for t in contract.tables]
    figures = list(_figures(contract))
    if figures:
        suites.append(_suite(contract, TIDY, figures))
    return suites


def _suite(contract: Contract, frame: str, expectations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": f"{contract.line}.structural.{frame}",
        "meta": {"frame": frame, "line": contract.line, "version": contract.version},
        "expectations": expectations,
    }


def _records(table: Table, contract: Contract) -> Iterator[dict[str, Any]]:
    """Yield the rules of a table's own columns: the key, and what each column may hold."""
    keys = [table.by_name[name] for name in table.key]
    labels = {
        "ja": table.label_ja,
        "en": table.label_en,
        "keys_ja": "・".join(k.label_ja for k in keys),
        "keys_en": ", ".join(k.label_en for k in keys),
    }
    unique = {"column_list": [READING, *table.key], "ignore_row_if": "any_value_is_missing"}
    yield _rule(f"S-{table.name}-key", _UNIQUE, unique, "error", labels, list(table.key))
    for column in table.fields:
        if not column.dimensions:
            yield from _column(f"S-{table.name}-{column.name}", column, contract, _labels(column))


def _figures(contract: Contract) -> Iterator[dict[str, Any]]:
    """Yield the rules of all cubes' figures: one for all where they agree, else one per table."""
    labels = {"ja": "{label_ja}", "en": "{label_en}"}
    cubes = [t for t in contract.tables if t.is_cube]
    for name in (VALUE, STATUS):
        columns = {t.name: next(f for f in t.tidy if f.name == name) for t in cubes}
        if len({_demands(f) for f in columns.values()}) == 1:
            yield from _column(f"S-{name}", next(iter(columns.values())), contract, labels)
            continue
        for table, column in columns.items():
            for rule in _column(f"S-{table}-{name}", column, contract, labels):
                rule["kwargs"]["row_condition"] = _only(table)
                yield rule


def _demands(column: Field) -> tuple[object, ...]:
    return (column.required, column.minimum, column.maximum, column.pattern, column.codelist)


def _only(table: str) -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": "table"}, "operator": "==", "parameter": table}


def _labels(column: Field) -> dict[str, str]:
    return {"ja": column.label_ja, "en": column.label_en}


def _column(rule_id: str, column: Field, contract: Contract, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what a column demands. A demand on a column that may be blank asks; any other returns the file."""
    weight = "error" if column.required or column.name in (VALUE, STATUS) else "query"
    about = {"column": column.name}
    fields = [] if column.name in (VALUE, STATUS) else [column.name]
    if column.name == VALUE and column.required:
        yield _rule(f"{rule_id}-blank", _NOT_NULL, about, "error", labels, fields, _NO_FIGURE)
    elif column.required and column.name != STATUS:
        yield _rule(f"{rule_id}-blank", _NOT_NULL, about, "error", labels, fields)
    if column.codelist and column.codelist not in codelists.DATED_REGISTERS:
        codes = [c.code for c in contract.codelists[column.codelist]]
        yield _rule(f"{rule_id}-code", _IN_SET, about | {"value_set": codes}, weight, labels, fields)
    pattern = TIME if column.type == "time" else column.pattern
    if pattern:
        yield _rule(f"{rule_id}-form", _MATCHES, about | {"regex": pattern}, weight, labels, fields)
    if column.minimum is not None or column.maximum is not None:
        bounds = {"min_value": column.minimum, "max_value": column.maximum}
        yield _rule(f"{rule_id}-range", _BETWEEN, about | bounds, weight, {**labels, **_span(column)}, fields)


def _span(column: Field) -> dict[str, str]:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return {"span_ja": f"{low}以上{high}以下", "span_en": f"between {low} and {high}"}
    if low is not None:
        return {"span_ja": f"{low}以上", "span_en": f"at least {low}"}
    return {"span_ja": f"{high}以下", "span_en": f"at most {high}"}


def _rule(
    rule_id: str,
    kind: str,
    kwargs: Mapping[str, Any],
    severity: str,
    labels: Mapping[str, str],
    fields: list[str],
    template: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    texts = {name: _fill(text, labels) for name, text in (template or _TEXTS[kind]).items()}
    return {
        "type": kind,
        "kwargs": dict(kwargs),
        "severity": GX_SEVERITY[severity],
        "meta": {"rule_id": rule_id, "severity": severity, **texts, "fields": fields},
    }


def _fill(template: str, labels: Mapping[str, str]) -> str:
    """Put the labels in and leave the other places, such as ``{value}``, for the check that fails."""
    for name, text in labels.items():
        template = template.replace(f"<{name}>", text)
    return template
