"""Watching over the relay: deadlines, reminders, completeness, and how the ministry itself performs."""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.publish.monitor.closing import close
    from keiyu.publish.monitor.delivery import Send, deliver, pending
    from keiyu.publish.monitor.tables import declared, known, refresh
else:
    __getattr__ = on_demand(
        __name__,
        {"closing": ["close"], "delivery": ["Send", "deliver", "pending"], "tables": ["declared", "known", "refresh"]},
    )

__all__ = ["Send", "close", "declared", "deliver", "known", "pending", "refresh"]
