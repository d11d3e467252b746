"""An early total before everyone is in: estimated with an interval, apart from what is counted."""

from keiyu.publish.estimation.table import ESTIMATE, declared, estimate, path, refresh

__all__ = ["ESTIMATE", "declared", "estimate", "path", "refresh"]
