"""Kinds of arguments: collections, dates as people write them, instants in Japan's time."""

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from keiyu.contract.model import Collection

JAPAN: Final = ZoneInfo("Asia/Tokyo")


class CollectionType(click.ParamType["Collection"]):
    """``line/YYYY-MM-DD``; the date may also be written as ``R7.4.1``."""

    name = "collection"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Collection":
        """Read the key of a collection."""
        from keiyu.contract.model import Collection

        if isinstance(value, Collection):
            return value
        line, _, date = str(value).partition("/")
        day = DATE.read(date)
        return Collection(line, day) if line and day else Collection.parse(str(value))


class DateType(click.ParamType[dt.date]):
    """A date: ``2025-04-01``, ``R7.4.1``, ``令和７年４月１日``."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read a date."""
        if isinstance(value, dt.date):
            return value
        day = self.read(str(value))
        if day is None:
            self.fail(f"日付を読めません / not a date: {value}", param, ctx)
        return day

    def read(self, text: str) -> dt.date | None:
        """Return the date that a text names, if it names one."""
        from keiyu.codes.eras import parse_date

        return parse_date(text) if text else None


class InstantType(click.ParamType[dt.datetime]):
    """A moment: ``2025-05-01T12:00`` in Japan's time, or with an offset; a date alone is the end of that day."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Read a moment."""
        if isinstance(value, dt.datetime):
            return value
        text = str(value)
        try:
            if "T" not in text and " " not in text.strip() and (day := DATE.read(text)):
                return dt.datetime.combine(day, dt.time.max, JAPAN)
            read = dt.datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"時刻を読めません / not a moment: {value}", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=JAPAN)


COLLECTION: Final = CollectionType()
DATE: Final = DateType()
INSTANT: Final = InstantType()
