"""What a command says: tables for people on standard output, or one JSON document; progress on standard error."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

_PAPER: Final = 160
"""Columns of a table that goes to a file or another program."""

_GAP: Final = 3
_INDENT: Final = 2
_STEP: Final = 1_000

WIDE: Final = 110
"""Columns of a screen from which on sentences stand beside what they are about; under it on a narrower one."""

Advance = Callable[[int, int], None]


def _dumped(value: Any, depth: int = 0) -> str:
    """Return a value as JSON that stands so deep in a document; no text in it has a bare line break."""
    text = json.dumps(value, ensure_ascii=False, indent=_INDENT, default=as_text)
    return text.replace("\n", "\n" + " " * _INDENT * depth)


def _listed(values: Sequence[Any]) -> Iterator[str]:
    """Yield a long list that stands in a document, some thousands of its members at a time."""
    opening, rest = "[\n    ", iter(values)
    while some := list(islice(rest, _STEP)):
        yield opening + ",\n    ".join(_dumped(value, 2) for value in some)
        opening = ",\n    "
    yield "\n  ]"


@dataclass
class Screen:
    """Where a command's words go.

    Attributes:
        as_json: whether the result is a JSON document.
    """

    as_json: bool

    @cached_property
    def console(self) -> "Console":
        """The console of the results."""
        from rich.console import Console

        return Console(highlight=False, width=None if sys.stdout.isatty() else _PAPER)

    def show(self, result: Mapping[str, Any], human: Callable[[], None]) -> None:
        """Show a result: as JSON where asked for, otherwise the way ``human`` does."""
        if self.as_json:
            for piece in self.pieces(result):
                click_echo(piece)
            click_echo("\n")
        else:
            human()

    def text(self, result: Mapping[str, Any]) -> str:
        """Return a result as a JSON document."""
        return "".join(self.pieces(result))

    def pieces(self, result: Mapping[str, Any]) -> Iterator[str]:
        """Yield a result as a JSON document, piece by piece: a long list that is not one is gone through, not kept."""
        opening = "{"
        for key, value in result.items():
            yield f"{opening}\n  {_dumped(key)}: "
            opening = ","
            if isinstance(value, Sequence) and not isinstance(value, str | list | tuple) and len(value):
                yield from _listed(value)
            else:
                yield _dumped(list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value, 1)
        yield "\n}" if result else "{}"

    def say(self, text: str, style: str | None = None, indent: int = 0) -> None:
        """Write a text; nothing in it is markup.

        Args:
            text: one line or several.
            style: how it looks.
            indent: by how many columns it is set in, its folded lines too.
        """
        from rich.padding import Padding

        from keiyu.cli.folding import Folded

        self.console.print(Padding(Folded(text, style=style or ""), (0, 0, 0, indent), expand=False))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
        """Write a table; figures are aligned to the right."""
        from rich import box
        from rich.table import Table

        from keiyu.cli.folding import Folded

        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        for i, column in enumerate(columns):
            numbers = bool(rows) and all(isinstance(row[i], int | float | None) for row in rows)
            table.add_column(column, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Folded(cell(value)) for value in row))
        self.console.print(table)

    def columns_that_fit(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
        """Return how many leading columns of a table stand side by side without folding; at least one."""
        from rich.cells import cell_len

        left = self.console.width
        for i, column in enumerate(columns):
            left -= max(map(cell_len, (column, *(cell(row[i]) for row in rows)))) + _GAP
            if left < 0:
                return max(i, 1)
        return len(columns)

    @contextmanager
    def progress(self, words: str) -> Iterator[Advance]:
        """Show a progress bar on standard error, to people only.

        Args:
            words: what is going on.

        Yields:
            A callback: how many are done, and of how many.
        """
        if self.as_json or not sys.stderr.isatty():
            yield _nothing
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def _nothing(done: int, total: int) -> None:
    """Take progress that nobody looks at."""


def click_echo(text: str) -> None:
    """Write to standard output, in whatever encoding it has."""
    import click

    click.echo(text, nl=False)


def as_text(value: object) -> object:
    """Return a JSON value for the types that rooms return: dates, paths, enumerations."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)


def cell(value: object) -> str:
    """Return a value as a person reads it in a table."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "○" if value else "×"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return str(value)
