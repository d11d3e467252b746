"""The pattern of a release (秘匿の型): which of its cells are hidden, and the proof that they stay so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy import sparse

from keiyu.contract.disclosure import Disclosure
from keiyu.errors import IntegrityError
from keiyu.publish.disclosure.attack import TOLERANCE, Attack, Witnesses
from keiyu.publish.disclosure.division import groups
from keiyu.publish.disclosure.primary import sensitive
from keiyu.publish.disclosure.secondary import Problem, Target, cheapest, spare
from keiyu.publish.disclosure.system import Atoms, Flags, System, condense, row


@dataclass(eq=False)
class NotProtectedError(IntegrityError):
    """Figures that the policy protects could be worked out; nothing is published."""

    count: int
    protection: float

    code: ClassVar[str] = "KEIYU-337"
    ja: ClassVar[str] = "秘匿すべき{count}個の数値を、幅{protection}の範囲より狭く推定できます。公表を中止しました。"
    en: ClassVar[str] = "{count} protected figures can be told to within less than {protection}; nothing is published."


@dataclass(frozen=True)
class Pattern:
    """What is hidden, of the cells of a system.

    Attributes:
        primary: fresh cells that a rule calls sensitive.
        secondary: fresh cells hidden because of others.
        exposed: figures (cells or differences between releases) that earlier releases give away already.
        narrowest: what the audit proves of the narrowest interval of a hidden figure; none where nothing is hidden.
    """

    primary: Flags
    secondary: Flags
    exposed: int
    narrowest: float | None

    @property
    def hidden(self) -> Flags:
        """Fresh cells that are not shown."""
        return self.primary | self.secondary


def pattern(system: System, policy: Disclosure) -> Pattern:
    """Choose what to hide of a release and prove that it stays hidden.

    Args:
        system: its cells beside those of the releases before it.
        policy: the line's policy.

    Raises:
        NotProtectedError: the audit found a figure that is not protected.
    """
    primary = sensitive(system, system.members, policy) & system.fresh
    atoms = condense(system)
    problem = Problem(atoms, system.fresh, policy.protection)
    kept = primary | system.hidden | _hidden_before(system)
    targets, exposed = _sorted_out(problem, list(_targets(system, atoms, policy, kept)), system.hidden)
    hidden = kept
    if policy.secondary and targets:
        hidden = _chosen(problem, targets, kept)
    return replace(
        Pattern(primary, hidden & ~primary & system.fresh, exposed, None),
        narrowest=_audit(problem, targets, hidden, kept, strict=policy.secondary),
    )


def _hidden_before(system: System) -> Flags:
    """Return the fresh cells that were hidden in the release before, when they were made of the same parts."""
    prints = np.asarray(system.members @ np.random.default_rng(0).random(len(system.values)))
    hidden = {(int(system.key[at]), float(prints[at])) for at in np.flatnonzero(system.hidden)}
    same = [(int(key), float(told)) in hidden for key, told in zip(system.key, prints, strict=True)]
    return np.asarray(same, np.bool_) & system.fresh


def _differences(system: System, policy: Disclosure) -> sparse.csr_matrix:
    """Return what a figure has gained since an earlier release, where that is sensitive by itself."""
    former = np.flatnonzero(~system.fresh)
    fresh = np.full(int(system.key.max(initial=-1)) + 1, -1)
    fresh[system.key[system.fresh]] = np.flatnonzero(system.fresh)
    former = former[fresh[system.key[former]] >= 0]
    gained = system.members[fresh[system.key[former]]] - system.members[former]
    gained = gained.maximum(0).tocsr()
    gained.eliminate_zeros()
    return gained[sensitive(system, gained, policy)]


def _targets(system: System, atoms: Atoms, policy: Disclosure, kept: Flags) -> Iterator[Target]:
    """Yield what must not be worked out: hidden cells, sensitive atoms, sensitive gains since a release."""
    for at in np.flatnonzero(kept):
        yield row(atoms.members, int(at))
    shown = np.flatnonzero(atoms.part >= 0)
    ones = (np.ones(len(shown)), (atoms.part[shown], shown))
    sums = sparse.csr_matrix(ones, shape=(len(atoms.values), len(system.values)))
    for at in np.flatnonzero(sensitive(system, sums, policy)):
        yield np.array([at]), np.ones(1)
    for columns, coefficients in _rows(_differences(system, policy)):
        places, first = np.unique(atoms.part[columns], return_index=True)
        yield places, coefficients[first]


def _rows(members: sparse.csr_matrix) -> Iterator[Target]:
    for at in range(members.shape[0]):
        yield row(members, at)


def _sorted_out(problem: Problem, targets: list[Target], former: Flags) -> tuple[list[Target], int]:
    """Put aside what earlier releases give away already; returns the others, each once, and how many there are."""
    once = {(tuple(columns), tuple(coefficients)): (columns, coefficients) for columns, coefficients in targets}
    if problem.fresh.all():
        return list(once.values()), 0
    attack = Attack(problem.atoms, ~problem.fresh & ~former, problem.protection)
    left = [target for target in once.values() if attack.is_safe(target)]
    return left, len(once) - len(left)


def _chosen(problem: Problem, targets: list[Target], kept: Flags) -> Flags:
    """Choose what to hide: group by group where the system falls into groups, then whatever is left."""
    hidden = kept.copy()
    for group in groups(problem, targets, kept):
        hidden[group.cells] |= _fewest(group.problem, group.targets, kept[group.cells])
    if (hidden != kept).any():
        return _complete(problem, targets, hidden)
    return _fewest(problem, targets, kept)


def _fewest(problem: Problem, targets: list[Target], kept: Flags) -> Flags:
    hidden = _complete(problem, targets, kept)
    hidden = _complete(_among(problem, hidden, kept), targets[::-1], kept)
    return spare(problem, targets, hidden, kept)


def _among(problem: Problem, hidden: Flags, kept: Flags) -> Problem:
    """Return the problem in which only cells already hidden may be, so that those not needed drop out."""
    loose = np.zeros(len(problem.atoms.values), np.bool_)
    loose[Attack(problem.atoms, ~hidden, problem.protection).unknown] = True
    return replace(problem, fresh=hidden & ~kept, loose=loose)


def _complete(problem: Problem, targets: list[Target], hidden: Flags) -> Flags:
    """Hide more until every target is safe, and everything hidden on the way as well."""
    waiting = [(target, False) for target in targets]
    done: set[int] = set(np.flatnonzero(hidden).tolist())
    witnesses = Witnesses(len(problem.atoms.values))
    attack = Attack(problem.atoms, ~hidden, problem.protection, witnesses)
    attack.survey(targets)
    while waiting:
        target, whole = waiting.pop()
        if attack.is_safe(target, far=whole):
            continue
        found = cheapest(problem, target, hidden, attack.unknown, whole=whole)
        if not whole:
            waiting.append((target, True))
        if found is None:
            continue
        if len(found.cells):
            hidden = hidden.copy()
            hidden[found.cells] = True
            attack = Attack(problem.atoms, ~hidden, problem.protection, witnesses)
            fresh = [at for at in found.cells.tolist() if at not in done]
            waiting += [(row(problem.atoms.members, at), False) for at in fresh]
            done |= set(fresh)
        attack.learn(found.movable, found.moves)
    return hidden


def _audit(problem: Problem, targets: list[Target], hidden: Flags, kept: Flags, *, strict: bool) -> float | None:
    """Return the narrowest interval of what is hidden, by all that is shown."""
    attack = Attack(problem.atoms, ~hidden, problem.protection)
    also = [row(problem.atoms.members, int(at)) for at in np.flatnonzero(hidden & ~kept)]
    attack.survey([*targets, *also])
    widths = [attack.width(target) for target in [*targets, *also]]
    weak = sum(width < problem.protection - TOLERANCE for width in widths)
    if strict and weak:
        raise NotProtectedError(weak, problem.protection)
    return min(widths, default=None)
