"""What a release changed (新旧対照): every cell as Parquet, and a page that a newspaper could quote."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from keiyu.contract.model import Contract
from keiyu.publish import parquet
from keiyu.publish.build import build
from keiyu.publish.describe import title
from keiyu.publish.diff import page
from keiyu.publish.diff.compare import columns, compare, figure_type, schema
from keiyu.publish.diff.movement import Movement, Mover, movements, movers
from keiyu.publish.disclosure.composition import protected
from keiyu.publish.document import as_json
from keiyu.publish.history import History
from keiyu.publish.manifest import Cut, Part, parts
from keiyu.publish.snapshot import Snapshot, take
from keiyu.receive.workspace import Workspace

PARQUET: Final = "diff.parquet"
PAGE: Final = "diff.html"
SCHEMA: Final = "schema/diff.json"
_SEVERAL: Final = "several"
_RULES: Final = "rules"


@dataclass(frozen=True)
class Difference:
    """What a release changes.

    Attributes:
        cells: the cells that differ, as ``compare`` returns them, with ``cause`` (``new``, ``corrected``,
            ``withdrawn``, ``several``, or ``rules`` where no submission did it) and ``submissions``.
        former: name of the release before, Japanese and English; none where there is none.
        movers: reporters whose live entry is another.
        movements: how each headline measure moved.
    """

    cells: pa.Table
    former: tuple[str, str] | None
    movers: tuple[Mover, ...]
    movements: tuple[Movement, ...]

    def facts(self, data: bytes) -> dict[str, Any]:
        """Return what the manifest says of it.

        Args:
            data: the bytes of ``diff.parquet``.
        """
        kinds = [mover.kind for mover in self.movers]
        return {
            "path": PARQUET,
            "page": PAGE,
            "rows": self.cells.num_rows,
            "sha256": hashlib.sha256(data).hexdigest(),
            "reporters": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        }


def between(workspace: Workspace, cut: Cut, divided: Sequence[Part], before: History) -> Difference:
    """Compare a release about to be cut with the one before it; only files made from other inputs are read.

    Args:
        workspace: the installation.
        cut: the release.
        divided: its files.
        before: the releases so far.

    Returns:
        The difference; without cells where there is no release before.
    """
    taken, last = cut.taken, before.last
    if last is None:
        moved = movers(None, taken)
        return Difference(
            _with_cause(schema(taken.contract).empty_table(), (), ()), None, moved, movements(None, taken, moved)
        )
    former = take(workspace, taken.collection, last["at_seq"])
    moved = movers(former, taken)
    changed = [part for part in divided if not _is_shared(part, before)]
    then = _together(_former(workspace, former, changed, before))
    now = _together((part.table, part.rows) for part in changed)
    cells = compare(taken.contract, then, now)
    told = title(last["stage"], last["number"])
    return Difference(_with_cause(cells, moved, taken.universe.due), told, moved, movements(former, taken, moved))


def files(workspace: Workspace, difference: Difference, data: bytes, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a difference by name.

    Args:
        workspace: the installation; its tile grid places the prefectures.
        difference: the difference.
        data: the bytes of ``diff.parquet``.
        manifest: the release's manifest.
    """
    contract = workspace.contract(manifest["line"])
    tiles = page.tiles(workspace.settings.schemas)
    html = page.render(contract, difference.former, difference.movers, difference.movements, manifest, tiles)
    return {PARQUET: data, PAGE: html.encode(), SCHEMA: _table_schema(contract)}


def encode(difference: Difference) -> bytes:
    """Return the cells as Parquet, with the labels and definitions of each column."""
    facts = {one["name"]: one for one in columns()}
    cells = difference.cells
    told = [field.with_metadata(_said(facts[field.name])) for field in cells.schema]
    return parquet.encode(pa.Table.from_arrays(cells.columns, schema=pa.schema(told)))


def _said(column: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in column.items() if text and name not in ("name", "type")}


def _table_schema(contract: Contract) -> bytes:
    """Return the Frictionless Table Schema of the cells."""
    fields = [
        {
            "name": one["name"],
            "type": figure_type(contract) if one["type"] == "figure" else one["type"],
            "title": one["label_ja"],
            "titleEn": one["label_en"],
            "description": f"{one['definition_ja']} / {one['definition_en']}",
        }
        for one in columns()
    ]
    told = {"title": "前回公表との新旧対照", "description": "Changes since the release before", "fields": fields}
    return as_json(told)


def _is_shared(part: Part, before: History) -> bool:
    former = before.files.get((part.table, part.shard))
    return former is not None and former.inputs_digest == part.inputs_digest


def _former(
    workspace: Workspace, former: Snapshot, changed: Sequence[Part], before: History
) -> Iterator[tuple[str, pa.Table]]:
    """Yield the earlier rows of files: as released, or, where the file is damaged and hides nothing, computed anew."""
    anew: dict[tuple[str, str], pa.Table] = {}
    hiding = {table.name for table in protected(former.contract)}
    for part in changed:
        file = before.files.get((part.table, part.shard))
        if file is None:
            continue
        try:
            data = workspace.storage.read(file.path)
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() == file.digest:
            yield part.table, parquet.decode(data)
        elif part.table not in hiding:
            anew = anew or {(one.table, one.shard): one.rows for one in parts(former, build(workspace, former))}
            yield part.table, anew[part.table, part.shard]


def _together(rows: Iterable[tuple[str, pa.Table]]) -> dict[str, pa.Table]:
    by_table: dict[str, list[pa.Table]] = {}
    for table, some in rows:
        by_table.setdefault(table, []).append(some)
    return {table: pa.concat_tables(some, promote_options="default") for table, some in by_table.items()}


def _with_cause(cells: pa.Table, moved: Sequence[Mover], due: Container[str]) -> pa.Table:
    """Say of each cell which submissions did it: its reporter's, its prefecture's or the nation's."""
    scopes: dict[str | None, list[Mover]] = {None: list(moved)}
    for mover in moved:
        scopes.setdefault(mover.reporter, []).append(mover)
        scopes.setdefault(mover.prefecture_code, []).append(mover)
    position = {key: n for n, key in enumerate(scopes)}
    nobody = len(scopes)
    places = zip(*(cells[name].to_pylist() for name in ("reporter", "prefecture_code")), strict=True)
    scope = [one if one in due else place for one, place in places]
    owners = pa.array([one if one in due else None for one in cells["reporter"].to_pylist()], pa.string())
    cells = cells.set_column(cells.column_names.index("reporter"), "reporter", owners)
    at = pa.array([position.get(key, nobody) for key in scope], pa.int32())
    groups = [*scopes.values(), []]
    kinds = pa.array([_kind(group) for group in groups], pa.string())
    lists = pa.array([[m.submission for m in group if m.submission] for group in groups], pa.list_(pa.string()))
    return cells.append_column("cause", kinds.take(at)).append_column("submissions", lists.take(at))


def _kind(moved: Iterable[Mover]) -> str:
    kinds = {mover.kind for mover in moved}
    return _RULES if not kinds else next(iter(kinds)) if len(kinds) == 1 else _SEVERAL
