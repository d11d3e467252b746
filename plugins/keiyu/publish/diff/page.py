"""The page of a release's difference: one HTML file that needs nothing else, in Japanese and English."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from keiyu.codes.eras import to_wareki
from keiyu.contract.model import Contract
from keiyu.publish.diff import early
from keiyu.publish.diff.chart import Tile, bars, tile_map, tiles
from keiyu.publish.diff.movement import Figure, Movement, Mover
from keiyu.publish.diff.words import Background, Sentence, number, sentence, signed
from keiyu.publish.holds import remarks

__all__ = ["render", "tiles"]

_TEMPLATE: Final = Path(__file__).with_name("page.html")
_JAPAN: Final = dt.timezone(dt.timedelta(hours=9))
_BARS: Final = 8
_ROWS: Final = 40
_KINDS: Final = {
    "new": "新たな報告 / first report",
    "corrected": "訂正 / correction",
    "withdrawn": "取消し / withdrawn",
}


def render(
    contract: Contract,
    former: tuple[str, str] | None,
    movers: Sequence[Mover],
    movements: Sequence[Movement],
    manifest: Mapping[str, Any],
    grid: Sequence[Tile],
) -> str:
    """Return the page.

    Args:
        contract: the line.
        former: name of the release before, in Japanese and English.
        movers: reporters whose live entry is another.
        movements: how each headline measure moved.
        manifest: the release's manifest.
        grid: where each prefecture stands.
    """
    level, coverage = former is None, manifest["coverage"]
    gaps = _gaps(manifest, grid)
    body = [
        _said(movements, Background(former, coverage["reporters_in"], coverage["reporters_due"])),
        *(_drawn(movement, grid, gaps, level=level) for movement in movements if movement.parts),
        early.section(manifest),
        _remarks(manifest),
        "" if level else _table(movers, movements),
    ]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(f"{contract.name_ja} {manifest['as_of']} {manifest['title_ja']} 新旧対照 / Changes"),
        name=escape(contract.name_ja),
        stage=escape(f"{manifest['title_ja']} / {manifest['title_en']}"),
        about=_about(contract, manifest, former),
        body="\n".join(filter(None, body)),
        footer=_footer(manifest),
    )


def _about(contract: Contract, manifest: Mapping[str, Any], former: tuple[str, str] | None) -> str:
    day = dt.date.fromisoformat(manifest["as_of"])
    coverage = manifest["coverage"]
    came = f"{coverage['reporters_in']:,} / {coverage['reporters_due']:,}"
    share = coverage["weight_in"]
    weighed = Sentence("", "") if share is None else Sentence(f"（前回の値で{share:.1%}）", f" ({share:.1%} by weight)")
    than = (
        Sentence("初めての公表", "First release")
        if former is None
        else Sentence(f"前回公表（{former[0]}）との新旧対照", f"Changes since the release before ({former[1]})")
    )
    ja = f"{to_wareki(day)}（{day.isoformat()}）現在。{than.ja}。提出 {came} 団体{weighed.ja}。{contract.authority}"
    en = f"{contract.name_en}, {day.isoformat()}. {than.en}. Reporters in: {came}{weighed.en}."
    return f"{escape(ja)}<br>{escape(en)}"


def _said(movements: Sequence[Movement], background: Background) -> str:
    """Say how each measure moved, those that did first; the others share one sentence."""
    former = background.former
    moved = [movement for movement in movements if former is None or movement.parts]
    kind = ' class="moved"' if former else ""
    items = [_item(sentence(movement, background), kind) for movement in moved]
    still = [movement for movement in movements if movement not in moved]
    if still and former:
        figures_ja = "、".join(f"{one.label_ja}（{number(one.after)}{one.unit}）" for one in still)
        figures_en = ", ".join(f"{one.label_en} ({number(one.after)})" for one in still)
        ja = f"{figures_ja}は、前回公表（{former[0]}）と変わらない。"
        items.append(_item(Sentence(ja, f"Unchanged from the release before ({former[1]}): {figures_en}."), ""))
    return f'<ul class="said">{"".join(items)}</ul>'


def _item(told: Sentence, kind: str) -> str:
    return f'<li{kind}><p class="ja">{escape(told.ja)}</p><p class="en" lang="en">{escape(told.en)}</p></li>'


def _drawn(movement: Movement, grid: Sequence[Tile], gaps: frozenset[str], *, level: bool) -> str:
    names = {tile.prefecture_code: tile for tile in grid}
    largest: Sequence[tuple[str, Figure]]
    if level:
        ranked = sorted(movement.by_prefecture.items(), key=lambda item: -item[1])
        largest = [(names[code].label_ja, value) for code, value in ranked[:_BARS] if code in names]
        caption = Sentence("値の大きい都道府県", "Prefectures with the largest figures")
    else:
        largest = [(mover.name, change) for mover, change in movement.parts[:_BARS]]
        caption = Sentence(
            f"増減の大きい団体（全{len(movement.parts):,}団体）",
            f"Largest changes (reporters: {len(movement.parts):,})",
        )
    unit = f"（{movement.unit}）" if movement.unit else ""
    where = Sentence("都道府県別", "By prefecture")
    english = f'<span class="en" lang="en">{escape(movement.label_en)}</span>'
    return (
        f"<section><h2>{escape(movement.label_ja)}{unit} {english}</h2>"
        f'<div class="drawn"><figure><figcaption>{where.ja} / {where.en}</figcaption>'
        f"{tile_map(grid, movement.by_prefecture, gaps, level=level, label=f'{where.ja} {movement.label_ja}')}</figure>"
        f"<figure><figcaption>{caption.ja} / {caption.en}</figcaption>"
        f"{bars(largest, level=level, label=f'{caption.ja} {movement.label_ja}')}</figure></div></section>"
    )


def _remarks(manifest: Mapping[str, Any]) -> str:
    """Tell what waits for a decision and why other figures stand although they look wrong."""
    return "".join(
        f'<section><h2>{ja} <span class="en" lang="en">{escape(en)}</span></h2><ul class="said">'
        f"{''.join(_item(Sentence(*item), '') for item in items)}</ul></section>"
        for ja, en, items in remarks(manifest)
    )


def _table(movers: Sequence[Mover], movements: Sequence[Movement]) -> str:
    """List the reporters that moved a headline measure, those with the largest change first."""
    weight = {m.reporter: max((abs(m.change(v.fields)) for v in movements), default=0) for m in movers}
    shown = sorted(movers, key=lambda m: (-weight[m.reporter], m.reporter))[:_ROWS]
    if not shown:
        return ""
    heads = "".join(
        f'<th class="n">{escape(v.label_ja)}<br><small>{escape(v.label_en)}</small></th>' for v in movements
    )
    rows = "".join(
        f"<tr><td>{escape(m.name)} <small>{m.reporter}</small></td><td>{_KINDS[m.kind]}</td>"
        f"{''.join(_cell(m, v) for v in movements)}</tr>"
        for m in shown
    )
    rest = len(movers) - len(shown)
    more = (
        f'<p class="about">ほか {rest:,} 団体は diff.parquet に。/ {rest:,} more in diff.parquet.</p>' if rest else ""
    )
    return (
        '<section><h2>変わった報告 <span class="en" lang="en">Reports that changed</span></h2>'
        '<div class="scroll"><table><thead><tr>'
        f"<th>団体<br><small>Reporter</small></th><th>理由<br><small>Cause</small></th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{more}</section>"
    )


def _cell(mover: Mover, movement: Movement) -> str:
    change = mover.change(movement.fields)
    then, now = (_level(entry, movement) for entry in (mover.before, mover.after))
    if not change:
        return f'<td class="n still">{now}</td>'
    direction = "up" if change > 0 else "down"
    return f'<td class="n {direction}">{then} → {now} <b>{signed(change)}</b></td>'


def _level(entry: Any, movement: Movement) -> str:
    return "—" if entry is None else number(sum(entry.control_totals.get(name, 0) for name in movement.fields))


def _gaps(manifest: Mapping[str, Any], grid: Sequence[Tile]) -> frozenset[str]:
    """Return the prefectures in which somebody is missing."""
    names = {missing["prefecture"] for missing in manifest["coverage"]["missing"]}
    return frozenset(tile.prefecture_code for tile in grid if any(name.startswith(tile.label_ja) for name in names))


def _footer(manifest: Mapping[str, Any]) -> str:
    return "\n".join(f"<p>{line}</p>" for line in _notes(manifest))


def _notes(manifest: Mapping[str, Any]) -> Iterator[str]:
    rows = f"{manifest['diff']['rows']:,}"
    yield (
        f"変わった数値のすべて（{rows}件）は、この頁の隣の diff.parquet にある。"
        "提出されていない団体の値は合計に含まず、推計で補わない。<br>"
        f"Every cell that changed ({rows}) is in diff.parquet beside this page. "
        "Figures not reported are not in the totals; nothing is imputed."
    )
    if manifest["coverage"]["missing"]:
        count = len(manifest["coverage"]["missing"])
        yield f"未提出 {count:,} 団体の名は RELEASE.md にある。/ RELEASE.md names the {count:,} that have not reported."
    created = dt.datetime.fromisoformat(manifest["created_at"]).astimezone(_JAPAN)
    yield f"作成 / created {created:%Y-%m-%d %H:%M}（日本時間 / JST）"
    yield f"公表 / release <code>{escape(manifest['release'])}</code>"
    yield f"diff.parquet SHA-256 <code>{escape(manifest['diff']['sha256'])}</code>"
