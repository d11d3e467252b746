"""What was promised to readers: each release keeps its contract's interface, and holds the next contract to it."""

from typing import Final

from keiyu.contract.compatibility import require_major
from keiyu.contract.interface import Interface
from keiyu.contract.model import Collection, Contract
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish.history import last_release
from keiyu.receive.workspace import Workspace

INTERFACE: Final = "interface.json"


def keep(workspace: Workspace, contract: Contract) -> None:
    """Refuse a contract that breaks what the line's last release promised, unless its version says so.

    Args:
        workspace: the installation.
        contract: the line's contract as it is now.

    Raises:
        BreakingChangeError: it does, and its major version has not risen.
    """
    former = _former(workspace, contract.line, unless=contract.digest)
    if former is not None:
        require_major(former, Interface.of(contract))


def told(workspace: Workspace, contract: Contract, collection: Collection) -> Interface:
    """Return what a release of a collection promises, with what earlier ones tell of the age of each column."""
    return Interface.of(contract).after(_former(workspace, contract.line), collection.as_of)


def _former(workspace: Workspace, line: str, unless: str | None = None) -> Interface | None:
    """Return the interface of the line's last release of any collection; none where that has a certain digest.

    None is also returned where that release kept none.
    """
    with workspace.ledger.read() as connection:
        last = last_release(connection, ReleaseRow.line == line)
    if last is None or last["contract_digest"] == unless:
        return None
    path = f"{last['path']}/{INTERFACE}"
    return Interface.from_json(workspace.storage.read(path)) if workspace.storage.exists(path) else None
