"""One look at the DAGs by a real Airflow, shared by all tests of this tier."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def seen(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What ``airflow_probe.py`` saw, in an Airflow home that is thrown away."""
    pytest.importorskip("airflow")
    place = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "KEIYU"))} | {
        "AIRFLOW_HOME": str(place),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{place}/airflow.db",
        "KEIYU_STORAGE": str(place / "data"),
    }
    probe = Path(__file__).with_name("airflow_probe.py")
    done = subprocess.run([sys.executable, str(probe)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
