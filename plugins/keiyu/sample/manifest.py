"""What a sample states about itself, in ``expected.json``: the faults planted and the totals to come out."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from keiyu.contract.model import Collection

FILE: Final = "expected.json"


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file of a sample.

    Attributes:
        path: its place under the sample's folder, ``wave1/<sender>/<name>``.
        wave: 1, or 2 for the corrected file of one that is returned.
        sender: 6-digit code of the folder in which it is dropped.
        reporter: 6-digit code of the municipality whose figures they are.
        shape: ``template``, ``national`` or ``csv``.
        encoding: character encoding of a text file.
        fault: the fault planted in it, if any.
        rules: rule ids of all findings expected, sorted, notes (info) among them.
        returned: whether it is expected back.
    """

    path: str
    wave: int
    sender: str
    reporter: str
    shape: str
    encoding: str | None
    fault: str | None = None
    rules: tuple[str, ...] = ()
    returned: bool = False


@dataclass(frozen=True)
class SampleManifest:
    """A whole sample.

    Attributes:
        collection: the collection that it fills.
        seed: seed of chance; the same seed gives the same bytes.
        fault_share: share of reporters whose file has a fault.
        reporters: how many municipalities report.
        files: every file of both waves, by path.
        totals: table → measure → national total once wave 2 is in.
        headline: headline measure → national total once wave 2 is in.
    """

    collection: Collection
    seed: int
    fault_share: float
    reporters: int
    files: tuple[SampleFile, ...]
    totals: Mapping[str, Mapping[str, int]]
    headline: Mapping[str, int]

    def wave(self, number: int) -> tuple[SampleFile, ...]:
        """Return the files of one wave."""
        return tuple(f for f in self.files if f.wave == number)

    @property
    def faults(self) -> dict[str, int]:
        """How many reporters made each mistake."""
        made = {(file.fault, file.reporter) for file in self.files if file.fault}
        return dict(sorted(Counter(fault for fault, _ in made).items()))

    def as_dict(self) -> dict[str, Any]:
        """Return the content of ``expected.json``."""
        return {
            "line": self.collection.line,
            "as_of": self.collection.as_of.isoformat(),
            "seed": self.seed,
            "fault_share": self.fault_share,
            "reporters": self.reporters,
            "faults": self.faults,
            "headline": dict(self.headline),
            "totals": {table: dict(of) for table, of in self.totals.items()},
            "files": [asdict(file) for file in self.files],
        }

    def write(self, out: Path) -> None:
        """Write ``expected.json`` into the sample's folder."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        (out / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, out: Path) -> "SampleManifest":
        """Read the ``expected.json`` of a sample's folder."""
        told = json.loads((out / FILE).read_text(encoding="utf-8"))
        return cls(
            collection=Collection(told["line"], dt.date.fromisoformat(told["as_of"])),
            seed=told["seed"],
            fault_share=told["fault_share"],
            reporters=told["reporters"],
            files=tuple(SampleFile(**{**file, "rules": tuple(file["rules"])}) for file in told["files"]),
            totals=told["totals"],
            headline=told["headline"],
        )
