"""What can be wrong with codes and the tables that define them."""

from dataclasses import dataclass
from typing import ClassVar

from keiyu.errors import ConfigurationError, UserError


@dataclass(eq=False)
class CodeTableError(ConfigurationError):
    """A row of a code table under ``schemas/codes/`` cannot be used."""

    path: str
    line: int
    reason: str

    code: ClassVar[str] = "KEIYU-221"
    ja: ClassVar[str] = "コード表 {path} の {line} 行目に誤りがあります: {reason}"
    en: ClassVar[str] = "Line {line} of the code table {path} is wrong: {reason}"


@dataclass(eq=False)
class UnknownAreaError(ConfigurationError):
    """No such body existed on that date, as far as the area table knows."""

    area: str
    at: str

    code: ClassVar[str] = "KEIYU-222"
    ja: ClassVar[str] = "地方公共団体コード {area} は {at} 時点の areas.csv にありません。"
    en: ClassVar[str] = "The area table has no body {area} on {at}; see schemas/codes/areas.csv."


@dataclass(eq=False)
class MalformedCodeError(UserError):
    """A text that is not a code of the kind asked for."""

    text: str
    expected_ja: str
    expected_en: str

    code: ClassVar[str] = "KEIYU-223"
    ja: ClassVar[str] = "「{text}」は{expected_ja}ではありません。"
    en: ClassVar[str] = "{text!r} is not {expected_en}."
