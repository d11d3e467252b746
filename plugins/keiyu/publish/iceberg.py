"""Published releases in an Apache Iceberg catalogue, for those who read with Spark, Trino, Snowflake or DuckDB.

Nothing is copied: an Iceberg table names the Parquet files of the releases where they lie. Each national table of a
line is one Iceberg table, ``<line>.<table>``, partitioned by reference date. Each release is one snapshot of it, which
replaces the files of the same collection's release before, and has a tag such as ``2025-04-01_preliminary_1``.
A table read by a snapshot is therefore the line as it was published up to then.

Columns have field identifiers that never change, and their labels and definitions as documentation. A contract of
a new major version has tables of its own (``<table>_v2``), since its columns may mean something else.

Registering is off unless asked for, needs the extra ``keiyu[iceberg]``, and can be repeated at any time: a release is
known by its tag. Metadata of Iceberg hold absolute addresses; where the storage moves, register into a new catalogue.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.engine import make_url

from keiyu.contract.model import Collection, Field, NationalTable
from keiyu.errors import ConfigurationError
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.ledger.models import ReleaseFile
from keiyu.publish.folder import PUBLISHED, releases_path
from keiyu.receive.workspace import Workspace

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

NAME: Final = "keiyu"
RELEASE: Final = "keiyu.release"
AT: Final = "keiyu.released-at"
_WAREHOUSE: Final = f"{PUBLISHED}/iceberg"
_ATTEMPTS: Final = 5
_PERIOD: Final = "TIME_PERIOD"


@dataclass(eq=False)
class NoIcebergError(ConfigurationError):
    """The library that writes Iceberg metadata is not installed."""

    reason: str

    code: ClassVar[str] = "KEIYU-279"
    ja: ClassVar[str] = "Iceberg への登録には pyiceberg が要ります（pip install 'keiyu[iceberg]'）: {reason}"
    en: ClassVar[str] = "Registering in Iceberg needs pyiceberg (pip install 'keiyu[iceberg]'): {reason}"


@dataclass(frozen=True)
class Registered:
    """A release that was registered now: its collection, its tag, and the Iceberg tables that have it."""

    collection: str
    tag: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class _Order:
    """A release as the ledger tells it: ``files`` are the paths with rows, by table."""

    id: str
    collection: Collection
    tag: str
    at: dt.datetime
    version: str
    files: dict[str, list[str]]


def register(workspace: Workspace, line: str | None = None) -> list[Registered]:
    """Register every release that the catalogue does not have yet, in the order in which they were published.

    Args:
        workspace: the installation; its settings name the catalogue's database.
        line: one line's releases; all by default.

    Returns:
        What was registered now.

    Raises:
        NoIcebergError: pyiceberg is not installed.
    """
    shelf, done = catalogue(workspace), []
    for order in _orders(workspace, line):
        contract = workspace.contract(order.collection.line)
        made = [_registered(workspace, shelf, order, table) for table in contract.national if table.name in order.files]
        if any(made):
            done.append(Registered(str(order.collection), order.tag, tuple(name for name in made if name)))
    return done


def follow(workspace: Workspace, line: str) -> list[Registered]:
    """Register a line's releases if the settings want every release registered as soon as it is cut.

    Raises:
        NoIcebergError: they do, and pyiceberg is not installed.
    """
    return register(workspace, line) if workspace.settings.iceberg else []


def catalogue(workspace: Workspace) -> "SqlCatalog":
    """Open the catalogue, a database of its own that any Iceberg client opens as a JDBC or SQL catalogue.

    Further properties, such as the endpoint of an object store, come from pyiceberg's own settings
    (``PYICEBERG_CATALOG__KEIYU__…``).

    Raises:
        NoIcebergError: pyiceberg is not installed.
    """
    try:
        from pyiceberg.catalog import load_catalog
        from pyiceberg.catalog.sql import SqlCatalog
    except ImportError as error:
        raise NoIcebergError(str(error)) from error
    address = workspace.settings.iceberg_catalog
    file = make_url(address).database
    if address.startswith("sqlite") and file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    found = load_catalog(NAME, type="sql", uri=address, warehouse=_address(workspace, _WAREHOUSE))
    if not isinstance(found, SqlCatalog):
        raise NoIcebergError(type(found).__name__)
    return found


def table_name(table: str, version: str) -> str:
    """Return the name in the catalogue of a national table under a version of the contract."""
    major = version.split(".", maxsplit=1)[0]
    return table if major in ("0", "1") else f"{table}_v{major}"


def _orders(workspace: Workspace, line: str | None) -> Iterator[_Order]:
    query = select(*ReleaseRow.__table__.columns).order_by(ReleaseRow.seq)
    files = select(ReleaseFile.table, ReleaseFile.path).where(ReleaseFile.rows > 0).order_by(ReleaseFile.path)
    with workspace.ledger.read() as connection:
        for row in connection.execute(query if line is None else query.where(ReleaseRow.line == line)).mappings().all():
            by_table: dict[str, list[str]] = {}
            for table, path in connection.execute(files.where(ReleaseFile.release_id == row["id"])):
                by_table.setdefault(table, []).append(path)
            tag = f"{row['as_of'].isoformat()}_{row['stage']}_{row['number']}"
            collection = Collection(row["line"], row["as_of"])
            yield _Order(row["id"], collection, tag, row["at"], row["contract_version"], by_table)


def _registered(workspace: Workspace, shelf: "SqlCatalog", order: _Order, table: NationalTable) -> str | None:
    """Register a release's files of one table; returns its name there, or none where that had been done."""
    from pyiceberg.exceptions import CommitFailedException

    name = f"{order.collection.line}.{table_name(table.name, order.version)}"
    for attempt in range(1, _ATTEMPTS + 1):
        found = _table(workspace, shelf, name, table)
        if order.tag in found.refs():
            return None
        try:
            _commit(workspace, found, order, order.files[table.name])
        except CommitFailedException:
            if attempt == _ATTEMPTS:
                raise
        else:
            return name
    return None


