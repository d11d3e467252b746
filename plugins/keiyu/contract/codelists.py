"""Code lists: ``schemas/codes/<name>.csv``, one code a row, in official order."""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from keiyu.contract.code import Code
from keiyu.errors import ContractError

DATED_REGISTERS: Final = frozenset({"areas"})
"""Code tables that are registers with histories of their own, read by ``keiyu.codes``."""

COLUMNS: Final = ("code", "label_ja", "label_en", "synonyms", "parent")


def path_of(name: str, schemas: Path) -> Path:
    """Return where a code list lies."""
    return schemas / "codes" / f"{name}.csv"


def load(name: str, schemas: Path) -> tuple[Code, ...]:
    """Read a code list.

    Args:
        name: the list, without ``.csv``.
        schemas: the ``schemas/`` folder.

    Returns:
        Its codes in the file's order.

    Raises:
        ContractError: no such list, a column or a parent is missing, or a code stands twice.
    """
    path = path_of(name, schemas)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ContractError(str(path), "no such code list") from error
    return _parse(str(path), hashlib.sha256(data).hexdigest(), data)


@lru_cache(maxsize=256)
def _parse(path: str, digest: str, data: bytes) -> tuple[Code, ...]:
    del digest  # only part of the cache's key
    reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        raise ContractError(path, f"no column {', '.join(missing)}")
    codes = tuple(_code(path, row) for row in reader)
    _refuse_bad_tree(path, codes)
    return codes


def _code(path: str, row: dict[str, str]) -> Code:
    if None in row or None in row.values():
        raise ContractError(path, f"a row has too few or too many cells: {row.get('code')}")
    return Code(
        code=row["code"],
        label_ja=row["label_ja"],
        label_en=row["label_en"],
        synonyms=tuple(s for s in row["synonyms"].split("|") if s),
        parent=row["parent"] or None,
        definition_ja=row.get("definition_ja", ""),
        definition_en=row.get("definition_en", ""),
        valid_from=_date(row.get("valid_from")),
        valid_to=_date(row.get("valid_to")),
    )


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _refuse_bad_tree(path: str, codes: tuple[Code, ...]) -> None:
    names = [c.code for c in codes]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ContractError(path, f"codes stand twice: {', '.join(twice)}")
    parents = {c.code: c.parent for c in codes}
    for code in codes:
        seen = {code.code}
        above = code.parent
        while above is not None:
            if above not in parents:
                raise ContractError(path, f"parent {above} of {code.code} is not in the list")
            if above in seen:
                raise ContractError(path, f"{code.code} is its own ancestor")
            seen.add(above)
            above = parents[above]


def select(codes: Iterable[Code], wanted: Iterable[str] | None, *, path: str) -> tuple[Code, ...]:
    """Take part of a code list, keeping its hierarchy.

    A code whose parent is left out belongs to its nearest ancestor that is kept: with ages 0, 1, 2 and
    3+ but no 1-2, ages 1 and 2 add up to the total.

    Args:
        codes: the whole list.
        wanted: codes to keep, in the order wanted; all if none.
        path: file that asks, for the error.

    Returns:
        The part.

    Raises:
        ContractError: a code is not in the list.
    """
    table = {c.code: c for c in codes}
    names = tuple(wanted) if wanted is not None else tuple(table)
    unknown = [n for n in names if n not in table]
    if unknown:
        raise ContractError(path, f"codes not in the list: {', '.join(unknown)}")
    kept = frozenset(names)
    return tuple(replace(table[n], parent=_nearest(table, kept, table[n].parent)) for n in names)


def _nearest(table: dict[str, Code], kept: frozenset[str], code: str | None) -> str | None:
    while code is not None and code not in kept:
        code = table[code].parent
    return code
