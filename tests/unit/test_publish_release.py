"""The way of a collection from its first file to its corrections, on SQLite and PostgreSQL."""

import datetime as dt
import hashlib
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from keiyu import publish
from keiyu.ledger.models import Event, ReleaseFile
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import cut, parquet, release, session
from keiyu.publish.reading import UnknownTableError
from keiyu.publish.release import StageNotDueError
from keiyu.publish.totals import TotalsDifferError
from keiyu.receive.storage import BytesLostError
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, OSHIMA, SEVEN, YOKOHAMA, YOKOSUKA, Ministry

FIGURES = {code: {"applicants_total": 10 + n, "waiting_total": n} for n, code in enumerate(SEVEN)}
TABLES = ("long", "municipality", "national", "prefecture", "ranking", "rate")


@pytest.fixture
def ministry(small: Path, tmp_path: Path, database_url: str) -> Iterator[Ministry]:
    opened = Ministry.open(small, str(tmp_path / "data"), database_url)
    yield opened
    opened.workspace.close()


@pytest.fixture
def complete(ministry: Ministry) -> Ministry:
    ministry.submit(FIGURES)
    return ministry


def released(ministry: Ministry) -> publish.Release:
    made = publish.publish(ministry.workspace, APRIL)
    assert made is not None
    return made


def waiting(ministry: Ministry, at: dt.datetime | None = None) -> dict[str, int | None]:
    rows = publish.read(ministry.workspace, APRIL, "municipality", as_known_at=at)
    return dict(zip(rows["area_code"].to_pylist(), rows["waiting_total"].to_pylist(), strict=True))


def nation(ministry: Ministry, at: dt.datetime | None = None) -> dict[str, Any]:
    rows = publish.read(ministry.workspace, APRIL, "national", as_known_at=at).to_pylist()
    return next(
        row for row in rows if (row["table"], row["category"], row["age_band"]) == ("headline", "waiting", "total")
    )


def data(ministry: Ministry) -> Path:
    path = ministry.workspace.storage.local_path("published")
    assert path is not None
    return path


def count(ministry: Ministry, table: Any) -> int:
    with ministry.workspace.ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_nothing_is_due_before_the_first_file(ministry: Ministry) -> None:
    due = publish.due(ministry.workspace, APRIL)
    assert (due.action, due.reporters_in, due.reporters_due, due.missing) == ("nothing", 0, 7, SEVEN)
    assert publish.publish(ministry.workspace, APRIL) is None
    assert not data(ministry).exists()


def test_from_the_first_file_to_a_correction(ministry: Ministry) -> None:
    workspace = ministry.workspace
    steps = []
    for submitted in (SEVEN[:1], SEVEN[1:6], SEVEN[6:]):
        ministry.submit({code: FIGURES[code] for code in submitted})
        action = publish.due(workspace, APRIL).action
        made = publish.publish(workspace, APRIL)
        steps.append((action, made and made.title_ja))
        if len(steps) == 2:
            forced = publish.publish(workspace, APRIL, stage="preliminary")
            assert forced is not None
            assert [one["area_code"] for one in forced.manifest["coverage"]["missing"]] == [HAYAMA]
    ministry.submit({CHIYODA: {"waiting_total": 100}})
    due = publish.due(workspace, APRIL)
    steps.append((due.action, released(ministry).title_ja))
    assert due.number == 1
    assert steps == [("current", None), ("current", None), ("final", "確報"), ("correction", "訂正1")]
    assert publish.due(workspace, APRIL).action == "nothing"
    assert nation(ministry)["value"] == sum(range(1, 7)) + 100


def test_a_preliminary_release_names_the_missing(ministry: Ministry) -> None:
    ministry.submit({code: FIGURES[code] for code in SEVEN if code != YOKOSUKA})
    assert publish.due(ministry.workspace, APRIL).action == "current"
    made = publish.publish(ministry.workspace, APRIL, stage="preliminary")
    assert made is not None
    coverage = made.manifest["coverage"]
    assert (made.stage, coverage["reporters_in"], coverage["reporters_due"]) == ("preliminary", 6, 7)
    assert coverage["missing"] == [{"area_code": YOKOSUKA, "prefecture": "神奈川県", "name": "横須賀市"}]
    notes = (data(ministry).parent / made.path / "RELEASE.md").read_text(encoding="utf-8")
    assert "速報" in notes
    assert "**6 / 7**" in notes
    assert f"- 神奈川県: 横須賀市 ({YOKOSUKA})" in notes


