"""The recipes of CONTRIBUTING.md, followed to the letter in a project that knows nothing of their line yet.

A fence ``<language> file=<path>`` is written there, ``sh runnable`` is run (``exit=1``: and must end with that
code), and each line of the ``text seen`` after it stands in what the commands said, whatever the spacing.
"""

import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from keiyu.contract import lines

HOME = Path(__file__).resolve().parents[2]
TEXT = (HOME / "CONTRIBUTING.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^(?P<indent> *)```(?P<opening>\S.*)\n(?P<body>(?:.*\n)*?)(?P=indent)```$", re.MULTILINE)
STORAGE = re.search(r"^export KEIYU_STORAGE=(\S+)", TEXT, re.MULTILINE)
OTHERS = ("KEIYU_", "PYTEST_", "PYTHONDONT")
EXAMPLE = "schemas/lines/([a-z_]+)/contract.yaml"


@dataclass(frozen=True)
class Step:
    """A fence that something is done with: where it stands, how it opens, what it holds."""

    line: int
    opening: str
    body: str

    @property
    def path(self) -> str | None:
        """Path of the file that it is; none where it is no file."""
        found = re.search(r" file=(\S+)$", self.opening)
        return found[1] if found else None

    @property
    def exit_code(self) -> int | None:
        """Code with which it must end; none where it is not run."""
        found = re.match(r"sh runnable(?: exit=(\d+))?$", self.opening)
        return int(found[1] or 0) if found else None

    @property
    def seen(self) -> list[str]:
        """What must be seen of the commands before it."""
        return [_spaced(line) for line in self.body.splitlines()] if self.opening == "text seen" else []


def _spaced(text: str) -> str:
    return " ".join(text.split())


def steps(text: str) -> list[Step]:
    return [
        Step(text.count("\n", 0, found.start()) + 1, found["opening"], textwrap.dedent(found["body"]))
        for found in FENCE.finditer(text)
    ]


def recipes(text: str) -> dict[str, list[Step]]:
    parts = re.split(r"^### (\d\. .*)\n", text, flags=re.MULTILINE)
    return {title: steps(body.split("\n### ")[0]) for title, body in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, whose path has a space in it, with the tests that guard what is added."""
    place = tmp_path / "a contributor's project"
    for part in ("schemas", "expectations", "tests"):
        shutil.copytree(HOME / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
    settings = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    library = str(HOME / "plugins")
    (place / "pyproject.toml").write_text(settings.replace('["plugins", "tests"]', f'["{library}", "tests"]'), "utf-8")
    return place


def environment(project: Path, path: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    assert STORAGE, "CONTRIBUTING.md says where the trials' data go"
    return {
        **ours,
        "PATH": path,
        "HOME": str(project),
        "KEIYU_HOME": str(project),
        "KEIYU_STORAGE": STORAGE[1],
        "GX_ANALYTICS_ENABLED": "false",
    }


def follow(step: Step, project: Path, path: str, said: str) -> str:
    """Do what a step says; returns what its commands said, or else what was said before."""
    if step.path:
        file = project / step.path
        assert not file.exists(), f"CONTRIBUTING.md:{step.line}: {step.path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.body, encoding="utf-8")
    if step.exit_code is None:
        unseen = [line for line in step.seen if not re.search(rf"(?<!\S){re.escape(line)}(?!\S)", said)]
        assert unseen == [], f"CONTRIBUTING.md:{step.line}\n{said}"
        return said
    done = subprocess.run(
        ["sh", "-eu", "-c", step.body],
        cwd=project,
        env=environment(project, path),
        capture_output=True,
        text=True,
        timeout=240,
    )
    told = f"CONTRIBUTING.md:{step.line}\n{step.body}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == step.exit_code, told
    return "\n".join(map(_spaced, (done.stdout + done.stderr).splitlines()))


@pytest.mark.timeout(300)
def test_the_recipes_lead_where_they_say(project: Path, keiyu_first: str) -> None:
    said = ""
    for step in steps(TEXT):
        said = follow(step, project, keiyu_first, said)
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said


def test_there_are_four_recipes_and_each_writes_runs_and_shows() -> None:
    told = recipes(TEXT)
    assert [re.sub(r"\d\. Add an? ", "", title) for title in told] == ["line", "layout", "check", "national table"]
    for title, of in told.items():
        assert any(step.path for step in of), title
        assert any(step.exit_code is not None for step in of), title
        assert any(step.seen for step in of), title


def test_a_layout_is_added_by_the_command() -> None:
    [of] = [steps_ for title, steps_ in recipes(TEXT).items() if "layout" in title]
    assert any("keiyu layout accept " in step.body for step in of if step.exit_code == 0)


def written() -> Iterator[str]:
    yield from (step.path for step in steps(TEXT) if step.path)


def test_no_recipe_needs_python() -> None:
    assert {Path(path).suffix for path in written()} == {".csv", ".yaml", ".json", ".sql"}


def test_the_invented_line_is_not_one_of_ours() -> None:
    invented = {found[1] for path in written() if (found := re.match(EXAMPLE, path))}
    assert len(invented) == 1
    assert not invented & set(lines(HOME / "schemas"))
