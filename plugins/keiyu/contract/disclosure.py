"""The disclosure policy of a line (秘匿方針): what may be told to whom, and how well a hidden figure is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from keiyu.contract.model import Contract

Audience = Literal["reporter", "municipality", "prefecture", "ministry", "public"]
Sight = Literal["all", "suppressed", "none"]

AUDIENCES: Final[tuple[Audience, ...]] = ("reporter", "municipality", "prefecture", "ministry", "public")
PUBLIC: Final[Audience] = "public"


@dataclass(frozen=True)
class Dominance:
    """The (n, k) rule: a figure is sensitive where its ``respondents`` largest make up more than ``share`` of it."""

    respondents: int
    share: float


@dataclass(frozen=True)
class Disclosure:
    """A line's disclosure policy.

    Attributes:
        minimum: least count that may be shown; smaller ones but 0 are sensitive. None: nothing is, by its size.
        protection: least width of the interval to which a hidden figure may be narrowed down, given everything shown.
        respondents: least number of reporters behind a figure.
        dominance: the (n, k) rule, where the line has one.
        p_percent: a figure is sensitive where its second largest respondent can estimate the largest more
            closely than this percentage.
        secondary: whether further figures are hidden so that no difference reveals the first.
        tables: core tables whose figures are sensitive.
        measures: which fields of them; ``*`` stands for any text.
        audiences: audience → what it sees; an audience not named sees what the public sees.
        ja: the policy in Japanese.
        en: the policy in English.
        source: where it comes from.
    """

    minimum: int | None = None
    protection: float = 0
    respondents: int | None = None
    dominance: Dominance | None = None
    p_percent: float | None = None
    secondary: bool = False
    tables: tuple[str, ...] = ()
    measures: tuple[str, ...] = ("*",)
    audiences: Mapping[str, Sight] = field(default_factory=dict)
    ja: str = ""
    en: str = ""
    source: str | None = None

    @classmethod
    def of(cls, contract: Contract) -> "Disclosure":
        """Return the policy of a contract; one that protects nothing where it says ``none``."""
        told: Mapping[str, Any] = contract.disclosure
        if told.get("policy", "none") == "none":
            return cls(ja=told.get("ja", ""), en=told.get("en", ""), source=told.get("source"))
        dominance = told.get("dominance")
        return cls(
            minimum=told["minimum"],
            protection=told.get("protection", told["minimum"]),
            respondents=told.get("respondents"),
            dominance=Dominance(**dominance) if dominance else None,
            p_percent=told.get("pPercent"),
            secondary=told["secondary"],
            tables=tuple(told["tables"]),
            measures=tuple(told.get("measures", ("*",))),
            audiences=told["audiences"],
            ja=told["ja"],
            en=told["en"],
            source=told.get("source"),
        )

    @property
    def protects(self) -> bool:
        """Whether any figure of the line is sensitive."""
        return bool(self.tables)

    def is_sensitive(self, table: str, measure: str) -> bool:
        """Return whether a figure of a core table is sensitive."""
        return table in self.tables and any(fnmatchcase(measure, pattern) for pattern in self.measures)

    def sight(self, audience: Audience) -> Sight:
        """Return what an audience sees: everything, the figures less the hidden ones, or nothing."""
        if not self.protects:
            return "all"
        return self.audiences.get(audience, self.audiences.get(PUBLIC, "none"))
