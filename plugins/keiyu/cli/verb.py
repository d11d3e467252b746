"""What every command is made of: help in two languages, ``--json``, ``--debug``, documented keys."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from keiyu.cli.screen import Screen

Function = Callable[..., Any]

_DOCS: Final = "__keiyu_arguments__"


class Verb(click.Command):
    """A command whose help speaks Japanese first and English after."""

    def __init__(
        self, *args: Any, arguments: Sequence[tuple[str, str]], keys: Mapping[str, str], **kwargs: Any
    ) -> None:
        """Keep what the help says beyond click's own sections.

        Args:
            *args: click's.
            arguments: name and help of each argument.
            keys: place in the JSON document → the keys that stand there.
            **kwargs: click's.
        """
        super().__init__(*args, **kwargs)
        self.arguments = tuple(arguments)
        self.keys = dict(keys)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write arguments, options and the keys of the JSON document."""
        if self.arguments:
            with formatter.section("引数 / Arguments"):
                formatter.write_dl(self.arguments)
        with formatter.section("オプション / Options"):
            formatter.write_dl(option_records(self, ctx))
        with formatter.section("JSON のキー / JSON keys"):
            formatter.write_dl([(place or "(top)", both(keys)) for place, keys in self.keys.items()])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, in both languages."""
        return help_option(super().get_help_option(ctx))


def option_records(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    """Return the help of a command's options, its own before those that every command has."""
    options = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    own_first = sorted(options, key=lambda p: p.name in ("as_json", "debug", "help"))
    return [record for p in own_first if (record := p.get_help_record(ctx)) is not None]


def help_option(option: click.Option | None) -> click.Option | None:
    """Give click's own help option its help in both languages."""
    if option is not None:
        option.help = both("この説明を表示する", "Show this explanation")
    return option


def usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write a command's usage line under a heading in both languages."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix="使い方 / Usage: ")


def both(*lines: str) -> str:
    """Return lines of help that click must not wrap together."""
    return "\b\n" + "\n".join(lines)


def verb(
    name: str, *, ja: str, en: str, keys: Mapping[str, str], more: Sequence[str] = ()
) -> Callable[[Function], Verb]:
    """Make a command of a function that takes a ``Screen`` first.

    Args:
        name: the command's name.
        ja: what it does, in Japanese, one sentence without its full stop.
        en: what it does, in English, likewise.
        keys: place in the JSON document → the keys that stand there, space-separated.
        more: further lines of help.
    """

    def decorate(function: Function) -> Verb:
        @functools.wraps(function)
        def call(as_json: bool, debug: bool, **params: Any) -> Any:
            del debug  # read by main, which shows the errors
            return function(Screen(as_json=as_json), **params)

        for flag, key, texts in _COMMON:
            call = click.option(flag, key, is_flag=True, help=both(*texts))(call)
        return click.command(
            name,
            cls=Verb,
            short_help=f"{ja}\n{en}",
            help="\n\n".join([both(f"{ja}。", f"{en}."), *([both(*more)] if more else [])]),
            arguments=tuple(reversed(getattr(function, _DOCS, ()))),
            keys=keys,
        )(call)

    return decorate


_COMMON: Final = (
    ("--debug", "debug", ("誤りのとき、プログラムの呼び出し履歴も表示する", "Show the traceback of an error")),
    ("--json", "as_json", ("結果を JSON で標準出力に書く", "Write the result as JSON to standard output")),
)


def option(*names: str, ja: str, en: str, **kwargs: Any) -> Callable[[Function], Function]:
    """Add an option with help in both languages."""
    return click.option(*names, help=both(ja, en), **kwargs)


def argument(name: str, *, ja: str, en: str, metavar: str, **kwargs: Any) -> Callable[[Function], Function]:
    """Add an argument with help in both languages; click itself documents none."""

    def decorate(function: Function) -> Function:
        documented: list[tuple[str, str]] = [*getattr(function, _DOCS, ()), (metavar, both(ja, en))]
        decorated: Function = click.argument(name, metavar=metavar, **kwargs)(function)
        setattr(decorated, _DOCS, documented)
        return decorated

    return decorate
