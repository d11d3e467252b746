"""Errors in the middle of a batch: whose fault they are, and what a sender is told of them."""

from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from keiyu.check.model import RuleFailedError
from keiyu.errors import KeiyuError

UNFORESEEN: Final = "KEIYU-315"
"""Code told to a sender whose file made this program stumble."""


def is_nobodys_fault(error: Exception) -> bool:
    """Return whether an error has nothing to do with any file.

    Args:
        error: what ended a batch.
    """
    if isinstance(error, RuleFailedError):
        return False
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, KeiyuError | OSError | MemoryError | OperationalError | InterfaceError)


def code_of(stumble: Exception) -> str:
    """Return what a sender is told of an error: its code and its name, without its text.

    Args:
        stumble: the error.
    """
    own = stumble.code if isinstance(stumble, KeiyuError) else UNFORESEEN
    return f"{own} {type(stumble).__name__}"
