"""Whatever arrives, in whatever order it is decided, merged and swept: every past instant stays as it was."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keiyu import register
from keiyu.ledger import Ledger
from keiyu.ledger.events import head
from keiyu.receive import Storage
from tiny import APRIL, CONTRACT, House, body

REPORTERS = ("131016", "131024", "131032")
FIGURES = st.lists(st.integers(0, 2**53), min_size=2, max_size=2)
FILES = st.dictionaries(st.sampled_from(REPORTERS), FIGURES, min_size=1)
STEPS = st.one_of(
    st.tuples(st.just("receive"), FILES),
    st.tuples(st.just("decide"), st.lists(st.integers(0, 5), min_size=1, max_size=3)),
    st.tuples(st.just("merge"), st.none()),
    st.tuples(st.just("sweep"), st.none()),
)


@cache
def _template() -> bytes:
    """An empty migrated ledger, to start each example from."""
    with tempfile.TemporaryDirectory() as folder:
        Ledger.open(f"sqlite:///{folder}/ledger.db").close()
        return (Path(folder) / "ledger.db").read_bytes()


@contextmanager
def new_house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp())
    (folder / "ledger.db").write_bytes(_template())
    try:
        with Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
            yield House(ledger, Storage(str(folder)))
    finally:
        shutil.rmtree(folder)


@dataclass
class Oracle:
    """What must be live, told without a database."""

    received: dict[str, tuple[int, dict[str, list[int]]]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)
    returned: set[str] = field(default_factory=set)

    def receive(self, submission_id: str, seq: int, figures: dict[str, list[int]]) -> None:
        if submission_id not in self.received or submission_id in self.returned:
            self.returned.discard(submission_id)
            self.received[submission_id] = (seq, figures)
            self.waiting.append(submission_id)

    def decide(self, ids: list[str]) -> None:
        for one in ids:
            self.waiting.remove(one)
            self.decided.append(one)
            if not any(age0 <= total for total, age0 in self.received[one][1].values()):
                self.returned.add(one)

    def live(self) -> dict[str, int]:
        figures: dict[str, int] = {}
        for _, told in sorted(self.received[one] for one in self.decided):
            figures |= {reporter: total for reporter, (total, age0) in told.items() if age0 <= total}
        return dict(sorted(figures.items()))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=14))
def test_every_instant_can_be_reproduced(steps: list[tuple[str, object]]) -> None:
    schemas = Path(__file__).resolve().parents[2] / "schemas"
    with new_house() as house:
        oracle, history = Oracle(), list[tuple[int, dict[str, int]]]()
        for step, what in steps:
            take(house, oracle, step, what)
            with house.ledger.read() as connection:
                history.append((head(connection), oracle.live()))
            assert house.totals() == oracle.live()
        assert [(seq, house.totals(seq)) for seq, _ in history] == history
        assert register.verify(house.ledger, house.storage, schemas) == []


def take(house: House, oracle: Oracle, step: str, what: object) -> None:
    if step == "receive" and isinstance(what, dict):
        [receipt] = house.receive(body(what))
        oracle.receive(receipt.submission_id, receipt.seq, what)
    elif step == "decide" and isinstance(what, list):
        chosen = list(dict.fromkeys(oracle.waiting[n] for n in what if n < len(oracle.waiting)))
        if chosen:
            assert house.decide(only=chosen) == len(chosen)
        oracle.decide(chosen)
    elif step == "merge":
        register.compact(house.ledger, house.storage, CONTRACT, APRIL)
    else:
        register.sweep(house.ledger, house.storage, grace=dt.timedelta(0))
