"""Where one running stack keeps its state: folders, secrets and ports under ``.run/<name>/``."""

import base64
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

LOOPBACK: Final = "127.0.0.1"
USER: Final = "admin"
_DEFAULT_PORTS: Final = {"api": 8080, "postgres": 5442}


@dataclass(frozen=True)
class Places:
    """The folder of one stack and what lies in it.

    Attributes:
        root: ``.run/<name>`` of the project.
    """

    root: Path

    @property
    def airflow(self) -> Path:
        """Airflow's home; nothing of it is ever written to ``~/airflow``."""
        return self.root / "airflow"

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "logs"

    @property
    def status(self) -> Path:
        """What the supervisor last said of itself, as JSON."""
        return self.root / "status.json"

    @property
    def lock(self) -> Path:
        """Held by the living supervisor; two of them cannot share one state."""
        return self.root / "supervisor.lock"

    @property
    def environment(self) -> Path:
        """Shell lines that point the command line at this stack; readable by the owner only."""
        return self.root / "env"

    @property
    def passwords(self) -> Path:
        """Password of the one user of the web interface."""
        return self.root / "passwords.json"

    @property
    def secrets(self) -> Path:
        """Keys and passwords, made once; readable by the owner only."""
        return self.root / "secrets.json"

    @property
    def mark(self) -> str:
        """Value of ``KEIYU_STACK`` in every process of this stack, by which orphans are known."""
        return str(self.root.resolve())

    def make(self) -> None:
        """Make the folders; their owner alone may enter."""
        for folder in (self.root, self.airflow, self.logs, self.postgres):
            folder.mkdir(parents=True, exist_ok=True)
        self.airflow.chmod(0o700)
        self.logs.chmod(0o700)


@dataclass(frozen=True)
class Secrets:
    """What nobody has to type and nobody else may read.

    Attributes:
        admin: password of the web interface's one user.
        postgres: password of the database's one role.
        jwt: key with which Airflow's components sign their tokens.
        session: key of the web interface's cookies.
        fernet: key with which Airflow encrypts stored connections.
    """

    admin: str
    postgres: str
    jwt: str
    session: str
    fernet: str


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    partial.replace(path)


def load_secrets(places: Places) -> Secrets:
    """Return the stack's secrets, made on first use."""
    if not places.secrets.exists():
        made = Secrets(
            admin=secrets.token_urlsafe(12),
            postgres=secrets.token_urlsafe(24),
            jwt=secrets.token_urlsafe(64),
            session=secrets.token_urlsafe(32),
            fernet=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        )
        write_private(places.secrets, json.dumps(asdict(made)))
    return Secrets(**json.loads(places.secrets.read_text(encoding="utf-8")))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def choose_ports() -> dict[str, int]:
    """Return a free port on loopback for each server: the usual one, or any when that is taken."""
    return {name: usual if _is_free(usual) else _any_free_port() for name, usual in _DEFAULT_PORTS.items()}


def read_status(places: Places) -> dict[str, Any]:
    """Return what the supervisor last wrote, or nothing."""
    try:
        found: dict[str, Any] = json.loads(places.status.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
