"""Primary suppression (一次秘匿): which figures the rules of the policy themselves call sensitive."""

import numpy as np
from scipy import sparse

from keiyu.contract.disclosure import Disclosure
from keiyu.publish.disclosure.system import Flags, Floats, Ints, System


def sensitive(system: System, members: sparse.csr_matrix, policy: Disclosure) -> Flags:
    """Return which sums of parts are sensitive.

    A sum is where any of its parts is of a protected measure, it is not 0, and it is under the minimum count, has
    too few respondents, or is dominated by some of them.

    Args:
        system: the parts.
        members: sums by parts.
        policy: the rules.
    """
    figures = np.asarray(members @ system.values, np.float64)
    # A difference that happens to come to 0 or below is no count of anybody; its terms are judged by themselves.
    found = figures > 0
    found &= np.asarray(abs(members) @ system.sensitive.astype(np.float64)) > 0
    small = figures < (policy.minimum or 0)
    if policy.respondents or policy.dominance or policy.p_percent:
        small |= _few(system, members, policy)
    return np.asarray(found & small, np.bool_)


def _few(system: System, members: sparse.csr_matrix, policy: Disclosure) -> Flags:
    """Return which sums have too few respondents or dominant ones."""
    count = int(system.reporter.max(initial=-1)) + 1
    of_whom = sparse.csr_matrix(
        (np.ones(len(system.values)), (np.arange(len(system.values)), system.reporter)),
        shape=(len(system.values), count),
    )
    given = (members @ sparse.diags(system.values) @ of_whom).tocsr()
    given.data = np.abs(given.data)
    given.eliminate_zeros()
    ranked, owner = _ranked(given)
    total = np.bincount(owner, ranked, given.shape[0])
    respondents = np.diff(given.indptr)
    few = respondents < (policy.respondents or 0)
    if policy.dominance:
        few |= _largest(ranked, owner, given.indptr, policy.dominance.respondents) > policy.dominance.share * total
    if policy.p_percent:
        first = _largest(ranked, owner, given.indptr, 1)
        others = total - _largest(ranked, owner, given.indptr, 2)
        few |= others < policy.p_percent / 100 * first
    return np.asarray(few, np.bool_)


def _ranked(given: sparse.csr_matrix) -> tuple[Floats, Ints]:
    """Return the contributions row by row, the largest first, and the row of each."""
    owner = np.repeat(np.arange(given.shape[0]), np.diff(given.indptr))
    return given.data[np.lexsort((-given.data, owner))], owner


def _largest(ranked: Floats, owner: Ints, starts: Ints, count: int) -> Floats:
    """Return the sum of the largest contributions of each row."""
    among = np.arange(len(ranked)) - starts[owner] < count
    return np.asarray(np.bincount(owner[among], ranked[among], len(starts) - 1), np.float64)
