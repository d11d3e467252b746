"""A file that went back and did not say whose figures it held: when it counts as replaced, and in which line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu.cli.standing import standing
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.receive import Arrival, receive_many
from ministry import CHIYODA, CHUO, HAYAMA
from nurseries import REGISTER
from office import THIS_YEAR, Office, applicants

MINATO, TOKYO = "131032", "130001"
NOTHING = "団体コード,名称\n,\n".encode()


@pytest.fixture(scope="module")
def office(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office.open(home, tmp_path_factory.mktemp("office"), (CHIYODA, CHUO, MINATO, HAYAMA))
    open_collection(office.workspace.ledger, REGISTER)
    yield office
    office.workspace.close()


def send(office: Office, name: str, data: bytes, sender: str | None, to: Collection = THIS_YEAR) -> None:
    arrival = Arrival(data, name, sender, "cli", to.line, to)
    receive_many(office.workspace.ledger, office.workspace.storage, [arrival])
    ingest(office.workspace)


def returned(office: Office, collection: Collection = THIS_YEAR) -> list[tuple[str, str | None]]:
    return [(one.file, one.sender) for one in standing(office.workspace, collection).returned]


def test_a_return_is_answered_by_its_own_sender_in_its_own_line(office: Office) -> None:
    right = {code: office.listing({code: applicants(total)}) for code, total in ((CHIYODA, 9), (CHUO, 8), (HAYAMA, 7))}
    send(office, "葉山町.csv", NOTHING, HAYAMA)
    send(office, "千代田区.csv", NOTHING + b",\n", TOKYO)
    assert returned(office) == [("葉山町.csv", HAYAMA), ("千代田区.csv", TOKYO)]
    assert returned(office, REGISTER) == []
    # Who sends its own figures alone has replaced the file with the next one, whatever its name.
    send(office, "再提出.csv", right[HAYAMA], HAYAMA)
    assert returned(office) == [("千代田区.csv", TOKYO)]
    # Who relays files of others has not, until the file of that name comes right; 港区 is still missing then.
    send(office, "中央区.csv", right[CHUO], TOKYO)
    assert returned(office) == [("千代田区.csv", TOKYO)]
    send(office, "千代田区.csv", right[CHIYODA], TOKYO)
    assert returned(office) == []
