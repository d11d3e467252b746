"""Prefilled figures (前記入): marked in the form, told of on a sheet of their own, and never taken unconfirmed.

A form with prefilled figures bears ``UNCONFIRMED`` in a cell; whoever fills it in puts ``CONFIRMED`` there. Reading
returns a file in which that was not done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNCONFIRMED: Final = "前記入・未確認"
CONFIRMED: Final = "前記入・確認済"
CELL: Final = "B2"
SHEET: Final = "前記入"
HEADER: Final = ("シート / sheet", "セル / cell", "項目 / item", "値 / value", "出所 / where from")
NOTICE: Final = (
    f"橙色の欄は前もって記入した値です（出所は「{SHEET}」のシート）。確かめて、違えば直し、"
    f"{CELL} を「{CONFIRMED}」にしてください。"
    f"確認のない様式は受け付けません。 / Orange cells were filled in for you (sheet {SHEET}): check and mend them, "
    f"then choose {CONFIRMED} in {CELL}."
)
"""What a form with prefilled figures says above the reporter's block."""


@dataclass(frozen=True)
class Prefilled:
    """Figures that were filled in for a reporter.

    Attributes:
        values: field → figure.
        origins: field → where it comes from, in Japanese and English.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def with_(self, other: "Prefilled") -> "Prefilled":
        """Return these figures, overridden by others."""
        return Prefilled({**self.values, **other.values}, {**self.origins, **other.origins})
