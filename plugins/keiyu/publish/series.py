"""Time series: a national table across the collections of a line, on the boundaries of then or of one day.

On the boundaries of a day (today, by default) the figures of municipalities that became one add up. What was
divided is never apportioned: it keeps its own row under its code of then, flagged ``split``, and so do all others
whose figures went to the same bodies. Each date therefore adds up to what was published for it.

Only counts can be added, so that rates and ranks have a series on the boundaries of then alone.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from keiyu.codes.areas import Areas
from keiyu.codes.errors import UnknownAreaError
from keiyu.contract.model import Collection, NationalTable
from keiyu.errors import UserError
from keiyu.ledger import collection_states
from keiyu.publish import session
from keiyu.publish.reading import national_table, read
from keiyu.publish.sdmx import STATUS, VALUE
from keiyu.publish.stage import today
from keiyu.publish.universe import became
from keiyu.read.model import ValueStatus
from keiyu.receive.workspace import Workspace

Boundaries = Literal["then", "today"]
Boundary = Literal["same", "merged", "split"]

BOUNDARY: Final = "boundary"
THEN_CODES: Final = "then_codes"
_BOUNDARY: Final = pa.field(
    BOUNDARY,
    pa.string(),
    metadata={
        "label_ja": "境界",
        "label_en": "Boundary",
        "definition_ja": "same（一つの団体のまま）、merged（合併した団体の合計）、split（分割があり当時のまま）。",
        "definition_en": "same (one body), merged (the sum of those that became one) or split (kept as it was then).",
        "source": "総務省 市町村の廃置分合等",
        "since": "1.0.0",
    },
)
_THEN_CODES: Final = pa.field(
    THEN_CODES,
    pa.list_(pa.string()),
    metadata={
        "label_ja": "当時の団体コード",
        "label_en": "Codes of then",
        "definition_ja": "この行に合計した当時の団体のコード。",
        "definition_en": "Codes of the bodies of then that the row adds up.",
        "source": "総務省 全国地方公共団体コード",
        "since": "1.0.0",
    },
)
_AREA_CODE: Final = "localGovernmentCode"
_PREFECTURE: Final = "prefecture_code"
_GAPS: Final = (*session.GAPS, ValueStatus.EXCLUDED)
"""Statuses of a part without which a merged body has no value."""


@dataclass(eq=False)
class NotAdditiveError(UserError):
    """A table whose figures cannot be added up over municipalities."""

    table: str

    code: ClassVar[str] = "KEIYU-179"
    ja: ClassVar[str] = (
        "全国表「{table}」は現在の境界に組み替えられません（市区町村を鍵とする縦持ちの人数の表に限ります）。"
    )
    en: ClassVar[str] = (
        "National table {table!r} cannot be put on the boundaries of today: that takes a tidy table of counts "
        "whose key is the municipality."
    )


@dataclass(frozen=True)
class Home:
    """Where the figures of a body of then stand on the boundaries of a later day.

    Attributes:
        code: 6-digit code of the body that has them.
        prefecture_code: its prefecture.
        boundary: ``same`` (one body, under whatever name and code), ``merged`` (one of several that became one), or
            ``split`` (it, or one that it was joined with, was divided: ``code`` is its own of then).
    """

    code: str
    prefecture_code: str
    boundary: Boundary


def series(
    workspace: Workspace,
    line: str,
    table: str,
    boundaries: Boundaries = "then",
    *,
    on: dt.date | None = None,
    as_known_at: dt.datetime | None = None,
) -> pa.Table:
    """Return a national table across the collections of a line, earliest first.

    Args:
        workspace: the installation.
        line: the line.
        table: one of its national tables.
        boundaries: ``then``, each collection as it was published, or ``today``.
        on: the day whose boundaries ``today`` means, and the last reference date; today in Japan by default.
        as_known_at: what was known at that instant (aware); now by default.

    Returns:
        The rows of the table. On the boundaries of a day they have the key, ``prefecture_code``, the value and its
        status only, ``boundary`` as in ``Home`` and ``then_codes``, the bodies that a row adds up; where a part of
        a merged body is missing its value is null and its status the gravest reason.

    Raises:
        UnknownTableError: the line has no such table.
        NotAdditiveError: it cannot be put on other boundaries.
        UnknownAreaError: the succession table leads to a body that the area table does not have.
    """
    declared = national_table(workspace.contract(line), table)
    until = on or today(workspace.ledger.now())
    recast = Recast.of(declared, workspace.areas, until) if boundaries == "today" else None
    waves = [one for one in collection_states(workspace.ledger) if one.line == line and one.as_of <= until]
    parts = [_part(workspace, wave, table, as_known_at, recast) for wave in waves]
    none = session.schema(declared).empty_table()
    return pa.concat_tables([recast.table(none, until) if recast else none, *parts]).combine_chunks()


def homes(areas: Areas, codes: Iterable[str], since: dt.date, until: dt.date) -> dict[str, Home]:
    """Return where the figures of municipalities of one day stand on the boundaries of a later one.

    Args:
        areas: the dated code tables.
        codes: 6-digit codes of the municipalities at ``since``.
        since: the earlier day.
        until: the later day.

    Raises:
        UnknownAreaError: a code, or what it became, is not in the area table.
    """
    found = {code: _became(areas, code, since, until) for code in codes}
    makers: dict[str, list[str]] = {}
    for code, bodies in found.items():
        for body in bodies:
            makers.setdefault(body, []).append(code)
    divided = _divided(found, makers)
    return {code: _home(code, bodies[0], makers, code in divided) for code, bodies in found.items()}


def _part(
    workspace: Workspace, wave: Collection, table: str, as_known_at: dt.datetime | None, recast: "Recast | None"
) -> pa.Table:
    rows = read(workspace, wave, table, as_known_at).replace_schema_metadata()
    return rows if recast is None else recast.table(rows, wave.as_of)


def _became(areas: Areas, code: str, since: dt.date, until: dt.date) -> tuple[str, ...]:
    """Return the municipalities that have the figures of one of then, which must be somewhere."""
    found = became(areas, code, since, until)
    if not found:
        raise UnknownAreaError(code, until.isoformat())
    return found


def _divided(became: Mapping[str, Sequence[str]], makers: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the bodies of then that were divided, and all that share a successor with one, however far."""
    waiting = [code for code, bodies in became.items() if len(bodies) > 1]
    found: set[str] = set()
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(other for body in became[code] for other in makers[body])
    return found


