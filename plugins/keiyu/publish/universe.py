"""Who owes a submission, where, and through whom: the frame of every national table.

The frame comes from the dated code tables (or from a facility register), never from the submissions
themselves: a municipality that has sent nothing is a row that is missing, not a row that never was.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from keiyu.codes.areas import Areas, to6
from keiyu.contract import reporters
from keiyu.contract.model import Contract
from keiyu.errors import ContractError
from keiyu.publish import registry
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True)
class Universe:
    """The frame of one collection.

    Attributes:
        areas: ``area_code, prefecture_code, prefecture_area_code, prefecture, municipality, kind,
            designation, reporting_body`` of each municipality on the reference date, in code order.
        due: reporter → 2-digit prefecture code, for everyone who owes a submission, in code order.
        homes: reporter → 6-digit code of its municipality.
    """

    areas: pa.Table
    due: Mapping[str, str]
    homes: Mapping[str, str]


def universe(workspace: Workspace, contract: Contract, as_of: dt.date, at_seq: int | None = None) -> Universe:
    """Return the frame of a line for a reference date.

    Args:
        workspace: the installation.
        contract: the line's contract.
        as_of: the reference date.
        at_seq: a register of facilities as known at this sequence; now by default.

    Raises:
        ContractError: the facility register that the contract names does not say where a facility stands.
    """
    areas = area_table(workspace.areas, as_of, contract.relay.direct)
    if contract.respondents.kind == "facility":
        homes = _facilities(workspace, contract, as_of, at_seq)
    else:
        homes = {code: code for code in areas["area_code"].to_pylist()}
    return Universe(areas, {reporter: code[:2] for reporter, code in homes.items()}, homes)


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


@lru_cache(maxsize=1 << 14)
def became(areas: Areas, code: str, since: dt.date, until: dt.date) -> tuple[str, ...]:
    """Return the municipalities that have the figures of one of then; several where it was divided.

    Args:
        areas: the dated code tables.
        code: its 6-digit code at ``since``.
        since: the earlier date.
        until: the later date.
    """
    cities = {areas.get(one.area.parent or one.area.code, until) for one in areas.successors(code, since, until)}
    return tuple(sorted(city.code6 for city in cities if city))


def _facilities(workspace: Workspace, contract: Contract, as_of: dt.date, at_seq: int | None) -> dict[str, str]:
    """Return where the facilities lie that stood on the date, by each municipality's latest edition up to it."""
    line, _, table = (contract.respondents.register or "").partition(".")
    place = contract.respondents.within
    if place is None or place not in workspace.contract(line).table(table).by_name:
        raise ContractError(str(contract.folder), f"respondents.within names no field of {line}.{table}")
    rows = registry.standing(workspace, contract, as_of, at_seq, identified=False)
    if rows is None:
        return {}
    told = zip(reporters.named(contract.respondents, rows).to_pylist(), rows[place].to_pylist(), strict=True)
    return dict(sorted(pair for pair in told if pair[0] is not None))