def _table(workspace: Workspace, shelf: "SqlCatalog", name: str, table: NationalTable) -> "Table":
    """Return an Iceberg table with at least the declared columns; made where there is none."""
    from pyiceberg.exceptions import NoSuchTableError
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
    from pyiceberg.transforms import IdentityTransform

    try:
        found = shelf.load_table(name)
    except NoSuchTableError:
        spec, number = UNPARTITIONED_PARTITION_SPEC, _period(table)
        if number is not None:
            spec = PartitionSpec(PartitionField(number, 1000, IdentityTransform(), table.fields[number - 1].name))
        shelf.create_namespace_if_not_exists(name.split(".")[0])
        place = _address(workspace, f"{_WAREHOUSE}/{name.replace('.', '/')}")
        told = {"comment": f"{table.label_ja} / {table.label_en}", "format-version": "2"}
        return shelf.create_table_if_not_exists(name, _schema(table), place, spec, properties=told)
    known = set(found.schema().column_names)
    new = [field for field in table.fields if field.name not in known]
    if new:
        with found.update_schema() as update:
            for field in new:
                update.add_column(field.name, _type(field), doc=_doc(field))
    return found


def _commit(workspace: Workspace, table: "Table", order: _Order, paths: Sequence[str]) -> None:
    """Add a release's files and its tag, and take out those of the collection's release before, in one commit."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file
    from pyiceberg.table import TableProperties
    from pyiceberg.table.update.snapshot import ManageSnapshots

    base = _address(workspace, releases_path(order.collection)) + "/"
    former = [task.file for task in table.scan().plan_files() if task.file.file_path.startswith(base)]
    with table.transaction() as change:
        names = change.table_metadata.schema().name_mapping.model_dump_json()
        change.set_properties({TableProperties.DEFAULT_NAME_MAPPING: names})
        told = {RELEASE: order.id, AT: order.at.isoformat(timespec="microseconds")}
        with change.update_snapshot(told).overwrite() as files:
            for file in former:
                files.delete_data_file(file)
            for path in paths:
                address = _address(workspace, path)
                files.append_data_file(parquet_file_to_data_file(table.io, change.table_metadata, address))
        with ManageSnapshots(change) as refs:
            refs.create_tag(files.snapshot_id, order.tag)


def _address(workspace: Workspace, path: str) -> str:
    local = workspace.storage.local_path(path)
    return workspace.storage.uri(path) if local is None else f"file://{local.absolute()}"


def _schema(table: NationalTable) -> "Schema":
    from pyiceberg.schema import Schema
    from pyiceberg.types import NestedField

    return Schema(
        *(
            NestedField(number, field.name, _type(field), required=False, doc=_doc(field))
            for number, field in enumerate(table.fields, 1)
        )
    )


def _period(table: NationalTable) -> int | None:
    """Return the field identifier of the reference date, one and the same in every file."""
    for number, field in enumerate(table.fields, 1):
        if field.key and field.concept == _PERIOD and field.type == "date":
            return number
    return None


def _type(field: Field) -> Any:
    from pyiceberg import types

    known: dict[str, Callable[[], Any]] = {
        "string": types.StringType,
        "integer": types.LongType,
        "number": types.DoubleType,
        "date": types.DateType,
        "time": types.StringType,
        "boolean": types.BooleanType,
    }
    return known[field.type]()


def _doc(field: Field) -> str:
    unit = f" [{field.unit}]" if field.unit else ""
    return f"{field.label_ja} / {field.label_en}{unit}: {field.definition_ja} / {field.definition_en}"
