"""The demonstration: a made-up national collection through a real Airflow, from dropped files to the 確報.

It is also a proof: the findings must be exactly the planted ones, and the published totals exactly those
of the sample, or it ends with an error.
"""

import datetime as dt
import os
import shutil
import time
from pathlib import Path
from typing import Final

from rich.progress import Progress
from sqlalchemy import func, select

from keiyu import contract, sample
from keiyu.codes import areas
from keiyu.contract import Collection
from keiyu.ledger.collections import open_collection
from keiyu.ledger.models import ReceiptRow, Submission
from keiyu.orchestration import outcome, stack
from keiyu.orchestration.errors import StackFailedError
from keiyu.orchestration.outcome import Outcome
from keiyu.publish.history import history
from keiyu.receive.workspace import Workspace
from keiyu.sample import NoSampleError, SampleFile, SampleManifest
from keiyu.sample.model import FILE
from keiyu.settings import Settings

_TICK: Final = 0.2
_PATIENCE: Final = 240.0


class Demo:
    """One demonstration, in a state of its own that is made anew each time.

    Attributes:
        settings: the installation, its data below ``.run/demo``.
        places: state of its stack.
        progress: where it shows what it does.
    """

    def __init__(self, home: Path, progress: Progress) -> None:
        """End and remove what the last demonstration left."""
        self.places = stack.places_of(home, "demo")
        stack.stop(self.places)
        shutil.rmtree(self.places.root, ignore_errors=True)
        data = self.places.root / "data"
        self.settings = Settings(home=home, storage=str(data), drop=str(data / "drop"))
        self.progress = progress

    def run(self, line: str | None, as_of: dt.date) -> Outcome:
        """Run it from the empty folder to the release, and end everything that was started.

        Args:
            line: the reporting line; the first that has a sample by default.
            as_of: reference date.

        Raises:
            NoSampleError: the line has no sample.
            StackFailedError: the stack does not run, or the work does not end.
            DemoDifferedError: what came out is not what was planted.
        """
        supervisor = stack.launch(self.settings, self.places, with_parent=True)
        try:
            folder = self.places.root / "sample"
            manifest = self._make(line, as_of, folder)
            status = stack.await_ready(self.settings, self.places, self.progress)
            with Workspace.open(stack.connected(self.settings, self.places, status)) as workspace:
                return self._relay(workspace, manifest, folder)
        finally:
            stack.stop(self.places)
            supervisor.process.wait()

    def _make(self, line: str | None, as_of: dt.date, folder: Path) -> SampleManifest:
        bar = self.progress.add_task("見本を作成 / making the sample", total=None)
        schemas = self.settings.schemas
        return sample.make(
            folder,
            contract.load(line or _first_with_sample(schemas), schemas),
            areas.load(schemas),
            as_of=as_of,
            progress=lambda done, of: self.progress.update(bar, completed=done, total=of),
        )

    def _relay(self, workspace: Workspace, manifest: SampleManifest, folder: Path) -> Outcome:
        open_collection(workspace.ledger, manifest.collection)
        first, second = manifest.wave(1), manifest.wave(2)
        self._drop(folder, first)
        self._await_decided(workspace, "第１回を処理 / first wave", len(first))
        outcome.compare_findings(workspace, folder, first)
        returned = outcome.returns(workspace)
        began = dt.datetime.now(dt.UTC)
        self._drop(folder, second)
        self._await_decided(workspace, "第２回（訂正）を処理 / corrections", len(first) + len(second))
        self._await_final(workspace, manifest.collection)
        return outcome.gather(workspace, manifest, folder, returned, began)

    def _drop(self, folder: Path, files: tuple[SampleFile, ...]) -> None:
        """Put files into their senders' folders at once, complete, as a rename does."""
        drop = Path(self.settings.drop)
        for file in files:
            place = drop / file.sender
            place.mkdir(parents=True, exist_ok=True)
            os.link(folder / file.path, place / Path(file.path).name)

    def _await_decided(self, workspace: Workspace, label: str, arrivals: int) -> None:
        """Wait until that many arrivals have a receipt and none waits for its decision."""
        bar = self.progress.add_task(label, total=arrivals)
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            with workspace.ledger.read() as connection:
                received = connection.scalar(select(func.count()).select_from(ReceiptRow)) or 0
                waiting = connection.scalar(_WAITING) or 0
            self.progress.update(bar, completed=received - waiting)
            if received >= arrivals and not waiting:
                return
            self._pause()
        raise StackFailedError("intake", f"not done after {_PATIENCE:.0f} s", str(self.places.logs))

    def _await_final(self, workspace: Workspace, collection: Collection) -> None:
        bar = self.progress.add_task("確報を公表 / publishing the final release", total=1)
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            with workspace.ledger.read() as connection:
                if history(connection, collection).released.get("final"):
                    self.progress.update(bar, completed=1)
                    return
            self._pause()
        raise StackFailedError("national", f"not done after {_PATIENCE:.0f} s", str(self.places.logs))

    def _pause(self) -> None:
        if not stack.is_running(self.places):
            raise StackFailedError("Keiyu", "the stack has ended", str(self.places.logs))
        time.sleep(_TICK)


_WAITING: Final = select(func.count()).select_from(Submission).where(Submission.state == "received")


def _first_with_sample(schemas: Path) -> str:
    for line in contract.lines(schemas):
        if (schemas / "lines" / line / FILE).is_file():
            return line
    raise NoSampleError("*")
