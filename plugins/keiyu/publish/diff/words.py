"""The words of a release, such as a newspaper could quote, in Japanese and in English."""

from collections.abc import Sequence
from dataclasses import dataclass

from keiyu.publish.diff.movement import Figure, Kind, Movement, Mover

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement in both languages."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Background:
    """What a release's figures are seen against.

    Attributes:
        former: name of the release before, in Japanese and English; none where there is none.
        reporters_in: reporters whose figures are in the sums.
        reporters_due: reporters who owe them.
    """

    former: tuple[str, str] | None
    reporters_in: int
    reporters_due: int

    @property
    def partial(self) -> Sentence:
        """How much of the nation the sums hold, where that is not all of it."""
        if self.reporters_in >= self.reporters_due:
            return Sentence("", "")
        came, due = f"{self.reporters_in:,}", f"{self.reporters_due:,}"
        return Sentence(
            f"（{due}団体のうち報告のあった{came}団体の計）", f" (sum of the {came} of {due} that reported)"
        )


def sentence(movement: Movement, background: Background) -> Sentence:
    """Say how a headline measure moved, and why.

    Args:
        movement: the movement.
        background: the release before, and how much of the nation is in.
    """
    partial = background.partial
    ja = f"全国の{movement.label_ja}は{number(movement.after)}{movement.unit}{partial.ja}"
    en = f"{movement.label_en}, nationwide: {number(movement.after)}{partial.en}"
    if background.former is None:
        return Sentence(
            f"{ja}である。初めての公表で、比べる前回はない。", f"{en}. First release; nothing to compare with."
        )
    than_ja, than_en = f"前回公表（{background.former[0]}）", f"the release before ({background.former[1]})"
    if not movement.change:
        offset = _offset(movement)
        return Sentence(f"{ja}で、{than_ja}と変わらない。{offset.ja}", f"{en}, unchanged from {than_en}.{offset.en}")
    size, more = number(abs(movement.change)), movement.change > 0
    why = cause(movement)
    return Sentence(
        f"{ja}で、{than_ja}より{size}{movement.unit}{'増えた' if more else '減った'}。{why.ja}",
        f"{en}, {size} {'more' if more else 'fewer'} than in {than_en}. {why.en}",
    )


def cause(movement: Movement) -> Sentence:
    """Say whose reports moved a measure: first reports and corrections apart, never mixed."""
    groups = [(kind, _of(movement, kind)) for kind in _CAUSE]
    present = [(kind, parts) for kind, parts in groups if parts]
    if not present:
        return Sentence("集計の規則又はコード表の変更による。", "Because the rules or code tables changed.")
    if len(present) == 1:
        kind, parts = present[0]
        ja, en = _CAUSE[kind]
        who = names([mover for mover, _ in parts])
        return Sentence(f"{who.ja}{ja}による。", f"{en} {who.en}.")
    told_ja = [f"{_count(parts)}{_CAUSE[kind][0]}が{signed(_total(parts))}{movement.unit}" for kind, parts in present]
    told_en = [
        f"{_CAUSE[kind][1].lower()} {names([m for m, _ in parts]).en}: {signed(_total(parts))}"
        for kind, parts in present
    ]
    return Sentence(f"内訳は、{'、'.join(told_ja)}。", f"Of this, {'; '.join(told_en)}.")


_CAUSE: dict[Kind, tuple[str, str]] = {
    "new": ("新たな報告", "First reported by"),
    "corrected": ("訂正", "Corrected by"),
    "withdrawn": ("報告の取消し", "Withdrawn by"),
}


def names(movers: Sequence[Mover]) -> Sentence:
    """Name reporters: up to three by name, more by the first and their number."""
    told = [mover.name for mover in movers[:_NAMED]]
    if len(movers) > _NAMED:
        return Sentence(f"{told[0]}など{len(movers):,}団体の", f"{len(movers):,} reporters, {told[0]} the largest")
    if len(told) == 1:
        return Sentence(f"{told[0]}の", told[0])
    return Sentence(f"{'、'.join(told[:-1])}及び{told[-1]}の", f"{', '.join(told[:-1])} and {told[-1]}")


def number(value: Figure) -> str:
    """Return a figure with thousands separated."""
    return f"{value:,}"


def signed(value: Figure) -> str:
    """Return a change with its sign; a true minus, so that it cannot be taken for a dash."""
    return "±0" if not value else f"{'+' if value > 0 else '−'}{abs(value):,}"


def _offset(movement: Movement) -> Sentence:
    if not movement.parts:
        return Sentence("", "")
    who = names([mover for mover, _ in movement.parts])
    return Sentence(f"{who.ja}変更は互いに打ち消し合う。", f" Changes by {who.en} cancel out.")


def _of(movement: Movement, kind: Kind) -> list[tuple[Mover, Figure]]:
    return [part for part in movement.parts if part[0].kind == kind]


def _total(parts: Sequence[tuple[Mover, Figure]]) -> Figure:
    return sum(change for _, change in parts)


def _count(parts: Sequence[tuple[Mover, Figure]]) -> str:
    return parts[0][0].name + "の" if len(parts) == 1 else f"{len(parts):,}団体の"
