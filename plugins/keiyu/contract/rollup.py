"""Roll-ups (積み上げ): which figures of another line's survey the reports of a line add up to.

``schemas/lines/<line>/rollups/<name>.yaml`` says what is covered; ``<name>.sql`` beside it returns a row for each
reported figure: ``reporter`` and ``target`` (whose figure of the survey, and which field, it is part of), ``table``,
``field``, ``value``, ``value_status`` and the key of the row that holds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from keiyu.contract.model import Contract, Field
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError


@dataclass(frozen=True, slots=True)
class Rollup:
    """What reports of one line say of a survey of another.

    Attributes:
        name: identifier and file name.
        label_ja: Japanese name.
        label_en: English name.
        definition_ja: what is added up, in Japanese.
        definition_en: what is added up, in English.
        to: the line of the survey.
        fields: patterns of the survey's fields that are covered.
        complete: whose reports must be in for a sum to be whole: those of the municipality's facilities, or all.
        restricted: whether only audiences that see everything may read it.
        sql: path of the query.
    """

    name: str
    label_ja: str
    label_en: str
    definition_ja: str
    definition_en: str
    to: str
    fields: tuple[str, ...]
    complete: Literal["location", "nation"]
    restricted: bool
    sql: Path

    def covered(self, survey: Contract) -> tuple[Field, ...]:
        """Return the fields of the survey that are covered, in official order."""
        measures = (field for table in survey.tables for field in table.measures)
        return tuple(field for field in measures if any(fnmatchcase(field.name, one) for one in self.fields))


def rollups(contract: Contract) -> tuple[Rollup, ...]:
    """Return the roll-ups of a line, in order of name.

    Raises:
        ContractError: a description lacks its query, or is named otherwise than its file.
    """
    return tuple(_rollups(contract.folder / "rollups", contract.folder.parent.parent))


def _rollups(folder: Path, schemas: Path) -> Iterator[Rollup]:
    for path in sorted(folder.glob("*.yaml")):
        told = read_yaml(path, schemas / "schema" / "rollup.json")
        sql = path.with_suffix(".sql")
        if told["name"] != path.stem or not sql.is_file():
            raise ContractError(str(path), "a roll-up needs its .sql beside it, and its file's name")
        yield Rollup(
            **{name: told[name] for name in ("name", "label_ja", "label_en", "definition_ja", "definition_en", "to")},
            fields=tuple(told["fields"]),
            complete=told["complete"],
            restricted=told.get("restricted", False),
            sql=sql,
        )
