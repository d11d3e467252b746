"""A contract that breaks its readers must say so in its version."""

from dataclasses import replace
from pathlib import Path

import pytest

from keiyu.contract import load
from keiyu.contract.compatibility import BreakingChangeError, breaking, require_major
from keiyu.contract.model import Contract, Field, Table

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
OLD = load("nursery_facility", SCHEMAS)
EXTRA = Field("extra", "追加", "Extra", "定義", "Definition", "string")


def changed(**columns: Field | None) -> Contract:
    """The register with some columns changed, taken out (None) or added."""
    table = OLD.tables[0]
    kept = [columns.pop(f.name, f) for f in table.fields]
    fields = tuple(f for f in (*kept, *columns.values()) if f is not None)
    return replace(OLD, tables=(replace(table, fields=fields),))


def field(name: str) -> Field:
    return OLD.fields[name]


@pytest.mark.parametrize(
    ("new", "kinds"),
    [
        (OLD, []),
        (changed(extra=EXTRA), []),
        (changed(extra=replace(EXTRA, required=True)), ["required_added"]),
        (changed(url=None), ["field_removed"]),
        (changed(url=replace(field("url"), name="web")), ["field_removed"]),
        (changed(capacity=replace(field("capacity"), type="string")), ["type_changed"]),
        (changed(capacity=replace(field("capacity"), unit="千人")), ["unit_changed"]),
        (changed(capacity=replace(field("capacity"), minimum=1)), ["range_tightened"]),
        (changed(capacity=replace(field("capacity"), minimum=None)), []),
        (changed(capacity=replace(field("capacity"), maximum=500)), ["range_tightened"]),
        (changed(remarks=replace(field("remarks"), required=True)), ["required_added"]),
        (changed(remarks=replace(field("remarks"), pattern="^a$")), ["form_changed"]),
        (changed(valid_from=replace(field("valid_from"), key=False)), ["key_changed"]),
        (replace(OLD, tables=()), ["table_removed"]),
        (replace(OLD, codelists=OLD.codelists | {"ownerships": OLD.codelists["ownerships"][1:]}), ["code_removed"]),
    ],
)
def test_what_breaks_is_listed(new: Contract, kinds: list[str]) -> None:
    assert [c.kind for c in breaking(OLD, new)] == kinds


def test_a_dimension_that_uses_a_code_no_more_breaks() -> None:
    old = load("waiting_children", SCHEMAS)
    ages, types = old.table("capacity").dimensions
    fewer = replace(old.table("capacity"), dimensions=(replace(ages, codes=ages.codes[:-1]), types))
    tables: tuple[Table, ...] = (fewer, old.table("applicants"))
    assert [str(c) for c in breaking(old, replace(old, tables=tables))] == ["code_removed capacity.age_band.age3plus"]


def test_a_breaking_change_is_refused_unless_the_major_version_rises() -> None:
    new = changed(url=None)
    with pytest.raises(BreakingChangeError) as error:
        require_major(OLD, replace(new, version="1.1.0"))
    assert "facility.url" in error.value.changes
    require_major(OLD, replace(new, version="2.0.0"))
    require_major(OLD, replace(changed(extra=EXTRA), version="1.1.0"))