def _home(code: str, body: str, makers: Mapping[str, Sequence[str]], divided: bool) -> Home:
    if divided:
        return Home(code, code[:2], "split")
    return Home(body, body[:2], "merged" if len(makers[body]) > 1 else "same")


@dataclass(frozen=True)
class Recast:
    """How the rows of a table are put on the boundaries of a day.

    Attributes:
        name: the table.
        areas: the dated code tables.
        until: the day.
        key: its key columns.
        area: the one of them that is the municipality.
        value: column of the values.
        status: column of their statuses.
        names: columns of the result, in order.
    """

    name: str
    areas: Areas
    until: dt.date
    key: tuple[str, ...]
    area: str
    value: str
    status: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, table: NationalTable, areas: Areas, until: dt.date) -> "Recast":
        """Say how for a table.

        Raises:
            NotAdditiveError: it has no key of municipalities, or no single column of counts.
        """
        key = tuple(field.name for field in table.fields if field.key)
        place = [field.name for field in table.fields if field.key and field.concept == _AREA_CODE]
        value = [field.name for field in table.fields if field.concept == VALUE and field.type == "integer"]
        status = [field.name for field in table.fields if field.concept == STATUS]
        if not table.sharded or table.derived or [len(found) for found in (place, value, status)] != [1, 1, 1]:
            raise NotAdditiveError(table.name)
        wanted = {*key, _PREFECTURE, *value, *status}
        names = tuple(field.name for field in table.fields if field.name in wanted)
        return cls(table.name, areas, until, key, place[0], value[0], status[0], names)

    def table(self, rows: pa.Table, since: dt.date) -> pa.Table:
        """Return the rows of a collection on the boundaries of the day."""
        codes = pc.unique(rows[self.area])
        at = pc.index_in(rows[self.area], codes)
        found = homes(self.areas, codes.to_pylist(), since, self.until)
        told = [found[code] for code in codes.to_pylist()]
        then = pa.array([[code] for code in codes.to_pylist()], pa.list_(pa.string())).take(at.combine_chunks())
        moved = rows.select(self.names).append_column(_BOUNDARY, _taken([one.boundary for one in told], at))
        moved = moved.append_column(_THEN_CODES, then)
        for name, values in (
            (self.area, [one.code for one in told]),
            (_PREFECTURE, [one.prefecture_code for one in told]),
        ):
            column = moved.schema.get_field_index(name)
            moved = moved.set_column(column, moved.schema.field(column), _taken(values, at))
        merged = pc.equal(moved[BOUNDARY], "merged")
        summed = pa.Table.from_pylist(list(self._summed(moved.filter(merged).to_pylist())), moved.schema)
        together = pa.concat_tables([moved.filter(pc.invert(merged)), summed])
        return together.take(pc.sort_indices(together[self.area].combine_chunks())).combine_chunks()

    def _summed(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Add up the rows of equal key."""
        alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in rows:
            alike.setdefault(tuple(row[name] for name in self.key), []).append(row)
        for parts in alike.values():
            statuses = {row[self.status] for row in parts}
            gap = next((status.value for status in _GAPS if status.value in statuses), None)
            values = [row[self.value] for row in parts if row[self.value] is not None]
            yield {
                **parts[0],
                self.value: sum(values) if values and gap is None else None,
                self.status: gap or (statuses.pop() if len(statuses) == 1 else ValueStatus.REPORTED.value),
                THEN_CODES: sorted(code for row in parts for code in row[THEN_CODES]),
            }


def _taken(values: Sequence[str], at: pa.ChunkedArray) -> pa.Array:
    return pa.array(values, pa.string()).take(at.combine_chunks())


def flat(rows: pa.Table) -> pa.Table:
    """Return rows as CSV can hold them: the codes of ``then_codes`` joined by a semicolon."""
    if THEN_CODES not in rows.column_names:
        return rows
    joined = pc.binary_join(rows[THEN_CODES], ";")
    return rows.set_column(rows.schema.get_field_index(THEN_CODES), THEN_CODES, joined)