def test_a_corrected_preliminary_figure_is_issued_again_but_an_arrival_is_not(ministry: Ministry) -> None:
    ministry.submit({code: FIGURES[code] for code in SEVEN[:5]})
    publish.publish(ministry.workspace, APRIL, stage="preliminary")
    ministry.submit({YOKOSUKA: FIGURES[YOKOSUKA]})
    assert publish.due(ministry.workspace, APRIL).action == "current"
    assert publish.publish(ministry.workspace, APRIL) is None
    ministry.submit({CHIYODA: {"waiting_total": 1}})
    assert publish.due(ministry.workspace, APRIL).action == "preliminary"
    assert released(ministry).title_ja == "速報2"


def test_the_same_inputs_are_the_same_release(complete: Ministry) -> None:
    first = released(complete)
    again = [publish.publish(complete.workspace, APRIL, stage=stage) for stage in (None, "final", "correction")]
    assert first.created
    assert [(one and one.id, one and one.created) for one in again] == [(first.id, False)] * 3
    assert count(complete, ReleaseRow) == 1


def test_many_publish_at_once_and_one_release_comes_of_it(complete: Ministry) -> None:
    with ThreadPoolExecutor(24) as pool:
        made = list(pool.map(lambda _: publish.publish(complete.workspace, APRIL), range(24)))
    assert len({one.id for one in made if one}) == 1
    assert sum(one.created for one in made if one) == 1
    assert count(complete, ReleaseRow) == 1


@pytest.mark.parametrize(
    ("submitted", "before", "stage", "told"),
    [
        ((), None, "preliminary", "nothing has been submitted"),
        (SEVEN[:6], None, "final", "6 / 7"),
        (SEVEN[:6], None, "correction", "no correction before"),
        (SEVEN, "final", "preliminary", "publish a correction"),
    ],
)
def test_no_stage_out_of_order(
    ministry: Ministry, submitted: tuple[str, ...], before: Any, stage: Any, told: str
) -> None:
    if submitted:
        ministry.submit({code: FIGURES[code] for code in submitted})
    if before:
        publish.publish(ministry.workspace, APRIL, stage=before)
    with pytest.raises(StageNotDueError, match=told) as caught:
        publish.publish(ministry.workspace, APRIL, stage=stage)
    assert caught.value.exit_code == 2


def test_the_same_figures_in_another_file_are_no_correction(complete: Ministry) -> None:
    first = released(complete)
    complete.submit({CHIYODA: FIGURES[CHIYODA]})
    assert publish.due(complete.workspace, APRIL).action == "correction"
    again = released(complete)
    assert (again.id, again.created) == (first.id, False)
    assert publish.due(complete.workspace, APRIL).action == "nothing"
    assert count(complete, ReleaseRow) == 1
    complete.submit({CHIYODA: {"waiting_total": 9}})
    assert released(complete).title_ja == "訂正1"


