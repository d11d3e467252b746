"""Signs in columns of figures (○ △ ×): they say whether there is a place, not how many, and count for nothing."""

from collections.abc import Iterable, Mapping
from typing import Final

from keiyu.contract.model import Field
from keiyu.read.general.values import FieldColumn
from keiyu.read.held import which
from keiyu.read.kinds import kind_of
from keiyu.read.kinds.model import Value

_SIGNS: Final = frozenset("○〇◯◎●△▲☆□×✕✖✗╳")


def find_signs(columns: Iterable[FieldColumn], fields: Mapping[str, Field]) -> tuple[list[FieldColumn], list[str]]:
    """Find the columns of figures in which signs stand.

    Args:
        columns: typed columns.
        fields: the fields by name.

    Returns:
        The columns, and the different signs in the order in which they first stand.
    """
    found: list[FieldColumn] = []
    signs: dict[str, None] = {}
    for column in columns:
        if not kind_of(fields[column.field]).figure:
            continue
        own = [value.raw.strip() for _, value in which(column.marked, _is_sign)]
        if own:
            found.append(column)
            signs.update(dict.fromkeys(own))
    return found, list(signs)


def _is_sign(value: Value | None) -> bool:
    return value is not None and value.value is None and value.raw.strip() in _SIGNS
