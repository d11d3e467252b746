"""What may not be written where: surveys' names in Python, hollow places, dumping grounds."""

import re
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LINES = sorted(p.name for p in (HOME / "schemas" / "lines").iterdir() if p.is_dir())


def grep(pattern: str, *folders: str) -> str:
    found = subprocess.run(
        ["git", "grep", "--untracked", "-nIE", pattern, "--", *folders], cwd=HOME, capture_output=True, text=True
    )
    return found.stdout


@pytest.mark.parametrize("line", LINES)
def test_no_surveys_name_in_python(line: str) -> None:
    assert grep(line, "plugins", "dags") == ""


def test_nothing_is_left_unfinished() -> None:
    assert grep(r"TODO|FIXME|raise NotImplementedError|assert True", "plugins", "dags") == ""


def test_no_dumping_ground() -> None:
    names = [p.stem for p in (HOME / "plugins").rglob("*.py")] + [p.name for p in (HOME / "plugins").rglob("*/")]
    assert not [n for n in names if re.fullmatch(r"(utils?|helpers?|common|misc)", n)]


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Python before 3.11.5 misreads them where the group itself can go back (its issue 106052)."""
    assert grep(r"\)([*+?]|\{[0-9,]*\})\+|\(\?>", "plugins") == ""