def test_the_past_reads_as_it_was_known(complete: Ministry) -> None:
    released(complete)
    before = dt.datetime.now(dt.UTC)
    complete.submit({CHUO: {"waiting_total": 50}})
    released(complete)
    assert waiting(complete)[CHUO] == 50
    assert waiting(complete, before)[CHUO] == 1
    assert nation(complete)["value"] == nation(complete, before)["value"] + 49
    long_ago = nation(complete, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    assert (long_ago["value"], long_ago["reporters_in"], long_ago["reporters_due"]) == (None, 0, 7)
    with pytest.raises(UnknownTableError, match="municipality"):
        publish.read(complete.workspace, APRIL, "nowhere")


def test_only_changed_prefectures_are_computed_again(complete: Ministry, monkeypatch: pytest.MonkeyPatch) -> None:
    first = released(complete)
    complete.submit({YOKOHAMA: {"waiting_total": 50}})
    computed: list[tuple[str, list[str]]] = []
    run = session.Session.run

    def spy(self: session.Session, inputs: session.Inputs, wanted: Any) -> Any:
        places = sorted(set(inputs.areas["prefecture_code"].to_pylist()))
        computed.extend((table.name, places) for table in wanted)
        return run(self, inputs, wanted)

    monkeypatch.setattr(session.Session, "run", spy)
    second = released(complete)
    assert sorted(computed) == [
        ("long", ["14"]),
        ("municipality", ["14"]),
        ("national", ["13", "14"]),
        ("prefecture", ["13", "14"]),
        ("ranking", ["13", "14"]),
        ("rate", ["14"]),
    ]
    shared = {file["path"]: file["shared"] for file in second.manifest["files"]}
    kept = {path for path, is_shared in shared.items() if is_shared}
    assert kept == {f"{table}/JP-13.parquet" for table in ("long", "municipality", "rate")}
    folders = [data(complete).parent / one.path for one in (first, second)]
    inodes = [(folder / "long" / "JP-13.parquet").stat().st_ino for folder in folders]
    assert inodes[0] == inodes[1]


def test_carrying_over_changes_nothing(complete: Ministry) -> None:
    released(complete)
    complete.submit({YOKOHAMA: {"waiting_total": 50}, OSHIMA: {"waiting_total": "x"}})
    released(complete)
    complete.submit({OSHIMA: {"waiting_total": 4}})
    released(complete)
    for table in complete.contract.national:
        carried = publish.read(complete.workspace, APRIL, table.name)
        afresh = publish.read(complete.workspace, APRIL, table.name, as_known_at=dt.datetime.now(dt.UTC))
        assert carried.equals(afresh)
        assert carried.schema.equals(afresh.schema, check_metadata=False)


def test_a_release_is_frozen_and_everything_in_it_is_summed(complete: Ministry) -> None:
    made = released(complete)
    folder = data(complete).parent / made.path
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o444}
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert {name.split("/")[0] for name in files} == {
        "RELEASE.md",
        "datapackage.json",
        "dictionary.csv",
        "dictionary.md",
        "diff.html",
        "diff.parquet",
        "interface.json",
        "manifest.json",
        "schema",
        *TABLES,
    }
    assert [path.name for path in sorted((folder / "municipality").iterdir())] == ["JP-13.parquet", "JP-14.parquet"]
    with complete.workspace.ledger.read() as connection:
        recorded = {row.path: row.digest for row in connection.execute(select(ReleaseFile.path, ReleaseFile.digest))}
    assert recorded == {f"{made.path}/{file['path']}": file["sha256"] for file in made.manifest["files"]}


def test_the_manifest_says_what_it_was_made_from(complete: Ministry) -> None:
    made = released(complete)
    manifest = json.loads((data(complete).parent / made.path / "manifest.json").read_bytes())
    assert manifest == made.manifest
    assert [one["reporter"] for one in manifest["submissions"]] == list(SEVEN)
    assert manifest["control_totals"]["headline"]["waiting"]["total"] == sum(range(7))
    assert manifest["control_totals"]["headline"]["waiting"]["cells"]["total"] == sum(range(7))
    assert manifest["contract"]["digest"] == complete.contract.digest
    assert (manifest["previous"], manifest["coverage"]["weight_in"]) == (None, None)
    with complete.workspace.ledger.read() as connection:
        row = connection.execute(select(ReleaseRow)).one()
        [event] = connection.execute(select(Event.subject, Event.payload).where(Event.kind == "release")).all()
    assert (row.seq, event.subject) == (made.at_seq + 2, str(APRIL))  # after the event that current/ shows it
    assert event.payload["manifest_digest"] == row.manifest_digest


def test_latest_names_the_last_release_and_is_mended(complete: Ministry) -> None:
    made = released(complete)
    latest = data(complete) / str(APRIL) / "latest.json"
    told = json.loads(latest.read_bytes())
    assert (told["release"], told["path"], told["title_ja"]) == (made.id, made.path, "確報")
    latest.write_text("{}")
    assert publish.publish(complete.workspace, APRIL) is not None
    assert json.loads(latest.read_bytes()) == told


def test_a_manifest_that_was_altered_is_refused(complete: Ministry) -> None:
    path = data(complete).parent / released(complete).path / "manifest.json"
    path.chmod(0o644)
    path.write_text("{}")
    with pytest.raises(BytesLostError, match="digest differs"):
        publish.publish(complete.workspace, APRIL)


def test_a_damaged_shard_is_not_shared(complete: Ministry) -> None:
    first = released(complete)
    shard = data(complete).parent / first.path / "long" / "JP-13.parquet"
    whole = shard.read_bytes()
    shard.chmod(0o644)
    shard.write_bytes(whole[:-1] + b"?")
    complete.submit({YOKOHAMA: {"waiting_total": 50}})
    second = released(complete)
    assert (data(complete).parent / second.path / "long" / "JP-13.parquet").read_bytes() == whole


