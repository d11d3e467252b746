"""Whether a file is of a form that is known exactly, so that nothing in it needs to be weighed."""

from keiyu.contract.model import Contract
from keiyu.read.choose import Fit
from keiyu.read.find import FLAT, Region, Wide
from keiyu.read.places import one_row_each


def is_exact(fit: Fit) -> bool:
    """Return whether every table of a file is of a known form, with nothing missing and nothing beside.

    Args:
        fit: the line and the tables found by its forms and labels.
    """
    complete, _ = fit.score
    return bool(fit.regions) and complete and all(_known(region, fit.reader.contract) for region in fit.regions)


def is_form(fit: Fit) -> bool:
    """Return whether any table of a file is of a form other than a plain list."""
    return any(not isinstance(r.plan, Wide) or r.plan.layout != FLAT for r in fit.regions)


def _known(region: Region, contract: Contract) -> bool:
    plan = region.plan
    if not isinstance(plan, Wide) or plan.layout != FLAT:
        return True
    if all(t.table.is_cube and one_row_each(t.table, contract.respondents) for t in plan.tables):
        return True
    columns = plan.columns
    return not (columns.unsure or columns.twice or [text for _, text in columns.unknown if text.strip()])
