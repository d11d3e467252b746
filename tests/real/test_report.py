"""The report prints every measure, and a perfect reader meets every target."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from real import report, scoring


def perfect(gold: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader would answer that agrees with gold throughout."""
    columns = [
        {"index": c["index"], "field": None if "same_as" in c else c["field"], "needs_review": "review" in c}
        for c in gold["columns"]
    ]
    rows = [{"row": r["row"], "values": r["values"], "status": r.get("status", {})} for r in gold["rows"]]
    return {**gold, "columns": columns, "rows": rows}


def test_a_perfect_reader_meets_every_target() -> None:
    golds = scoring.load_all()
    scores = [scoring.score(gold, perfect(gold)) for gold in golds]
    whole = scoring.total(scores)
    assert whole.misses == ()
    assert all(target.met(whole) for target in scoring.TARGETS)
    console = Console(width=200, record=True, quiet=True)
    console.print(report.render(golds, scores))


def test_a_reader_that_refuses_everything_meets_none_but_the_ceilings() -> None:
    golds = scoring.load_all()
    whole = scoring.total(scoring.score(gold, {"expect": "reject"}) for gold in golds)
    assert {t.measure for t in scoring.TARGETS if t.met(whole)} == {"wrong", "review"}
