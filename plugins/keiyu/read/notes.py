"""Collecting findings while a file is read."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

from keiyu.findings import Finding, Place, finding

MOST_ALIKE: Final = 200
"""Findings of one rule for one reporter; more of the same tell nobody anything."""


class Notes:
    """The findings of one file."""

    def __init__(self, schemas: Path, file: str) -> None:
        """Begin an empty list.

        Args:
            schemas: the ``schemas/`` folder, for the texts.
            file: the file's name as sent.
        """
        self.findings: list[Finding] = []
        self._schemas = schemas
        self._file = file
        self._alike: Counter[tuple[str, str | None]] = Counter()

    def add(
        self,
        rule_id: str,
        *,
        sheet: str | None = None,
        cell: str | None = None,
        table: str | None = None,
        field: str | None = None,
        reporter: str | None = None,
        value: str | None = None,
        expected: str | None = None,
        **facts: Any,
    ) -> None:
        """Add a finding.

        Args:
            rule_id: a rule of ``schemas/findings.yaml``.
            sheet: worksheet.
            cell: A1 address.
            table: table of the contract.
            field: field of the contract.
            reporter: whose data it is.
            value: what stands there.
            expected: what would be right.
            **facts: what else the texts name.
        """
        alike = rule_id, reporter
        self._alike[alike] += 1
        if self._alike[alike] > MOST_ALIKE:
            return
        place = Place(file=self._file, sheet=sheet, cell=cell, table=table, field=field, reporter=reporter)
        self.findings.append(finding(self._schemas, rule_id, place, value=value, expected=expected, **facts))

    def take(self, other: "Notes") -> None:
        """Take over the findings of another list of the same file.

        Args:
            other: the other list.
        """
        self.findings.extend(other.findings)
        self._alike.update(other._alike)
