"""What a resubmission would change before it is accepted (改訂の影響): figures, sums, ranks, published tables.

It is computed from the control totals of the ledger alone, so that it costs the same however much has been published.
The contract's policy turns it into a decision: published by itself, or waiting for the ministry.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.contract.revision import Revision
from keiyu.ledger import Ledger
from keiyu.ledger.models import Entry, Event
from keiyu.publish.accumulation import Crept
from keiyu.publish.history import History, history
from keiyu.publish.parquet import WHOLE, shard
from keiyu.publish.snapshot import Snapshot, take
from keiyu.receive.workspace import Workspace
from keiyu.register import HoldDraft, Staged
from keiyu.register.drafts import EntryDraft

Number = int | float


@dataclass(frozen=True)
class Standing:
    """A collection before a submission is accepted.

    Attributes:
        taken: what is live.
        before: what was released.
    """

    taken: Snapshot
    before: History

    def impact(self, draft: EntryDraft) -> dict[str, Any] | None:
        """Return what an entry would change; none where its reporter has no live entry yet.

        Returns:
            ``supersedes`` (entry), ``figures`` (how many change), ``measures`` (headline measure → ``label_ja``,
            ``label_en``, ``unit``, and before and after of ``own``, ``prefecture``, ``nation``, ``rank``,
            ``prefecture_rank``; only those that change), ``release`` (the last) and ``files`` (of it, that hold
            the reporter's figures).
        """
        former = self.taken.live.get(draft.reporter)
        if former is None or former.submission_id == draft.submission_id:
            return None
        old, new = former.control_totals, draft.control_totals
        changed = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
        place = self.taken.universe.due[draft.reporter]
        return {
            "supersedes": former.entry_id,
            "figures": len(changed),
            "measures": {name: told for name in self._ranks if (told := self._measure(name, draft, place)) is not None},
            "release": self.before.last["id"] if self.before.last else None,
            "files": sorted(
                f"{table}/{name}" for table, name in self.before.files if changed and name in (WHOLE, shard(place))
            ),
        }

    def needs_approval(self, impact: Mapping[str, Any], policy: Revision) -> list[str]:
        """Return the headline measures that a correction moves further than the policy lets it by itself."""
        if policy.after is None or not self.before.released.get(policy.after):
            return []
        return [name for name, told in impact["measures"].items() if _is_large(told, policy)]

    def _measure(self, name: str, draft: EntryDraft, place: str) -> dict[str, Any] | None:
        told, ranks = self.taken.contract.headline[name], self._ranks[name]
        after = sum(draft.control_totals.get(field, 0) for field in told["fields"])
        before = ranks.reporters.values[draft.reporter]
        if after == before:
            return None
        prefecture = ranks.prefectures.values[place]
        nation = sum(ranks.prefectures.values.values())
        change = after - before
        return {
            "label_ja": told["label_ja"],
            "label_en": told["label_en"],
            "unit": next((self.taken.contract.fields[field].unit for field in told["fields"]), None),
            "own": [before, after],
            "prefecture": [prefecture, prefecture + change],
            "nation": [nation, nation + change],
            "rank": ranks.reporters.moved(draft.reporter, after),
            "prefecture_rank": ranks.prefectures.moved(place, prefecture + change),
        }

    @cached_property
    def _ranks(self) -> dict[str, "_Ranks"]:
        return {name: self._ranked(told["fields"]) for name, told in self.taken.contract.headline.items()}

    def _ranked(self, fields: Sequence[str]) -> "_Ranks":
        own = {
            reporter: sum(entry.control_totals.get(field, 0) for field in fields)
            for reporter, entry in self.taken.live.items()
        }
        prefectures: dict[str, Number] = {}
        for reporter, value in own.items():
            place = self.taken.universe.due[reporter]
            prefectures[place] = prefectures.get(place, 0) + value
        return _Ranks(_Ranking(own), _Ranking(prefectures))


class _Ranking:
    """Figures in order, the largest first; equal figures share a rank."""

    def __init__(self, values: dict[str, Number]) -> None:
        self.values = values
        self._sorted = sorted(values.values())

    def moved(self, key: str, after: Number) -> list[int]:
        """Return a figure's rank now, and with another value."""
        before = self.values[key]
        return [1 + self._above(before), 1 + self._above(after) - (before > after)]

    def _above(self, value: Number) -> int:
        return len(self._sorted) - bisect_right(self._sorted, value)


@dataclass(frozen=True)
class _Ranks:
    reporters: _Ranking
    prefectures: _Ranking


def stated(ledger: Ledger, submission_id: str) -> list[dict[str, Any]]:
    """Return what a submission changes or would change, as it was stated when it was decided.

    Args:
        ledger: the ledger.
        submission_id: the submission.

    Returns:
        For each reporter whose live entry it superseded or would supersede, ``reporter``, ``state`` and what
        ``Standing.impact`` says.
    """
    query = select(Entry.id, Entry.reporter, Entry.state, Event.payload).join(Event, Event.seq == Entry.decided_seq)
    with ledger.read() as connection:
        rows = connection.execute(query.where(Entry.submission_id == submission_id).order_by(Entry.reporter)).all()
    told = ((row, row.payload.get("impacts", {}).get(row.id)) for row in rows)
    return [{"reporter": row.reporter, "state": row.state, **impact} for row, impact in told if impact]


def weigh(workspace: Workspace, staged: Staged) -> None:
    """State the impact of what is about to be accepted, and hold what has to wait for a decision.

    Args:
        workspace: the installation.
        staged: what a micro-batch decided; impacts and holds are added to it.
    """
    for collection, drafts in list(staged.entries.items()):
        accepted = [draft for draft in drafts if draft.state == "accepted"]
        holds = _implausible(workspace, collection, staged, accepted)
        if _supersedes(workspace, collection, accepted):
            holds += _large(workspace, collection, staged, accepted)
        staged.hold(holds)


def _supersedes(workspace: Workspace, collection: Collection, drafts: Sequence[EntryDraft]) -> bool:
    """Whether any of some entries would take the place of a live one."""
    with workspace.ledger.read() as connection:
        return bool(register.reporters_live(connection, collection, (draft.reporter for draft in drafts)))


def _large(
    workspace: Workspace, collection: Collection, staged: Staged, drafts: Sequence[EntryDraft]
) -> list[HoldDraft]:
    """Note the impact of each correction; return the holds of those that the ministry must approve."""
    taken = take(workspace, collection)
    with workspace.ledger.read() as connection:
        standing = Standing(taken, history(connection, collection))
    policy, holds = taken.contract.revision, []
    crept = Crept.since(workspace, taken, policy)
    for draft in drafts:
        told = standing.impact(draft)
        if told is None:
            continue
        staged.impacts[draft.id] = told
        place = taken.universe.due[draft.reporter]
        measures = standing.needs_approval(told, policy) or (crept.over(told, place) if crept else [])
        if measures:
            holds.append(HoldDraft(draft.id, "revision", {"measures": measures, "impact": told}))
        elif crept:
            crept.let(told, place)
    return holds


def _implausible(
    workspace: Workspace, collection: Collection, staged: Staged, drafts: Sequence[EntryDraft]
) -> list[HoldDraft]:
    """Return the holds of entries with implausible figures, but for figures that the reporter has confirmed before."""
    rules = workspace.contract(collection.line).revision.hold
    told: dict[str, list[dict[str, Any]]] = {}
    for row in staged.findings:
        if row["rule_id"] in rules and row["entry_id"] is not None:
            told.setdefault(row["entry_id"], []).append({name: row[name] for name in _FACTS})
    with workspace.ledger.read() as connection:
        answered = _answered(connection, collection) if told else {}
    return [
        HoldDraft(draft.id, "implausible", {"findings": told[draft.id]})
        for draft in drafts
        if draft.id in told and not _figures(told[draft.id]) <= answered.get(draft.reporter, frozenset())
    ]


_FACTS = ("rule_id", "message_ja", "message_en", "file", "sheet", "cell", "table", "field", "value", "expected")


def _answered(connection: Connection, collection: Collection) -> dict[str, frozenset[tuple[str, str]]]:
    """Return reporter → the figures that it has confirmed with a reason."""
    answers: dict[str, frozenset[tuple[str, str]]] = {}
    for hold in register.holds_of(connection, collection):
        if hold.ground == "implausible" and hold.settlement in ("confirmed", "approved"):
            answers[hold.reporter] = answers.get(hold.reporter, frozenset()) | _figures(hold.facts["findings"])
    return answers


def _figures(findings: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    return frozenset((str(one["field"]), str(one["value"])) for one in findings)


def _is_large(told: Mapping[str, Any], policy: Revision) -> bool:
    """Whether one headline measure moves further than the policy lets it."""
    return policy.single.passed(told["own"][1] - told["own"][0], told["nation"][0], told["prefecture"][0])
