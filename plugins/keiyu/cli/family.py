"""Verbs that belong together under one word: ``keiyu layout accept``, ``keiyu layout list``."""

from collections.abc import Sequence

import click

from keiyu.cli.verb import Verb, both, help_option, option_records, usage


class Bilingual(click.Group):
    """A group of commands whose usage and help option speak both languages."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, in both languages."""
        return help_option(super().get_help_option(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        usage(self, ctx, formatter)


class Family(Bilingual):
    """A word with verbs of its own."""

    def __init__(self, name: str, verbs: Sequence[Verb], *, ja: str, en: str) -> None:
        """Gather the verbs.

        Args:
            name: the word.
            verbs: its verbs, in the order of the help.
            ja: what they are for, in Japanese, without a full stop.
            en: the same in English.
        """
        told: dict[str, click.Command] = {verb.name or "": verb for verb in verbs}
        super().__init__(name, commands=told, short_help=f"{ja}\n{en}", help="\n\n".join([both(f"{ja}。", f"{en}.")]))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in their order."""
        del ctx
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs and the options."""
        with formatter.section("コマンド / Commands"):
            formatter.write_dl([(name, both(verb.short_help or "")) for name, verb in self.commands.items()])
        with formatter.section("オプション / Options"):
            formatter.write_dl(option_records(self, ctx))
