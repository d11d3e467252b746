"""What reporters are called: a code where it is unique nationwide, else ``within/code``, such as ``131016/7``.

Facility numbers are unique within a municipality only; under the number alone, one municipality's facility would
supersede another's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from keiyu.contract.model import Respondents

SEPARATOR: Final = "/"


def named(respondents: Respondents, rows: pa.Table) -> pa.ChunkedArray:
    """Return whose row each is; null where it is not told."""
    columns = [rows[name].cast(pa.string()) for name in respondents.identity]
    return pc.binary_join_element_wise(*columns, SEPARATOR) if len(columns) > 1 else columns[0]


def name_of(respondents: Respondents, told: Sequence[Any]) -> str | None:
    """Return the name of a reporter from its identifying values, in the order of ``Respondents.identity``."""
    return None if None in told else SEPARATOR.join(map(str, told[-len(respondents.identity) :]))


def among(respondents: Respondents, tables: Iterable[Mapping[str, Sequence[Any]]]) -> set[str]:
    """Return the reporters whose rows some tables hold (field → column)."""
    columns = ([table.get(name, ()) for name in respondents.identity] for table in tables)
    found = {name_of(respondents, told) for column in columns for told in zip(*column, strict=False)}
    return {name for name in found if name is not None}


def split(respondents: Respondents, reporter: str) -> tuple[str, ...]:
    """Return a reporter's identifying values, in the order of ``Respondents.identity``."""
    return tuple(reporter.split(SEPARATOR, len(respondents.identity) - 1))


def only(reporter: str | None, among: Collection[str]) -> str | None:
    """Return the one reporter that a bare code can mean: the code itself where none bears it, none where several do."""
    if reporter is None or reporter in among:
        return reporter
    found = [one for one in among if one.endswith(SEPARATOR + reporter)]
    return reporter if not found else found[0] if len(found) == 1 else None
