"""What the figures of national tables are made of, as ``tables/cells/<name>.sql`` states it.

The query returns a row for each published figure and part of it: the key columns of the national table, ``column``
(which figure of that row), ``part`` (from the views) and, where it is not 1, ``coefficient``. It sees the views of
the national tables and, for each core table, ``<table>_cells``: key fields, dimensions, ``field``, ``value``
and ``part`` of every figure that was reported.

Nothing is taken on trust: the parts must add up to the figures of the table, and every figure must be stated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from keiyu.contract.disclosure import Disclosure
from keiyu.contract.model import Contract, Dimension, NationalTable, Table
from keiyu.errors import ConfigurationError
from keiyu.publish import session
from keiyu.publish.disclosure.system import Floats, Ints
from keiyu.publish.tidy import tidy

_NUMBERS: Final = ("integer", "number", "boolean")
_CLOSE: Final = 1e-6


@dataclass(eq=False)
class NotStatedError(ConfigurationError):
    """A national table holds protected figures and does not say rightly what they are made of."""

    table: str
    reason: str

    code: ClassVar[str] = "KEIYU-277"
    ja: ClassVar[str] = "全国表「{table}」の数値の内訳（cells/{table}.sql）が正しく示されていません: {reason}"
    en: ClassVar[str] = "What the figures of {table!r} are made of is not rightly stated (cells/{table}.sql): {reason}"


@dataclass(frozen=True)
class Parts:
    """The figures of the core tables.

    Attributes:
        rows: ``name`` (table, key, field and figure: the same in every release until it is corrected),
            ``reporter``, ``place``, ``sensitive`` and ``value`` of each.
        leaves: parts by parts: what each is the sum of, itself where of none.
        views: ``<table>_cells`` of each core table.
    """

    rows: pa.Table
    leaves: sparse.csr_matrix
    views: Mapping[str, pa.Table]


@dataclass(frozen=True)
class Cells:
    """The published figures of some national tables.

    Attributes:
        rows: ``table``, ``row`` (its number in the table), ``column``, ``key`` (text) and ``value`` of each.
        members: cells by parts.
    """

    rows: pa.Table
    members: sparse.csr_matrix


def protected(contract: Contract) -> tuple[NationalTable, ...]:
    """Return the national tables in which figures may be hidden.

    These are those that show sensitive figures, sums or shares of them, and those that state what their figures
    are made of without showing any: a table that is linked.

    Raises:
        NotStatedError: one that shows sensitive figures does not say what its figures are made of.
    """
    showing = _showing(contract)
    if not showing:
        return ()
    silent = [table.name for table in showing if not table.cells.is_file()]
    if silent:
        raise NotStatedError(silent[0], "absent / ありません")
    return (*showing, *(table for table in contract.national if table not in showing and table.cells.is_file()))


def _showing(contract: Contract) -> list[NationalTable]:
    """Return the national tables that read sensitive core tables, or read tables that do."""
    touching = {name for one in Disclosure.of(contract).tables for name in (one, f"{one}_tidy")}
    found: list[NationalTable] = []
    for table in session.ordered(contract.national) if touching else ():
        if session.reads(table.sql) & touching:
            touching.add(table.name)
            found.append(table)
    return found


def parts_of(contract: Contract, core: Mapping[str, pa.Table]) -> Parts:
    """Return the figures of core tables.

    Args:
        contract: the line's contract.
        core: core table → its live rows.
    """
    policy, start = Disclosure.of(contract), 0
    views: dict[str, pa.Table] = {}
    rows: list[pa.Table] = []
    leaves: list[sparse.csr_matrix] = []
    for name, live in core.items():
        table = contract.table(name)
        tall = tidy(table, live) if table.is_cube else _tall(table, live)
        told = pc.is_valid(tall["value"])
        leaves.append(_leaves(table, tall, told.to_numpy(zero_copy_only=False)))
        tall = tall.filter(told)
        views[f"{name}_cells"] = tall.append_column("part", pa.array(np.arange(start, start + tall.num_rows)))
        rows.append(_described(contract, table, tall, policy))
        start += tall.num_rows
    whole = sparse.block_diag(leaves, format="csr") if leaves else sparse.csr_matrix((0, 0))
    return Parts(pa.concat_tables(rows), whole, views)


def cells_of(
    contract: Contract,
    stated: Sequence[NationalTable],
    tables: Mapping[str, pa.Table],
    inputs: session.Inputs,
    parts: Parts,
) -> Cells:
    """Return the published figures of national tables and what they are made of.

    Args:
        contract: the line's contract.
        stated: the national tables.
        tables: their rows.
        inputs: what the views hold.
        parts: the figures behind.

    Raises:
        NotStatedError: a query does not add up to the figures, or leaves one out.
    """
    rows: list[pa.Table] = []
    members: list[sparse.csr_matrix] = []
    showing = {table.name for table in _showing(contract)}
    with session.opened(contract) as opened:
        for table in stated:
            said = opened.ask(inputs, table.cells, parts.views)
            found, made = _cells(table, tables[table.name], said, parts, linked=table.name not in showing)
            rows.append(found)
            members.append(made)
    return Cells(pa.concat_tables(rows), sparse.vstack(members, format="csr"))


def _tall(table: Table, live: pa.Table) -> pa.Table:
    """Return the figures of a records table, one a row."""
    figures = [field.name for field in table.fields if field.type in ("integer", "number") and not field.key]
    keys = [name for name in table.key if name in live.column_names]
    return pa.concat_tables(
        live.select(keys)
        .append_column("field", pa.array([name] * live.num_rows, pa.string()))
        .append_column("value", live[name].cast(pa.float64()))
        for name in figures
    )


def _described(contract: Contract, table: Table, tall: pa.Table, policy: Disclosure) -> pa.Table:
    identity = [_text(tall[name]) for name in contract.respondents.identity]
    codes = [name for name in tall.column_names if name not in ("value", "value_status", "part")]
    named = pc.binary_join_element_wise(
        pa.scalar(table.name), *(_text(tall[name]) for name in codes), _text(tall["value"]), "|"
    )
    fields = _text(tall["field"]).to_pylist()
    sensitive = {name: policy.is_sensitive(table.name, name) for name in set(fields)}
    return pa.table(
        {
            "name": named,
            "reporter": pc.binary_join_element_wise(*identity, "|") if len(identity) > 1 else identity[0],
            "place": identity[0],
            "sensitive": pa.array([sensitive[name] for name in fields], pa.bool_()),
            "value": tall["value"].cast(pa.float64()),
        }
    )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _leaves(table: Table, tall: pa.Table, told: Ints) -> sparse.csr_matrix:
    """Return what each told figure is the sum of: its parts by the code lists, where they are told and add up."""
    at = np.cumsum(told) - 1
    size = int(told.sum())
    if not table.is_cube:
        return sparse.identity(size, format="csr")
    count = len(table.measures)
    values = tall["value"].cast(pa.float64()).to_numpy().reshape(-1, count)
    known, places = told.reshape(-1, count), at.reshape(-1, count)
    pairs: list[tuple[Ints, Ints]] = []
    for column, below in enumerate(_below(table)):
        sums = known[:, column] & known[:, below].all(axis=1)
        sums &= values[:, below].sum(axis=1) == values[:, column]
        made = sums if below != [column] else known[:, column]
        pairs += [(places[made, column], places[made, one]) for one in below]
        alone = known[:, column] & ~made
        pairs.append((places[alone, column], places[alone, column]))
    whole = np.concatenate([one for one, _ in pairs])
    part = np.concatenate([one for _, one in pairs])
    return sparse.csr_matrix((np.ones(len(whole)), (whole, part)), shape=(size, size))


def _below(table: Table) -> list[list[int]]:
    """Return, for each measure of a cube, the measures that it is the sum of; itself where of none."""
    position = {codes: n for n, codes in enumerate(tuple(f.dimensions.values()) for f in table.measures)}
    names = tuple(table.measures[0].dimensions)
    by_name = {dimension.name: dimension for dimension in table.dimensions}
    found = []
    for n, field in enumerate(table.measures):
        every = product(*(_ends(by_name[name], field.dimensions[name]) for name in names))
        below = [position.get(codes, -1) for codes in every]
        found.append([n] if -1 in below else below)
    return found


def _ends(dimension: Dimension, code: str) -> list[str]:
    below = dimension.children(code)
    return [end for one in below for end in _ends(dimension, one.code)] if below else [code]


def _cells(
    table: NationalTable, rows: pa.Table, said: pa.Table, parts: Parts, *, linked: bool
) -> tuple[pa.Table, sparse.csr_matrix]:
    """Return the cells of one national table; of a table that is only linked, those that the parts add up to."""
    figures = [f.name for f in table.fields if f.type in _NUMBERS and not f.key and f.name not in table.open]
    stated = set(said["column"].unique().to_pylist())
    unstated = [] if linked else sorted(set(figures) - stated)
    if unstated or not stated <= set(figures):
        raise NotStatedError(table.name, ", ".join(unstated or sorted(stated - set(figures))))
    owner = _owners(table, rows, said)
    column = np.array([figures.index(name) for name in said["column"].to_pylist()], np.int64)
    weights = (
        said["coefficient"].cast(pa.float64()).to_numpy() if "coefficient" in said.column_names else np.ones(len(owner))
    )
    part = said["part"].to_numpy()
    met = owner >= 0
    shape = (rows.num_rows * len(figures), parts.rows.num_rows)
    made = sparse.csr_matrix((weights[met], (owner[met] * len(figures) + column[met], part[met])), shape=shape)
    values = np.stack([_number(rows[name]) for name in figures], axis=1).ravel()
    sums = made @ parts.rows["value"].to_numpy()
    right = np.isnan(values) | np.isclose(sums, np.nan_to_num(values), rtol=0, atol=_CLOSE)
    if not linked and not right.all():
        wrong = int(np.flatnonzero(~right)[0])
        key = _keys(table, rows)[wrong // len(figures)]
        raise NotStatedError(table.name, f"{key} {figures[wrong % len(figures)]}: {sums[wrong]:g} ≠ {values[wrong]:g}")
    kept = np.flatnonzero(right & ~np.isnan(values) & (np.diff(made.indptr) > 0))
    return _listing(table, rows, figures, kept, values), (made[kept] @ parts.leaves).tocsr()


def _listing(table: NationalTable, rows: pa.Table, figures: Sequence[str], kept: Ints, values: Floats) -> pa.Table:
    keys = _keys(table, rows)
    names = [figures[at % len(figures)] for at in kept]
    return pa.table(
        {
            "table": pa.array([table.name] * len(kept), pa.string()),
            "row": pa.array(kept // len(figures), pa.int64()),
            "column": pa.array(names, pa.string()),
            "key": pa.array(
                [f"{keys[at // len(figures)]}|{name}" for at, name in zip(kept, names, strict=True)], pa.string()
            ),
            "value": pa.array(values[kept], pa.float64()),
        }
    )


def _owners(table: NationalTable, rows: pa.Table, said: pa.Table) -> Ints:
    """Return the row of the national table that each statement is about; -1 where there is none."""
    names = [field.name for field in table.fields if field.key and field.name in said.column_names]
    absent = [f.name for f in table.fields if f.key and f.name not in said.column_names and f.type != "date"]
    if absent or not names:
        raise NotStatedError(table.name, ", ".join(absent) or "no key / キーがありません")
    at = {key: n for n, key in enumerate(_tuples(rows, names))}
    return np.array([at.get(key, -1) for key in _tuples(said, names)], np.int64)


def _keys(table: NationalTable, rows: pa.Table) -> list[str]:
    names = [field.name for field in table.fields if field.key]
    return ["|".join((table.name, *map(str, key))) for key in _tuples(rows, names)]


def _tuples(rows: pa.Table, names: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
    return zip(*(_text(rows[name]).to_pylist() for name in names), strict=True)


def _number(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).fill_null(np.nan).to_numpy(), np.float64)
