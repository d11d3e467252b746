"""Every name by which a line's files call their columns: its own fields' and those of the lines it also reads.

A list of nurseries carries the children waiting, a table of vacancies carries addresses. Each column has
one line in which its values are rows; a file of one line may name columns of both. A field that two
lines share under one identifier is one field here, with the labels of both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from keiyu.contract.loader import load
from keiyu.contract.model import Contract, Field
from keiyu.contract.wording import Ambiguity, Composition


@dataclass(frozen=True)
class Term:
    """A field as files name it.

    Attributes:
        field: the field, with the labels of every line that shares it.
        line: the line whose rows it forms.
        tables: the tables of that line that have it, in order.
    """

    field: Field
    line: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The names of columns that a line's files may hold. Texts are as written; a reader folds them.

    Attributes:
        line: the line whose files are read.
        terms: field → term; the line's own fields first.
        labels: text → the field that it names; several where the line itself has two of that name. What the line
            itself says of a text wins over what other lines say of it, and firm labels win over weak ones.
        ambiguous: text → what it may mean. No such text is in ``labels``.
        compositions: families of columns named by codes, the line's own first. Those of other lines leave nothing
            unsaid: in a list of facilities a bare age does not tell what is counted.
        not_asked: labels of columns that no line asks for, ``*`` standing for any text; none of them is a label.
    """

    line: str
    terms: Mapping[str, Term]
    labels: Mapping[str, tuple[str, ...]]
    ambiguous: Mapping[str, Ambiguity]
    compositions: tuple[Composition, ...]
    not_asked: tuple[str, ...]


def vocabulary(contract: Contract) -> Vocabulary:
    """Collect the names of columns that a line's files may hold.

    Args:
        contract: the line.

    Returns:
        Its vocabulary; make it once for each version of a line (``contract.digest``).

    Raises:
        ContractError: a line that it also reads is wrong.
    """
    others = [load(line, contract.folder.parents[1]) for line in contract.also_reads]
    terms: dict[str, Term] = {}
    labels: dict[str, tuple[str, ...]] = {}
    ambiguous: dict[str, Ambiguity] = {}
    not_asked: dict[str, None] = {}
    for each in (contract, *others):
        for name, term in _terms(each).items():
            terms[name] = _merged(terms[name], term) if name in terms else term
        known = {*labels, *ambiguous, *not_asked}
        unsure = {text: item for t in each.tables for item in t.wording.ambiguous for text in item.labels}
        ambiguous |= {text: item for text, item in unsure.items() if text not in known}
        labels |= {text: names for text, names in _labels(each).items() if text not in known and text not in unsure}
        not_asked |= dict.fromkeys(text for t in each.tables for text in t.wording.not_asked)
    own = [t.wording for t in contract.tables]
    further = [t.wording for other in others for t in other.tables]
    return Vocabulary(
        line=contract.line,
        terms=terms,
        labels=labels,
        ambiguous=ambiguous,
        compositions=(
            *(c for w in own for c in w.compositions),
            *(replace(c, unsaid={}) for w in further for c in w.compositions),
        ),
        not_asked=tuple(text for text in not_asked if text not in labels and text not in ambiguous),
    )


def _terms(contract: Contract) -> dict[str, Term]:
    """Return a line's fields, each with the tables that have it."""
    return {
        name: Term(field, contract.line, tuple(t.name for t in contract.tables if name in t.by_name))
        for name, field in contract.fields.items()
    }


def _merged(own: Term, other: Term) -> Term:
    """Give a field the labels that another line has for it."""
    one, two = own.field, other.field
    return replace(
        own,
        field=replace(
            one,
            synonyms=_joined(one.synonyms, two.synonyms),
            weak_synonyms=_joined(one.weak_synonyms, two.weak_synonyms),
            not_synonyms=_joined(one.not_synonyms, two.not_synonyms),
        ),
    )


def _joined(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *two)))


def _labels(contract: Contract) -> dict[str, tuple[str, ...]]:
    fields = contract.fields.values()
    weak = _collected((text, f.name) for f in fields for text in f.weak_synonyms)
    firm = _collected((text, f.name) for f in fields for text in (f.name, f.label_ja, f.label_en, *f.synonyms))
    return weak | firm


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Collect the fields of each text; one that names two fields names both."""
    found: dict[str, dict[str, None]] = {}
    for text, name in pairs:
        found.setdefault(text, {})[name] = None
    return {text: tuple(names) for text, names in found.items()}
