"""Every command speaks both languages, answers --json, and documents its keys and exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from keiyu.cli import main
from keiyu.cli.app import COMMANDS, EXIT_CODES, commands
from keiyu.cli.family import Family
from keiyu.cli.verb import Verb
from keiyu.errors import ConfigurationError, IntegrityError, UserError
from ministry import APRIL

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
ENGLISH = re.compile(r"[A-Za-z]{3}")


def help_of(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert main([*args, "--help"]) == 0
    return capsys.readouterr().out


def command(name: str) -> Verb:
    found: click.Command | None = commands
    for word in name.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert isinstance(found, Verb)
    return found


def verbs() -> Iterator[str]:
    for name in COMMANDS:
        found = commands.get_command(click.Context(commands), name)
        yield from (f"{name} {word}" for word in found.commands) if isinstance(found, Family) else (name,)


VERBS = tuple(verbs())
FAMILIES = sorted({verb.split()[0] for verb in VERBS if " " in verb})


def options(name: str) -> Iterator[click.Option]:
    yield from (p for p in command(name).params if isinstance(p, click.Option))


@pytest.mark.parametrize("name", [*VERBS, *FAMILIES])
def test_a_command_explains_itself_in_japanese_and_then_in_english(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line.strip() for line in help_of(capsys, *name.split()).splitlines() if line.strip()][1:3]
    assert JAPANESE.search(lines[0])
    assert ENGLISH.search(lines[1])
    assert not JAPANESE.search(lines[1])


@pytest.mark.parametrize("name", VERBS)
def test_every_option_and_argument_has_help_in_both_languages(name: str) -> None:
    texts = {p.opts[0]: p.help or "" for p in options(name)}
    texts |= dict(command(name).arguments)
    for parameter, text in texts.items():
        japanese, _, english = text.removeprefix("\b\n").partition("\n")
        assert JAPANESE.search(japanese), parameter
        assert ENGLISH.search(english), parameter


@pytest.mark.parametrize("name", VERBS)
def test_every_argument_is_documented(name: str) -> None:
    written = {
        p.make_metavar(click.Context(command(name))) for p in command(name).params if p.param_type_name == "argument"
    }
    assert {w.removesuffix("...") for w in written} == {m.removesuffix("...") for m, _ in command(name).arguments}


@pytest.mark.parametrize("name", VERBS)
def test_every_command_answers_json_and_documents_its_keys(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert {"--json", "--debug"} <= {flag for p in options(name) for flag in p.opts}
    assert command(name).keys
    told = help_of(capsys, *name.split())
    assert all(word in told for keys in command(name).keys.values() for word in keys.split())


def test_the_group_lists_every_command_exit_code_and_variable(capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of(capsys)
    assert all(re.search(rf"^  {name} ", told, re.MULTILINE) for name in COMMANDS)
    assert all(re.search(rf"^  {code} +{ja} / {en}$", told, re.MULTILINE) for code, ja, en in EXIT_CODES)
    assert "KEIYU_HOME" in told
    assert told.index("経由調査の報告ファイル") < told.index("Receive the files of relay surveys")


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_lists_its_verbs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of(capsys, name)
    assert all(
        re.search(rf"^  {verb.split()[1]} ", told, re.MULTILINE) for verb in VERBS if verb.startswith(f"{name} ")
    )


def test_documented_exit_codes_are_those_of_the_errors() -> None:
    documented = {int(code) for code, _, _ in EXIT_CODES}
    assert {e.exit_code for e in (UserError, ConfigurationError, IntegrityError)} == {2, 3, 4}
    assert {0, 1, 2, 3, 4} <= documented


HEAVY = {"great_expectations", "pandas", "numpy", "scipy", "pyarrow", "duckdb", "httpx", "splink", "xlsxwriter"}
LIGHT = {
    "--help": HEAVY | {"sqlalchemy", "rich", "jsonschema"},
    "lines": HEAVY | {"sqlalchemy"},
    "status": HEAVY,
    f"open {APRIL}": HEAVY,
    f"status {APRIL}": HEAVY,
    f"extend {APRIL} 131016 --until 2025-05-30 --reason 豪雨": HEAVY,
    f"hops {APRIL}": HEAVY,
}
"""Command line → libraries that it has no use for, and so must not wait for."""


def test_a_verb_waits_for_no_library_that_it_does_not_use(small: Path, tmp_path: Path) -> None:
    environment = os.environ | {"KEIYU_HOME": str(small), "KEIYU_STORAGE": str(tmp_path)}
    for line, needless in LIGHT.items():
        probe = (
            f"import sys\nfrom keiyu.cli import main\ncode = main({line.split()!r})\n"
            f"sys.exit(code or ', '.join({needless!r} & set(sys.modules)) or 0)"
        )
        done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, env=environment)
        assert (line, done.returncode, done.stderr) == (line, 0, "")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["template", "nothing"], "KEIYU-101"),
        (["template"], "KEIYU-110"),
        (["nothing"], "KEIYU-110"),
        (["open", "nothing"], "KEIYU-102"),
        (["template", "--as-of", "someday", "x"], "KEIYU-110"),
    ],
)
def test_a_mistake_is_told_in_both_languages_without_a_traceback(
    args: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    told = capsys.readouterr()
    assert told.out == ""
    japanese, english = told.err.splitlines()
    assert japanese.startswith(f"{code}: ")
    assert JAPANESE.search(japanese)
    assert ENGLISH.search(english)


@pytest.mark.parametrize(
    ("args", "japanese"),
    [
        (["inspect", "四月.csv"], "「四月.csv」が見つかりません"),
        (["inspct"], "「inspct」というコマンドはありません"),
        (["inspect", "--lin", "x", __file__], "--lin という指定はありません"),
        (["inspect"], "FILE を指定してください"),
        (["check", __file__, "--as-of", "someday"], "--as-of の値が正しくありません"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_japanese(
    args: list[str], japanese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert capsys.readouterr().err.startswith(f"KEIYU-110: コマンドの使い方に誤りがあります: {japanese}")


def test_a_mistake_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "nothing", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert set(error) == {"code", "ja", "en", "attrs"}
    assert error["attrs"]["line"] == "nothing"


def test_debug_adds_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "nothing", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_defect_is_no_users_mistake(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("keiyu.cli.forms._line", broken)
    assert main(["lines"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err
