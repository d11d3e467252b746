"""What is wrong with a command line, in both languages: click says it in English only."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

import click

from keiyu.errors import UserError

_MISSING_FILE: Final = re.compile(r"(?:File|Directory|Path) '(?P<name>.+)' does not exist\.", re.DOTALL)
_NO_COMMAND: Final = re.compile(r"No such command '(?P<name>.+)'\.", re.DOTALL)


@dataclass(eq=False)
class CommandUsageError(UserError):
    """A command line that click refuses."""

    reason: str
    reason_ja: str

    code: ClassVar[str] = "KEIYU-110"
    ja: ClassVar[str] = "コマンドの使い方に誤りがあります: {reason_ja}"
    en: ClassVar[str] = "The command line is wrong: {reason}"

    @classmethod
    def of(cls, error: click.ClickException) -> "CommandUsageError":
        """Say in both languages what click says.

        Args:
            error: what click refuses.
        """
        return cls(error.format_message(), _in_japanese(error))


def _in_japanese(error: click.ClickException) -> str:
    lost, unknown = _MISSING_FILE.search(error.message), _NO_COMMAND.fullmatch(error.message)
    if lost:
        return f"「{lost['name']}」が見つかりません。ファイル名と、今いるフォルダーを確かめてください。"
    if unknown:
        return f"「{unknown['name']}」というコマンドはありません。keiyu --help で一覧を表示します。"
    if isinstance(error, click.NoSuchOption):
        return f"{error.option_name} という指定はありません。--help で説明を表示します。"
    named = _parameter(error)
    if isinstance(error, click.MissingParameter):
        return f"{named} を指定してください。--help で説明を表示します。"
    if isinstance(error, click.BadParameter):
        return f"{named} の値が正しくありません（{error.message}）。"
    return error.format_message()


def _parameter(error: click.ClickException) -> str:
    """Return what the parameter in question is called."""
    if not isinstance(error, click.BadParameter) or error.param is None:
        return ""
    if isinstance(error.param, click.Argument) and error.ctx is not None:
        return error.param.make_metavar(error.ctx)
    return error.param.opts[0]
