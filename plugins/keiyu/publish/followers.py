"""What follows a release: it is not part of it, and can be made again at any time."""

from keiyu.contract.model import Collection
from keiyu.publish import iceberg, rebased
from keiyu.publish.history import Release
from keiyu.receive.workspace import Workspace


def follow(workspace: Workspace, collection: Collection, release: Release | None) -> None:
    """Bring up to date what follows a collection's last release: its series and, if so set, the Iceberg catalogue.

    Args:
        workspace: the installation.
        collection: which.
        release: what publishing it returned; nothing follows none.

    Raises:
        NoIcebergError: the settings want releases registered, and pyiceberg is not installed.
    """
    if release is None:
        return
    rebased.refresh(workspace, collection.line, collection)
    iceberg.follow(workspace, collection.line)
