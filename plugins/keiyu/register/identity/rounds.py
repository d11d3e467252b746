"""Recognising whatever waits for it, in every line: what the intake does when its queue is empty."""

import logging

from keiyu.receive.workspace import Workspace
from keiyu.register.identity.policy import load
from keiyu.register.identity.recording import Identified, identify

_log = logging.getLogger(__name__)


def recognise(workspace: Workspace) -> dict[str, Identified]:
    """Give an identity to every accepted row that waits for one, registers before the lines that refer to them.

    What was accepted stays accepted: a line that cannot be recognised is told in the log, and waits for the next round.

    Args:
        workspace: the installation.

    Returns:
        Line → what was recognised, of the lines where anything was.
    """
    done: dict[str, Identified] = {}
    for line in sorted(workspace.lines, key=lambda line: (_is_referring(workspace, line), line)):
        try:
            found = identify(workspace, line)
        except Exception:
            _log.exception("the facilities of %s could not be recognised", line)
        else:
            if found.entries:
                done[line] = found
    return done


def _is_referring(workspace: Workspace, line: str) -> bool:
    """Return whether a line's rows are facilities of another line's register; such a line comes last."""
    try:
        policy = load(workspace.contract(line), workspace.settings.schemas)
    except Exception:  # told when the line's turn comes
        return True
    return policy is not None and policy.register != line
