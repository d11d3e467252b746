"""What the values of a column say of the fields it may hold."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keiyu.codes.areas import AREA_COLUMNS, PREFECTURE_NAME
from keiyu.codes.tables import lines
from keiyu.contract.model import Field
from keiyu.read import fold
from keiyu.read.general.hits import EXACT
from keiyu.read.grid import Cell
from keiyu.read.kinds import Normaliser, Terms, kind_of, reader_of
from keiyu.read.kinds.flags import kind_founded
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.texts import without_point
from keiyu.read.kinds.traits import Looker
from keiyu.read.model import ValueStatus
from keiyu.read.places import MUNICIPALITY, PREFECTURE

SAMPLE: Final = 60
_FIRST: Final = 4
_GOOD: Final = {ValueStatus.REPORTED, ValueStatus.TRUE_ZERO}
_LONGEST_MARK: Final = 10
_LISTED: Final = 30
_UNLISTED: Final = 0.5
_SEVERAL: Final = 0.6
_FEW: Final = 30
_CALLED: Final = 0.3
_OF_KIND: Final = 0.8
"""How much 区立保育園 is of those who found facilities: enough under a header that asks for them, no more."""
_KIND: Final = 2
"""Characters that may stand beside a legal form that names no body: 等, 立, その他."""
_MISTYPED: Final = 0.5
_MEASURED: Final = frozenset({"latitude", "longitude"})
_WHOLE: Final = re.compile(r"\d{1,3}(?:\.0*)?", re.ASCII)
"""Whole degrees, which are no coordinates by themselves: minutes and seconds stand elsewhere."""
_NUMBERS: Final = frozenset({bool, int, float})
"""Types of which values are equal: 1 and 1.0 and yes."""
_SIX: Final = re.compile(r"\d{6}", re.ASCII)
_NOTED: Final = frozenset({"age", "url", "email", "corporate_number", "postal_code"})
"""Sorts whose values are not certain where there is something to say of them."""

POWER: Final[Mapping[str, float]] = {
    "municipality": 0.7,
    "prefecture": 0.7,
    "latitude": 0.6,
    "longitude": 0.6,
    "postal_code": 0.6,
    "corporate_number": 0.6,
    "email": 0.6,
    "ownership": 0.6,
    "area_code": 0.5,
    "kana": 0.5,
    "weekdays": 0.5,
    "phone": 0.4,
    "address": 0.35,
    "building": 0.2,
    "listed": 0.35,
    "choice": 0.35,
    "ages": 0.3,
    "url": 0.3,
    "moment": 0.3,
    "date": 0.3,
    "time": 0.2,
    "end_time": 0.2,
    "age": 0.2,
    "designated": 0.15,
    "flag": 0.15,
    "name": 0.15,
    "identifier": 0.1,
    "integer": 0.1,
    "number": 0.05,
}
"""How much values tell by themselves where all of them are of a sort; nothing where a sort is not named."""

_BARE: Final = 0.4
"""Power of postal codes without hyphens: seven digits may be people or yen as well."""

_DECIMALS: Final = 2
_UNPROVEN: Final = 0.9
"""What is left of a header under which there is no value."""
_AGREES: Final = 0.8
_HALF: Final = 0.5
_SEVERAL_VALUES: Final = 3
"""So many different values tell all that values can."""

ALONE: Final = frozenset({"latitude", "longitude", "postal_code", "corporate_number", "email", "phone", "url"})
"""Sorts that values tell without a header."""

ANYBODYS: Final = frozenset({"phone"})
"""Sorts of which values do not tell whose they are: a phone of the city hall is a phone as well."""

_TRAITS: Final[Mapping[str, tuple[str, float]]] = {
    "kana": ("kana", 0.0),
    "address": ("address", 0.3),
    "municipality": ("municipality", 0.0),
    "prefecture": ("prefecture", 0.0),
}
"""Sorts that a trait tells, and what a value without the trait counts."""

_NOTES: Final = frozenset("※＊*注")
"""Signs that point to a note, and are one."""
_POST: Final = "〒"
_LONGER: Final = tuple("-0123456789")
"""What stands behind a postal code in a number that is none."""
_PLACED: Final = re.compile(r"[^\W\d_]\D{0,3}\d")
_NUMBERED: Final = re.compile(r"\d-\d|丁目|番地|[町村字条]\D{0,3}\d")
_BUILDING: Final = "buildingNameEtc"
"""Concept (GIF 住所) of the field that names a building."""
_PREFECTURE: Final = re.compile(rf"^{PREFECTURE_NAME}(?=.)")
_AGED: Final = re.compile(r"[\d０-９歳才児齢産乳幼学月]")
"""What some sign of stands in every text that says which children are taken."""
_COUNTY: Final = re.compile(r"^[^市町村\d]{1,5}郡(?=.{1,8}[町村]$)")

_AREA_CODES: Final = frozenset({"area_code", "area_code_short"})
_NO_PHONE: Final = frozenset({"url", "email", "date"})
"""Traits that phone numbers do not have."""
_NO_TEXT: Final = frozenset(
    {"number", "count_small", "count_large", "url", "email", "phone", "time", "time_range", "date", "latitude", "flag"}
)
"""Traits that names do not have."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the values of a column agree with a field.

    Attributes:
        share: share of the values that are of the field's sort; none where there is no value.
        power: how much that tells by itself.
    """

    share: float | None
    power: float


class Sample(tuple[Cell, ...]):
    """Values of a column, none of them blank; how they agree with fields that are read alike is told once."""

    @cached_property
    def said(self) -> dict[Looker, list[tuple[Cell, int]]]:
        """The different values and how often each stands there, as those who tell traits take them."""
        return {}

    @cached_property
    def first(self) -> "Sample":
        """The first few, which show that a column is not of a sort."""
        return Sample(self[:_FIRST])

    @cached_property
    def fits(self) -> dict[tuple[str, Normaliser], Fit]:
        """How they agree with each sort of values, as its reader reads them."""
        return {}


class Judge:
    """Judges values by the fields of one line's vocabulary."""

    def __init__(
        self,
        fields: Mapping[str, Field],
        terms: Callable[[str], Terms],
        looker: Looker,
        buildings: tuple[str, ...],
    ) -> None:
        """Prepare.

        Args:
            fields: the fields by name.
            terms: what a field's cells are read with.
            looker: tells traits of cells.
            buildings: folded words of buildings.
        """
        self._buildings = buildings
        self._fields = fields
        self._terms = terms
        self._looker = looker
        self._readers: dict[str, Normaliser] = {}
        self.sorts = {name: sort_of(field) for name, field in fields.items()}
        self.alone = [name for name, sort in self.sorts.items() if sort in ALONE]
        self.telling = [name for name, sort in self.sorts.items() if sort in ("ownership", *ALONE)]

    def repeats(self, cell: Cell) -> bool:
        """Return whether a cell is a mark for the text above."""
        return self._looker.repeats(cell)

    def reader(self, name: str) -> Normaliser:
        """Return what reads a field's cells."""
        known = self._readers.get(name)
        if known is None:
            known = self._readers[name] = reader_of(kind_of(self._fields[name]), self._terms(name))
        return known

    def fit(self, name: str, sample: Sequence[Cell]) -> Fit:
        """Return how a sample of a column's values agrees with a field.

        Args:
            name: the field.
            sample: values, none of them blank.
        """
        sample = sample if isinstance(sample, Sample) else Sample(sample)
        read_alike = self.sorts[name], self.reader(name)
        known = sample.fits.get(read_alike)
        if known is None:
            known = sample.fits[read_alike] = self._fit(*read_alike, sample)
        return known

    def _fit(self, sort: str, reader: Normaliser, sample: "Sample") -> Fit:
        told = [(cell, times) for cell, times in self._different(sample) if not _sign(cell, reader)]
        size = sum([times for _, times in told])
        if sort == "municipality" and any(self._city_ward(cell) for cell, _ in told):
            told = [(cell, times) for cell, times in told if not _bare_ward(cell)]
        bare = sort == "postal_code" and all(str(cell).isdigit() or isinstance(cell, float | int) for cell, _ in told)
        agreed = sum([times * self._agrees(sort, cell, reader) for cell, times in told])
        agreed = 0.0 if sort == "flag" and any(_is_measure(cell) for cell, _ in told) else agreed
        return Fit(agreed / size if size else None, _BARE if bare else POWER.get(sort, 0.0))

    def _different(self, sample: "Sample") -> list[tuple[Cell, int]]:
        """Return the different values and how often each stands there, but for marks for the text above."""
        known = sample.said.get(self._looker)
        if known is None:
            different = Counter(zip(map(type, sample), sample, strict=True)).items()
            known = [(cell, times) for (_, cell), times in different if not self._looker.repeats(cell)]
            sample.said[self._looker] = known
        return known

    def _agrees(self, sort: str, cell: Cell, reader: Normaliser) -> float:
        if sort == "text":
            return float(not self._is_sign_alone(cell))
        if sort == "name":
            return float(not self._looker.traits(cell) & _NO_TEXT)
        if sort in _TRAITS or sort == "building":
            return self._place(sort, cell)
        if sort == "area_code":
            return 1.0 if self._looker.traits(cell) & _AREA_CODES else _MISTYPED * _is_like_area_code(cell)
        if sort == "phone" and self._looker.traits(cell) & _NO_PHONE:
            return 0.0
        agreed = _of_sort(sort, reader.read(cell), cell)
        if agreed and sort == "ownership":
            return _CALLED if self._called(cell) else _OF_KIND if _of_kind(cell, reader.terms) else agreed
        if agreed and sort in _MEASURED and _WHOLE.fullmatch(fold.value(str(cell))):
            return 0.0
        if not agreed and sort == "integer" and "several_counts" in self._looker.traits(cell):
            return _SEVERAL
        return agreed

    def _called(self, cell: Cell) -> bool:
        """Return whether a cell says what a body is called, not only of which kind it is."""
        text = fold.joined(cell) if isinstance(cell, str) else ""
        forms = [f for form in self._looker.lexicon.private_forms if (f := fold.joined(form)) and f in text]
        return bool(forms) and len(text) - max(map(len, forms)) > _KIND

    def _is_sign_alone(self, cell: Cell) -> bool:
        """Return whether a cell is one sign, ○ or △ or 有, which is no text."""
        said = cell.strip() if isinstance(cell, str) else ""
        return len(said) == 1 and said not in _NOTES and (not said.isalnum() or "flag" in self._looker.traits(said))

    def _place(self, sort: str, cell: Cell) -> float:
        """Return how much a cell is an address, a building, a name of a place or a reading."""
        traits = self._looker.traits(cell)
        if not isinstance(cell, str) or traits & _NO_TEXT:
            return 0.0
        if sort == "municipality":
            return self._municipality(_COUNTY.sub("", _PREFECTURE.sub("", cell.strip())) or cell)
        folded = fold.joined(cell)
        housed = any(word in folded for word in self._buildings)
        numbered = _NUMBERED.search(fold.value(cell)) is not None
        if sort == "building":
            return 0.1 if numbered and not folded.endswith(self._buildings) else 1.0 if housed else 0.7
        trait, otherwise = _TRAITS[sort]
        if sort == "address" and housed and not numbered:
            return 0.3
        return 1.0 if trait in traits or (sort == "address" and _PLACED.search(cell)) else otherwise

    def _municipality(self, name: str) -> float:
        """Return how much a text is a municipality's name; a ward of a designated city alone hardly is."""
        if "municipality" not in self._looker.traits(name):
            return 0.0
        return 0.4 if self._city_ward(name) else 1.0

    def _city_ward(self, cell: Cell) -> bool:
        """Return whether a cell names a ward that no special ward is called; 北区 and 中央区 tell nothing."""
        return _bare_ward(cell) and _PREFECTURE.sub("", str(cell).strip()) not in self._special_wards

    @cached_property
    def _special_wards(self) -> frozenset[str]:
        name, kind = AREA_COLUMNS.index("name"), AREA_COLUMNS.index("kind")
        rows = lines(self._looker.lexicon.schemas / "codes" / "areas.csv", AREA_COLUMNS)
        return frozenset(row.cells[name] for row in rows if row.cells[kind] == "special_ward")


