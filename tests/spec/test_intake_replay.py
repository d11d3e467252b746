"""What was accepted is read and checked again under today's rules; it tells what would differ, and changes nothing."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from keiyu.contract.model import Collection, Contract
from keiyu.errors import ConfigurationError
from keiyu.intake import batch, ingest
from keiyu.intake.replay import replay
from keiyu.ledger import open_collection
from keiyu.ledger.claims import Claimed
from keiyu.read.model import Reading
from keiyu.receive import Arrival, receive_many
from keiyu.receive.storage import landing_path
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from reading import DAY

LINE = "nursery_vacancy"
MAY = Collection(LINE, DAY)
HEADER = "全国地方公共団体コード,施設名,種別,定員,0歳空き,1歳空き"
CHIBA = f"{HEADER}\n121002,みどり,認可保育所,90,1,0\n121002,そらいろ,認可保育所,900,0,2\n"
FUNABASHI = f"{HEADER},かえで組\n122041,ひまわり,認可保育所,60,3,0,2\n122041,つくし,認可保育所,45,0,1,4\n"

STRICTER = {
    "name": "nursery_vacancy.size",
    "meta": {"frame": "wide"},
    "expectations": [
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "capacity", "max_value": 500},
            "severity": "critical",
            "meta": {
                "rule_id": "NV-SIZE",
                "severity": "error",
                "message_ja": "{label} {value} は大きすぎます。",
                "message_en": "{label} {value} is too large.",
                "hint_ja": "確かめてください。",
                "hint_en": "Look again.",
                "fields": ["capacity"],
            },
        }
    ],
}


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    for name in ("schemas", "expectations"):
        shutil.copytree(home / name, tmp_path / "home" / name)
    return tmp_path


def opened(folder: Path) -> Workspace:
    storage, database = str(folder / "data"), f"sqlite:///{folder / 'ledger.db'}"
    return Workspace.open(Settings(home=folder / "home", storage=storage, database_url=database))


@pytest.fixture
def accepted(folder: Path) -> Iterator[Path]:
    with opened(folder) as space:
        open_collection(space.ledger, MAY)
        lists = {"121002": CHIBA, "122041": FUNABASHI}
        sent = [Arrival(text.encode(), f"{code}.csv", code, "cli", LINE, MAY) for code, text in lists.items()]
        receive_many(space.ledger, space.storage, sent)
        assert ingest(space).accepted == 2
    yield folder


def test_under_the_same_rules_nothing_differs(accepted: Path) -> None:
    with opened(accepted) as space:
        assert list(replay(space, MAY)) == []


def test_a_stricter_rule_tells_whom_it_would_return_and_leaves_them_accepted(accepted: Path) -> None:
    suite = accepted / "home" / "expectations" / LINE / "size.json"
    suite.write_text(json.dumps(STRICTER), encoding="utf-8")
    with opened(accepted) as space:
        [part] = replay(space, MAY)
        assert (part.reporter, part.file, part.returned, part.rules_changed) == ("121002", "121002.csv", True, True)
        assert [(told.rule_id, told.place.cell) for told in part.findings] == [("NV-SIZE", "D3")]
        assert list(replay(space, MAY)) == [part]


def test_a_column_that_is_understood_today_tells_whose_figures_would_differ(accepted: Path) -> None:
    contract = accepted / "home" / "schemas" / "lines" / LINE / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("[admitte2]", "[admitte2, かえで組]"), encoding="utf-8")
    with opened(accepted) as space:
        [part] = replay(space, MAY)
        assert (part.reporter, part.returned, part.figures) == ("122041", False, ("vacancy_age2",))


def test_what_was_superseded_is_left_alone(accepted: Path) -> None:
    suite = accepted / "home" / "expectations" / LINE / "size.json"
    with opened(accepted) as space:
        corrected = CHIBA.replace("900", "90")
        receive_many(space.ledger, space.storage, [Arrival(corrected.encode(), "new.csv", "121002", "cli", LINE, MAY)])
        assert ingest(space).accepted == 1
    suite.write_text(json.dumps(STRICTER), encoding="utf-8")
    with opened(accepted) as space:
        assert list(replay(space, MAY)) == []


@pytest.mark.parametrize("stumbles", ["reading", "checking"])
def test_a_file_that_makes_today_stumble_is_told_and_the_others_are_gone_through(
    accepted: Path, monkeypatch: pytest.MonkeyPatch, stumbles: str
) -> None:
    suite = accepted / "home" / "expectations" / LINE / "size.json"
    suite.write_text(json.dumps(STRICTER), encoding="utf-8")

    def reading_of(space: Workspace, contracts: Sequence[Contract], one: Claimed, data: bytes) -> Reading:
        if one.filename == "122041.csv":
            if stumbles == "reading":
                raise ZeroDivisionError
            found = batch.reading_of(space, contracts, one, data)
            found.tables[0].rows = found.tables[0].rows[:-1]
            return found
        return batch.reading_of(space, contracts, one, data)

    monkeypatch.setattr("keiyu.intake.replay.reading_of", reading_of)
    with opened(accepted) as space:
        first, second = replay(space, MAY)
    assert (first.file, [told.rule_id for told in first.findings]) == ("121002.csv", ["NV-SIZE"])
    [said] = second.findings
    assert (second.file, second.reporter, second.returned) == ("122041.csv", "122041", True)
    assert (said.rule_id, "KEIYU-315" in said.message_ja) == ("intake.failed", True)


def test_a_file_whose_bytes_are_lost_is_told_and_the_others_are_gone_through(accepted: Path) -> None:
    with opened(accepted) as space:
        space.storage.delete(landing_path(hashlib.sha256(CHIBA.encode()).hexdigest()))
        [part] = replay(space, MAY)
    assert (part.file, [told.rule_id for told in part.findings]) == ("121002.csv", ["intake.bytes_lost"])


def test_rules_that_are_wrong_for_every_file_end_it(accepted: Path) -> None:
    broken = json.loads(json.dumps(STRICTER).replace('"capacity", "max', '"no_such_column", "max'))
    suite = accepted / "home" / "expectations" / LINE / "size.json"
    suite.write_text(json.dumps(broken), encoding="utf-8")
    with opened(accepted) as space, pytest.raises(ConfigurationError):
        list(replay(space, MAY))
