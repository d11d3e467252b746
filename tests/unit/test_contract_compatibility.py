"""A contract that breaks its readers must say so in its version."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from keiyu.contract import lines, load
from keiyu.contract.compatibility import BreakingChangeError, Change, require_major
from keiyu.contract.compatibility import breaking as breaking_interfaces
from keiyu.contract.interface import Interface
from keiyu.contract.model import Contract, Field, Table

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
OLD = load("nursery_facility", SCHEMAS)
EXTRA = Field("extra", "追加", "Extra", "定義", "Definition", "string")


def breaking(old: Contract, new: Contract) -> list[Change]:
    """What is broken, told by what a release keeps of the old contract."""
    kept = Interface.from_json(Interface.of(old).as_json())
    return breaking_interfaces(kept, Interface.of(new))


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
    new, old = changed(url=None), Interface.of(OLD)
    with pytest.raises(BreakingChangeError) as error:
        require_major(old, Interface.of(replace(new, version="1.1.0")))
    assert "facility.url" in error.value.changes
    assert "項目の削除又は改名 facility.url" in error.value.message_ja
    assert "2.0.0 以上" in error.value.message_ja
    assert "to 2.0.0 or later" in error.value.message_en
    require_major(old, Interface.of(replace(new, version="2.0.0")))
    require_major(old, Interface.of(replace(changed(extra=EXTRA), version="1.1.0")))


def test_what_a_release_keeps_says_all_that_the_contract_promises() -> None:
    for line in lines(SCHEMAS):
        told = Interface.of(load(line, SCHEMAS))
        assert Interface.from_json(told.as_json()) == told


def test_a_column_is_as_old_as_the_first_release_that_had_it() -> None:
    first = Interface.of(OLD).after(None, dt.date(2025, 4, 1))
    url, extra = "url", "extra"
    assert (first.tables["facility"][url].since, first.tables["facility"][url].first) == ("1.0.0", "2025-04-01")
    new = Interface.of(replace(changed(extra=EXTRA), version="1.2.0"))
    second = new.after(Interface.from_json(first.as_json()), dt.date(2025, 10, 1))
    assert (second.tables["facility"][url].since, second.tables["facility"][url].first) == ("1.0.0", "2025-04-01")
    assert (second.tables["facility"][extra].since, second.tables["facility"][extra].first) == ("1.2.0", "2025-10-01")
    late = new.after(second, dt.date(2024, 4, 1))
    assert (late.tables["facility"][extra].since, late.tables["facility"][extra].first) == ("1.2.0", "2024-04-01")


def test_a_new_column_that_says_since_when_is_believed() -> None:
    new = Interface.of(replace(changed(extra=replace(EXTRA, since="1.1.0")), version="1.2.0"))
    assert new.after(Interface.of(OLD), dt.date(2025, 10, 1)).tables["facility"]["extra"].since == "1.1.0"
