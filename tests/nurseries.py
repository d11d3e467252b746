"""Four facilities of three municipalities that send their register, their months and their surveys as files."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from keiyu.contract import template
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.receive import Arrival, receive_many
from ministry import CHIYODA, CHUO, HAYAMA
from office import Office

AS_OF = dt.date(2025, 4, 1)
REGISTER, MONTHLY = Collection("nursery_facility", AS_OF), Collection("nursery_monthly", AS_OF)
MIDORI, HIKARI, SORA, UMI = (CHIYODA, "1"), (CHIYODA, "2"), (CHUO, "1"), (HAYAMA, "1")
LIST = {
    CHIYODA: [("1", "みどり保育園", "保育所"), ("2", "ひかりこども園", "幼保連携型認定こども園")],
    CHUO: [("1", "そら保育室", "小規模保育事業A型")],
    HAYAMA: [("1", "うみこども園", "認定こども園")],
}
LIVING = {MIDORI: {CHIYODA: 20, CHUO: 4}, HIKARI: {CHIYODA: 30}, SORA: {CHUO: 10}, UMI: {HAYAMA: 25}}
CAPACITY = {MIDORI: 24, HIKARI: 40, SORA: 12, UMI: 30}


def listing(rows: Sequence[tuple[str, str, str]], area: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["全国地方公共団体コード", "施設番号", "名称", "種別"])
    writer.writerows([(area, *row) for row in rows])
    return text.getvalue().encode("utf-8-sig")


def month(office: Office, whose: tuple[str, str], capacity: int, teachers: int) -> bytes:
    """A facility's form, filled in: every child is one year old."""
    area, number = whose
    living = LIVING[whose]
    contract = office.workspace.contract(MONTHLY.line)
    figures = {field.name: 0 for table in contract.tables for field in table.measures if table.name == "enrolment"}
    told = {"capacity": capacity, "capacity_age1": capacity}
    told |= {"enrolled": sum(living.values()), "enrolled_age1": sum(living.values())}
    none = {field.name: 0 for field in contract.table("residence").measures}
    own = {"area_code": area, "facility_id": number}
    residents = [
        {**own, **none, "residence_area_code": home, "resident": count, "resident_age1": count}
        for home, count in living.items()
    ]
    staff = [{**own, "qualification": "nursery_teacher", "full_time": teachers, "part_time": 0, "fte": float(teachers)}]
    values = {**own, **figures, **told, "residence": residents, "staff": staff}
    return template.render(contract, as_of=AS_OF, values=values)


def receive(
    office: Office, data: bytes, name: str, collection: Collection | None = None, sender: str | None = None
) -> None:
    line = collection.line if collection else None
    arrival = Arrival(data, name, sender, "cli", line, collection)
    receive_many(office.workspace.ledger, office.workspace.storage, [arrival])


def decide(office: Office) -> None:
    """Work until the queue is empty, as the intake does: then facilities are recognised."""
    while ingest(office.workspace).claimed:
        pass


def survey(**figures: int) -> dict[str, int]:
    """A municipality's survey: totals follow from the figures of one-year-olds."""
    told = dict(figures)
    for name, value in figures.items():
        if name.startswith("using_"):
            told[name.replace("_age1", "_total")] = value
            for whole in ("applicants_age1", "applicants_total"):
                told[whole] = told.get(whole, 0) + value
        else:
            told[name.replace("_age1_2", "_total")] = value
    return told
