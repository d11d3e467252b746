"""What contracts say of headers: no text means two things, and the real headers mean what a careful clerk reads."""

from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
import yaml

from keiyu.contract import lines, load
from keiyu.contract.vocabulary import Vocabulary, vocabulary
from keiyu.read import fold
from keiyu.read.labels import Labels

HOME = Path(__file__).resolve().parents[2]
SCHEMAS = HOME / "schemas"
GOLD = sorted((HOME / "tests" / "real" / "gold").glob("[nrv]*/*.yaml"))
LINES = lines(SCHEMAS)
OF_NO_LINE = "nursery_facility"
"""Lists of other kinds of facilities use the identifiers of this line."""


@cache
def words(line: str) -> Vocabulary:
    return vocabulary(load(line, SCHEMAS))


@cache
def labels(line: str) -> tuple[Labels, ...]:
    contract = load(line, SCHEMAS)
    return tuple(Labels(load(name, SCHEMAS)) for name in (line, *contract.also_reads))


def named(line: str, header: str) -> tuple[str, ...]:
    """The fields that a header names, or may name: the whole text, then its levels from the lowest."""
    texts = (header.replace(" / ", ""), *reversed(header.split(" / ")))
    return next((found for text in texts for each in labels(line) if (found := each.match(text))), ())


def not_asked(line: str, header: str) -> bool:
    patterns = [fold.label(text) for text in words(line).not_asked]
    return any(fnmatchcase(fold.label(text), p) for text in header.split(" / ") for p in patterns)


@pytest.mark.parametrize("line", LINES)
def test_no_text_names_two_fields_however_it_is_written(line: str) -> None:
    owners: dict[str, tuple[str, ...]] = {}
    for text, fields in words(line).labels.items():
        assert owners.setdefault(fold.label(text), fields) == fields, text


@pytest.mark.parametrize("line", LINES)
def test_what_decides_nothing_is_no_label_however_it_is_written(line: str) -> None:
    known = {fold.label(text) for text in words(line).labels}
    unsure = {fold.label(text) for text in words(line).ambiguous}
    idle = {fold.label(text) for text in words(line).not_asked}
    assert known & unsure == set()
    assert (known | unsure) & idle == set()


@pytest.mark.parametrize("line", LINES)
def test_a_word_that_rules_a_field_out_is_none_of_its_labels(line: str) -> None:
    for term in words(line).terms.values():
        texts = {fold.label(t) for t in (term.field.label_ja, *term.field.synonyms, *term.field.weak_synonyms)}
        assert not texts & {fold.label(w) for w in term.field.not_synonyms}, term.field.name


@pytest.mark.parametrize("line", LINES)
def test_a_field_that_two_lines_share_is_the_same_in_both(line: str) -> None:
    contract = load(line, SCHEMAS)
    for other in (load(name, SCHEMAS) for name in contract.also_reads):
        for name in contract.fields.keys() & other.fields.keys():
            one, two = contract.fields[name], other.fields[name]
            assert (one.type, one.unit, one.codelist, one.kind) == (two.type, two.unit, two.codelist, two.kind), name


def test_every_identifier_of_the_reader_is_a_field_of_a_line() -> None:
    gold = yaml.safe_load((HOME / "tests" / "real" / "gold" / "gold.json").read_text("utf-8"))
    wanted = set(gold["$defs"]["field"]["enum"])
    nurseries = words("nursery_facility").terms.keys() | load("evacuation_shelter", SCHEMAS).fields.keys()
    assert wanted - nurseries == set()
    assert words("nursery_facility").terms.keys() == words("nursery_vacancy").terms.keys()


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.name)
def test_no_real_header_is_a_label_of_another_field(path: Path) -> None:
    gold = yaml.safe_load(path.read_text("utf-8"))
    line = gold["line"] or OF_NO_LINE
    for column in gold["columns"]:
        found = named(line, column["header"])
        right = {column["field"], *column.get("also", ())}
        if found and not not_asked(line, column["header"]) and column["field"]:
            assert set(found) & right, (column["header"], found)
        if len(found) == 1:
            assert set(found) <= right, (column["header"], found)


def test_nearly_all_real_headers_are_known_by_heart() -> None:
    told: Counter[str] = Counter()
    for path in GOLD:
        gold = yaml.safe_load(path.read_text("utf-8"))
        line = gold["line"] or OF_NO_LINE
        for column in gold["columns"]:
            found = named(line, column["header"])
            kind = "asked" if column["field"] else "idle"
            told[kind] += 1
            told[f"{kind} known"] += bool(found) or (not column["field"] and not_asked(line, column["header"]))
    assert told["asked known"] >= 0.98 * told["asked"]
    assert told["idle known"] >= 0.9 * told["idle"]
