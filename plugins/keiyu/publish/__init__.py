"""Publishing: national tables in DuckDB, frozen releases, and ``current/``, which is always the latest."""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.publish.history import Release
    from keiyu.publish.reading import read
    from keiyu.publish.release import due, publish, refresh_current, sweep
    from keiyu.publish.stage import Due
    from keiyu.publish.verification import verify
else:
    __getattr__ = on_demand(
        __name__,
        {
            "history": ["Release"],
            "reading": ["read"],
            "release": ["due", "publish", "refresh_current", "sweep"],
            "stage": ["Due"],
            "verification": ["verify"],
        },
    )

__all__ = ["Due", "Release", "due", "publish", "read", "refresh_current", "sweep", "verify"]
