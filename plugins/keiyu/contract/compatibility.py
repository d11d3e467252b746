"""What a new version of a contract breaks for those who read or fill in the old one.

A breaking change needs a new major version (semantic versioning). What a contract promises is its ``Interface``;
each release keeps the one it was made with beside its tables, so that the next is held to it whatever became of the
files under ``schemas/``, and so that the dictionary can say since when each column has been there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from keiyu.contract.interface import Column, Interface, version
from keiyu.errors import ConfigurationError

Kind = Literal[
    "table_removed",
    "field_removed",
    "type_changed",
    "unit_changed",
    "key_changed",
    "required_added",
    "range_tightened",
    "form_changed",
    "code_removed",
]

_KINDS_JA: Final[Mapping[Kind, str]] = {
    "table_removed": "表の削除",
    "field_removed": "項目の削除又は改名",
    "type_changed": "型の変更",
    "unit_changed": "単位の変更",
    "key_changed": "鍵の変更",
    "required_added": "必須項目の追加",
    "range_tightened": "範囲の縮小",
    "form_changed": "書式の変更",
    "code_removed": "コードの削除",
}
_TOLD: Final = 5


@dataclass(eq=False)
class BreakingChangeError(ConfigurationError):
    """A contract breaks its former version without a new major version."""

    line: str
    old: str
    new: str
    changes: str
    changes_ja: str
    needed: str

    code: ClassVar[str] = "KEIYU-210"
    ja: ClassVar[str] = (
        "報告ライン {line} の契約（版 {new}）は、公表済みの版 {old} と互換性がありません（{changes_ja}）。"
        "変更を取り消すか、schemas/lines/{line}/contract.yaml の version を {needed} 以上にしてください。"
    )
    en: ClassVar[str] = (
        "The contract of {line}, version {new}, breaks version {old}, which was published ({changes}); undo the "
        "change, or raise version in schemas/lines/{line}/contract.yaml to {needed} or later."
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One breaking change.

    Attributes:
        kind: what was done.
        place: ``table``, ``table.field`` or ``codelist.code``.
        old: what stood there.
        new: what stands there now, or nothing.
    """

    kind: Kind
    place: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.kind} {self._what}"

    @property
    def ja(self) -> str:
        """The change in one line of Japanese."""
        return f"{_KINDS_JA[self.kind]} {self._what}"

    @property
    def _what(self) -> str:
        return self.place + (f": {self.old} → {self.new}" if self.old or self.new else "")


def breaking(old: Interface, new: Interface) -> list[Change]:
    """List what a new contract breaks.

    A renamed field is a removed one: whoever reads the old name finds it no more. Added tables, added
    optional fields and added codes break nothing.

    Args:
        old: what the former contract promises.
        new: what the contract that would replace it promises.
    """
    return [*_tables(old.tables, new.tables), *_codes(old.codes, new.codes), *_used(old, new)]


def require_major(old: Interface, new: Interface) -> None:
    """Refuse a new contract that breaks the old one without saying so.

    Args:
        old: what the former contract promises.
        new: what the contract that would replace it promises.

    Raises:
        BreakingChangeError: there are breaking changes and the major version has not risen.
    """
    changes = breaking(old, new)
    if changes and version(new.version)[0] <= version(old.version)[0]:
        rest = len(changes) - _TOLD
        en, ja = "; ".join(str(one) for one in changes[:_TOLD]), "、".join(one.ja for one in changes[:_TOLD])
        if rest > 0:
            en, ja = f"{en}; and {rest:,} more", f"{ja}、ほか {rest:,} 件"
        raise BreakingChangeError(old.line, old.version, new.version, en, ja, f"{version(old.version)[0] + 1}.0.0")


Tables = Mapping[str, Mapping[str, Column]]


def _tables(old: Tables, new: Tables) -> Iterator[Change]:
    for table, before in old.items():
        if table not in new:
            yield Change("table_removed", table)
            continue
        after = new[table]
        for name, column in before.items():
            if name not in after:
                yield Change("field_removed", f"{table}.{name}")
            else:
                yield from _column(f"{table}.{name}", column, after[name])
        added = (name for name, column in after.items() if name not in before and column.required)
        yield from (Change("required_added", f"{table}.{name}") for name in added)


def _column(place: str, old: Column, new: Column) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type_changed", place, old.type, new.type)
    if old.unit != new.unit:
        yield Change("unit_changed", place, str(old.unit), str(new.unit))
    if old.key != new.key:
        yield Change("key_changed", place, str(old.key), str(new.key))
    if new.required and not old.required:
        yield Change("required_added", place)
    if _tighter(old.minimum, new.minimum, 1) or _tighter(old.maximum, new.maximum, -1):
        yield Change("range_tightened", place, f"{old.minimum}..{old.maximum}", f"{new.minimum}..{new.maximum}")
    if new.pattern is not None and new.pattern != old.pattern:
        yield Change("form_changed", place, str(old.pattern), new.pattern)


def _tighter(old: float | None, new: float | None, sign: int) -> bool:
    return new is not None and (old is None or sign * new > sign * old)


def _codes(old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    for name, codes in old.items():
        gone = [code for code in codes if code not in new.get(name, ())]
        yield from (Change("code_removed", f"{name}.{code}") for code in gone)


def _used(old: Interface, new: Interface) -> Iterator[Change]:
    """Yield codes that a dimension no longer uses though a list still has them."""
    listed = {code for codes in new.codes.values() for code in codes}
    for name, codes in old.dimensions.items():
        gone = [code for code in codes if code not in new.dimensions.get(name, ()) and code in listed]
        yield from (Change("code_removed", f"{name}.{code}") for code in gone)
