"""Queries between lines as the commands tell them: what is asked, with the cells of both sides."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli.screen import Screen

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.findings import Finding
    from keiyu.receive.workspace import Workspace
    from keiyu.register import Asked

QUERY_KEYS: Final = "collection survey reporter rollup field since value expected message_ja message_en hint_ja hint_en"
SIDE_KEYS: Final = "reporter name submission_id entry_id file table field sheet cell value value_status raw"
_SCREENFUL: Final = 20


def declared(path: str) -> dict[str, str]:
    """Return the keys that a command declares for queries at a path of its result."""
    return {
        path: f"{QUERY_KEYS} cells",
        f"{path}.cells": "survey[] facilities[]",
        **{f"{path}.cells.{side}[]": SIDE_KEYS for side in ("survey", "facilities")},
    }


def asked(space: "Workspace", collection: "Collection") -> list[dict[str, Any]]:
    """Return the queries of a collection that wait for an answer, for ``keiyu status``."""
    from keiyu.register import open_queries

    with space.ledger.read() as connection:
        return list(map(told_of, open_queries(connection, collection)))


def asked_about(space: "Workspace", submission_id: str) -> "list[Asked]":
    """Return the queries that concern a submission, on either side."""
    from keiyu.register import queries_about

    with space.ledger.read() as connection:
        return queries_about(connection, submission_id)


def found_in(queries: "Sequence[Asked]", submission_id: str) -> "list[Finding]":
    """Return queries as findings of a submission, one at each of its cells that they are about."""
    from keiyu.findings import Finding, Place, Severity

    texts = ("rule_id", "message_ja", "message_en", "hint_ja", "hint_en", "value", "expected")
    return [
        Finding(
            **{name: query.facts["finding"][name] for name in texts},
            severity=Severity(query.facts["finding"]["severity"]),
            place=Place(**{name: cell[name] for name in ("file", "sheet", "cell", "table", "field", "reporter")}),
        )
        for query in queries
        for side in ("survey", "facilities")
        for cell in query.facts[side]
        if cell["submission_id"] == submission_id
    ]


def told_of(query: "Asked") -> dict[str, Any]:
    """Return a query as the commands tell it."""
    names = ("value", "expected", "message_ja", "message_en", "hint_ja", "hint_en")
    return {
        "collection": f"{query.line}/{query.as_of}",
        "survey": f"{query.survey}/{query.as_of}",
        **{name: getattr(query, name) for name in ("reporter", "rollup", "field")},
        "since": query.opened_at,
        **{name: query.facts["finding"][name] for name in names},
        "cells": {side: query.facts[side] for side in ("survey", "facilities")},
    }


def show_asked(screen: Screen, queries: Sequence[Mapping[str, Any]]) -> None:
    """Show the queries that wait for an answer, with the cells of both sides."""
    if not queries:
        return
    columns = ("疑義照会 / query", "セル / cells", "照会と答え方 / what is asked, and how to answer")
    rows = [
        (
            f"{one['reporter']} {one['field']}",
            "\n".join(_cell(cell) for side in ("survey", "facilities") for cell in one["cells"][side]),
            "\n".join(one[name] for name in ("message_ja", "hint_ja", "message_en", "hint_en")),
        )
        for one in queries[:_SCREENFUL]
    ]
    screen.table(columns, rows)
    rest = len(queries) - len(rows)
    if rest:
        screen.say(f"ほか {rest:,} 件 / and {rest:,} more (--json)")


def _cell(cell: Mapping[str, Any]) -> str:
    from keiyu.findings import spot

    place = spot(cell["sheet"], cell["cell"]) or ""
    return f"{cell['file']} {place}: {cell['value']}"
