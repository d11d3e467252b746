"""Bytes → a workbook of grids. Whatever the bytes are, the result is a workbook or a refusal, never a crash."""

import io
from typing import Final

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from keiyu.read import archive, sniff, text
from keiyu.read.grid import FileKind, Grid, Workbook
from keiyu.read.lost import restore
from keiyu.read.sniff import RefusedError

MOST_SHEETS: Final = 256
_WORKSHEET: Final = SheetTypeEnum.WorkSheet
_VISIBLE: Final = SheetVisibleEnum.Visible
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BOOKS: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_WORD: Final = "WordDocument".encode("utf-16-le")


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
        book = _calamine(data, "xlsx")
        for grid in book.grids:
            restore(grid, lost.get(grid.name or "", {}))
        return book
    _refuse_other_compound(data)
    return _calamine(data, "xls")


def _refuse_other_compound(data: bytes) -> None:
    if _ENCRYPTED in data:
        raise RefusedError("read.decode.encrypted")
    if _WORD in data and not any(name in data for name in _BOOKS):
        raise RefusedError("read.decode.not_table", value="Word")


def _calamine(data: bytes, kind: FileKind) -> Workbook:
    """Decode a workbook; the decoder's failures, panics included, become refusals."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return Workbook(kind, _grids(book))
    except RefusedError:
        raise
    except PasswordError as error:
        raise RefusedError("read.decode.encrypted") from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the decoder derives from BaseException
        raise RefusedError("read.decode.damaged", value=f"{type(error).__name__}: {error}"[:200]) from error


def _grids(book: CalamineWorkbook) -> list[Grid]:
    sheets = [(i, s) for i, s in enumerate(book.sheets_metadata) if s.typ is _WORKSHEET]
    if len(sheets) > MOST_SHEETS:
        raise RefusedError("read.decode.too_large", value=f"{len(sheets)} sheets")
    return [
        Grid(sheet.name, book.get_sheet_by_index(i).to_python(skip_empty_area=False), sheet.visible is not _VISIBLE)
        for i, sheet in sheets
    ]
