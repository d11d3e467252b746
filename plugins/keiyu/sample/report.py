"""One made-up report, as a clerk would write it, before it becomes a file."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from keiyu.codes.areas import Area

Written = int | str


@dataclass(slots=True)
class Report:
    """What one municipality writes and where it drops it; faults are planted here.

    Attributes:
        reporter: whose figures they are.
        sender: 6-digit code of the organisation in whose folder the file is dropped.
        code: area code as written; a number where the spreadsheet ate the leading zero.
        as_of: reference date as written.
        values: measure → figure, or the text that stands in its place.
        shape: ``template``, ``national`` or ``csv``.
        encoding: character encoding of a text file.
        header: ``label`` or ``identifier``: what names the columns of a text file.
        numbers: style in which figures are written (``plain``, ``thousands``, ``full_width``, ``dash_zero``).
        name: pattern of the file's name.
        note: ending of the file's name, such as that of a copy.
    """

    reporter: Area
    sender: str
    code: Written
    as_of: dt.date
    values: Mapping[str, Written] = field(repr=False)
    shape: str
    encoding: str
    header: str
    numbers: str
    name: str
    note: str = ""

    @property
    def written(self) -> Mapping[str, Written]:
        """The figures in the report's number style."""
        if self.numbers == "plain":
            return self.values
        return {name: write(value, self.numbers) for name, value in self.values.items()}


FULL_WIDTH = str.maketrans("0123456789,", "０１２３４５６７８９，")


def write(value: Written, style: str) -> Written:
    """Write a figure the way people do; text stays as it is.

    Args:
        value: figure or text.
        style: ``plain``, ``thousands`` (1,234), ``full_width`` (１２３４) or ``dash_zero`` (``-`` for 0).
    """
    if isinstance(value, str):
        return value
    if style == "thousands":
        return f"{value:,}"
    if style == "full_width":
        return str(value).translate(FULL_WIDTH)
    return "-" if style == "dash_zero" and value == 0 else value
