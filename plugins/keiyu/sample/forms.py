"""The shapes in which a report arrives: our template, the national form, flat text in four encodings."""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any, Final

from keiyu.codes.areas import Area
from keiyu.codes.eras import to_wareki
from keiyu.contract import template
from keiyu.contract.model import Contract
from keiyu.sample import national
from keiyu.sample.press import FIRST_MARK, Press
from keiyu.sample.report import Report, Written

MARK_DATE: Final = dt.date(2098, 12, 31)
"""A reference date that no report has; its 和暦 marks the titles."""

_MARKS: Final = {"code": "990000", "prefecture": "％都道府県％", "municipality": "％市区町村％"}
_SUFFIX: Final = {"template": ".xlsx", "national": ".xlsx", "csv": ".csv"}


class Forms:
    """Every shape of one line's reports, ready to print."""

    def __init__(self, contract: Contract, words: Mapping[str, Any]) -> None:
        """Render the forms once.

        Args:
            contract: the line.
            words: the part ``forms`` of the line's sample model.
        """
        self._contract = contract
        self._words = words
        self._measures = [f for t in contract.tables for f in t.measures]
        figures = {FIRST_MARK + i: field.name for i, field in enumerate(self._measures)}
        values = {name: mark for mark, name in figures.items()}
        marks = {_MARKS["code"]: "code", _MARKS["prefecture"]: "prefecture", _MARKS["municipality"]: "municipality"}
        marks[to_wareki(MARK_DATE)] = "date"
        form = template.render(contract, reporter=_marked(), as_of=MARK_DATE, values=values)
        names = {**_MARKS, "date": to_wareki(MARK_DATE)}
        published = national.render(contract, words["national"], values, names)
        self._presses = {"template": Press(form, figures, marks), "national": Press(published, figures, marks)}

    def file(self, report: Report) -> bytes:
        """Return the file that a report is sent as."""
        if report.shape == "csv":
            return self._csv(report)
        values: dict[str, Written] = {
            **report.written,
            "code": report.code,
            "prefecture": report.reporter.prefecture_name,
            "municipality": report.reporter.name,
            "date": to_wareki(report.as_of),
        }
        return self._presses[report.shape].print(values, report.saved)

    def name(self, report: Report) -> str:
        """Return the file's name as its sender gives it."""
        era = to_wareki(report.as_of)
        stem = report.name.format(
            line=self._contract.name_ja,
            prefecture=report.reporter.prefecture_name,
            municipality=report.reporter.name,
            wareki=era,
            short=_short(report.as_of),
            ymd=f"{report.as_of:%Y%m%d}",
        )
        return f"{stem}{report.note}{_SUFFIX[report.shape]}"

    def _csv(self, report: Report) -> bytes:
        place = {
            "area_code": report.code,
            "prefecture": report.reporter.prefecture_name,
            "municipality": report.reporter.name,
        }
        keys = [f for f in self._contract.tables[0].fields if f.name in place]
        fields = [*keys, *self._measures]
        labelled = report.header == "label"
        cells = {**place, **report.written}
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([f.label_ja if labelled else f.name for f in fields])
        writer.writerow([cells[f.name] for f in fields])
        return text.getvalue().encode(report.encoding)


def _short(date: dt.date) -> str:
    """Return a date as clerks abbreviate it, e.g. R7.4.1 (令和 only: samples are of our time)."""
    return f"R{date.year - 2018}.{date.month}.{date.day}"


def _marked() -> Area:
    return Area(
        code=_MARKS["code"][:5],
        code6=_MARKS["code"],
        name=_MARKS["municipality"],
        kana="",
        kind="city",
        prefecture_code="99",
        prefecture_name=_MARKS["prefecture"],
        parent=None,
        valid_from=dt.date.min,
        valid_to=None,
    )
