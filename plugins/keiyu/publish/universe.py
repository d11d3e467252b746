"""Who owes a submission, where, and through whom: the frame of every national table.

The frame comes from the dated code tables (or from a facility register), never from the submissions
themselves: a municipality that has sent nothing is a row that is missing, not a row that never was.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from keiyu import register
from keiyu.codes.areas import Areas, to6
from keiyu.contract.model import Contract
from keiyu.errors import ContractError
from keiyu.ledger import collection_states
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True)
class Universe:
    """The frame of one collection.

    Attributes:
        areas: ``area_code, prefecture_code, prefecture_area_code, prefecture, municipality, kind,
            designation, reporting_body`` of each municipality on the reference date, in code order.
        due: reporter → 2-digit prefecture code, for everyone who owes a submission, in code order.
    """

    areas: pa.Table
    due: Mapping[str, str]


def universe(workspace: Workspace, contract: Contract, as_of: dt.date) -> Universe:
    """Return the frame of a line for a reference date.

    Raises:
        ContractError: the facility register that the contract names has no area code.
    """
    areas = area_table(workspace.areas, as_of, contract.relay.direct)
    if contract.respondents.kind == "facility":
        return Universe(areas, _facilities(workspace, contract, as_of))
    codes, prefectures = areas["area_code"].to_pylist(), areas["prefecture_code"].to_pylist()
    return Universe(areas, dict(zip(codes, prefectures, strict=True)))


def area_table(areas: Areas, as_of: dt.date, direct: tuple[str, ...]) -> pa.Table:
    """Return the municipalities of a date as a table.

    Args:
        areas: the dated code tables.
        as_of: the date.
        direct: designations that report to the ministry themselves.
    """
    names = (
        "area_code",
        "prefecture_code",
        "prefecture_area_code",
        "prefecture",
        "municipality",
        "kind",
        "designation",
        "reporting_body",
    )
    rows = []
    for area in areas.municipalities(as_of):
        designation = areas.designation(area.code, as_of)
        whole = to6(f"{area.prefecture_code}000")
        body = area.code6 if designation in direct else whole
        rows.append(
            (
                area.code6,
                area.prefecture_code,
                whole,
                area.prefecture_name,
                area.name,
                area.kind,
                designation,
                body,
            )
        )
    columns = zip(*rows, strict=True)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def _facilities(workspace: Workspace, contract: Contract, as_of: dt.date) -> dict[str, str]:
    """Return the facilities that the named register knew in its latest collection up to the date."""
    line, _, table = (contract.respondents.register or "").partition(".")
    listing = workspace.contract(line).table(table)
    place = next((field.name for field in listing.fields if field.codelist == "areas"), None)
    if place is None:
        raise ContractError(str(contract.folder), f"register {line}.{table} has no area code")
    waves = [one.as_of for one in collection_states(workspace.ledger) if one.line == line and one.as_of <= as_of]
    if not waves:
        return {}
    known = workspace.contract(line)
    rows = register.current(workspace.ledger, workspace.storage, known, table, max(waves))
    reporters, places = rows[contract.respondents.field].to_pylist(), rows[place].to_pylist()
    return {reporter: code[:2] for reporter, code in sorted(zip(reporters, places, strict=True))}
