"""What one cell says, as the kind of its column has it read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from keiyu.read.grid import Cell
from keiyu.read.model import ValueStatus
from keiyu.read.values import raw as seen

NOTHING_MORE: Final[Mapping[str, Any]] = MappingProxyType({})


class Value(NamedTuple):
    """What one cell says.

    Attributes:
        value: in the canonical form of its kind; none where there is none or it is not certain.
        status: why it is what it is.
        raw: the cell as a person sees it.
        note: rule of ``schemas/findings.yaml`` that has something to say of it.
        more: what else the cell certainly says, by name: ``since`` and ``until`` (the other end of a range),
            ``remark`` (what stands beside the value), ``extension``, ``others`` (further numbers), ``days``,
            ``holidays``.
    """

    value: Any
    status: ValueStatus
    raw: str
    note: str | None = None
    more: Mapping[str, Any] = NOTHING_MORE

    def noted(self, rule: str) -> "Value":
        """Return the same with a rule, unless one with more to say is there already."""
        return self if self.note else self._replace(note=rule)


def reported(cell: Cell, value: Any, note: str | None = None, **more: Any) -> Value:
    """Return a value that the cell says; what it says more is left out where it is empty."""
    return Value(value, ValueStatus.REPORTED, seen(cell), note, _said(more) if more else NOTHING_MORE)


def unknown(cell: Cell, note: str, **more: Any) -> Value:
    """Return that a cell's value is not certain."""
    return Value(None, ValueStatus.UNKNOWN, seen(cell), note, _said(more) if more else NOTHING_MORE)


def _said(more: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {name: what for name, what in more.items() if what not in (None, "", ())}
    return said or NOTHING_MORE
