"""The one place that runs Great Expectations.

Whatever only lists rules or shows help does not import this module, for Great Expectations takes
seconds to import; a scheduler that forks its tasks imports it once beforehand. One ephemeral context
per process serves every frame. Its execution engine keeps the frame it judges, so runs are serialised
by a lock; several threads may call.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from keiyu.check import expectations  # noqa: F401 - registers our own types
from keiyu.check.gx import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    ExpectationConfiguration,
    ExpectationSuite,
    MulticolumnMapExpectation,
    ProgressBarsConfig,
    get_context,
)
from keiyu.check.judge import RowExpectation
from keiyu.check.model import Rule, RuleFailedError, SuiteError
from keiyu.check.suites import GX_SEVERITY, RuleBook

_ROWWISE: Final = (RowExpectation, ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)
_FORMAT: Final = {"result_format": "COMPLETE", "partial_unexpected_count": 0, "return_unexpected_index_query": False}
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule found in its frame.

    Attributes:
        rule: the rule.
        positions: positions of the failing rows, ascending.
        facts: name → one value per failing row.
    """

    rule: Rule
    positions: np.ndarray
    facts: Mapping[str, Sequence[Any]]


def judge(frames: Mapping[str, pd.DataFrame], book: RuleBook) -> list[Outcome]:
    """Judge every frame by its rules, one vectorised run each.

    Args:
        frames: frame name → rows, on a RangeIndex.
        book: the rules.

    Returns:
        The rules that failed, in the order of the rule book, with the rows that fail.

    Raises:
        SuiteError: a rule names a type or an argument that does not exist.
        RuleFailedError: a rule stopped with an exception.
    """
    with _LOCK:
        suites = _compiled(book)
        outcomes = [found for name, frame in frames.items() for found in _run(suites[name], frame, book)]
    order = {rule.rule_id: number for number, rule in enumerate(book.rules)}
    return sorted(outcomes, key=lambda found: order[found.rule.rule_id])


_SUITES: Final[dict[str, dict[str, Any]]] = {}


def _compiled(book: RuleBook) -> dict[str, Any]:
    """Return the suites of a rule book, by frame; the same objects each time."""
    if book.digest not in _SUITES:
        _SUITES[book.digest] = {
            name: ExpectationSuite(name=name, expectations=[_expectation(rule) for rule in rules])
            for name, rules in book.by_frame.items()
        }
    return _SUITES[book.digest]


def _expectation(rule: Rule) -> Any:
    """Make the expectation of a rule, or say why it cannot be one."""
    configuration = ExpectationConfiguration(
        type=rule.type,
        kwargs=dict(rule.kwargs),
        meta={"rule_id": rule.rule_id},
        severity=GX_SEVERITY[rule.severity],
    )
    try:
        expectation = configuration.to_domain_obj()
    except Exception as error:
        # Great Expectations raises its own errors, those of pydantic and plain ones here.
        raise SuiteError(rule.suite, f"{rule.rule_id}: {error}") from error
    if not isinstance(expectation, _ROWWISE):
        raise SuiteError(rule.suite, f"{rule.rule_id}: {rule.type} judges a whole frame; a finding needs rows")
    return expectation


@cache
def _batch_definition() -> Any:
    """Make the process's context and the asset through which frames come in."""
    context = get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return (
        context.data_sources.add_pandas("keiyu").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    )


def _run(suite: Any, frame: pd.DataFrame, book: RuleBook) -> list[Outcome]:
    by_id = {rule.rule_id: rule for rule in book.rules}
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
    outcomes = []
    for result in batch.validate(suite, result_format=_FORMAT).results:
        rule = by_id[result.expectation_config.meta["rule_id"]]
        _prove_ran(rule, result.exception_info)
        positions = np.asarray(result.result.get("unexpected_index_list") or (), dtype="int64")
        if len(positions):
            outcomes.append(Outcome(rule, positions, result.result.get("details", {}).get("facts", {})))
        elif not result.success:
            raise RuleFailedError(rule.rule_id, rule.type, "it failed without naming rows")
    return outcomes


def _prove_ran(rule: Rule, info: Mapping[str, Any]) -> None:
    """Raise if the expectation stopped: Great Expectations reports that and goes on."""
    reports = [info] if "raised_exception" in info else list(info.values())
    for report in reports:
        if report.get("raised_exception"):
            raise RuleFailedError(rule.rule_id, rule.type, str(report.get("exception_message")))
