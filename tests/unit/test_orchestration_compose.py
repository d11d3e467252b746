"""The production shape: what a reader of ``docker-compose.yml`` may rely on, without an engine to run it."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from keiyu.orchestration import airflow_env
from keiyu.orchestration.places import Places, load_secrets
from keiyu.settings import Settings

ONCE = "init"


@pytest.fixture(scope="module")
def text(home: Path) -> str:
    return (home / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text):
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def airflow_options() -> set[str]:
    """Every option that the installed Airflow knows, as environment variables."""
    spec = find_spec("airflow")
    if spec is None or spec.origin is None:
        pytest.skip("Airflow is not installed")
    known = yaml.safe_load((Path(spec.origin).parent / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    return {f"AIRFLOW__{section}__{name}".upper() for section, told in known.items() for name in told["options"]}


def test_it_has_every_component_with_the_same_command_as_the_laptop(compose):
    services = compose["services"]
    assert set(services) == {"postgres", ONCE, *airflow_env.COMPONENTS}
    for name, component in airflow_env.COMPONENTS.items():
        wanted = ["airflow", *component.arguments]
        assert services[name]["command"][: len(wanted)] == wanted


def test_it_publishes_on_loopback_only(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_service_that_stays_is_watched_and_restarted(compose):
    for name, service in compose["services"].items():
        if name != ONCE:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_everything_named_is_declared(compose, home):
    for service in compose["services"].values():
        assert {one["source"] for one in service.get("configs", [])} <= set(compose["configs"])
        for mount in service["volumes"]:
            if mount["type"] == "volume":
                assert mount["source"] in compose["volumes"]
            elif not mount["source"].startswith("${"):
                assert (home / mount["source"]).is_dir(), mount
                assert mount["read_only"], mount


def test_no_secret_has_a_default(text):
    secrets = set(re.findall(r"\$\{(KEIYU_\w+(?:SECRET|KEY))", text))
    required = set(re.findall(r"\$\{(KEIYU_\w+):\?", text))
    assert secrets == required != set()


def test_every_option_is_one_that_airflow_knows(compose, airflow_options):
    told = {name for name in compose["services"]["scheduler"]["environment"] if name.startswith("AIRFLOW__")}
    assert told - airflow_options == set()


def test_every_option_of_the_laptop_is_one_that_airflow_knows(home, tmp_path, airflow_options):
    places = Places(tmp_path)
    places.make()
    settings = Settings(home=home, storage=str(tmp_path))
    told = airflow_env.variables(settings, places, {"api": 1, "postgres": 2}, load_secrets(places))
    assert {name for name in told if name.startswith("AIRFLOW__")} - airflow_options == set()


def test_every_setting_is_one_that_keiyu_knows(compose):
    known = {f"KEIYU_{name}".upper() for name in Settings.model_fields}
    told = {name for name in compose["services"]["scheduler"]["environment"] if name.startswith("KEIYU_")}
    assert told - known == set()


def test_reminders_have_addresses_and_a_way_out(compose, text):
    environment = compose["services"]["scheduler"]["environment"]
    assert environment["KEIYU_DIRECTORY"] == f"{environment['KEIYU_STORAGE']}/directory.csv"
    assert environment["AIRFLOW_CONN_SMTP_DEFAULT"] == "${KEIYU_SMTP:-}"
    example = re.search(r"#   KEIYU_SMTP='(.*)'", text)
    assert example is not None
    told = json.loads(example[1])
    assert told["conn_type"] == "smtp"
    assert told["extra"]["from_email"]
