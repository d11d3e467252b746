"""Bytes → a workbook of grids. Whatever the bytes are, the result is a workbook or a refusal, never a crash."""

import io
from collections.abc import Iterator
from typing import Final

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from keiyu.read import archive, biff, compound, sniff, text
from keiyu.read.grid import FileKind, Grid, Workbook
from keiyu.read.lost import restore
from keiyu.read.sniff import RefusedError

MOST_SHEETS: Final = 256
_WORKSHEET: Final = SheetTypeEnum.WorkSheet
_VISIBLE: Final = SheetVisibleEnum.Visible
_BOOKS: Final = ("Workbook", "Book", "WORKBOOK", "BOOK")


def decode(data: bytes) -> Workbook:
    """Decode a file by its content.

    Args:
        data: the whole file.

    Returns:
        Its sheets, cells as the file has them.

    Raises:
        RefusedError: it is not a table, or no decoder can read it; the rule says which.
    """
    container = sniff.container(data)
    if container == "text":
        return text.decode(data)
    if container == "zip":
        lost = archive.inspect(data)
        grids = [grid for _, grid in _calamine(data, "xlsx")]
        for grid in grids:
            restore(grid, lost.get(grid.name or "", {}))
        return Workbook("xlsx", grids)
    return _old_workbook(data)


def _old_workbook(data: bytes) -> Workbook:
    """Decode a BIFF workbook: its stream goes to the decoder checked, in a container made afresh."""
    bundle = compound.Compound(data)
    name = next((n for n in _BOOKS if n in bundle.entries), None)
    if "EncryptedPackage" in bundle.entries:
        raise RefusedError("read.decode.encrypted")
    if name is None:
        kind = "Word" if "WordDocument" in bundle.entries else "OLE"
        raise RefusedError("read.decode.not_table", value=kind)
    stream, sheets = biff.guard(bundle.stream(name), MOST_SHEETS, archive.MOST_CELLS)
    book = _calamine(compound.wrap(stream, name), "xls")
    for number, grid in book:
        if number < len(sheets):
            restore(grid, sheets[number].lost)
    return Workbook("xls", [grid for _, grid in book])


def _calamine(data: bytes, kind: FileKind) -> list[tuple[int, Grid]]:
    """Return a workbook's worksheets, each with its number among all sheets.

    The decoder's failures, panics included, become refusals.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return list(_grids(book))
    except RefusedError:
        raise
    except PasswordError as error:
        raise RefusedError("read.decode.encrypted") from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the decoder derives from BaseException
        raise RefusedError("read.decode.damaged", value=f"{kind}: {type(error).__name__}: {error}"[:200]) from error


def _grids(book: CalamineWorkbook) -> Iterator[tuple[int, Grid]]:
    sheets = [(i, s) for i, s in enumerate(book.sheets_metadata) if s.typ is _WORKSHEET]
    if len(sheets) > MOST_SHEETS:
        raise RefusedError("read.decode.too_large", value=f"{len(sheets)} sheets")
    whole = 0
    for number, meta in sheets:
        sheet = book.get_sheet_by_index(number)
        whole += sheet.total_height * sheet.total_width
        if whole > archive.MOST_CELLS:
            raise RefusedError("read.decode.too_large", value=f"> {archive.MOST_CELLS:,} cells", sheet=meta.name)
        rows = sheet.to_python(skip_empty_area=False)
        yield number, Grid(meta.name, rows, hidden=meta.visible is not _VISIBLE)
