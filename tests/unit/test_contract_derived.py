"""What follows from a contract alone: Arrow schema, structural suites, dictionary, dates."""

import datetime as dt
import itertools
import re
import warnings
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from keiyu.codes.business_days import is_business_day
from keiyu.contract import arrow, dates, dictionary, lines, load, suite
from keiyu.contract.interface import version

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Great Expectations imports sre_constants
    import great_expectations as gx

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
LINES = lines(SCHEMAS)


def test_a_wide_schema_carries_labels_definitions_units_and_codes() -> None:
    schema = arrow.schema(load("waiting_children", SCHEMAS).table("applicants"))
    assert len(schema) == 63
    field = schema.field("waiting_age1")
    assert field.type == pa.int64()
    told = {k.decode(): v.decode() for k, v in field.metadata.items()}
    assert told["label_ja"] == "待機児童（１歳児）"
    assert told["unit"] == "人"
    assert told["dimension:age_band"] == "age1"
    assert told["definition_en"].startswith("Children on the reference date")
    assert not schema.field("area_code").nullable
    assert schema.metadata[b"label_ja"].decode() == "申込者の状況"


def test_provenance_ties_a_row_to_its_submission() -> None:
    table = load("waiting_children", SCHEMAS).table("capacity")
    added = arrow.schema(table, provenance=True).names[len(table.fields) :]
    assert added == ["entry_id", "submission_id", "source_row", "marks"]


@pytest.mark.parametrize("line", LINES)
def test_every_rule_of_a_line_has_its_own_id_and_both_languages(line: str) -> None:
    contract = load(line, SCHEMAS)
    suites = suite.structural(contract)
    rules = [e["meta"] for s in suites for e in s["expectations"]]
    assert len({r["rule_id"] for r in rules}) == len(rules)
    for rule in rules:
        assert rule["rule_id"].startswith("S-")
        assert all(rule[k] for k in ("message_ja", "message_en", "hint_ja", "hint_en"))
        assert "<" not in "".join(rule[k] for k in ("message_ja", "message_en", "hint_ja", "hint_en"))
        assert set(rule["fields"]) <= set(contract.fields)


def test_the_88_columns_are_three_rules() -> None:
    rules = {s["meta"]["frame"]: len(s["expectations"]) for s in suite.structural(load("waiting_children", SCHEMAS))}
    assert rules == {"capacity": 3, "applicants": 3, "tidy": 3}


def failed(contract_line: str, frame: str, rows: pd.DataFrame) -> set[str]:
    """Run one structural suite with Great Expectations itself; return the rules that failed."""
    found = next(s for s in suite.structural(load(contract_line, SCHEMAS)) if s["meta"]["frame"] == frame)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": rows})
    result = batch.validate(gx.ExpectationSuite(**found))
    assert "'raised_exception': True" not in str([r.exception_info for r in result.results])
    return {r.expectation_config.meta["rule_id"] for r in result.results if not r.success}


def test_great_expectations_runs_the_tidy_suite() -> None:
    rows = pd.DataFrame(
        {
            "table": ["capacity", "capacity", "applicants"],
            "value": pd.array([3, -1, None], dtype="Int64"),
            "value_status": ["reported", "reported", "suppressed"],
        }
    )
    assert failed("waiting_children", "tidy", rows) == {"S-value-blank", "S-value-range"}


def test_great_expectations_runs_a_suite_of_records() -> None:
    names = [f.name for f in load("nursery_facility", SCHEMAS).table("facility").fields]
    good = dict.fromkeys(names) | {"_reading": 0, "area_code": "132012", "facility_id": "1", "name": "子安保育園"}
    good |= {"valid_from": dt.date(2025, 4, 1), "facility_type": "daycare", "open_time": "07:30", "latitude": 35.65}
    unnumbered = good | {"facility_id": None}
    assert failed("nursery_facility", "facility", pd.DataFrame([good, unnumbered, unnumbered])) == set()
    bad = good | {"facility_type": "castle", "open_time": "7時", "latitude": 3.5, "name": None}
    assert failed("nursery_facility", "facility", pd.DataFrame([good, bad])) == {
        "S-facility-key",
        "S-facility-facility_type-code",
        "S-facility-open_time-form",
        "S-facility-latitude-range",
        "S-facility-name-blank",
    }


