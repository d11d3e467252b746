"""Airflow's configuration, as environment variables of the stack's processes.

Measured reasons (Airflow 3.3.2): an idle sleep of 0.1 s starts a task 0.3 s after its event instead
of 1–2 s; without the pre-import of Great Expectations each task would pay six seconds for it; a process that
watches over a task often overlooks its end until the next heartbeat, by default five seconds later, and takes
no other task meanwhile: hence a heartbeat each second, and more places than tasks at work;
Airflow's log servers bind every interface and cannot be told otherwise, so they are not started —
on one host the api-server reads the same log files.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keiyu.orchestration import postgres
from keiyu.orchestration.places import LOOPBACK, USER, Places, Secrets, write_private
from keiyu.orchestration.processes import MARK, UNTITLED
from keiyu.settings import Settings


@dataclass(frozen=True)
class Component:
    """One of Airflow's long-running processes.

    Attributes:
        arguments: what follows ``airflow`` on its command line.
        patience: seconds it is given to end. Only a scheduler has tasks to wait for; a triggerer
            sometimes spins for ten seconds after its runner has ended, and has nothing to lose.
    """

    arguments: tuple[str, ...]
    patience: float = 3.0


COMPONENTS: Final = {
    "api-server": Component(("api-server",)),
    "scheduler": Component(("scheduler", "--skip-serve-logs"), patience=15.0),
    "dag-processor": Component(("dag-processor",)),
    "triggerer": Component(("triggerer", "--skip-serve-logs")),
}
_FOREIGN: Final = ("AIRFLOW", "KEIYU_DATABASE_URL", "KEIYU_DOORBELL_", "PYTHONPATH")
_LOCAL_SETTINGS: Final = '''\
"""Written by Keiyu at each start: the scheduler imports once what every forked task will need."""

import sys

if "scheduler" in sys.argv:
    import keiyu.orchestration.preload  # noqa: F401
'''


def api_url(ports: Mapping[str, int]) -> str:
    """Return the address of the web interface and its API."""
    return f"http://{LOOPBACK}:{ports['api']}"


def write_files(places: Places, secrets: Secrets) -> None:
    """Write the files that Airflow wants as files: the password and the local settings."""
    write_private(places.passwords, f'{{"{USER}": "{secrets.admin}"}}')
    config = places.airflow / "config"
    config.mkdir(exist_ok=True)
    (config / "airflow_local_settings.py").write_text(_LOCAL_SETTINGS, encoding="utf-8")


def keiyu_variables(settings: Settings, ports: Mapping[str, int], secrets: Secrets) -> dict[str, str]:
    """Return the ``KEIYU_`` variables that point any process at this stack."""
    return {
        "KEIYU_HOME": str(settings.home),
        "KEIYU_STORAGE": settings.storage,
        "KEIYU_DROP": settings.drop,
        "KEIYU_DATABASE_URL": postgres.url(ports["postgres"], secrets.postgres, "keiyu"),
        "KEIYU_DOORBELL_URL": api_url(ports),
        "KEIYU_DOORBELL_USER": USER,
        "KEIYU_DOORBELL_PASSWORD": secrets.admin,
    }


def variables(settings: Settings, places: Places, ports: Mapping[str, int], secrets: Secrets) -> dict[str, str]:
    """Return the whole environment of the stack's processes.

    Args:
        settings: the installation; its home, storage and drop are handed on.
        places: state of the stack.
        ports: port of each server.
        secrets: keys and passwords.

    Returns:
        The caller's environment without its own Airflow settings, and ours on top.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    options = {
        ("core", "dags_folder"): str(settings.home / "dags"),
        ("core", "plugins_folder"): str(settings.home / "plugins"),
        ("core", "load_examples"): "False",
        ("core", "dags_are_paused_at_creation"): "False",
        ("core", "default_timezone"): "Asia/Tokyo",
        ("core", "executor"): "LocalExecutor",
        ("core", "parallelism"): "8",
        ("core", "fernet_key"): secrets.fernet,
        ("core", "simple_auth_manager_users"): f"{USER}:admin",
        ("core", "simple_auth_manager_passwords_file"): str(places.passwords),
        ("core", "execution_api_server_url"): f"{api_url(ports)}/execution/",
        ("api", "host"): LOOPBACK,
        ("api", "port"): str(ports["api"]),
        ("api", "base_url"): api_url(ports),
        ("api", "secret_key"): secrets.session,
        ("api", "workers"): "1",
        ("api_auth", "jwt_secret"): secrets.jwt,
        ("database", "sql_alchemy_conn"): postgres.url(ports["postgres"], secrets.postgres, "airflow"),
        ("database", "sql_alchemy_conn_async"): postgres.url(ports["postgres"], secrets.postgres, "airflow", "asyncpg"),
        ("logging", "base_log_folder"): str(places.logs / "tasks"),
        ("logging", "dag_processor_child_process_log_directory"): str(places.logs / "dag-processor"),
        ("logging", "colored_console_log"): "False",
        ("scheduler", "scheduler_idle_sleep_time"): "0.1",
        ("workers", "min_heartbeat_interval"): "1",
        ("dag_processor", "refresh_interval"): "10",
        ("dag_processor", "dag_version_inflation_check_level"): "off",
    }
    airflow = {f"AIRFLOW__{section}__{option}".upper(): value for (section, option), value in options.items()}
    ours = {"AIRFLOW_HOME": str(places.airflow), "GX_ANALYTICS_ENABLED": "false", MARK: places.mark, UNTITLED: "1"}
    return {**inherited, **airflow, **keiyu_variables(settings, ports, secrets), **ours}
