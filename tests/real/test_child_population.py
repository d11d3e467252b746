"""The shipped population under 15 is that of the census: every municipality, and the nation's sum."""

import csv
from pathlib import Path

from keiyu.codes.areas import to5


def test_every_municipality_has_the_figure_of_the_standard_data_set(shared: Path, schemas: Path) -> None:
    text = (shared / "statistics" / "SSDSE-A-2025.csv").read_text(encoding="cp932")
    codes, years, _, *rows = csv.reader(text.splitlines())
    item = codes.index("A1301")
    assert years[item] == "2020"
    with (schemas / "codes" / "child_population.csv").open(encoding="utf-8", newline="") as handle:
        shipped = {to5(row["area_code"]): row["under15"] for row in csv.DictReader(handle)}
    assert shipped == {row[0].removeprefix("R"): row[item] for row in rows}
    assert len(shipped) == 1741
