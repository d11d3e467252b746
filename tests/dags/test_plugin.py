"""Airflow's plugin loader sees one file, and the standard library stays what it was."""

import subprocess
import sys
from pathlib import Path


def test_the_plugin_loads_without_errors_in_both_loaders(seen):
    assert seen["plugins"]["errors"] == {}
    assert seen["plugins"]["sdk_errors"] == {}
    assert "keiyu" in seen["plugins"]["names"]
    assert "keiyu" in seen["plugins"]["sdk_names"]


def test_the_standard_library_is_untouched(seen):
    assert seen["plugins"]["replaced"] == []


def _executed_by_airflow(plugins: Path) -> list[Path]:
    ignored = {line.strip("/") for line in (plugins / ".airflowignore").read_text(encoding="utf-8").split()}
    return [path for path in plugins.rglob("*.py") if path.relative_to(plugins).parts[0] not in ignored]


def test_one_file_only_is_executed_by_airflow(home: Path):
    assert _executed_by_airflow(home / "plugins") == [home / "plugins" / "keiyu_plugin.py"]


def test_no_file_that_airflow_executes_is_named_like_the_standard_library(home: Path):
    assert not {path.stem for path in _executed_by_airflow(home / "plugins")} & sys.stdlib_module_names


def test_a_second_copy_is_refused(home: Path, tmp_path: Path):
    """A package of the same name earlier on the path would run other code than the files beside the plugin."""
    (tmp_path / "keiyu_plugin.py").write_bytes((home / "plugins" / "keiyu_plugin.py").read_bytes())
    code = "import keiyu_plugin; keiyu_plugin.KeiyuPlugin.on_load()"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={"PYTHONPATH": str(tmp_path), "AIRFLOW_HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "KEIYU-253" in done.stderr
