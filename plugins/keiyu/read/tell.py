"""What there is to say about a header and about the reporter of a row."""

from collections.abc import Mapping, Sequence

from keiyu.contract.model import Table
from keiyu.read.find import Region, Wide
from keiyu.read.grid import Grid, address
from keiyu.read.notes import Notes
from keiyu.read.reporters import Identity

_MOST_NAMED = 8


def tell_header(region: Region, plan: Wide, notes: Notes) -> None:
    """Tell which columns a header lacks, repeats, leaves in doubt or has beside those asked for.

    Args:
        region: where the header stands.
        plan: what it says.
        notes: where findings go.
    """
    sheet, columns = region.grid.name, plan.columns
    for column, text in columns.unknown:
        if _holds_anything(region.grid, region.row + 1, column):
            told = text.strip() or "（見出しなし / no header）"
            notes.add("read.column.unknown", sheet=sheet, cell=address(region.row, column), value=told)
    for column, name in columns.twice:
        first = address(region.row, columns.fields[name])
        notes.add(
            "read.column.twice", sheet=sheet, cell=address(region.row, column), field=name, value=name, first=first
        )
    for column, names in columns.unsure:
        notes.add(
            "read.column.unsure", sheet=sheet, cell=address(region.row, column), value="、".join(names[:_MOST_NAMED])
        )
    for part in plan.tables:
        tell_missing(part.table, part.missing, region, notes)


def tell_missing(table: Table, missing: Sequence[str], region: Region, notes: Notes) -> None:
    """Tell which fields a table should have and does not.

    Args:
        table: the table.
        missing: those fields.
        region: where its header stands.
        notes: where findings go.
    """
    if not missing:
        return
    fields = [table.by_name[name] for name in missing[:_MOST_NAMED]]
    more = f" …（{len(missing)}）" if len(missing) > _MOST_NAMED else ""
    notes.add(
        "read.column.missing",
        sheet=region.grid.name,
        cell=address(region.row, 0),
        table=table.name,
        field=missing[0],
        value="、".join(f.label_ja for f in fields) + more,
        labels_en=", ".join(f.label_en for f in fields) + more,
        label_ja=table.label_ja,
        label_en=table.label_en,
    )


def _holds_anything(grid: Grid, start: int, column: int) -> bool:
    return any(len(row) > column and row[column] != "" for row in grid.rows[start:])


def tell_identity(
    found: Identity,
    notes: Notes,
    *,
    sheet: str | None,
    cell: str | None,
    field: str | None,
    reporter: str | None,
) -> None:
    """Tell what is to be said about a row's reporter.

    Args:
        found: what the resolver made of it.
        notes: where findings go.
        sheet: worksheet.
        cell: the cell that it is about.
        field: field of the area code.
        reporter: whose row it is, where that is known.
    """
    if found.rule is None:
        return
    facts: Mapping[str, str | None] = {"value": found.value, "expected": found.expected}
    notes.add(
        found.rule,
        sheet=sheet,
        cell=cell,
        field=field,
        reporter=reporter,
        suggestion_ja=f"正しくは {found.expected} と思われます。" if found.expected else "",
        suggestion_en=f" It seems to be {found.expected}." if found.expected else "",
        **facts,
    )
