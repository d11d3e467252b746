"""Folding of Japanese text on a screen: between any two characters, between words of other scripts, never at a stop."""

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text

_OPEN: Final = r"[（「『【〔〈《(\[]*"
_CLOSE: Final = r"[、。，．・：；？！ー」』】〕〉》）)\]%％,.:;?!…～]*"
_WIDE: Final = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff10-\uff9f"
_PIECE: Final = re.compile(rf"{_OPEN}(?:[{_WIDE}]|[^\s{_WIDE}（「『【〔〈《]+){_CLOSE}\s*|\S\s*|\s+")
"""What stays together on a line. Source: JIS X 4051 (行頭禁則, 行末禁則), as far as a terminal needs it."""


class Folded(Text):
    """Text that is folded as Japanese is."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Fold the text into lines of a width."""
        lines = Lines()
        for line in self.split(allow_blank=True):
            parts = line.divide(_breaks(line.plain, width))
            for part in parts:
                part.rstrip_end(width)
            lines.extend(parts)
        return lines


def _breaks(text: str, width: int) -> list[int]:
    """Return where a line is broken."""
    found: list[int] = []
    used = 0
    for start, piece in _pieces(text, width):
        size = cell_len(piece.rstrip())
        if used and used + size > width:
            found.append(start)
            used = 0
        used += cell_len(piece)
    return found


def _pieces(text: str, width: int) -> Iterator[tuple[int, str]]:
    """Yield what stays together; what is wider than a line by itself is cut."""
    for match in _PIECE.finditer(text):
        if cell_len(match[0].rstrip()) <= width:
            yield match.start(), match[0]
        else:
            yield from ((match.start() + at, char) for at, char in enumerate(match[0]))
