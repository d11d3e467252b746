"""Every column of every table says what it is: Japanese and English label, definition, unit, source, since when."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from keiyu import contract
from keiyu.contract import arrow, national
from keiyu.publish import series
from keiyu.publish.diff.compare import columns

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
TOLD = ("label_ja", "label_en", "definition_ja", "definition_en", "source", "since")
FIGURES = ("integer", "number", "figure", "int64", "double")

Said = Mapping[str, str]


def tables() -> Iterator[tuple[str, dict[str, tuple[str, Said]]]]:
    """Yield every table that is stored or published: column → its type and what is said of it."""
    for line in contract.lines(SCHEMAS):
        own = contract.load(line, SCHEMAS)
        for of in (*own.tables, *own.national, *own.across, *own.estimate):
            yield f"{line}.{of.name}", {one.name: (one.type, _metadata(arrow.field(one))) for one in of.fields}
    for folder in sorted({path.parent for path in SCHEMAS.glob("*/*.sql")}):
        for of in national.load(folder, (), SCHEMAS):
            yield f"{folder.name}.{of.name}", {one.name: (one.type, _metadata(arrow.field(one))) for one in of.fields}
    yield "diff", {one["name"]: (one["type"], one) for one in columns()}
    added = (series._BOUNDARY, series._THEN_CODES)
    yield "series", {one.name: (str(one.type), _metadata(one)) for one in added}


def _metadata(field: object) -> dict[str, str]:
    return {name.decode(): text.decode() for name, text in getattr(field, "metadata", {}).items()}


ALL = dict(tables())


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_column_says_what_it_is(name: str) -> None:
    silent = [(column, one) for column, (_, said) in ALL[name].items() for one in TOLD if not said.get(one)]
    assert silent == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_figure_has_a_unit(name: str) -> None:
    assert [column for column, (kind, said) in ALL[name].items() if kind in FIGURES and not said.get("unit")] == []
