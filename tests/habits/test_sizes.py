"""The size limits that keep the house legible."""

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LIMITS = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["keiyu"]["limits"]
EXCEPTIONS: dict[str, str] = LIMITS["exceptions"]


def modules() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "plugins/*.py", "dags/*.py", "tests/*.py"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [HOME / name for name in listed if name and (HOME / name).is_file()]


def excess(path: Path) -> set[str]:
    """Names of what is over its limit in one module, the module itself included."""
    name, text = str(path.relative_to(HOME)), path.read_text(encoding="utf-8")
    limit = LIMITS["dag_lines"] if name.startswith("dags/") else LIMITS["module_lines"]
    over = {name} if len(text.splitlines()) > limit else set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LIMITS["function_lines"]:
                over.add(f"{name}::{node.name}")
    return over


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOME)))
def test_a_module_and_its_functions_fit_their_limits(path: Path) -> None:
    assert excess(path) - set(EXCEPTIONS) == set()


def test_no_exception_outlives_its_reason() -> None:
    assert set(EXCEPTIONS) <= {name for path in modules() for name in excess(path)}
