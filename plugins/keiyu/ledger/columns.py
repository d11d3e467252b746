"""Column types that SQLite and PostgreSQL store alike."""

import datetime as dt
from typing import Annotated, Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[dt.datetime]):
    """An instant in UTC with microseconds; naive datetimes are refused, never assumed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware datetime into what the database stores.

        Raises:
            ValueError: the datetime has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Clean(TypeDecorator[str]):
    """Text as it came from outside, with what no database can store made visible.

    File names of a watched directory may hold lone surrogates (bytes that are not UTF-8) and cells may
    hold NUL; PostgreSQL refuses both, and one such cell must not stop a batch.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace NUL by its picture and lone surrogates by their escapes."""
        return None if value is None else clean(value)


def clean(text: str) -> str:
    """Return ``text`` with NUL and lone surrogates made visible."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "␀").encode("utf-8", "backslashreplace").decode("utf-8")


BIG: Final = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[str, mapped_column(String(36))]
Digest = Annotated[str, mapped_column(String(64))]
Seq = Annotated[int, mapped_column(BIG)]
Instant = Annotated[dt.datetime, mapped_column(Utc())]
Json = Annotated[dict[str, Any], mapped_column(JSON())]
