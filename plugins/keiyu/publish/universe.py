"""Who owes a submission, where, and through whom: the frame of every national table.

The frame comes from the dated code tables (or from a facility register), never from the submissions
themselves: a municipality that has sent nothing is a row that is missing, not a row that never was.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from keiyu.codes.areas import Areas, to6
from keiyu.contract.model import Contract
from keiyu.errors import ContractError
from keiyu.receive.workspace import Workspace


class Municipality(TypedDict):
    """A municipality as the view ``areas`` of national tables has it; codes of six digits, of prefectures two."""

    area_code: str
    prefecture_code: str
    prefecture_area_code: str
    prefecture: str
    municipality: str
    kind: str
    designation: str | None
    reporting_body: str


@dataclass(frozen=True)
class Universe:
    """The frame of one collection.

    Attributes:
        municipalities: those on the reference date, in code order.
        due: reporter → 2-digit prefecture code, for everyone who owes a submission, in code order.
        homes: reporter → 6-digit code of its municipality.
    """

    municipalities: tuple[Municipality, ...]
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
    found = municipalities(workspace.areas, as_of, contract.relay.direct)
    if contract.respondents.kind == "facility":
        homes = _facilities(workspace, contract, as_of, at_seq)
    else:
        homes = {one["area_code"]: one["area_code"] for one in found}
    return Universe(found, {reporter: code[:2] for reporter, code in homes.items()}, homes)


@lru_cache(maxsize=64)
def municipalities(areas: Areas, as_of: dt.date, direct: tuple[str, ...]) -> tuple[Municipality, ...]:
    """Return the municipalities of a date, in code order.

    Args:
        areas: the dated code tables.
        as_of: the date.
        direct: designations that report to the ministry themselves.
    """
    found: list[Municipality] = []
    for area in areas.municipalities(as_of):
        designation = areas.designation(area.code, as_of)
        whole = to6(f"{area.prefecture_code}000")
        found.append(
            {
                "area_code": area.code6,
                "prefecture_code": area.prefecture_code,
                "prefecture_area_code": whole,
                "prefecture": area.prefecture_name,
                "municipality": area.name,
                "kind": area.kind,
                "designation": designation,
                "reporting_body": area.code6 if designation in direct else whole,
            }
        )
    return tuple(found)


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
    from keiyu.contract import reporters
    from keiyu.publish import registry

    line, _, table = (contract.respondents.register or "").partition(".")
    place = contract.respondents.within
    if place is None or place not in workspace.contract(line).table(table).by_name:
        raise ContractError(str(contract.folder), f"respondents.within names no field of {line}.{table}")
    rows = registry.standing(workspace, contract, as_of, at_seq, identified=False)
    if rows is None:
        return {}
    told = zip(reporters.named(contract.respondents, rows).to_pylist(), rows[place].to_pylist(), strict=True)
    return dict(sorted(pair for pair in told if pair[0] is not None))
