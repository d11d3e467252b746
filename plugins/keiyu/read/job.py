"""What reading one file needs, passed from step to step."""

from dataclasses import dataclass

from keiyu.contract.model import Contract
from keiyu.read.labels import Labels
from keiyu.read.notes import Notes
from keiyu.read.reporters import Resolver
from keiyu.read.values import Converter
from keiyu.read.words import Words


@dataclass(frozen=True)
class Job:
    """What reading one file's tables needs.

    Attributes:
        contract: the line.
        labels: its labels.
        words: words of every line.
        converter: conversions of its fields.
        resolver: resolves reporters on the reference date.
        notes: where findings go.
        nil_said: whether the file says somewhere that there is nothing to report.
    """

    contract: Contract
    labels: Labels
    words: Words
    converter: Converter
    resolver: Resolver
    notes: Notes
    nil_said: bool = False

    @property
    def reporter_field(self) -> str:
        """The field that names the reporter in every table."""
        return self.contract.respondents.field
