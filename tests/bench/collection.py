"""One national collection, timed in this process: the whole pipeline, or the floor under it.

Run as ``python -m bench.collection pipeline|floor FOLDER`` in a process of its own; prints one JSON
object with seconds and peak memory. What a worker does once in its life (imports, code tables, contracts)
and receiving are outside the clock: the claim is about read → check → register → publish.
"""

import csv
import datetime as dt
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from memory import peak_mib

LINE = "waiting_children"
AS_OF = dt.date(2025, 4, 1)
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xef\xbb": "utf-8-sig"}


def decode(data: bytes) -> list[list[object]]:
    """Decode one file's cells with calamine or the csv module, and nothing more."""
    if data[:2] == b"PK":
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    encoding = ENCODINGS.get(data[:2])
    if encoding is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp932")
    else:
        text = data.decode(encoding)
    return [list(row) for row in csv.reader(io.StringIO(text))]


def floor(folder: Path) -> Callable[[], int]:
    """Decode every file and write as many figures to Parquet, unread and unchecked."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    contents = [p.read_bytes() for p in files]

    def run() -> int:
        figures = []
        for data in contents:
            numbers = [c for row in decode(data) for c in row if isinstance(c, int | float) or str(c).isdigit()]
            figures.append((numbers + [0] * 88)[:88])
        columns = list(zip(*figures, strict=True))
        table = pa.table({f"c{i}": pa.array([int(v) for v in column], pa.int64()) for i, column in enumerate(columns)})
        pq.write_table(table, folder.parent / "floor.parquet", compression="zstd")
        return len(files)

    return run


def pipeline(folder: Path) -> Callable[[], int]:
    """Receive everything, then return the part that is timed."""
    from keiyu import intake, publish
    from keiyu.check import engine  # noqa: F401  (Airflow preloads it)
    from keiyu.contract.model import Collection
    from keiyu.ledger.collections import open_collection
    from keiyu.receive.receive import Arrival, receive_many
    from keiyu.receive.workspace import Workspace
    from keiyu.settings import Settings

    home = Path(__file__).resolve().parents[2]
    workspace = Workspace.open(Settings(home=home, storage=str(folder.parent / f"data-{time.time_ns()}")))
    collection = Collection(LINE, AS_OF)
    open_collection(workspace.ledger, collection)
    workspace.areas.municipalities(AS_OF)
    for line in workspace.lines:
        workspace.contract(line)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    arrivals = [Arrival(p.read_bytes(), p.name, p.parent.name, "directory") for p in files]
    receive_many(workspace.ledger, workspace.storage, arrivals)

    def run() -> int:
        done = 0
        while (report := intake.ingest(workspace)).claimed:
            done += report.accepted
        release = publish.publish(workspace, collection)
        if release is None or release.stage != "final":
            raise SystemExit(f"not final: {done} accepted, {release}")
        return done

    return run


def main() -> None:
    """Time one side once."""
    side, folder = sys.argv[1], Path(sys.argv[2])
    run = {"floor": floor, "pipeline": pipeline}[side](folder)
    before = peak_mib()
    started, cpu = time.perf_counter(), time.process_time()
    done = run()
    told = {
        "side": side,
        "files": done,
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "peak_mib": peak_mib(),
        "before_mib": before,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
