"""Two small drawings as inline SVG: the 47 prefectures as tiles, and the largest changes as bars."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from keiyu.publish.diff.movement import Figure
from keiyu.publish.diff.words import number, signed

_SIZE: Final = 50
_STEP: Final = 53
_RISE: Final = ("#fdd9b5", "#f5a35c", "#d1661b", "#8c3a06")
_FALL: Final = ("#cfe1f2", "#85b4dc", "#3a7ab8", "#154a80")
_NONE: Final = "#eeeeea"
_DARK_FROM: Final = 2
_BAR_WIDTH: Final = 640
_BAR_LEFT: Final = 210
_BAR_HEIGHT: Final = 30


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a prefecture stands on the grid."""

    prefecture_code: str
    label_ja: str
    label_en: str
    column: int
    row: int


@cache
def tiles(schemas: Path) -> tuple[Tile, ...]:
    """Return the tile grid of ``schemas/codes/prefecture_tiles.csv``."""
    with (schemas / "codes" / "prefecture_tiles.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Tile(row["prefecture_code"], row["label_ja"], row["label_en"], int(row["column"]), int(row["row"]))
            for row in csv.DictReader(file)
        )


def tile_map(
    grid: Sequence[Tile], values: Mapping[str, Figure], gaps: Collection[str], *, level: bool, label: str
) -> str:
    """Draw the prefectures.

    Args:
        grid: where each stands.
        values: prefecture → figure; absent is 0.
        gaps: prefectures in which somebody has not reported; marked with a corner.
        level: whether the figures are levels and not changes, and so carry no sign.
        label: what is drawn, in words.
    """
    largest = max((abs(value) for value in values.values()), default=0)
    width, height = (max(getattr(t, side) for t in grid) * _STEP for side in ("column", "row"))
    drawn = "".join(_tile(t, values.get(t.prefecture_code, 0), largest, t.prefecture_code in gaps, level) for t in grid)
    legend = _legend(largest, bool(gaps), level)
    head = f'<svg class="map" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    return f"{head}{legend}{drawn}</svg>"


def bars(parts: Sequence[tuple[str, Figure]], *, level: bool, label: str) -> str:
    """Draw figures as horizontal bars from a common zero, in the order given."""
    largest = max((abs(value) for _, value in parts), default=0) or 1
    negative = any(value < 0 for _, value in parts)
    positive = any(value > 0 for _, value in parts)
    room = _BAR_WIDTH - _BAR_LEFT - 80 * (negative + positive)
    zero = _BAR_LEFT + (80 + (room / 2 if positive else room) if negative else 0)
    unit = room / (2 if negative and positive else 1) / largest
    height = len(parts) * _BAR_HEIGHT + 4
    drawn = [f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{height}" class="axis"/>']
    for n, (name, value) in enumerate(parts):
        length, y = abs(value) * unit, n * _BAR_HEIGHT + 5
        left, beyond = (zero, zero + length + 6) if value >= 0 else (zero - length, zero - length - 6)
        anchor = "start" if value >= 0 else "end"
        told = number(value) if level else signed(value)
        fill = (_RISE if value >= 0 else _FALL)[2]
        drawn.append(
            f'<text x="{_BAR_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{left:.1f}" y="{y}" width="{max(length, 1):.1f}" height="20" fill="{fill}"/>'
            f'<text x="{beyond:.1f}" y="{y + 15}" text-anchor="{anchor}" class="figure">{told}</text>'
        )
    head = f'<svg class="bars" viewBox="0 0 {_BAR_WIDTH} {height}" role="img" aria-label="{escape(label)}">'
    return f"{head}{''.join(drawn)}</svg>"


def _tile(tile: Tile, value: Figure, largest: Figure, gap: bool, level: bool) -> str:
    x, y = (tile.column - 1) * _STEP, (tile.row - 1) * _STEP
    step = _step(value, largest)
    fill = _NONE if step is None else (_RISE if value > 0 else _FALL)[step]
    ink = "light" if step is not None and step >= _DARK_FROM else "dark" if value else "faint"
    told = number(value) if level else signed(value)
    mark = f'<path d="M{x} {y}h12l-12 12z" class="gap"/>' if gap else ""
    size = ' class="long"' if len(told) > _LONG else ""
    return (
        f'<g class="{ink}"><title>{escape(tile.label_ja)} / {escape(tile.label_en)}: {told}</title>'
        f'<rect x="{x}" y="{y}" width="{_SIZE}" height="{_SIZE}" rx="4" fill="{fill}"/>{mark}'
        f'<text x="{x + _SIZE / 2}" y="{y + 21}">{escape(tile.label_ja)}</text>'
        f'<text x="{x + _SIZE / 2}" y="{y + 39}"{size}>{told}</text></g>'
    )


_LONG: Final = 6


def _step(value: Figure, largest: Figure) -> int | None:
    """Return the shade: by the square root, so that small changes beside a large one can still be seen."""
    if not value:
        return None
    return min(len(_RISE) - 1, int((abs(value) / largest) ** 0.5 * len(_RISE)))


def _legend(largest: Figure, gaps: bool, level: bool) -> str:
    """Draw what the shades mean, in the sea north-west of the islands."""
    shades = [*_RISE] if level else [*reversed(_FALL), _NONE, *_RISE]
    boxes = "".join(
        f'<rect x="{n * 24}" y="28" width="22" height="14" fill="{shade}"/>' for n, shade in enumerate(shades)
    )
    low, high = ("0", number(largest)) if level else (signed(-largest), signed(largest))
    right = len(shades) * 24 - 2
    title = "値 / level" if level else "増減 / change"
    gap = "未提出の団体がある / some have not reported"
    mark = f'<path d="M0 76h12l-12 12z" class="gap"/><text x="18" y="87" class="note">{gap}</text>' if gaps else ""
    return (
        f'<g class="legend"><text x="0" y="18">{title}</text>{boxes}<text x="0" y="58" class="note">{low}</text>'
        f'<text x="{right}" y="58" text-anchor="end" class="note">{high}</text>{mark}</g>'
    )
