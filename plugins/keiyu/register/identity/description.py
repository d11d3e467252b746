"""Whether two rows of one facility describe it alike: spelling is no change, and what is unsaid changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from keiyu.read import fold
from keiyu.read.kinds import fold_address, fold_name
from keiyu.register.identity.features import Features
from keiyu.register.identity.policy import Policy

Record = Mapping[str, Any]


def changed(old: Record, new: Record, sides: Sequence[Features], policy: Policy) -> list[str]:
    """Return the described fields that the newer row states otherwise, in the policy's order.

    Args:
        old: field → value of the older row.
        new: the same of the newer.
        sides: features of both.
        policy: which fields describe a facility.
    """
    roles = {field: role for role, field in policy.fields.items()}
    return [
        field
        for field in policy.described
        if (a := old.get(field)) is not None
        and (b := new.get(field)) is not None
        and a != b
        and _differ(roles.get(field), a, b, sides, policy)
    ]


def _differ(role: str | None, old: object, new: object, sides: Sequence[Features], policy: Policy) -> bool:
    """Return whether two stated values differ in more than their spelling."""
    a, b = sides
    match role:
        case "address" if a.site and b.site:
            return a.site != b.site
        case "address":
            return fold_address(str(old)) != fold_address(str(new))
        case "phone" if a.line and b.line:
            return a.line != b.line
        case "name" | "operator":
            return fold_name(str(old), policy.lexicon) != fold_name(str(new), policy.lexicon)
        case _:
            return fold.value(str(old)) != fold.value(str(new)) if isinstance(old, str) else True
