"""Weighing pairs: Fellegi–Sunter match weights, computed by Splink on DuckDB from the policy's own parameters.

Nothing is trained at run time: the same two rows always weigh the same, whatever else is in the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from keiyu.register.identity.policy import Comparison, Level, Policy


@dataclass(frozen=True, slots=True)
class Pair:
    """A known row and a row of an edition, weighed.

    Attributes:
        known: index of the known row.
        row: index of the edition's row.
        weight: bits of evidence that they are one facility, prior included.
        levels: comparison → the degree to which they agree.
    """

    known: int
    row: int
    weight: float
    levels: Mapping[str, Level]


def weigh(known: pa.Table, edition: pa.Table, policy: Policy) -> list[Pair]:
    """Weigh the pairs that the policy lets be compared and keep those not below its review threshold.

    Args:
        known: features of known rows; ``unique_id`` is the row's index.
        edition: features of the edition's rows, likewise.
        policy: blocking rules, comparisons and their parameters.

    Returns:
        The pairs, in order of their rows.
    """
    if not known.num_rows or not edition.num_rows:
        return []
    # Splink takes most of a second to import, and an edition without a change needs none of it.
    import duckdb
    from splink import DuckDBAPI, Linker

    with duckdb.connect() as connection:
        api = DuckDBAPI(connection=connection)
        sides = [api.register(known), api.register(edition)]
        linker = Linker(sides, _settings(policy), log_level=None, validate_settings=False)
        found = linker.inference.predict(threshold_match_weight=policy.review).as_record_list()
    return sorted((_pair(row, policy) for row in found), key=lambda pair: (pair.known, pair.row))


def _pair(row: Mapping[str, Any], policy: Policy) -> Pair:
    levels = {c.name: _level(c.levels, row[f"gamma_{c.name}"]) for c in policy.comparisons}
    return Pair(int(row["unique_id_l"]), int(row["unique_id_r"]), row["match_weight"], levels)


def _level(levels: Sequence[Level], gamma: int) -> Level:
    """Return a level by Splink's number: -1 for silent ones, else counted from the last up."""
    return next(x for x in levels if x.silent) if gamma < 0 else [x for x in levels if not x.silent][-1 - gamma]


def _settings(policy: Policy) -> dict[str, Any]:
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": policy.prior,
        "blocking_rules_to_generate_predictions": list(policy.blocking),
        "comparisons": [_comparison(c) for c in policy.comparisons],
        "retain_matching_columns": True,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {"output_column_name": comparison.name, "comparison_levels": [_stated(x) for x in comparison.levels]}


def _stated(level: Level) -> dict[str, Any]:
    stated: dict[str, Any] = {"sql_condition": level.when, "label_for_charts": level.en}
    if level.silent:
        return {**stated, "is_null_level": True}
    return {**stated, "m_probability": level.m, "u_probability": level.u, "fix_m_probability": True}
