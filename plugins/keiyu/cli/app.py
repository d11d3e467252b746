"""The group of all commands, and the one place where errors become words and exit codes."""

import importlib
import json
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from keiyu.cli.family import Bilingual
from keiyu.cli.usage import CommandUsageError
from keiyu.cli.verb import both, option_records
from keiyu.errors import KeiyuError, UserError

COMMANDS: Final = {
    "lines": "forms",
    "template": "forms",
    "sample": "forms",
    "inspect": "inspection",
    "layout": "layout",
    "check": "desk",
    "open": "relay",
    "extend": "calendar",
    "exempt": "calendar",
    "receive": "relay",
    "nil": "relay",
    "receipt": "relay",
    "ingest": "relay",
    "confirm": "decisions",
    "approve": "decisions",
    "decline": "decisions",
    "requeue": "repair",
    "replay": "repair",
    "review": "identity",
    "decide": "identity",
    "split": "identity",
    "hops": "hops",
    "reconcile": "reconciliation",
    "answer": "reconciliation",
    "status": "results",
    "publish": "results",
    "read": "results",
    "series": "series",
    "trace": "tracing",
    "iceberg": "registration",
    "verify": "results",
}
"""Command → the module that holds it, in the order of the help."""

EXIT_CODES: Final = (
    ("0", "正常", "success"),
    ("1", "検査で重大度 error の指摘がある", "the check has findings of severity error"),
    ("2", "使い方または入力の誤り", "the command or its input is wrong"),
    ("3", "設定または定義ファイルの誤り", "a setting or a definition file is wrong"),
    ("4", "保存されたデータの不整合", "stored bytes, rows and ledger do not agree"),
    ("70", "プログラムの不具合", "a defect of the program"),
)

_UNEXPECTED: Final = 70
_INTERRUPTED: Final = 130


class Commands(Bilingual):
    """All commands; each module is imported when one of its commands is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the relay."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command by name."""
        del ctx
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(importlib.import_module(f"keiyu.cli.{COMMANDS[name]}"), f"{name}_command")
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write commands, options, exit codes and environment."""
        with formatter.section("コマンド / Commands"):
            commands = ((name, self.get_command(ctx, name)) for name in COMMANDS)
            formatter.write_dl([(name, both(command.short_help or "")) for name, command in commands if command])
        with formatter.section("オプション / Options"):
            formatter.write_dl(option_records(self, ctx))
        with formatter.section("終了コード / Exit codes"):
            formatter.write_dl([(code, both(f"{ja} / {en}")) for code, ja, en in EXIT_CODES])
        with formatter.section("環境変数 / Environment"):
            formatter.write_dl([(name, both(f"{ja} / {en}")) for name, ja, en in _ENVIRONMENT])


_ENVIRONMENT: Final = (
    ("KEIYU_HOME", "schemas/ と expectations/ のあるフォルダー", "folder with schemas/ and expectations/"),
    ("KEIYU_STORAGE", "データの保存先（フォルダーまたは s3://…）", "where data lie: a folder or s3://…"),
    ("KEIYU_DATABASE_URL", "台帳のデータベース", "the ledger's database"),
    ("KEIYU_DROP", "受付フォルダー", "the watched directory"),
    ("KEIYU_ICEBERG", "1: 公表のたびに Iceberg に登録する", "1: register each release in Iceberg"),
    ("KEIYU_ICEBERG_CATALOG", "Iceberg カタログのデータベース", "database of the Iceberg catalogue"),
    ("KEIYU_DOORBELL_URL", "受領を知らせる Airflow API", "Airflow API that is told of arrivals"),
)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    help=both(
        "経由調査の報告ファイルを受け取り、検査し、全国の Parquet 表にする。",
        "どのコマンドも --json で機械可読な結果を返し、--help で説明を表示する。",
        "Receive the files of relay surveys, check them, and make national Parquet tables of them.",
        "Every command answers --json with machine-readable results and --help with an explanation.",
    ),
)
@click.version_option(package_name="keiyu", message="%(version)s", help=both("版を表示する", "Show the version"))
def commands() -> None:
    """Hold the commands."""


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        args: arguments; those of the process by default.

    Returns:
        The exit code, as ``keiyu --help`` documents it.
    """
    given = list(sys.argv[1:] if args is None else args)
    try:
        answer = commands.main(given, prog_name="keiyu", standalone_mode=False)
    except KeiyuError as error:
        return _tell(error, given)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return UserError.exit_code
    except click.ClickException as error:
        return _tell(CommandUsageError.of(error), given)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # whoever read us has gone; do not flush into the void
        return 0
    except Exception:
        traceback.print_exc()
        return _UNEXPECTED
    return answer if isinstance(answer, int) else 0


def _tell(error: KeiyuError, given: Sequence[str]) -> int:
    """Show an error the way it was asked for, and return its exit code."""
    if "--debug" in given:
        traceback.print_exc()
    if "--json" in given:
        told = {"code": error.code, "ja": error.message_ja, "en": error.message_en, "attrs": error.attrs()}
        click.echo(json.dumps({"error": told}, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(f"{error.code}: {error.message_ja}\n{' ' * len(error.code)}  {error.message_en}", err=True)
    return error.exit_code
