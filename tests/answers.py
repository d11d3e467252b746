"""What the verbs of the command line answer with ``--json``, held against what their help says of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from keiyu.cli import main
from keiyu.cli.app import commands
from keiyu.cli.verb import Verb

Run = Callable[..., dict[str, Any]]
"""Types a command line, proves the exit code (``code``) and what the help documents, and returns the answer."""


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what types a command line for a test."""

    def run(*args: str | Path, code: int = 0) -> dict[str, Any]:
        typed = [str(one) for one in args]
        capsys.readouterr()
        ended = main([*typed, "--json"])
        told = capsys.readouterr()
        assert ended == code, told.out + told.err
        result: dict[str, Any] = json.loads(told.out)
        if "error" not in result:
            assert_documented(verb_of(typed), result)
        return result

    return run


def assert_documented(verb: click.Command, result: Mapping[str, Any]) -> None:
    """Every key stands in the command's help, and every key of the help in the result."""
    assert isinstance(verb, Verb)
    for place, keys in verb.keys.items():
        for found in at(result, place):
            if not keys.startswith("("):
                assert set(found) == {key.removesuffix("[]") for key in keys.split()}, f"{verb.name}: {place}"


def at(result: Any, place: str) -> list[Any]:
    """Everything that stands at a place such as ``files[].tables[]``."""
    found = [result]
    for step in filter(None, place.split(".")):
        found = [one[step.removesuffix("[]")] for one in found]
        if step.endswith("[]"):
            found = [item for several in found for item in several]
    return [one for one in found if one is not None]


def verb_of(typed: Sequence[str]) -> click.Command:
    """The verb that a command line types."""
    verb: click.Command = commands
    for word in typed:
        if not isinstance(verb, click.Group):
            break
        found = verb.get_command(click.Context(verb), word)
        assert found is not None
        verb = found
    return verb
