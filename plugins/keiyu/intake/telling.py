"""Findings of the intake itself: what it has to say of a file as a whole."""

from pathlib import Path

from keiyu.findings import Finding, Place, finding
from keiyu.ledger.claims import Claimed


def say(schemas: Path, rule: str, one: Claimed, **facts: object) -> Finding:
    """Return a finding about a file.

    Args:
        schemas: the ``schemas/`` folder.
        rule: rule id.
        one: the submission.
        **facts: what the rule's texts name.
    """
    texts = {name: None if fact is None else str(fact) for name, fact in facts.items()}
    return finding(schemas, rule, Place(file=one.filename), **texts)
