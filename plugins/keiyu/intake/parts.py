"""What a file holds beside what it is about: rows of other dates, and of other lines."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract
from keiyu.findings import Place, finding
from keiyu.ledger.claims import Claimed
from keiyu.read.model import Reading


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows of a collection that are columns of another line's list.

    Attributes:
        one: the submission.
        part: those rows.
        collection: where they belong.
        main: what the file is about.
        home: where that belongs.
    """

    one: Claimed
    part: Reading
    collection: Collection
    main: Reading
    home: Collection


def reporters_of(reading: Reading, contracts: Mapping[str, Contract]) -> set[str]:
    """Return whose rows a file holds.

    Args:
        reading: the file, read.
        contracts: the lines by name.
    """
    if reading.line is None:
        return set()
    respondents = contracts[reading.line].respondents
    columns = [[table.columns.get(name, ()) for name in respondents.identity] for table in reading.tables]
    found = {reporters.name_of(respondents, told) for column in columns for told in zip(*column, strict=False)}
    return {name for name in found if name is not None}


def tell_left(reading: Reading, of: Collection, rule: str, taking: Sequence[Collection], schemas: Path) -> None:
    """Say of a file that a part of it was not registered.

    Args:
        reading: what the file is about.
        of: the collection to which the part belongs; of the first of all days where nothing tells its date.
        rule: rule of the finding that says why.
        taking: the collections of that line that take submissions.
        schemas: the ``schemas/`` folder.
    """
    place, value = Place(file=reading.file), of.line if of.as_of == dt.date.min else str(of)
    reading.findings.append(finding(schemas, rule, place, value=value, expected="、".join(map(str, taking)) or "—"))
