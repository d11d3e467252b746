"""Every line stands as a whole: its known forms load, and its national tables come out as declared."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu import publish
from keiyu.contract import Collection, lines, load
from keiyu.publish.disclosure.composition import protected
from keiyu.publish.reading import NotShownError
from keiyu.publish.session import schema
from keiyu.read.choose import prepared
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

HOME = Path(__file__).resolve().parents[2]
SCHEMAS = HOME / "schemas"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    storage = tmp_path_factory.mktemp("empty")
    with Workspace.open(Settings(home=HOME, storage=str(storage), database_url=f"sqlite:///{storage}/ledger.db")) as it:
        yield it


@pytest.mark.parametrize("line", lines(SCHEMAS))
def test_every_known_form_names_what_the_contract_has(line: str) -> None:
    assert prepared(load(line, SCHEMAS), SCHEMAS).contract.line == line


def _tables(line: str) -> list[str]:
    contract = load(line, SCHEMAS)
    return [table.name for table in (*contract.national, *contract.across)]


@pytest.mark.parametrize(("line", "table"), [(line, table) for line in lines(SCHEMAS) for table in _tables(line)])
def test_a_national_table_comes_out_as_declared_though_nobody_has_reported(
    workspace: Workspace, line: str, table: str
) -> None:
    contract = load(line, SCHEMAS)
    wave = next((w for w in contract.waves if w[0].isdigit()), "04-01")
    collection = Collection(line, dt.date.fromisoformat(f"2025-{wave}"))
    declared = next(t for t in (*contract.national, *contract.across) if t.name == table)
    if table in {t.name for t in protected(contract)}:
        with pytest.raises(NotShownError):
            publish.read(workspace, collection, table)
    rows = publish.read(workspace, collection, table, audience="ministry")
    assert rows.schema.equals(schema(declared), check_metadata=True)
