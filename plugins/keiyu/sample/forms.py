"""The shapes in which a report arrives: our template, the national form, flat text in four encodings."""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any, Final

from keiyu.codes.eras import to_wareki
from keiyu.contract import template
from keiyu.contract.model import Contract
from keiyu.sample.national import NationalForm
from keiyu.sample.report import Report

_SUFFIX: Final = {"template": ".xlsx", "national": ".xlsx", "csv": ".csv"}


class Forms:
    """Every shape of one line's reports."""

    def __init__(self, contract: Contract, words: Mapping[str, Any]) -> None:
        """Make the forms ready.

        Args:
            contract: the line.
            words: the part ``forms`` of the line's sample model.
        """
        self._contract = contract
        self._national = NationalForm(contract, words["national"])
        self._measures = [f for t in contract.tables for f in t.measures]

    def file(self, report: Report) -> bytes:
        """Return the file that a report is sent as."""
        if report.shape == "csv":
            return self._csv(report)
        area = report.reporter
        if report.shape == "national":
            return self._national.fill(report.written, area.prefecture_name, area.name, to_wareki(report.as_of))
        values = {self._contract.respondents.field: report.code, **report.written}
        return template.render(self._contract, reporter=area, as_of=report.as_of, values=values)

    def name(self, report: Report) -> str:
        """Return the file's name as its sender gives it."""
        stem = report.name.format(
            line=self._contract.name_ja,
            prefecture=report.reporter.prefecture_name,
            municipality=report.reporter.name,
            wareki=to_wareki(report.as_of),
            short=_short(report.as_of),
            ymd=f"{report.as_of:%Y%m%d}",
        )
        return f"{stem}{report.note}{_SUFFIX[report.shape]}"

    def _csv(self, report: Report) -> bytes:
        cells = {
            self._contract.respondents.field: report.code,
            "prefecture": report.reporter.prefecture_name,
            "municipality": report.reporter.name,
            **report.written,
        }
        first = [f for f in self._contract.tables[0].fields if not f.dimensions and f.name in cells]
        fields = [*first, *self._measures]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([f.label_ja if report.header == "label" else f.name for f in fields])
        writer.writerow([cells[f.name] for f in fields])
        return text.getvalue().encode(report.encoding)


def _short(date: dt.date) -> str:
    """Return a date as clerks abbreviate it, e.g. R7.4.1 (令和: a sample is of our time)."""
    return f"R{date.year - 2018}.{date.month}.{date.day}"
