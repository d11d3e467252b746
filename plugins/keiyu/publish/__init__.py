"""Publishing: national tables in DuckDB, frozen releases, and ``current/``, which is always the latest."""

from keiyu.publish.history import Release
from keiyu.publish.release import due, publish, read, refresh_current, sweep
from keiyu.publish.stage import Due
from keiyu.publish.trace import Trace, trace
from keiyu.publish.verification import verify

__all__ = ["Due", "Release", "Trace", "due", "publish", "read", "refresh_current", "sweep", "trace", "verify"]