@pytest.mark.parametrize("line", LINES)
def test_a_pattern_captures_nothing(line: str) -> None:
    """Pandas warns of capture groups where it only asks whether a pattern fits."""
    patterns = [f.pattern for t in load(line, SCHEMAS).tables for f in t.fields if f.pattern]
    assert all(re.compile(p).groups == 0 for p in (*patterns, suite.TIME))


def test_only_what_is_required_returns_a_file() -> None:
    rules = {
        e["meta"]["rule_id"]: e for s in suite.structural(load("nursery_facility", SCHEMAS)) for e in s["expectations"]
    }
    assert rules["S-facility-name-blank"]["meta"]["severity"] == "error"
    assert rules["S-facility-phone-form"]["meta"]["severity"] == "query"
    assert rules["S-facility-phone-form"]["severity"] == "warning"


@pytest.mark.parametrize("line", LINES)
def test_the_dictionary_tells_everything_of_every_column(line: str) -> None:
    contract = load(line, SCHEMAS)
    rows = dictionary.rows(contract)
    assert len(rows) == sum(
        len(t.fields) for t in (*contract.tables, *contract.national, *contract.across, *contract.estimate)
    )
    for row in rows:
        assert tuple(row) == dictionary.COLUMNS
        assert version(row["since"]) <= version(contract.version), row["field"]
        assert all(row[k] for k in ("label_ja", "label_en", "definition_ja", "definition_en", "type", "since")), row
        assert row["source"], (row["table"], row["field"])
        if not row["key"] and row["type"] in ("integer", *(["number"] if row["kind"] != "core" else [])):
            assert row["unit"], (row["table"], row["field"])


def test_the_dictionary_as_markdown_keeps_its_columns() -> None:
    text = dictionary.as_markdown(load("waiting_children", SCHEMAS))
    assert text.startswith("# 保育所等利用待機児童数調査\n")
    assert "混合概念" in text
    grid = [line for line in text.splitlines() if line.startswith("| `waiting_age1`")]
    assert len(grid[0].replace("\\|", "").split("|")) == 11


def test_a_collection_stands_on_a_wave_of_its_line() -> None:
    survey, monthly = load("waiting_children", SCHEMAS), load("nursery_monthly", SCHEMAS)
    assert dates.is_wave(survey, dt.date(2025, 4, 1))
    assert not dates.is_wave(survey, dt.date(2025, 5, 1))
    assert dates.is_wave(monthly, dt.date(2025, 5, 1))
    assert not dates.is_wave(monthly, dt.date(2025, 5, 2))


def test_deadlines_follow_one_another_in_business_days() -> None:
    contract = load("waiting_children", SCHEMAS)
    as_of = dt.date(2025, 4, 1)
    due = dates.deadlines(contract, as_of)
    assert list(due) == ["municipality", "prefecture"]
    assert due["municipality"] == dt.date(2025, 4, 30)
    assert dates.closing(contract, as_of, "entry_closes") < dates.closing(contract, as_of, "corrections_close")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_level_has_its_least_working_days(line: str, year: int) -> None:
    contract = load(line, SCHEMAS)
    days = list(dates.deadlines(contract, dt.date(year, 4, 1)).values())
    for earlier, later in itertools.pairwise(days):
        span = [earlier + dt.timedelta(d) for d in range(1, (later - earlier).days + 1)]
        assert sum(map(is_business_day, span)) >= contract.dates["minimumBusinessDays"]
    assert all(map(is_business_day, days))
    assert days[-1] <= dates.closing(contract, dt.date(year, 4, 1), "entry_closes")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"months": 1, "day": "end"}, dt.date(2025, 6, 2)),  # 31 May 2025 is a Saturday
        ({"months": 8, "day": "end"}, dt.date(2026, 1, 5)),  # the year-end closure lasts to 3 January, a Saturday
        ({"months": 1, "day": 10}, dt.date(2025, 5, 12)),
        ({"businessDays": 0}, dt.date(2025, 4, 30)),
        ({"businessDays": 3}, dt.date(2025, 5, 7)),  # Golden Week
        ({"months": 10, "businessDays": 1}, dt.date(2026, 3, 2)),  # 30 February is the 28th
    ],
)
def test_a_date_is_reckoned_from_the_reference_date(rule: dict[str, object], expected: dt.date) -> None:
    assert dates.reckon(rule, dt.date(2025, 4, 30)) == expected
