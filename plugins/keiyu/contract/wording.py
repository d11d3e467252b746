"""How files name the columns of a table, beyond the labels of its fields.

Labels put together of codes (``定員（０歳児）``) are not listed: they follow from the code lists. What a
header cannot decide, and what stands beside without being asked for, is knowledge as well: a column
whose header is known to mean nothing here, or two things, must not be matched by likeness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keiyu.contract.code import Dimension


@dataclass(frozen=True, slots=True)
class Composition:
    """Columns whose labels are put together: one label of each dimension, in any order.

    Attributes:
        dimensions: the parts of a label, with every code of their lists, whether or not a field has it.
        fields: codes, in the order of the dimensions → field. What it lacks (``空き（合計）``) is recognised
            and not asked for.
        beside: texts of which one may stand in such a label besides, such as the table's name or ``人数``.
        default: dimension → the code that a label means which names none of that dimension (``定員``: all ages).
        unsaid: dimension → the code meant where neither the label nor the title or heading above it names one
            (``０歳`` in a table of vacancies); only in files of the line itself.
    """

    dimensions: tuple[Dimension, ...]
    fields: Mapping[tuple[str, ...], str]
    beside: tuple[str, ...] = ()
    default: Mapping[str, str] = field(default_factory=dict)
    unsaid: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Labels that do not decide by themselves what a column holds; its values may, or a person.

    Attributes:
        labels: the labels.
        fields: what the column may hold. One field alone means: that one or nothing.
        ja: why, in Japanese.
        en: why, in English.
        asked: whether a person is asked even where another column surely holds the field.
    """

    labels: tuple[str, ...]
    fields: tuple[str, ...]
    ja: str
    en: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of a table's headers beyond the labels of its fields.

    Attributes:
        compositions: families of columns named by codes.
        ambiguous: labels that decide nothing by themselves.
        not_asked: labels of columns often met and not asked for; ``*`` stands for any text.
    """

    compositions: tuple[Composition, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()
    not_asked: tuple[str, ...] = ()
