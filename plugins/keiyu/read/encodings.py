"""Which encoding a text has: measured on its bytes, never assumed, and never guessed in silence.

A text that one encoding alone decodes without loss is that. Where two do, the letters decide, and a choice that
they leave open is told. A text that none decodes is read with replacement characters where they are few, which
is told as well; else it is refused.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from keiyu.read import escapes
from keiyu.read.grid import Remark
from keiyu.read.sniff import RefusedError

LOST: Final = "\ufffd"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 65_536
_FEW: Final = 100
"""One letter in so many may be lost; with more the encoding is not the right one."""
_RIVAL: Final = 0.05
"""An encoding that loses no more than this part of the letters may be the right one."""
_CHUNK: Final = 1024 * 1024
_WINDOW: Final = 256
_STRANGE: Final = re.compile(
    r"[\x01-\x08\x0e-\x19\x1b-\x1f\x80-\x9f\u0180-\u036f\u0530-\u1fff\u2c00-\u2dff\ua000-\udfff\ue758-\uf8ff]"
)
"""Scripts and controls that Japanese files do not hold, and that other bytes taken for the encoding do."""
_VOID: Final = "\x80\uf8f0\uf8f1\uf8f2\uf8f3"
_CONTROL: Final = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f]")
_NOT_EUC: Final = re.compile(rb"[\x80-\x8d\x90-\xa0]")
_FULL_KANA: Final = re.compile(r"[\u3041-\u30ff\u3000-\u3002]")
_COMMON: Final = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\uff01-\uff5e\u3000-\u303f]")
_HALF_KANA: Final = re.compile(r"[\uff61-\uff9f]")
_VOICED: Final = re.compile(r"[\uff66\uff73\uff76-\uff84\uff8a-\uff8e][\uff9e\uff9f]")
_STRAY_VOICE: Final = re.compile(r"(?<![\uff66\uff73\uff76-\uff84\uff8a-\uff8e])[\uff9e\uff9f]")

_ESCAPE: Final = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJI])")
_HIGH: Final = re.compile(rb"[\x80-\xff]")


def to_text(data: bytes, remarks: list[Remark] | None = None) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    Args:
        data: the whole file.
        remarks: where it is told what is not certain, or lost.

    Raises:
        RefusedError: no encoding of those in use in Japan decodes it, or it is no text.
    """
    told: list[Remark] = []
    text, encoding = _marked(data, told) or _unmarked(data, told)
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    if "\x00" in text or len(_CONTROL.findall(text, 0, _SAMPLE)) * 200 > min(len(text), _SAMPLE):
        raise RefusedError("read.decode.binary")
    if LOST in text:
        told.append(Remark("read.decode.replaced", value=str(text.count(LOST)), expected=encoding))
    if remarks is not None:
        remarks.extend(told)
    return text, encoding


