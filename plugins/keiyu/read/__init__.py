"""Reading: from the bytes of a file to typed columns, each value knowing its status and its cell.

:func:`read` is the whole room. Whatever the bytes are, it returns a
:class:`~keiyu.read.model.Reading`: what could be read with certainty, and findings for the rest.
"""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.read.model import Mark, Placement, Reading, TableReading, ValueStatus
    from keiyu.read.reader import read
else:
    __getattr__ = on_demand(
        __name__,
        {
            "model": ["Mark", "Placement", "Reading", "TableReading", "ValueStatus"],
            "reader": ["read"],
        },
    )

__all__ = ["Mark", "Placement", "Reading", "TableReading", "ValueStatus", "read"]
