"""The one tree of exceptions.

Every error carries typed attributes, a finished sentence in Japanese and in English, a stable
``code`` for logs and documentation, and the ``exit_code`` with which the command line ends. Rooms
define their own subclasses beside the code that raises them, never a second tree.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(eq=False)
class KeiyuError(Exception):
    """Base of every error raised on purpose.

    Subclasses are dataclasses; their attributes fill the templates ``ja`` and ``en``.
    """

    code: ClassVar[str] = "KEIYU-000"
    exit_code: ClassVar[int] = 1
    ja: ClassVar[str] = "処理を続けられません。"
    en: ClassVar[str] = "The operation cannot go on."

    def __post_init__(self) -> None:
        """Give ``Exception`` its arguments, so that logs and pickles show them."""
        super().__init__(*self.attrs().values())

    def attrs(self) -> dict[str, Any]:
        """Return the typed attributes by name, for logs and ``--json``."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def message_ja(self) -> str:
        """The finished sentence in Japanese."""
        return self.ja.format(**self.attrs())

    @property
    def message_en(self) -> str:
        """The finished sentence in English."""
        return self.en.format(**self.attrs())

    def __str__(self) -> str:
        """Return both sentences, Japanese first, behind the code."""
        return f"[{self.code}] {self.message_ja} / {self.message_en}"


@dataclass(eq=False)
class UserError(KeiyuError):
    """What the person at the keyboard can mend; shown without a traceback."""

    code: ClassVar[str] = "KEIYU-100"
    exit_code: ClassVar[int] = 2


@dataclass(eq=False)
class ConfigurationError(KeiyuError):
    """The installation or a file under ``schemas/`` or ``expectations/`` is wrong."""

    code: ClassVar[str] = "KEIYU-200"
    exit_code: ClassVar[int] = 3


@dataclass(eq=False)
class IntegrityError(KeiyuError):
    """Stored bytes, rows and ledger do not agree; nothing may be published from them."""

    code: ClassVar[str] = "KEIYU-300"
    exit_code: ClassVar[int] = 4


@dataclass(eq=False)
class HomeNotFoundError(ConfigurationError):
    """No folder with ``schemas/`` was found."""

    path: str

    code: ClassVar[str] = "KEIYU-201"
    ja: ClassVar[str] = "schemas/ が見つかりません（{path}）。環境変数 KEIYU_HOME を設定してください。"
    en: ClassVar[str] = "No schemas/ folder was found at {path}; set KEIYU_HOME to the project's folder."


@dataclass(eq=False)
class UnknownLineError(UserError):
    """A line that ``schemas/lines/`` does not have."""

    line: str
    known: str

    code: ClassVar[str] = "KEIYU-101"
    ja: ClassVar[str] = "報告ライン「{line}」はありません。使えるもの: {known}"
    en: ClassVar[str] = "There is no line {line!r}; the known lines are {known}."


@dataclass(eq=False)
class BadCollectionError(UserError):
    """A collection key that is not ``line/YYYY-MM-DD``."""

    text: str

    code: ClassVar[str] = "KEIYU-102"
    ja: ClassVar[str] = "回の指定「{text}」を読めません。例: waiting/2025-04-01 の形で指定してください。"
    en: ClassVar[str] = "The collection {text!r} cannot be read; write it as line/YYYY-MM-DD."


@dataclass(eq=False)
class ContractError(ConfigurationError):
    """A YAML file under ``schemas/`` contradicts its schema or itself."""

    path: str
    reason: str

    code: ClassVar[str] = "KEIYU-202"
    ja: ClassVar[str] = "定義ファイル {path} に誤りがあります: {reason}"
    en: ClassVar[str] = "The definition file {path} is wrong: {reason}"