def _marked(data: bytes, told: list[Remark]) -> tuple[str, str] | None:
    """Decode what begins with a byte order mark; the mark may stand before bytes of another encoding."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            text = _strictly(data, name)
            if text is not None:
                return text, name
            return _unmarked(data[len(mark) :], told) if name == "utf-8-sig" else _repaired(data, (name,))
    return None


def _unmarked(data: bytes, told: list[Remark]) -> tuple[str, str]:
    head = data[:_SAMPLE]
    if b"\x00" in head:
        return _with_zeros(data, head, told)
    if b"\x1b" in head and _ESCAPE.search(head) and not _HIGH.search(data):
        return _of_escapes(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if _broken_utf8(data[max(error.start - _WINDOW, 0) : error.start + _WINDOW]):
            return _repaired(data, ("utf-8",))
    return _japanese(data, head, told)


def _strictly(data: bytes, name: str, errors: str = "strict") -> str | None:
    try:
        return data.decode(name, errors)
    except UnicodeDecodeError:
        return None


def _plausible(text: str) -> bool:
    """Return whether hardly any letter is one that no Japanese file holds."""
    head = text[:_SAMPLE]
    return len(_STRANGE.findall(head)) * 50 <= len(head)


def _broken_utf8(window: bytes) -> bool:
    """Return whether bytes around the first that is no UTF-8 are UTF-8: other encodings seldom look like it."""
    text = window.decode("utf-8", "replace")
    return text.count(LOST) * 4 < len(_COMMON.findall(text))


def _with_zeros(data: bytes, head: bytes, told: list[Remark]) -> tuple[str, str]:
    """Decode text with zero bytes: UTF-16 without a mark, which the zero of ``,`` tells; or stray ones, left out."""
    for name in _wide(head):
        text = _strictly(data, name)
        if text is not None and "\x00" not in text and _plausible(text):
            return text, name
    zeros = data.count(0)
    if zeros * 20 > len(data):
        raise RefusedError("read.decode.binary")
    found = to_text(data.replace(b"\x00", b""), told)
    told.append(Remark("read.decode.zeros", value=str(zeros)))
    return found


def _wide(head: bytes) -> Iterator[str]:
    """Yield the orders of UTF-16 that zero bytes speak for: they stand on one side, but for those of wide blanks."""
    first, second = head[0::2], head[1::2]
    blanks = Counter(zip(first, second, strict=False))
    for name, own, other, blank in (
        ("utf-16-le", second.count(0), first.count(0), (0x00, 0x30)),
        ("utf-16-be", first.count(0), second.count(0), (0x30, 0x00)),
    ):
        if own * 200 >= len(head) and (other - blanks[blank]) * 10 <= own:
            yield name


def _of_escapes(data: bytes) -> tuple[str, str]:
    """Decode ISO-2022-JP with the characters that Windows adds to it, by way of EUC-JP."""
    whole = escapes.raised(data)
    text = _strictly(whole, "euc_jp", _WINDOWS)
    if text is None:
        text = _strictly(data, "iso2022_jp_2004") or _repaired(whole, ("euc_jp",))[0]
    return text, "iso2022_jp"


def _japanese(data: bytes, head: bytes, told: list[Remark]) -> tuple[str, str]:
    """Tell CP932 from EUC-JP."""
    kana = None if _NOT_EUC.search(data) else _as_euc(head)
    order = ("cp932",) if kana is None and _NOT_EUC.search(head) else ("cp932", "euc_jp")
    if kana:
        order = ("euc_jp", "cp932")
    found = []
    for name in order:
        text = _strictly(data, name, _WINDOWS if name == "euc_jp" else "strict")
        if text is not None and _plausible(text):
            text = _without_void(text)
            found.append((text, name))
            if kana is None or len(order) == 1 or _certain(text, name):
                return text, name
    if not found:
        return _repaired(data, ("utf-8", "cp932", "euc_jp"))
    if len(found) > 1:
        told.append(Remark("read.decode.unsure", value=found[0][1], expected=found[1][1]))
    return found[0]


def _without_void(text: str) -> str:
    """Mark the single bytes as lost that CP932 does not use, and that its decoder lets pass."""
    for void in _VOID:
        if void in text:
            text = text.replace(void, LOST)
    return text


def _as_euc(head: bytes) -> bool:
    """Return whether bytes that may be either have the letters of EUC-JP rather than those of CP932."""
    euc, windows = head.decode("euc_jp", "ignore"), head.decode("cp932", "ignore")
    if _voiced(windows):
        return False
    return len(_COMMON.findall(euc)) > len(_COMMON.findall(windows)) - 2 * len(_HALF_KANA.findall(windows))


def _voiced(text: str) -> bool:
    """Return whether half-width kana have their voice marks where such kana have them, and nowhere else."""
    marks = len(_VOICED.findall(text))
    return marks * 20 > len(_HALF_KANA.findall(text)) and not _STRAY_VOICE.search(text)


def _certain(text: str, name: str) -> bool:
    """Return whether the letters themselves prove the encoding, whatever else decodes the bytes."""
    head = text[:_SAMPLE]
    half, letters = len(_HALF_KANA.findall(head)), len(_COMMON.findall(head))
    if name == "cp932":
        return letters > 4 * half or _voiced(head)
    return len(_FULL_KANA.findall(head)) * 20 > letters and half * 4 < letters


def _repaired(data: bytes, names: Sequence[str]) -> tuple[str, str]:
    """Decode with few losses what nothing decodes without.

    Raises:
        RefusedError: too much is lost, or two encodings lose about as much.
    """
    first = _HIGH.search(data)
    start = first.start() if first else 0
    sample = data[start : start + _SAMPLE]
    tries = sorted((_loss(sample.decode(n, _REPLACING.get(n, "replace"))), n) for n in names)
    name = tries[0][1]
    if any(loss < _RIVAL for loss, _ in tries[1:]):
        raise _unreadable()
    decoder = codecs.getincrementaldecoder(name)(_REPLACING.get(name, "replace"))
    pieces: list[str] = []
    lost = letters = 0
    for at in range(0, len(data), _CHUNK):
        piece = decoder.decode(data[at : at + _CHUNK], at + _CHUNK >= len(data))
        lost += piece.count(LOST)
        letters += _letters(piece)
        if lost * _FEW > letters:
            raise _unreadable()
        pieces.append(piece)
    text = "".join(pieces)
    if not _plausible(text):
        raise _unreadable()
    return text, name


def _letters(text: str) -> int:
    """Return the number of letters beyond ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _loss(text: str) -> float:
    """Return which part of the letters beyond ASCII is lost."""
    return text.count(LOST) / max(_letters(text), 1)


def _unreadable() -> RefusedError:
    return RefusedError("read.decode.encoding", expected="UTF-8, Shift_JIS (CP932)")


def _extension(error: UnicodeError) -> tuple[str, int]:
    """Decode a character that Windows has in EUC-JP beyond the standard: row 13, rows 89 to 92, user-defined.

    Source: Microsoft code page 51932; the user-defined rows as in eucJP-ms.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    at = error.start + (error.object[error.start] == 0x8F)
    pair = error.object[at : at + 2]
    if len(pair) < 2 or min(pair) < 0xA1 or 0xFF in pair:
        raise error
    row, cell = pair[0] - 0xA0, pair[1] - 0xA0
    third = at > error.start
    if not third and (row == 13 or 89 <= row <= 92):
        lead = (row + 1) // 2 + (0x80 if row <= 62 else 0xC0)
        trail = cell + 0x9E if row % 2 == 0 else cell + (0x3F if cell <= 63 else 0x40)
        try:
            return bytes((lead, trail)).decode("cp932"), at + 2
        except UnicodeDecodeError:
            raise error from None
    if row >= 85:
        return chr((0xE3AC if third else 0xE000) + (row - 85) * 94 + cell - 1), at + 2
    raise error


def _extension_or_lost(error: UnicodeError) -> tuple[str, int]:
    try:
        return _extension(error)
    except UnicodeDecodeError as lost:
        return LOST, lost.end


_WINDOWS: Final = "keiyu.euc"
_WINDOWS_LOST: Final = "keiyu.euc.replace"
_REPLACING: Final = {"euc_jp": _WINDOWS_LOST}
codecs.register_error(_WINDOWS, _extension)
codecs.register_error(_WINDOWS_LOST, _extension_or_lost)
