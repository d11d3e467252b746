"""Rows of a table as people and programs want them: on the screen, as JSON, CSV, Parquet or SDMX."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli.screen import Screen

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_SHOWN: Final = 20


def present(
    screen: Screen,
    rows: "pa.Table",
    about: Mapping[str, Any],
    form: str,
    *,
    output: Path | None = None,
    limit: int | None = None,
    encode: "Callable[[pa.Table], bytes] | None" = None,
) -> None:
    """Show rows, or write them to a file or to standard output.

    Args:
        screen: where to.
        rows: the rows.
        about: what they are, for JSON.
        form: ``table``, ``csv``, ``parquet``, ``json`` or another; JSON wherever ``--json`` was asked for.
        output: the file; standard output by default.
        limit: most rows; on the screen 20 by default, elsewhere all.
        encode: makes bytes of rows in another form.
    """
    whole = rows.num_rows
    form = "json" if screen.as_json else form
    shown = _ROWS_SHOWN if limit is None and form == "table" and output is None else limit
    rows = rows if shown is None else rows.slice(0, shown)
    if form == "json":
        _write_json(screen, {**about, "columns": rows.column_names, "rows": rows.to_pylist()}, output)
    elif form == "table":
        _show_rows(screen, rows, whole)
    elif encode is not None:
        _write_bytes(encode(rows), output)
    else:
        _write(rows, form, output)


def _show_rows(screen: Screen, rows: "pa.Table", whole: int) -> None:
    """Show as many leading columns as are readable side by side."""
    years = {field.name for field in rows.schema if (field.metadata or {}).get(b"concept") == b"TIME_PERIOD"}
    told = rows.to_pylist()
    cells = [[str(v) if name in years and isinstance(v, int) else v for name, v in row.items()] for row in told]
    fit = screen.columns_that_fit(rows.column_names, cells)
    screen.table(rows.column_names[:fit], [row[:fit] for row in cells])
    rest = rows.num_columns - fit
    more = f"、ほか {rest} 列 / and {rest} more columns (--format csv)" if rest else ""
    screen.say(f"{rows.num_rows:,} / {whole:,} 行 / rows{more}")


def _write_json(screen: Screen, result: Mapping[str, Any], output: Path | None) -> None:
    if output is None:
        Screen(as_json=True).show(result, lambda: None)
    else:
        output.write_text(screen.text(result) + "\n", encoding="utf-8")


def _write_bytes(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


def _write(rows: "pa.Table", form: str, output: Path | None) -> None:
    """Write CSV or Parquet, to a file or to standard output."""
    from pyarrow import csv, parquet

    target: Any = str(output) if output else sys.stdout.buffer
    if form == "csv":
        csv.write_csv(rows, target)
    else:
        parquet.write_table(rows, target)
