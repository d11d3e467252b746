"""From a sample to a table, by the command line alone: what a person types, and what comes back.

Everything runs in one process on a fresh SQLite installation; a whole journey is one sample of a few
dozen municipalities with far more mistakes than people make. The journey is made once for whatever tests of this
page run together; each test holds one of its answers, or asks the installation at its end.
"""

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from answers import Run, assert_documented, runner, verb_of
from keiyu.cli import main
from keiyu.sample import SampleManifest

LINE = "waiting_children"
COLLECTION = f"{LINE}/2025-04-01"
REPORTERS = 80


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEIYU_STORAGE", str(folder / "data"))
        patch.setenv("GX_ANALYTICS_ENABLED", "false")
        for name in ("KEIYU_DATABASE_URL", "KEIYU_DROP", "KEIYU_DOORBELL_URL"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture
def run(installation: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture(scope="module")
def sample(installation: Path) -> Path:
    out = installation / "sample"
    args = ["sample", str(out), "--line", LINE, "--reporters", str(REPORTERS), "--faults", "0.25", "--seed", "5"]
    assert main([*args, "--json"]) == 0
    return out


def drop(sample: Path, installation: Path, wave: str) -> None:
    shutil.copytree(sample / wave, installation / "data" / "drop", dirs_exist_ok=True)


@pytest.fixture(scope="module")
def journey(installation: Path, sample: Path) -> dict[str, Any]:
    """What each step of a journey answered: opening, two waves of files, a release."""

    def said(*typed: str) -> dict[str, Any]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert main([*typed, "--json"]) == 0
        told: dict[str, Any] = json.loads(out.getvalue())
        assert_documented(verb_of(typed), told)
        return told

    told = {"unopened": said("status", COLLECTION), "open": said("open", COLLECTION)}
    told["open again"] = said("open", f"{LINE}/R7.4.1")
    drop(sample, installation, "wave1")
    told |= {"wave 1": said("ingest", "--drop"), "wave 1 again": said("ingest", "--drop")}
    told["after wave 1"] = said("status", COLLECTION)
    drop(sample, installation, "wave2")
    told |= {"wave 2": said("ingest", "--drop"), "after wave 2": said("status", COLLECTION)}
    told |= {"publish": said("publish", COLLECTION), "current": said("read", COLLECTION, "municipality")}
    told["release"] = said("publish", COLLECTION, "--stage", "preliminary")
    return told


def expected(sample: Path) -> SampleManifest:
    return SampleManifest.read(sample)


def rules(findings: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({f["rule_id"] for f in findings}))


def test_check_finds_exactly_the_planted_faults_on_a_laptop(run: Run, sample: Path) -> None:
    """What only the ministry can know (who sent it, which collection is open) a laptop is not asked."""
    unseen = ("last_year", "wrong_prefecture")
    files = [f for f in expected(sample).wave(1) if f.fault not in unseen]
    told = run("check", *(str(sample / f.path) for f in files), "--as-of", "2025-04-01", code=1)
    for file, found in zip(files, told["files"], strict=True):
        assert (file.path, rules(found["findings"])) == (file.path, file.rules)
        assert (file.path, found["outcome"]) == (file.path, "returned" if file.returned else "accepted")
    assert told["summary"]["returned"] == sum(f.returned for f in files)


def test_check_says_who_may_send_a_file(run: Run, sample: Path) -> None:
    file = next(f for f in expected(sample).wave(1) if f.fault == "wrong_prefecture")
    [told] = run("check", str(sample / file.path), "--sender", file.sender, code=1)["files"]
    assert rules(told["findings"]) == file.rules == ("relay.sender",)


def test_check_judges_a_file_of_which_nothing_can_be_read(run: Run, sample: Path) -> None:
    file = next(f for f in expected(sample).wave(1) if f.fault == "wrong_code")
    [told] = run("check", str(sample / file.path), code=1)["files"]
    assert (told["outcome"], rules(told["findings"])) == ("returned", file.rules)


def test_check_ends_well_where_there_is_nothing_to_say(run: Run, sample: Path) -> None:
    file = next(f for f in expected(sample).wave(1) if f.fault is None)
    told = run("check", str(sample / file.path), "--sender", file.sender)
    assert told["summary"] == {
        "files": 1, "accepted": 1, "partly_accepted": 0, "returned": 0, "error": 0, "query": 0, "info": 0
    }  # fmt: skip


def test_check_gives_back_copies_that_say_the_same_again_until_they_are_mended(
    run: Run, sample: Path, tmp_path: Path
) -> None:
    wrong = [f for f in expected(sample).wave(1) if f.returned and f.fault != "wrong_code"][:3]
    files = [sample / f.path for f in wrong]
    told = run("check", *files, "--as-of", "2025-04-01", "--annotate", tmp_path / "返却", code=1)
    copies = told["annotated"]
    assert [Path(copy).name for copy in copies] == [f"{file.stem}_指摘.xlsx" for file in files]
    again = run("check", *copies, "--as-of", "2025-04-01", code=1)
    places = [[[(f["rule_id"], f["value"]) for f in one["findings"]] for one in t["files"]] for t in (told, again)]
    assert places[0] == places[1]


def test_files_of_one_name_get_copies_of_their_own(run: Run, sample: Path, tmp_path: Path) -> None:
    wrong = next(f for f in expected(sample).wave(1) if f.returned and f.shape == "csv")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(sample / wrong.path, tmp_path / folder / "list.csv")
    told = run("check", *sorted(tmp_path.glob("*/list.csv")), "--annotate", tmp_path, code=1)
    assert [Path(copy).name for copy in told["annotated"]] == ["list_指摘.xlsx", "list_指摘_2.xlsx"]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("readme.csv", "これは表ではありません\n", "read.layout.unknown"),
        ("empty.xlsx", "", "read.decode.empty"),
    ],
)
def test_check_refuses_what_is_no_report(run: Run, tmp_path: Path, name: str, content: str, rule: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    [told] = run("check", str(tmp_path / name), code=1)["files"]
    assert (told["outcome"], rules(told["findings"])) == ("returned", (rule,))


def test_inspect_says_how_a_file_is_read(run: Run, sample: Path) -> None:
    file = next(f for f in expected(sample).wave(1) if f.shape == "national" and f.fault is None)
    told = run("inspect", str(sample / file.path))
    assert (told["line"], told["layout"], told["as_of"]) == (LINE, "national", "2025-04-01")
    assert [(t["table"], t["sheet"], t["first_row"], t["rows"]) for t in told["tables"]] == [
        ("capacity", "定員の状況", 10, 1),
        ("applicants", "申込者の状況", 10, 1),
    ]
    assert told["tables"][0]["columns"]["capacity_daycare_total"] == "E10"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_inspect_names_the_encoding(run: Run, sample: Path, tmp_path: Path, encoding: str) -> None:
    file = next(f for f in expected(sample).wave(1) if f.shape == "csv" and f.fault is None)
    path = tmp_path / Path(file.path).name
    path.write_bytes((sample / file.path).read_text(encoding=file.encoding).encode(encoding))
    told = run("inspect", str(path))
    assert (told["line"], told["encoding"], len(told["tables"])) == (LINE, encoding, 2)


def test_a_collection_is_unopened_until_somebody_opens_it(journey: dict[str, Any]) -> None:
    assert journey["unopened"]["collections"][0]["state"] == "unopened"


def test_open_tells_whether_it_changed_anything(journey: dict[str, Any]) -> None:
    told = journey["open"]
    assert (told["collection"], told["opened"], told["calendar_findings"]) == (COLLECTION, True, [])
    assert [one["deadline"] for one in told["dates"]] == ["2025-04-30", "2025-05-09"]
    again = journey["open again"]
    assert (again["collection"], again["opened"]) == (COLLECTION, False)


def test_a_date_without_a_wave_cannot_be_opened(run: Run) -> None:
    assert run("open", f"{LINE}/2025-05-01", code=2)["error"]["code"] == "KEIYU-115"


def test_the_first_wave_comes_in_and_what_is_wrong_goes_back(journey: dict[str, Any], sample: Path) -> None:
    first, told = expected(sample).wave(1), journey["wave 1"]
    returned = {f.reporter for f in first if f.returned}
    assert told["received"] == len(first)
    assert (told["accepted"], told["returned"]) == (REPORTERS - len(returned), len(returned))
    assert told["collections"] == [COLLECTION]
    assert journey["wave 1 again"]["received"] == 0


def test_status_names_the_missing_and_the_reasons(journey: dict[str, Any], sample: Path) -> None:
    [told] = journey["after wave 1"]["collections"]
    returned = [f for f in expected(sample).wave(1) if f.returned]
    assert (told["state"], told["reporters_in"], told["reporters_due"]) == ("open", REPORTERS - len(returned), 1741)
    assert {m["reporter"] for m in told["missing"]} >= {f.reporter for f in returned}
    assert told["release"] is None
    reasons = {r["file"]: {x["rule_id"] for x in r["reasons"]} for r in told["returned"]}
    ours = [f for f in returned if f.fault != "last_year"]
    assert {Path(f.path).name: set(f.rules) for f in ours}.items() <= reasons.items()


def test_the_second_wave_makes_it_whole(journey: dict[str, Any], sample: Path) -> None:
    told = journey["wave 2"]
    assert (told["accepted"], told["returned"]) == (len(expected(sample).wave(2)), 0)
    assert journey["after wave 2"]["collections"][0]["reporters_in"] == REPORTERS


def test_nothing_is_released_before_its_time_but_current_is_there(journey: dict[str, Any], sample: Path) -> None:
    assert journey["publish"] == {"release": None}
    rows = journey["current"]["rows"]
    stated = expected(sample).totals["applicants"]["applicants_total"]
    assert sum(row["applicants_total"] or 0 for row in rows) == stated


def test_the_ministry_may_release_at_a_stage(journey: dict[str, Any], run: Run) -> None:
    release = journey["release"]["release"]
    assert (release["stage"], release["created"]) == ("preliminary", True)
    assert run("status", COLLECTION)["collections"][0]["release"]["id"] == release["id"]


@pytest.mark.usefixtures("journey")
def test_a_table_can_be_read_as_it_was_known_before_anything_came(run: Run) -> None:
    then = run("read", COLLECTION, "municipality", "--as-known-at", "2020-01-01")
    assert not any(row["applicants_total"] for row in then["rows"])


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
@pytest.mark.usefixtures("journey")
def test_a_table_can_be_written_to_a_file(run: Run, installation: Path, form: str) -> None:
    path = installation / f"municipality.{form}"
    assert main(["read", COLLECTION, "municipality", "--format", form, "--output", str(path)]) == 0
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    elif form == "parquet":
        rows = pq.read_table(path).to_pylist()
    else:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert len(rows) == 1741
    assert rows[0]["area_code"] == "011002"


@pytest.mark.usefixtures("journey")
def test_a_tidy_table_can_be_written_as_sdmx(run: Run, installation: Path) -> None:
    path = installation / "national-sdmx.csv"
    assert main(["read", COLLECTION, "national", "--format", "sdmx-csv", "--output", str(path)]) == 0
    written = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    told = {row["TABLE"] + row["CATEGORY"] + row["AGE"]: row for row in written}
    rows = run("read", COLLECTION, "national")["rows"]
    assert len(told) == len(rows)
    for row in rows:
        assert told[row["table"] + row["category"] + row["age_band"]]["OBS_VALUE"] == str(row["value"])
    assert main(["read", COLLECTION, "municipality", "--format", "sdmx-csv"]) == 2


@pytest.mark.usefixtures("journey")
def test_what_was_never_opened_is_no_empty_table(run: Run, sample: Path) -> None:
    assert run("read", f"{LINE}/2031-04-01", "national", code=2)["error"]["code"] == "KEIYU-120"


@pytest.mark.usefixtures("journey")
def test_a_receipt_can_be_looked_up_and_the_same_bytes_are_recognised(run: Run, sample: Path) -> None:
    file = next(f for f in expected(sample).wave(1) if f.fault is None)
    [receipt] = run("receive", str(sample / file.path), "--sender", file.sender)["receipts"]
    assert (receipt["duplicate"], receipt["state"]) == (True, "accepted")
    [again] = run("receipt", receipt["id"])["receipts"]
    assert again == receipt
    assert run("receipt", "nothing", code=2)["error"]["code"] == "KEIYU-116"


def test_a_receipt_tells_what_was_found_and_gives_the_file_back_with_it(
    run: Run, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEIYU_STORAGE", str(tmp_path / "data"))
    file = next(f for f in expected(sample).wave(1) if f.returned and f.shape == "national")
    run("open", COLLECTION)
    [receipt] = run("receive", str(sample / file.path), "--sender", file.sender)["receipts"]
    assert run("receipt", receipt["id"], "--annotate", tmp_path)["annotated"] == []
    run("ingest")
    told = run("receipt", receipt["id"], "--annotate", tmp_path)
    assert (told["receipts"][0]["state"], rules(told["findings"])) == ("returned", file.rules)
    assert run("replay", COLLECTION)["parts"] == []
    [again] = run("check", *told["annotated"], "--sender", file.sender, code=1)["files"]
    assert rules(again["findings"]) == file.rules


@pytest.mark.usefixtures("journey")
def test_all_that_is_stored_agrees_until_somebody_touches_it(run: Run, installation: Path) -> None:
    assert run("verify") == {"intact": True, "findings": []}
    landed = next(p for p in (installation / "data" / "landing").rglob("*") if p.is_file())
    kept = landed.read_bytes()
    landed.chmod(0o644)
    landed.write_bytes(kept + b"!")
    told = run("verify", code=4)
    landed.write_bytes(kept)
    assert [f["rule_id"] for f in told["findings"]] == ["verify.landing"]


def test_the_other_commands_answer_as_documented(run: Run, installation: Path) -> None:
    assert [one["line"] for one in run("lines")["lines"]].count(LINE) == 1
    form = installation / "form.xlsx"
    told = run("template", LINE, "--reporter", "131016", "--as-of", "R7.4.1", "--output", str(form))
    assert (told["reporter"], told["as_of"], told["bytes"]) == ("131016", "2025-04-01", form.stat().st_size)
    assert run("template", LINE, "--output", str(form), code=2)["error"]["code"] == "KEIYU-113"
    other = run("sample", str(installation / "other"), "--line", LINE, "--reporters", "3", "--faults", "0")
    assert (other["wave1"], other["wave2"], other["faults"]) == (3, 0, {})


@pytest.mark.usefixtures("journey")
def test_a_nil_return_is_received_and_refused_where_the_line_knows_none(run: Run) -> None:
    [receipt] = run("nil", COLLECTION, "--reporter", "131016", "--sender", "130001")["receipts"]
    assert receipt["state"] == "received"
    run("ingest")
    [after] = run("receipt", receipt["id"])["receipts"]
    assert after["state"] == "returned"


@pytest.mark.parametrize(
    "args",
    [
        ["lines"],
        ["status"],
        ["status", COLLECTION],
        ["read", COLLECTION, "national"],
        ["verify"],
        ["ingest"],
        ["open", COLLECTION],
        ["publish", COLLECTION],
    ],
)
@pytest.mark.usefixtures("journey")
def test_people_read_tables_and_no_progress_when_nobody_watches(
    installation: Path, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    assert main(args) == 0
    told = capsys.readouterr()
    assert told.out.strip()
    assert told.err == ""


def test_check_takes_a_list_for_that_of_its_sender(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "保育所一覧.csv"
    path.write_text("施設名,種別,定員,電話番号\nさくら保育園,認可保育所,90,047-111-2222\n", encoding="utf-8")
    for sender, code in (("122041", 0), (None, 1)):
        given = ["--sender", sender] if sender else []
        [told] = run("check", str(path), "--as-of", "2025-04-01", *given, code=code)["files"]
        assert [one["reporter"] for one in told["reporters"]] == ([sender] if sender else [])
