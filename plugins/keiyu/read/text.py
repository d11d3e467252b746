"""Text files: which encoding, which delimiter, which records; sniffed, never assumed."""

import codecs
import csv
import io
import itertools
import re
from typing import Final, cast

from keiyu.read.grid import Cell, Grid, Workbook
from keiyu.read.sniff import RefusedError, refuse_other_text

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED: Final = ("utf-16-le", "utf-16-be")
_STRANGE: Final = re.compile(r"[\x01-\x08\x0e-\x1f\x80-\x9f\u0180-\u036f\u0530-\u1fff\u2c00-\u2dff\ua000-\uabff]")
"""Scripts and controls that Japanese files do not hold, and that other bytes taken for UTF-16 do."""
_ISO_2022_JP: Final = re.compile(rb"\x1b(?:\$[@B]|\(J|\(I)")
_NOT_EUC: Final = re.compile(rb"[\x80-\x8d\x90-\xa0]")
_COMMON: Final = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\uff01-\uff5e\u3000-\u303f]")
_HALF_KANA: Final = re.compile(r"[\uff61-\uff9f]")
_SAMPLE: Final = 65_536
_DELIMITERS: Final = (",", "\t", ";")
_LONGEST_CELL: Final = 131_072
MOST_COLUMNS: Final = 16_384
_QUOTED: Final = re.compile(r'"[^"]*"')


def decode(data: bytes) -> Workbook:
    """Decode a text file into one grid of records.

    Args:
        data: the whole file.

    Returns:
        A workbook of one nameless grid.

    Raises:
        RefusedError: the encoding cannot be told, it is not a table, or a record cannot be split.
    """
    text, encoding = to_text(data)
    refuse_other_text(text)
    delimiter = find_delimiter(text)
    return Workbook("csv", [Grid(None, records(text, delimiter))], encoding=encoding, delimiter=delimiter)


def to_text(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    Raises:
        RefusedError: no encoding of those in use in Japan decodes it without loss.
    """
    for name in _candidates(data):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\x00" in text or (name in _GUESSED and len(_STRANGE.findall(text)) * 50 > len(text)):
            raise RefusedError("read.decode.binary")
        return text.removeprefix("\ufeff"), name
    raise RefusedError("read.decode.encoding", expected="UTF-8, Shift_JIS (CP932)")


def _candidates(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try, the likeliest first."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return (name,)
    head = data[:_SAMPLE]
    if b"\x00" in head:
        return _wide(head)
    if _ISO_2022_JP.search(head):
        return ("iso2022_jp", "iso2022_jp_3", "utf-8")
    japanese = ("cp932", "euc_jp") if _NOT_EUC.search(data) or not _like_euc(head) else ("euc_jp", "cp932")
    return ("utf-8", *japanese)


def _wide(head: bytes) -> tuple[str, ...]:
    """Tell the byte order of UTF-16 without a mark: the zero of ``,`` or a line's end tells."""
    little, big = head[1::2].count(0), head[0::2].count(0)
    return ("utf-16-le",) if little > big else ("utf-16-be",)


def _like_euc(head: bytes) -> bool:
    """Tell EUC-JP from CP932 where both decode: half-width kana all over is the wrong reading."""
    as_euc, as_sjis = head.decode("euc_jp", "ignore"), head.decode("cp932", "ignore")
    return _score(as_euc) > _score(as_sjis)


def _score(text: str) -> int:
    return len(_COMMON.findall(text)) - 2 * len(_HALF_KANA.findall(text))


def find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first lines the most, and the most evenly."""
    if "\t" not in text and ";" not in text:
        return ","
    lines = [_QUOTED.sub("", line) for line in text[:_SAMPLE].splitlines()[:30]]

    def spread(delimiter: str) -> tuple[int, int]:
        counts = [n for line in lines if (n := line.count(delimiter))]
        return (max(map(counts.count, counts), default=0), sum(counts))

    return max(_DELIMITERS, key=spread)


def records(text: str, delimiter: str) -> list[list[Cell]]:
    """Split text into records of cells; any mixture of CR and LF ends a record.

    Raises:
        RefusedError: a cell is longer than a spreadsheet allows, or there are too many columns.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise RefusedError("read.decode.record", value=f"{reader.line_num}: {error}") from error
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_COLUMNS} 列 columns")
    last = len(rows)
    while last and not any(rows[last - 1]):
        last -= 1
    return cast(list[list[Cell]], list(itertools.islice(rows, last)))
