"""Publishing (公表): what is live is computed once, shown in ``current/``, and where a stage is due, frozen."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import ClassVar

import pyarrow as pa

from keiyu.collector import uncollected
from keiyu.contract.model import Collection
from keiyu.errors import UserError
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import ReleaseStage
from keiyu.publish import across, current, cut, promise, rollup
from keiyu.publish.alone import alone
from keiyu.publish.disclosure.composition import protected
from keiyu.publish.disclosure.protection import protect
from keiyu.publish.folder import leftovers
from keiyu.publish.history import Changes, History, Release, changes, history, load, names
from keiyu.publish.manifest import Cut, parts, shard_digests, weight_in
from keiyu.publish.snapshot import Snapshot, take
from keiyu.publish.stage import Due, Situation, decide, today
from keiyu.receive.workspace import Workspace


@dataclass(eq=False)
class StageNotDueError(UserError):
    """A stage that was asked for cannot be published."""

    collection: str
    stage: str
    reason_ja: str
    reason_en: str

    code: ClassVar[str] = "KEIYU-171"
    ja: ClassVar[str] = "{collection} の {stage} は公表できません: {reason_ja}"
    en: ClassVar[str] = "The stage {stage} of {collection} cannot be published: {reason_en}"


@dataclass(frozen=True)
class _Standing:
    """A collection as it stands: what is live, what was released, what is due."""

    taken: Snapshot
    before: History
    changed: bool
    fresh: bool
    due: Due


def due(workspace: Workspace, collection: Collection, on: dt.date | None = None) -> Due:
    """Return what is due for a collection: nothing, ``current/`` only, or a stage.

    Args:
        workspace: the installation.
        collection: which.
        on: the date, for a policy by date; today in Japan by default.
    """
    return _standing(workspace, collection, on).due


def publish(
    workspace: Workspace, collection: Collection, stage: ReleaseStage | None = None, on: dt.date | None = None
) -> Release | None:
    """Publish what is due: refresh ``current/``, and cut a release where a stage is due.

    Calling it again, or from several processes at once, changes nothing: the same inputs are the same release.

    Args:
        workspace: the installation.
        collection: which.
        stage: publish this stage, whether the policy finds it due or not.
        on: the date, for a policy by date; today in Japan by default.

    Returns:
        The release that shows what is live, cut now (``created``) or before; none where there is none.

    Raises:
        BreakingChangeError: the contract breaks what the last release promised; nothing was published.
        StageNotDueError: the stage asked for would break the order of stages, or not everyone is in for 確報.
        TotalsDifferError: the tables do not add up to what the ledger accepted; nothing was published.
    """
    with uncollected(), alone(workspace.ledger, collection):
        standing = _standing(workspace, collection, on)
        wanted = _wanted(workspace, standing, stage)
        tables = _refresh(workspace, standing, wanted is not None)
        if wanted is not None:
            return _cut(workspace, standing, wanted, tables, forced=stage is not None)
        return _last(workspace, standing, still_true=not standing.changed)


def refresh_current(workspace: Workspace, collection: Collection, *, patience: float = math.inf) -> bool:
    """Bring ``current/`` up to date and cut no release.

    Args:
        workspace: the installation.
        collection: which.
        patience: seconds to wait for whoever publishes this collection now; what is not shown then, they show or the
            next. (Beside SQLite the wait is always to the end.)

    Returns:
        Whether anything had changed, and is shown now.

    Raises:
        TotalsDifferError: the tables do not add up to what the ledger accepted; nothing was replaced.
    """
    with uncollected(), alone(workspace.ledger, collection, patience) as held:
        if not held:
            return False
        standing = _standing(workspace, collection, None)
        return bool(_refresh(workspace, standing, needed=False))


def sweep(workspace: Workspace, collection: Collection) -> list[str]:
    """Remove what a crash left behind: half-made folders, and whole ones that the ledger never learnt of.

    Returns:
        The paths removed.
    """
    with alone(workspace.ledger, collection):
        return leftovers(workspace.storage, collection, names(workspace.ledger, collection))


def _standing(workspace: Workspace, collection: Collection, on: dt.date | None) -> _Standing:
    taken = take(workspace, collection)
    with workspace.ledger.read() as connection:
        before = history(connection, collection)
        since = changes(connection, collection, before.since, taken.seq)
    undecided = taken.contract.publication.preliminary == "weight" and not before.released
    share = weight_in(workspace, taken) if undecided else None
    fresh = current.is_fresh(workspace.storage, taken)
    situation = _situation(taken, before, since, share, fresh, on or today(workspace.ledger.now()))
    action = decide(situation) if taken.contract.national else "nothing"
    told = Due(action, None, len(taken.live), taken.owing, taken.missing)
    if told.stage is not None:
        told = replace(told, number=before.released.get(told.stage, 0) + 1)
    return _Standing(taken, before, since.changed, fresh, told)


def _situation(
    taken: Snapshot, before: History, since: Changes, share: float | None, fresh: bool, on: dt.date
) -> Situation:
    return Situation(
        publication=taken.contract.publication,
        sequential=taken.contract.relay.mode == "sequential",
        reporters_in=len(taken.live),
        reporters_due=taken.owing,
        weight_in=share,
        days=(on - taken.collection.as_of).days,
        fresh=fresh,
        released=before.released,
        changed=since.changed,
        corrected=since.corrected,
    )


def _wanted(workspace: Workspace, standing: _Standing, stage: ReleaseStage | None) -> ReleaseStage | None:
    """Return the stage to cut: the one asked for, if it may be, or the one that is due."""
    if stage is None:
        return standing.due.stage
    if _is_out(workspace, standing, stage):
        return None
    refused = _refusal(standing, stage)
    if refused is not None:
        raise StageNotDueError(str(standing.taken.collection), stage, *refused)
    return stage


def _is_out(workspace: Workspace, standing: _Standing, stage: ReleaseStage) -> bool:
    """Whether the last release is of that stage already, from equal inputs; 確報 needs no 訂正 of the same."""
    last = standing.before.last
    alike = last is not None and (last["stage"] == stage or (last["stage"], stage) == ("final", "correction"))
    if not alike or last is None:
        return False
    if protected(standing.taken.contract):
        return bool(load(workspace.storage, last).manifest["tables"]["inputs_digest"] == standing.taken.digest)
    return standing.before.is_made_from(shard_digests(standing.taken))


def _refusal(standing: _Standing, stage: ReleaseStage) -> tuple[str, str] | None:
    final = bool(standing.before.released.get("final"))
    due = standing.due
    if not standing.taken.contract.national:
        return "この報告ラインには全国表がありません。", "this line has no national tables."
    if not due.reporters_in:
        return "提出がまだ一つもありません。", "nothing has been submitted yet."
    if stage == "correction":
        return None if final else ("確報の前に訂正はありません。", "there is no correction before the final release.")
    if final:
        return "確報が公表済みです。訂正として公表してください。", "the final release is out; publish a correction."
    if stage == "final" and due.missing:
        told = f"{due.reporters_in:,} / {due.reporters_due:,}"
        return f"提出がそろっていません（{told}）。", f"not everyone is in ({told})."
    return None


def _refresh(workspace: Workspace, standing: _Standing, needed: bool) -> dict[str, pa.Table]:
    """Replace ``current/`` where it is out of date; returns the tables if they were made, or are needed."""
    stale = not standing.fresh and standing.due.reporters_in > 0
    if not stale and not needed:
        return {}
    promise.keep(workspace, standing.taken.contract)
    tables = current.tables_of(workspace, standing.taken)
    if stale:
        current.write(workspace.storage, standing.taken, tables)
        current.record(workspace.ledger, standing.taken)
    return tables


def _cut(
    workspace: Workspace, standing: _Standing, stage: ReleaseStage, tables: dict[str, pa.Table], *, forced: bool
) -> Release | None:
    shown, before = protect(workspace, standing.taken, tables), standing.before
    divided = shown.marked(parts(standing.taken, shown.tables))
    again = before.released.get(stage, 0) or stage == "correction"
    if again and not forced and not cut.differs(workspace.storage, divided, before):
        cut.confirm(workspace.ledger, standing.taken, before)
        return _last(workspace, standing, still_true=True)
    order = Cut(
        id=new_id(),
        stage=stage,
        number=before.released.get(stage, 0) + 1,
        at=workspace.ledger.now(),
        taken=standing.taken,
        previous=before.last["id"] if before.last else None,
        weight_in=weight_in(workspace, standing.taken),
        disclosure=shown.statement,
    )
    shown.remember(workspace, standing.taken.collection, order.id)
    made = cut.freeze(workspace, order, divided, before)
    _follow(workspace, standing.taken)
    across.write(workspace, standing.taken.collection)
    rollup.write(workspace, standing.taken.collection)
    return made


def _follow(workspace: Workspace, taken: Snapshot) -> None:
    """Have ``current/`` show the last release's rows of the tables that may hide figures."""
    with workspace.ledger.read() as connection:
        now = history(connection, taken.collection)
    if now.last is not None:
        files = [(table, file.path) for (table, _), file in now.files.items()]
        current.follow(workspace, taken.contract, now.last, files)


def _last(workspace: Workspace, standing: _Standing, *, still_true: bool) -> Release | None:
    """Return the last release if it is still true; ``latest.json`` names it, whatever a crash undid."""
    row = standing.before.last
    if row is None:
        return None
    cut.point(workspace.storage, row)
    _follow(workspace, standing.taken)
    return load(workspace.storage, row) if still_true else None
