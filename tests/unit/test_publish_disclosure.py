"""A line whose policy hides small counts, from its first release to its corrections."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keiyu import contract, publish
from keiyu.contract.disclosure import Disclosure
from keiyu.publish.build import build
from keiyu.publish.disclosure.composition import NotStatedError, protected
from keiyu.publish.disclosure.protection import protect
from keiyu.publish.reading import NotShownError
from keiyu.publish.snapshot import take
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, OSHIMA, SEVEN, YOKOHAMA, YOKOSUKA, Ministry, small_home
from secrecy import home as protected_home

TABLES = ("long", "region", "nation")
CELL = ("applicants", "age1", "waiting")


@pytest.fixture(scope="module")
def guarded(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return protected_home(home, tmp_path_factory.mktemp("home"))


@pytest.fixture
def ministry(guarded: Path, tmp_path: Path) -> Iterator[Ministry]:
    opened = Ministry.open(guarded, str(tmp_path / "data"), f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.workspace.close()


def told(waiting: int, enrolled: int = 7013) -> dict[str, int]:
    """A municipality with some waiting children of age 1; its other applicants are enrolled, age 2."""
    return {
        "applicants_total": waiting + enrolled,
        "applicants_age1": waiting,
        "applicants_age2": enrolled,
        "using_daycare_total": enrolled,
        "using_daycare_age2": enrolled,
        "waiting_total": waiting,
        "waiting_age1": waiting,
    }


FIGURES = {
    CHIYODA: told(1),
    CHUO: told(20),
    HACHIOJI: told(31),
    OSHIMA: told(9),
    YOKOHAMA: told(40),
    YOKOSUKA: told(12),
    HAYAMA: told(17),
}


def read(ministry: Ministry, table: str, **how: object) -> pa.Table:
    return publish.read(ministry.workspace, APRIL, table, **how)


def cell(rows: pa.Table, place: str | None, which: tuple[str, str, str] = CELL) -> tuple[int | None, str]:
    for row in rows.to_pylist():
        here = place in (None, row.get("area_code"), row.get("scope"))
        if here and (row["table"], row["age_band"], row["category"]) == which:
            return row["value"], row["value_status"]
    raise KeyError(place, which)


def test_the_public_sees_no_small_count_and_nothing_that_reveals_it(ministry: Ministry) -> None:
    ministry.submit(FIGURES)
    made = publish.publish(ministry.workspace, APRIL)
    assert made is not None
    assert made.stage == "final"
    rows = read(ministry, "long")
    assert cell(rows, CHIYODA) == (None, "suppressed")
    assert cell(rows, CHIYODA, ("applicants", "age0", "waiting")) == (0, "true_zero")
    assert sum(cell(rows, code)[0] is None for code in SEVEN) >= 2
    assert cell(read(ministry, "nation"), None) == (130, "reported")
    for audience in ("ministry", "prefecture"):
        assert cell(read(ministry, "long", audience=audience), CHIYODA) == (1, "reported")
    with pytest.raises(NotShownError):
        read(ministry, "long", audience="reporter")
    counts = made.manifest["disclosure"]["tables"]
    assert counts["long"]["primary"] >= 2
    assert counts["long"]["secondary"] > 0
    assert made.manifest["disclosure"]["proved"]


def test_no_published_byte_says_more(home: Path, tmp_path: Path) -> None:
    made = protected_home(home, tmp_path / "home", minimum=5000, protection=100)
    opened = Ministry.open(made, str(tmp_path / "data"), f"sqlite:///{tmp_path / 'ledger.db'}")
    figures = {code: told(8000 + 137 * n, 20_000 + 1009 * n) for n, code in enumerate(SEVEN)}
    opened.submit(figures)
    publish.publish(opened.workspace, APRIL)
    opened.submit({CHIYODA: told(4321, 20_000)})
    release = publish.publish(opened.workspace, APRIL)
    assert release is not None
    assert release.stage == "correction"
    published = opened.workspace.storage.local_path("published")
    assert published is not None
    for path in filter(Path.is_file, published.rglob("*")):
        if path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                said = str(file.read().to_pylist()) + str(file.metadata.metadata)
        else:
            said = path.read_text(encoding="utf-8")
        assert "4321" not in said.replace(",", ""), path
    assert set(release.manifest["control_totals"]["headline"]) == {"capacity"}
    assert "capacity_daycare_total" in release.manifest["control_totals"]["fields"]
    assert all(set(one) == {"reporter", "submission", "accepted_seq"} for one in release.manifest["submissions"])
    notes = opened.workspace.storage.read(f"{release.path}/RELEASE.md").decode()
    assert "| 一次秘匿 / primary |" in notes
    assert "## 秘匿 / Disclosure control" in opened.workspace.storage.read(f"{release.path}/dictionary.md").decode()
    opened.workspace.close()


def test_a_late_small_count_is_not_the_difference_of_two_releases(ministry: Ministry) -> None:
    ministry.submit({code: figures for code, figures in FIGURES.items() if code != CHIYODA})
    first = publish.publish(ministry.workspace, APRIL, stage="preliminary")
    assert first is not None
    before = {table: read(ministry, table) for table in TABLES}
    ministry.submit({CHIYODA: told(1)})
    assert cell(read(ministry, "nation"), None) == cell(before["nation"], None)
    assert cell(read(ministry, "nation", audience="ministry"), None) == (130, "reported")
    final = publish.publish(ministry.workspace, APRIL)
    assert final is not None
    assert (final.stage, final.created) == ("final", True)
    shown, _ = cell(read(ministry, "nation"), None)
    assert shown is None or shown - cell(before["nation"], None)[0] >= 3
    shown, _ = cell(read(ministry, "region"), "13")
    assert shown is None
    assert cell(read(ministry, "nation", as_known_at=first.at), None) == (129, "reported")
    audit = ministry.workspace.storage.read(f"restricted/{APRIL}/{final.id}/audit.json")
    assert json.loads(audit)["exposed"] == 0
    assert json.loads(audit)["narrowest"] >= 3


def test_publishing_again_changes_nothing(ministry: Ministry) -> None:
    ministry.submit(FIGURES)
    made = publish.publish(ministry.workspace, APRIL)
    again = publish.publish(ministry.workspace, APRIL)
    assert made is not None
    assert again is not None
    assert (again.id, again.created) == (made.id, False)
    assert publish.publish(ministry.workspace, APRIL, stage="correction").id == made.id  # type: ignore[union-attr]


def test_before_the_first_release_the_public_sees_nothing(ministry: Ministry) -> None:
    ministry.submit({CHUO: told(20)})
    publish.refresh_current(ministry.workspace, APRIL)
    with pytest.raises(NotShownError):
        read(ministry, "long")
    assert not list(ministry.workspace.storage.list(f"published/current/{APRIL.line}/long"))
    assert cell(read(ministry, "long", audience="ministry"), CHUO) == (20, "reported")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cells/nation.sql", None),
        (
            "cells/nation.sql",
            "SELECT 'x' AS \"table\", '' AS age_band, '' AS category, 0 AS part, 'value' AS \"column\"",
        ),
    ],
)
def test_a_table_that_does_not_state_its_figures_is_not_published(
    home: Path, tmp_path: Path, name: str, text: str | None
) -> None:
    made = protected_home(home, tmp_path / "home")
    path = made / "schemas" / "lines" / APRIL.line / "tables" / name
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    opened = Ministry.open(made, str(tmp_path / "data"), f"sqlite:///{tmp_path / 'ledger.db'}")
    opened.submit(FIGURES)
    with pytest.raises(NotStatedError):
        publish.publish(opened.workspace, APRIL)
    opened.workspace.close()


def test_a_line_that_protects_nothing_is_published_as_it_is(home: Path, tmp_path: Path) -> None:
    """待機児童 publishes its 1s and 2s: nothing is hidden, stated apart, or kept apart."""
    made = small_home(home, tmp_path / "home")
    opened = Ministry.open(made, str(tmp_path / "data"), f"sqlite:///{tmp_path / 'ledger.db'}")
    opened.submit(FIGURES)
    assert protected(opened.contract) == ()
    taken = take(opened.workspace, APRIL)
    tables = build(opened.workspace, taken)
    assert protect(opened.workspace, taken, tables).tables is tables
    release = publish.publish(opened.workspace, APRIL)
    assert release is not None
    assert "disclosure" not in release.manifest
    assert set(release.manifest["control_totals"]["headline"]) == set(opened.contract.headline)
    assert {"sha256", "entry"} <= set(release.manifest["submissions"][0])
    assert cell(read(opened, "long"), CHIYODA) == (1, "reported")
    assert "suppressed" not in read(opened, "long")["value_status"].to_pylist()
    assert not list(opened.workspace.storage.list("restricted"))
    opened.workspace.close()


@pytest.mark.parametrize("line", ["nursery_monthly"])
def test_the_monthly_report_protects_staff_and_residence(schemas: Path, line: str) -> None:
    policy = Disclosure.of(contract.load(line, schemas))
    assert (policy.minimum, policy.protection, policy.secondary) == (3, 3, True)
    assert policy.is_sensitive("staff", "full_time")
    assert not policy.is_sensitive("enrolment", "enrolled_total")
    assert [policy.sight(audience) for audience in ("ministry", "prefecture", "public")] == ["all", "all", "suppressed"]
