"""What national tables are computed from, on a few municipalities: core rows and who reported, given by a test."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa

from keiyu.codes import areas
from keiyu.contract.model import Contract
from keiyu.publish import session, views
from keiyu.publish.universe import municipalities


def inputs(
    line: Contract,
    schemas: Path,
    as_of: dt.date,
    core: Mapping[str, pa.Table],
    status: Mapping[str, str],
    given: Mapping[str, pa.Table] | None = None,
    due: Collection[tuple[str, ...]] | None = None,
) -> session.Inputs:
    """What queries see of a collection; nobody weighs anything.

    Args:
        line: the line.
        schemas: where the dated area tables lie.
        as_of: the reference date.
        core: core table → rows.
        status: reporter (``131016``, or ``131016/1`` for a facility) → its status; the others sent nothing.
        given: further views.
        due: identity of each who owes a report; every municipality by default.
    """
    places = views.areas(municipalities(areas.load(schemas), as_of, line.relay.direct))
    owing = [(code,) for code in places["area_code"].to_pylist()] if due is None else list(due)
    respondents = {
        **{key: [one[at] for one in owing] for at, key in enumerate(line.respondents.identity)},
        "prefecture_code": [one[0][:2] for one in owing],
        "value_status": [status.get("/".join(one), "not_submitted") for one in owing],
        "flag": pa.nulls(len(owing), pa.string()),
        **{name: pa.nulls(len(owing), pa.float64()) for name in ("weight_in", "weight_due")},
    }
    return session.Inputs(
        collection=pa.table({"line": [line.line], "as_of": pa.array([as_of], pa.date32()), "wave": ["04-01"]}),
        areas=places,
        respondents=pa.table(respondents),
        core=core,
        given=given or {},
    )
