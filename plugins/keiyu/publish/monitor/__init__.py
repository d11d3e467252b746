"""Watching over the relay: deadlines, reminders, completeness, and how the ministry itself performs."""

from keiyu.publish.monitor.closing import close
from keiyu.publish.monitor.delivery import Send, deliver, pending
from keiyu.publish.monitor.tables import refresh

__all__ = ["Send", "close", "deliver", "pending", "refresh"]
