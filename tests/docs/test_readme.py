"""The examples of README.md, run in order as a reader would type them.

A fence that opens with ``sh runnable`` or ``python runnable`` is run; with ``exit=1`` it must end with that code.
All blocks up to ``INDEPENDENT`` share one fresh folder and one fresh installation, in which nothing has happened yet,
and so do those after it: the two halves may run beside each other. What they accept goes into a copy of the project's
documents.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
INDEPENDENT = "### A city's own list"
FENCE = re.compile(r"^```(sh|console|python) runnable(?: exit=(\d+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


PROGRAMS = {
    "sh": ("sh", "-eu", "-c"),
    "console": ("sh", "-eu", "-c"),
    "python": (sys.executable, "-W", "error", "-c"),
}


@dataclass(frozen=True)
class Example:
    """One block of the README: where it stands, who runs what, how it must end."""

    line: int
    program: tuple[str, ...]
    script: str
    exit_code: int


def examples(text: str) -> list[Example]:
    return [
        Example(text.count("\n", 0, found.start()) + 1, PROGRAMS[found[1]], _commands(found[3]), int(found[2] or 0))
        for found in FENCE.finditer(text)
    ]


def _commands(block: str) -> str:
    """Take the commands out of a block; in one with prompts the other lines are output."""
    lines = block.splitlines()
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith(("$ ", "> "))]
    return "\n".join(lines)


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory, keiyu_first: str) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("a reader's folder")
    shutil.copytree(HOME / "data" / "examples", folder / "data" / "examples")
    project = tmp_path_factory.mktemp("a reader's project")
    for part in ("schemas", "expectations"):
        shutil.copytree(HOME / part, project / part)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KEIYU_", "PYTHONDONT"))}
    return {
        **ours,
        "PATH": keiyu_first,
        "HOME": str(folder),
        "PWD": str(folder),
        "KEIYU_HOME": str(project),
        "KEIYU_STORAGE": str(folder / "data"),
        "GX_ANALYTICS_ENABLED": "false",
    }


def test_the_readme_has_examples_that_run() -> None:
    assert examples((HOME / "README.md").read_text(encoding="utf-8")), (
        "README.md has no runnable example; open one with ```sh runnable"
    )


@pytest.mark.parametrize("half", [0, 1], ids=["relay", "a city's list"])
def test_every_example_of_the_readme_runs(environment: dict[str, str], half: int) -> None:
    text = (HOME / "README.md").read_text(encoding="utf-8")
    first = text.count("\n", 0, text.index(INDEPENDENT))
    mine = [example for example in examples(text) if (example.line > first) == bool(half)]
    assert mine
    for example in mine:
        done = subprocess.run(
            [*example.program, example.script],
            cwd=environment["PWD"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        told = f"README.md:{example.line}\n{example.script}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == example.exit_code, told


def test_prompts_and_expected_codes_are_understood() -> None:
    text = "# x\n```console runnable exit=1\n$ keiyu check a.csv\nerror\n$ false\n```\n```sh\nmake demo\n```\n"
    assert examples(text) == [Example(2, PROGRAMS["console"], "keiyu check a.csv\nfalse", 1)]
