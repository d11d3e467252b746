"""Values that lie in several columns, joined into the one cell that the kind reads."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds import phones, postal
from keiyu.read.values import raw as seen

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_SEPARATOR: Final = re.compile(r"[-/:.年月日時分秒度]?")


def join(kind: str, parts: Sequence[Cell | None]) -> str:
    """Join the cells of a value that lies in several columns, separators among them or not.

    Numbers keep what a spreadsheet has not eaten: phone and postal code get the zeros back that their place in the
    number proves. Convention of printed lists, which draw hyphens in columns of their own.

    Args:
        kind: the kind by name.
        parts: the cells in the order of the columns.

    Returns:
        One text for the kind to read; empty where every part is blank.
    """
    filled = [part for part in parts if part is not None and (not isinstance(part, str) or part.strip())]
    return _JOINS.get(kind, _plain)(filled)


def _plain(parts: Sequence[Cell]) -> str:
    return "".join(seen(part).strip() for part in parts)


def _with(signs: Sequence[str]) -> Callable[[Sequence[Cell]], str]:
    """Return a join of so many numbers, each with its sign behind; anything else is joined as it stands."""

    def joined(parts: Sequence[Cell]) -> str:
        texts = [text for part in parts if not _SEPARATOR.fullmatch(text := fold.value(seen(part)))]
        head = texts[: len(texts) - len(signs)]
        numbers = texts[len(head) :]
        if len(numbers) != len(signs) or not all(map(_NUMBER.fullmatch, numbers)) or any(map(_NUMBER.search, head)):
            return _plain(parts)
        return "".join((*head, *(number + sign for number, sign in zip(numbers, signs, strict=True))))

    return joined


_JOINS: Final[Mapping[str, Callable[[Sequence[Cell]], str]]] = {
    "phone": phones.joined,
    "postal_code": postal.joined,
    "date": _with("年月日"),
    "time": _with("時分"),
    "end_time": _with("時分"),
    "latitude": _with("度分秒"),
    "longitude": _with("度分秒"),
}
