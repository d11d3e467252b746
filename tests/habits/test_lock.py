"""The lock files answer for pyproject.toml, name no registry and hold only licences we may use."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HOME = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for name, version in PIN.findall((HOME / lock).read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def wanted(lock: str) -> list[Requirement]:
    texts = list(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        texts += extra
    groups = PROJECT["dependency-groups"]
    texts += groups["build"]
    if lock == "requirements-dev.lock":
        texts += [text for text in groups["dev"] if isinstance(text, str)]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_within_its_bounds(lock: str) -> None:
    pinned = pins(lock)
    for requirement in wanted(lock):
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement} is not in {lock}; run make lock"
        assert all(v in requirement.specifier for v in versions), f"{lock} pins {requirement.name} to {versions}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_registry_is_named(lock: str) -> None:
    text = (HOME / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_development_only_adds_to_the_runtime_lock() -> None:
    runtime, development = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: development.get(name) for name in runtime} == runtime


def licence_of(name: str) -> str | None:
    try:
        data = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [c for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = (data.get("License-Expression"), (data.get("License") or "")[:200])
    return " ".join(part for part in (*stated, *classifiers) if part)


@pytest.mark.parametrize("name", sorted(pins("requirements-dev.lock")))
def test_a_dependency_has_a_licence_we_may_use(name: str) -> None:
    stated = licence_of(name)
    if stated is None:
        return  # locked for another platform or Python
    rules = PROJECT["tool"]["keiyu"]["licences"]
    stated = rules["known"].get(name, stated)
    assert any(word.lower() in stated.lower() for word in rules["allowed"]), f"{name}: {stated or 'no licence named'}"


def test_the_project_is_apache_licensed() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (HOME / "LICENSE").read_text(encoding="utf-8")
