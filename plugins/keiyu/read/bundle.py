"""An archive of tables: each member is a file of its own.

Names of members are those of the archive; Windows writes them in CP932 and does not say so. Archives inside are
refused. A member that is no table is left out, and told.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from keiyu.read.archive import MOST_UNPACKED, Parts
from keiyu.read.grid import Grid, Remark, Workbook
from keiyu.read.sniff import RefusedError

MOST_MEMBERS: Final = 500
_UTF8: Final = 0x800
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def decode(parts: Parts, read: Callable[[bytes], Workbook]) -> Workbook:
    """Decode the members of an archive.

    Args:
        parts: the archive.
        read: decodes one file.

    Returns:
        Their grids, each named by its member.

    Raises:
        RefusedError: there are very many, they are too large together, or none is a table.
    """
    names = [n for n in parts.entries if not n.startswith(_LITTER[0]) and not n.endswith(_LITTER[1:])]
    if len(names) > MOST_MEMBERS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_MEMBERS} files")
    book = Workbook("zip", [])
    refusals: list[tuple[str, RefusedError]] = []
    whole = 0
    for name in names:
        told = member_name(name, parts.entries[name].flag_bits)
        try:
            data = parts.get(name)
            whole += len(data)
            if whole > MOST_UNPACKED:
                raise RefusedError("read.decode.too_large", value=f"> {MOST_UNPACKED // 1024**2} MiB")
            _add(book, told, read(data))
        except RefusedError as refusal:
            refusals.append((told, refusal))
    if not book.grids:
        _refuse(refusals)
    book.remarks += [Remark("read.decode.member", value=told, expected=_why(why)) for told, why in refusals]
    return book


def member_name(name: str, flags: int) -> str:
    """Return a member's name as its writer saw it.

    Args:
        name: as the archive's reader gives it, old DOS letters standing for single bytes.
        flags: the member's flags, of which one says UTF-8.
    """
    if flags & _UTF8 or name.isascii():
        return name
    for encoding in ("utf-8", "cp932"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name


def _add(book: Workbook, name: str, found: Workbook) -> None:
    for grid in found.grids:
        book.grids.append(_renamed(grid, name if grid.name is None else f"{name}:{grid.name}"))
    book.encoding = book.encoding or found.encoding
    book.delimiter = book.delimiter or found.delimiter
    book.remarks += [replace(r, sheet=name if r.sheet is None else f"{name}:{r.sheet}") for r in found.remarks]


def _renamed(grid: Grid, name: str) -> Grid:
    return Grid(name, grid.rows, grid.hidden, grid.features, grid.look)


def _refuse(refusals: list[tuple[str, RefusedError]]) -> None:
    if len(refusals) == 1 and refusals[0][1].rule_id != "read.decode.not_table":
        raise refusals[0][1]
    held = "、".join(f"{name}: {_why(why)}" for name, why in refusals[:5])
    raise RefusedError("read.decode.not_table", value=f"ZIP ({held})" if held else "ZIP")


def _why(refusal: RefusedError) -> str:
    return refusal.value or refusal.rule_id.rpartition(".")[2]
