"""What the tests of the kinds of values read with: the symbols of a register, all code lists, the area table."""

import datetime as dt
from functools import cache
from pathlib import Path

from keiyu.codes.areas import load as load_areas
from keiyu.contract import codelists
from keiyu.contract.model import Symbol
from keiyu.read.kinds import Terms

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
SYMBOLS = (
    Symbol(("",), "not_submitted", None),
    Symbol(("-", "－", "ー", "―"), "none", None),
    Symbol(("なし", "無し"), "none", None),
    Symbol(("*", "／"), "not_applicable", None),
    Symbol(("…", "不明", "NA"), "unknown", None),
    Symbol(("x", "非公表"), "suppressed", None),
)


@cache
def terms(codelist: str = "ownerships") -> Terms:
    """The terms of a field with a unit of 人 and a code list."""
    return Terms.of(
        SCHEMAS,
        symbols=SYMBOLS,
        negative=("△", "▲"),
        unit="人",
        codes=codelists.load(codelist, SCHEMAS),
        areas=load_areas(SCHEMAS),
        at=dt.date(2025, 4, 1),
    )