def test_tables_that_do_not_add_up_are_not_published(complete: Ministry, monkeypatch: pytest.MonkeyPatch) -> None:
    original = release.current.build

    def lossy(*args: Any) -> Any:
        tables = original(*args)
        return tables | {"municipality": tables["municipality"].slice(1)}

    monkeypatch.setattr(release.current, "build", lossy)
    with pytest.raises(TotalsDifferError, match="applicants_total") as caught:
        publish.publish(complete.workspace, APRIL)
    assert caught.value.exit_code == 4
    assert not data(complete).exists()
    assert count(complete, ReleaseRow) == 0


@pytest.mark.parametrize("where", ["manifest", "_record", "point"])
def test_an_exception_anywhere_leaves_no_half_release(
    complete: Ministry, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(cut, where, lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            publish.publish(complete.workspace, APRIL)
    folder = data(complete) / str(APRIL)
    assert not (folder / "latest.json").exists()
    made = released(complete)
    assert made.created is (where != "point")
    assert json.loads((folder / "latest.json").read_bytes())["release"] == made.id
    removed = publish.sweep(complete.workspace, APRIL)
    assert bool(removed) is (where == "_record")
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [made.id]
    assert not list((data(complete) / ".staging").rglob("*.parquet"))
    assert publish.sweep(complete.workspace, APRIL) == []


def test_who_reports_without_owing_is_named_and_left_out(ministry: Ministry) -> None:
    ministry.submit({**FIGURES, "011002": {"waiting_total": 7}})
    made = released(ministry)
    assert made.manifest["coverage"]["not_due"] == ["011002"]
    assert "011002" not in waiting(ministry)
    assert nation(ministry)["value"] == sum(range(7))


def test_the_last_collection_weighs_the_next(ministry: Ministry) -> None:
    from keiyu.contract.model import Collection
    from keiyu.ledger import open_collection

    ministry.submit({CHIYODA: {"applicants_total": 90}, CHUO: {"applicants_total": 10}})
    october = Collection(APRIL.line, dt.date(2025, 10, 1))
    open_collection(ministry.workspace.ledger, october)
    later = Ministry(ministry.workspace, october)
    later.submit({CHIYODA: FIGURES[CHIYODA], HACHIOJI: FIGURES[HACHIOJI]}, note="october")
    made = publish.publish(ministry.workspace, october, stage="preliminary")
    assert made is not None
    assert made.manifest["coverage"]["weight_in"] == 0.9


def test_current_is_refreshed_without_a_release(ministry: Ministry) -> None:
    ministry.submit({CHIYODA: FIGURES[CHIYODA]})
    assert publish.refresh_current(ministry.workspace, APRIL)
    assert not publish.refresh_current(ministry.workspace, APRIL)
    assert (data(ministry) / "current" / APRIL.line / "national" / "2025-04-01.parquet").is_file()
    assert count(ministry, ReleaseRow) == 0


def test_a_current_file_that_was_damaged_is_made_anew(complete: Ministry) -> None:
    released(complete)
    path = data(complete) / "current" / APRIL.line / "long" / "2025-04-01.parquet"
    whole = path.read_bytes()
    rows = parquet.decode(whole)
    path.write_bytes(whole[: len(whole) // 2])
    assert publish.due(complete.workspace, APRIL).action == "current"
    released(complete)
    assert parquet.decode(path.read_bytes()).equals(rows)


def test_verification_finds_what_was_altered(complete: Ministry) -> None:
    made = released(complete)
    assert publish.verify(complete.workspace) == []
    shard, manifest = (data(complete).parent / made.path / name for name in ("long/JP-13.parquet", "manifest.json"))
    shard.unlink()
    manifest.chmod(0o644)
    manifest.write_text("{}")
    with complete.workspace.ledger.begin() as connection:
        connection.execute(update(ReleaseRow).values(at_seq=1))
    found = publish.verify(complete.workspace)
    assert {one.rule_id for one in found} == {"verify.release"}
    assert [(one.value or "").removeprefix(f"{made.path}") for one in found] == [
        "",
        "/manifest.json",
        "/long/JP-13.parquet",
    ]
    assert [one.message_en.rsplit(", ", 1)[1] for one in found] == [
        "differs from its event).",
        "digest differs).",
        "absent).",
    ]
