"""CHANGELOG.md tells callers and readers apart, in every release, and knows the version of today."""

import re
import tomllib
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
RELEASES = re.split(r"^## ", (HOME / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def test_every_release_tells_what_changed_in_the_code_and_what_in_the_data() -> None:
    for release in RELEASES:
        version, *sections = re.split(r"^### ", release, flags=re.MULTILINE)
        assert [section.partition("\n")[0] for section in sections] == ["Code changes", "Data changes"], version
        for section in sections:
            lines = section.strip().splitlines()[2:]
            assert lines and all(line.startswith("- ") and len(line) <= 120 for line in lines), version


def test_the_newest_release_is_the_version_of_the_project() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.match(rf"{re.escape(project['version'])} — (unreleased|\d{{4}}-\d{{2}}-\d{{2}})\n", RELEASES[0])
