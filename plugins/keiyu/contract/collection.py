"""A collection (回): one wave of a line, as everything names it."""

import datetime as dt
from dataclasses import dataclass

from keiyu.errors import BadCollectionError


@dataclass(frozen=True, slots=True, order=True)
class Collection:
    """One wave of a line (回), e.g. ``waiting/2025-04-01``.

    Attributes:
        line: the line.
        as_of: reference date.
    """

    line: str
    as_of: dt.date

    def __str__(self) -> str:
        """Return the key, ``line/YYYY-MM-DD``."""
        return f"{self.line}/{self.as_of.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> "Collection":
        """Read a key.

        Raises:
            BadCollectionError: the text is not ``line/YYYY-MM-DD``.
        """
        line, _, date = text.partition("/")
        try:
            as_of = dt.date.fromisoformat(date)
        except ValueError as error:
            raise BadCollectionError(text) from error
        if not line:
            raise BadCollectionError(text)
        return cls(line, as_of)
