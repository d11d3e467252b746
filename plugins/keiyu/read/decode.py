"""Bytes → a workbook of grids. Whatever the bytes are, the result is a workbook or a refusal, never a crash."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Final

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from keiyu.read import archive, biff, bundle, compound, opendocument, sniff, text, xlsb
from keiyu.read.grid import FINDINGS_SHEET, FileKind, Grid, Remark, Workbook, address
from keiyu.read.looks import binary, workbook
from keiyu.read.looks.model import UNKNOWN
from keiyu.read.lost import Lost, restore
from keiyu.read.sniff import RefusedError

MOST_SHEETS: Final = 256
_WORKSHEET: Final = SheetTypeEnum.WorkSheet
_VISIBLE: Final = SheetVisibleEnum.Visible
_OLE_KINDS: Final = (
    ("WordDocument", "Word"),
    ("PowerPoint Document", "PowerPoint"),
    ("VisioDocument", "Visio"),
    ("__properties_version1.0", "電子メール e-mail (Outlook)"),
    ("DocumentText", "一太郎 Ichitaro"),
)
_OTHER: Final = "ほかの文書 another document (OLE)"
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
    return _decode(data, nested=False)


def _member(data: bytes) -> Workbook:
    return _decode(data, nested=True)


def _decode(data: bytes, *, nested: bool) -> Workbook:
    container = sniff.container(data)
    if container == "text":
        return text.decode(data)
    if container == "ole":
        return _old_workbook(data)
    parts = archive.Parts(data)
    kind = archive.kind(parts)
    if kind == "zip":
        if nested:
            raise RefusedError("read.decode.not_table", value="ZIP")
        return bundle.decode(parts, _member)
    if kind == "ods":
        return _open_document(data, parts)
    return _binary_workbook(data, parts) if kind == "xlsb" else _workbook(data, parts)


def _workbook(data: bytes, parts: archive.Parts) -> Workbook:
    lost = archive.inspect(parts)
    book = Workbook("xlsx", [])
    for _, grid in _calamine(data, "xlsx"):
        _restore(book, grid, lost.get(grid.name or "", {}))
        grid.look = partial(workbook.looks, parts, grid.name or "")
    return book


def _open_document(data: bytes, parts: archive.Parts) -> Workbook:
    if b"encryption-data" in parts.get("META-INF/manifest.xml"):
        raise RefusedError("read.decode.encrypted")
    sheets = opendocument.guard(parts.get("content.xml"), archive.MOST_CELLS)
    book = Workbook("ods", [])
    for number, grid in _calamine(data, "ods"):
        sheet = sheets[number] if number < len(sheets) else opendocument.Sheet("")
        _restore(book, grid, sheet.lost)
        grid.look = partial(getattr, sheet, "looks")
    return book


def _binary_workbook(data: bytes, parts: archive.Parts) -> Workbook:
    """Decode an XLSB workbook; how its cells look is not read."""
    related = archive.relations(parts, "xl/_rels/workbook.bin.rels")
    named = {part: sheet for sheet, part in xlsb.sheet_parts(parts.get("xl/workbook.bin"), related).items()}
    texts = xlsb.texts(parts.get("xl/sharedStrings.bin"))
    cells = letters = whole = 0
    lost: dict[str, Lost] = {}
    for name in parts.entries:
        part = parts.get(name)
        whole += len(part)
        if whole > archive.MOST_UNPACKED:
            raise RefusedError("read.decode.too_large", value=f"> {archive.MOST_UNPACKED // 1024**2} MiB")
        if name.startswith("xl/worksheets/") and name.endswith(".bin"):
            sheet = xlsb.guard(part, texts, archive.MOST_CELLS - cells)
            cells, letters = cells + sheet.cells, letters + sheet.letters
            lost[named.get(name, "")] = sheet.lost
    if letters > archive.MOST_TEXT:
        raise RefusedError("read.decode.too_large", value=f"> {archive.MOST_TEXT // 1024**2} MiB")
    book = Workbook("xlsb", [])
    for _, grid in _calamine(data, "xlsb"):
        _restore(book, grid, lost.get(grid.name or "", {}))
        grid.look = lambda: UNKNOWN
    return book


def _restore(book: Workbook, grid: Grid, lost: Lost) -> None:
    """Add a sheet to a workbook with what its decoder lost, and tell of formulas without a result."""
    book.grids.append(grid)
    if not lost:
        return
    restore(grid, lost)
    formulas = sorted(place for place, text in lost.items() if text.startswith("="))
    if formulas:
        cell, many = address(*formulas[0]), str(len(formulas))
        book.remarks.append(Remark("read.decode.formula", sheet=grid.name, cell=cell, value=many))


def _old_workbook(data: bytes) -> Workbook:
    """Decode a BIFF workbook: its stream goes to the decoder checked, in a container made afresh."""
    store = compound.Compound(data)
    name = next((n for n in _BOOKS if n in store.entries), None)
    if "EncryptedPackage" in store.entries:
        raise RefusedError("read.decode.encrypted")
    if name is None:
        kind = next((kind for stream, kind in _OLE_KINDS if stream in store.entries), _OTHER)
        raise RefusedError("read.decode.not_table", value=kind)
    stream, sheets = biff.guard(store.stream(name), MOST_SHEETS, archive.MOST_CELLS)
    book = Workbook("xls", [])
    for number, grid in _calamine(compound.wrap(stream, name), "xls"):
        _restore(book, grid, sheets[number].lost if number < len(sheets) else {})
        grid.look = partial(binary.looks, stream, number)
    return book


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
    sheets = [(i, s) for i, s in enumerate(book.sheets_metadata) if s.typ is _WORKSHEET and s.name != FINDINGS_SHEET]
    if len(sheets) > MOST_SHEETS:
        raise RefusedError("read.decode.too_large", value=f"{len(sheets)} sheets")
    whole = 0
    for number, meta in sheets:
        sheet = book.get_sheet_by_index(number)
        if sheet.total_width > text.MOST_COLUMNS:
            raise RefusedError("read.decode.too_large", value=f"> {text.MOST_COLUMNS:,} 列 columns", sheet=meta.name)
        whole += sheet.total_height * sheet.total_width
        if whole > archive.MOST_CELLS:
            raise RefusedError("read.decode.too_large", value=f"> {archive.MOST_CELLS:,} cells", sheet=meta.name)
        rows = sheet.to_python(skip_empty_area=False)
        yield number, Grid(meta.name, rows, hidden=meta.visible is not _VISIBLE)
