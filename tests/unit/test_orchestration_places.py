"""State of a stack: private, made once, and never in the way of another."""

import socket

from keiyu.orchestration import airflow_env, postgres
from keiyu.orchestration.places import Places, choose_ports, load_secrets, read_status, write_private
from keiyu.settings import Settings


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    places = Places(tmp_path / "state")
    places.make()
    first = load_secrets(places)
    assert load_secrets(places) == first
    assert places.secrets.stat().st_mode & 0o777 == 0o600
    assert len({first.admin, first.postgres, first.jwt, first.session, first.fernet}) == 5


def test_a_private_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.json"
    for text in ("1", "2"):
        write_private(path, text)
    assert path.read_text() == "2"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stack_that_never_ran_has_no_status(tmp_path):
    assert read_status(Places(tmp_path)) == {}


def test_a_taken_port_is_replaced_by_a_free_one():
    usual = choose_ports()["api"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", usual))
        taken.listen()
        assert choose_ports()["api"] != usual


def test_the_environment_hides_the_callers_own_airflow(tmp_path, home, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", "/elsewhere/dags")
    monkeypatch.setenv("KEIYU_DATABASE_URL", "postgresql://elsewhere")
    places = Places(tmp_path)
    places.make()
    settings = Settings(home=home, storage=str(tmp_path))
    told = airflow_env.variables(settings, places, {"api": 1, "postgres": 2}, load_secrets(places))
    assert told["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert told["AIRFLOW__CORE__DAGS_FOLDER"] == str(home / "dags")
    assert "@127.0.0.1:2/keiyu" in told["KEIYU_DATABASE_URL"]
    assert told["GX_ANALYTICS_ENABLED"] == "false"
    assert not [name for name, value in told.items() if "elsewhere" in value]


def test_no_component_opens_a_log_server_on_every_interface():
    """Airflow's log servers bind all interfaces and cannot be told otherwise."""
    for name in ("scheduler", "triggerer"):
        assert "--skip-serve-logs" in airflow_env.COMPONENTS[name].arguments


def test_the_lock_of_a_server_that_died_is_forgotten(tmp_path):
    places = Places(tmp_path)
    places.make()
    lock = places.postgres / "postmaster.pid"
    lock.write_text("1\n/somewhere\n")
    postgres.forget_dead_server(places)
    assert not lock.exists(), "process 1 is no PostgreSQL server"