def _sign(cell: Cell, reader: Normaliser) -> bool:
    """Return whether a cell holds a sign for no value, which agrees with everything; なし is one, or a no."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return cell < 0 and reader.terms.marker(f"{cell:.0f}") is not None
    if not isinstance(cell, str) or len(cell) > _LONGEST_MARK or reader.terms.marker(cell) is None:
        return False
    return reader.kind.name not in {"flag", "designated"} or reader.read(cell).value is None


def _of_kind(cell: Cell, terms: Terms) -> bool:
    """Return whether a cell says who founds facilities only beside which kind they are of."""
    label = fold.label(cell) if isinstance(cell, str) else ""
    return label not in terms.codes and kind_founded(label, terms) is not None


def _of_sort(sort: str, read: Value, cell: Cell) -> float:
    if read.status not in _GOOD or read.value is None:
        return 0.0
    if sort in {"listed", "choice"}:
        return 1.0 if read.note is None else _UNLISTED if isinstance(cell, str) and 1 < len(cell) <= _LISTED else 0.0
    if sort in _NOTED and read.note is not None and not str(cell).startswith(_POST):
        return 0.1 if sort == "url" else 0.3
    if sort == "ages":
        return 1.0 if read.more else 0.5 if _AGED.search(str(cell)) else 0.2
    if sort == "weekdays":
        return 1.0 if read.more.get("days") else 0.3
    if sort == "postal_code" and str(read.more.get("remark", "")).lstrip().startswith(_LONGER):
        return 0.0
    return 1.0


def _is_measure(cell: Cell) -> bool:
    """Return whether a cell is a figure with decimals, which answers no question: a depth of 0.5 metres."""
    return "." in (text := str(cell)) and text.replace(".", "", 1).isdecimal() and not float(text).is_integer()


def has_decimals(cell: Cell) -> bool:
    """Return whether a cell has as many decimals as places have: with one or two it is a temperature or a share."""
    return len(str(cell).partition(".")[2]) > _DECIMALS


def _bare_ward(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip().endswith("区") and "市" not in cell


def _is_like_area_code(cell: Cell) -> bool:
    """Return whether a cell is an area code but for its check digit: six digits that begin with a prefecture's."""
    text = without_point(fold.value(str(cell)).strip())
    return _SIX.fullmatch(text) is not None and "01" <= text[:2] <= "47"


