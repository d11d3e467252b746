"""The session: order of tables, what a query may see, and that nothing is cast to fit."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.publish import session
from keiyu.publish.session import NationalTableError
from keiyu.publish.tidy import tidy
from tiny import CONTRACT

FIELD = Field("total", "計", "total", "計", "total", "integer", unit="人")


def table(
    folder: Path, name: str, sql: str, *, fields: tuple[Field, ...] = (FIELD,), sharded: bool = False
) -> NationalTable:
    path = folder / f"{name}.sql"
    path.write_text(sql, encoding="utf-8")
    return NationalTable(name, name, name, name, name, fields, path, sharded)


def rows() -> pa.Table:
    return pa.table(
        {
            "area_code": ["131016", "131024", "132012"],
            "children_total": pa.array([10, 0, None], pa.int64()),
            "children_age0": pa.array([3, None, None], pa.int64()),
            "entry_id": ["a", "b", "c"],
            "marks": pa.array(
                [[], [{"field": "children_age0", "status": "suppressed", "raw": "x"}], []],
                pa.list_(pa.struct({"field": pa.string(), "status": pa.string(), "raw": pa.string()})),
            ),
        }
    )


def run(*tables: NationalTable, contract: Contract = CONTRACT) -> dict[str, pa.Table]:
    one = pa.table({"area_code": ["131016"], "prefecture_code": ["13"], "value_status": ["reported"]})
    inputs = session.Inputs(pa.table({"line": ["tiny"]}), one, one, {"children": rows()}, {})
    with session.opened(contract) as opened:
        return opened.run(inputs, session.ordered(tables))


def test_a_result_carries_the_declared_metadata(tmp_path: Path) -> None:
    made = run(table(tmp_path, "total", "SELECT sum(children_total)::BIGINT AS total FROM children"))["total"]
    assert made["total"].to_pylist() == [10]
    assert made.schema.field("total").metadata[b"label_ja"].decode() == "計"
    assert made.schema.field("total").metadata[b"unit"].decode() == "人"
    assert made.schema.metadata[b"table"] == b"total"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT sum(children_total) AS total FROM children", "decimal128"),
        ("SELECT 1::INTEGER AS total", "int32"),
        ("SELECT '1' AS total", "string"),
        ("SELECT 1::BIGINT AS other", "other"),
        ("SELECT 1::BIGINT AS total, 2 AS more", "2 returned"),
        ("SELECT total FROM nowhere", "nowhere"),
        ("SELECT 1 AS total FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT (", "syntax"),
    ],
)
def test_what_does_not_match_is_refused(tmp_path: Path, sql: str, told: str) -> None:
    with pytest.raises(NationalTableError, match=told) as caught:
        run(table(tmp_path, "total", sql))
    assert caught.value.exit_code == 3
    assert "全国表「total」" in caught.value.message_ja


def test_a_python_variable_is_not_a_table(tmp_path: Path) -> None:
    secret = pa.table({"total": pa.array([1], pa.int64())})
    assert secret.num_rows == 1
    with pytest.raises(NationalTableError, match="secret"):
        run(table(tmp_path, "total", "SELECT total FROM secret"))


def test_tables_are_ordered_by_what_they_read(tmp_path: Path) -> None:
    last = table(tmp_path, "a", "SELECT total FROM b")
    first = table(tmp_path, "b", "WITH c AS (SELECT 1) SELECT sum(children_total)::BIGINT AS total FROM children")
    assert [one.name for one in session.ordered([last, first])] == ["b", "a"]
    assert run(last, first)["a"]["total"].to_pylist() == [10]
    assert session.reads(first.sql) == {"children"}


def test_a_circle_and_a_shard_of_the_whole_are_refused(tmp_path: Path) -> None:
    one, two = table(tmp_path, "a", "SELECT total FROM b"), table(tmp_path, "b", "SELECT total FROM a")
    with pytest.raises(NationalTableError, match="circular"):
        session.ordered([one, two])
    shard = table(tmp_path, "c", "SELECT total FROM d", sharded=True)
    with pytest.raises(NationalTableError, match="reads d, which is not"):
        session.ordered([shard, table(tmp_path, "d", "SELECT 1::BIGINT AS total")])


def test_gaps_are_named_by_the_gravest() -> None:
    gravest = {
        ("reported", "true_zero", "none", "not_applicable", "below_unit"): "reported",
        ("reported", "unknown"): "unknown",
        ("unknown", "suppressed"): "suppressed",
        ("reported", "excluded"): "excluded",
        ("suppressed", "excluded"): "suppressed",
        ("excluded", "unknown", "not_submitted"): "not_submitted",
    }
    with session.opened(CONTRACT) as opened:
        for statuses, expected in gravest.items():
            listed = ", ".join(f"('{status}')" for status in statuses)
            [(found,)] = opened._connection.sql(f"SELECT gap(s) FROM (VALUES {listed}) AS t(s)").fetchall()
            assert found == expected


def test_tidy_tells_every_cell_and_why_it_is_what_it_is() -> None:
    made = tidy(CONTRACT.table("children"), rows()).to_pylist()
    assert [tuple(row.values()) for row in made] == [
        ("131016", "total", "children_total", 10, "reported"),
        ("131016", "age0", "children_age0", 3, "reported"),
        ("131024", "total", "children_total", 0, "true_zero"),
        ("131024", "age0", "children_age0", None, "suppressed"),
        ("132012", "total", "children_total", None, "not_submitted"),
        ("132012", "age0", "children_age0", None, "not_submitted"),
    ]


def test_tidy_of_nothing_is_empty() -> None:
    made = tidy(CONTRACT.table("children"), rows().slice(0, 0))
    assert made.num_rows == 0
    assert made.column_names == ["area_code", "age", "field", "value", "value_status"]


def test_headlines_are_listed_by_column(tmp_path: Path) -> None:
    told = {
        "label_ja": "児童",
        "label_en": "children",
        "table": "children",
        "select": {},
        "fields": ("children_total",),
    }
    contract = replace(CONTRACT, headline={"all": told})
    listing = table(
        tmp_path, "total", "SELECT count(*) AS total FROM headline JOIN measures USING (field) WHERE measure = 'all'"
    )
    assert run(listing, contract=contract)["total"]["total"].to_pylist() == [2]