def sort_of(field: Field) -> str:
    """Return the sort of a field's values: their kind, or for plain texts what they are about."""
    kind = kind_of(field).name
    about = {PREFECTURE: "prefecture", MUNICIPALITY: "municipality", _BUILDING: "building"}
    return about.get(field.concept or "", kind) if kind == "text" else kind


def _different(cells: Sequence[Cell]) -> list[Cell]:
    """Return the different values of a column in the order in which they first stand; 1 and yes are different."""
    if len(_NUMBERS.intersection(map(type, cells))) <= 1:
        return list(dict.fromkeys(cells))
    return [cell for _, cell in dict.fromkeys(zip(map(type, cells), cells, strict=True))]


def sample_of(cells: Sequence[Cell], size: int = SAMPLE) -> Sample:
    """Return values of a column, none blank, spread over all that it has.

    Different values where there are many; where there are few, each as often as it stands there.
    """
    told = _different(cells)
    blank = {c for c in told if isinstance(c, str) and not c.strip()}
    different = [c for c in told if c not in blank] if blank else told
    values = different if len(different) > _FEW else [c for c in cells if c not in blank]
    step = max(1.0, len(values) / size)
    return Sample(values[int(i * step)] for i in range(min(size, len(values))))


def weigh(score: float, fit: Fit, size: int) -> float:
    """Return how sure a header and the values are together.

    Args:
        score: how sure the header is by itself.
        fit: what the values say.
        size: number of different values looked at.
    """
    if fit.share is None:
        return score * (_UNPROVEN if score < EXACT else _UNPROVEN + 0.05)
    power = fit.power * min(1.0, size / _SEVERAL_VALUES)
    if fit.share >= _AGREES:
        return score + (1 - score) * power * fit.share
    if fit.share >= _HALF:
        return score * (0.85 + 0.15 * (fit.share - _HALF) / (_AGREES - _HALF))
    if size < _SEVERAL_VALUES:
        return score * (0.85 if fit.share else 0.7)
    return score * (0.45 + 0.8 * fit.share)
