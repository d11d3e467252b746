"""What a release says of the one before: every cell as data, and sentences that could be quoted."""

import hashlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd

from keiyu import publish
from keiyu.publish.diff.chart import tiles
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, OSHIMA, SEVEN, YOKOHAMA, YOKOSUKA, Ministry

FIGURES = {code: {"applicants_total": 100, "waiting_total": 1, "waiting_age1": 1} for code in SEVEN}


def released(ministry: Ministry, stage: Any = None) -> Path:
    made = publish.publish(ministry.workspace, APRIL, stage=stage)
    assert made is not None and made.created
    folder = ministry.workspace.storage.local_path(made.path)
    assert folder is not None
    return folder


def corrected(ministry: Ministry, **figures: int) -> Path:
    ministry.submit(FIGURES)
    released(ministry)
    ministry.submit({CHIYODA: {**FIGURES[CHIYODA], **figures}})
    return released(ministry)


def cells(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "diff.parquet")


def _tall(rows: pd.DataFrame, key: list[str]) -> "pd.Series[Any]":
    figures = [name for name in rows.select_dtypes("number") if name not in key]
    return rows.melt(id_vars=key, value_vars=figures, value_name="figure").set_index([*key, "variable"])["figure"]


def said(folder: Path) -> list[str]:
    page = (folder / "diff.html").read_text(encoding="utf-8")
    return [unescape(text) for text in re.findall(r'<p class="(?:ja|en)"[^>]*>(.*?)</p>', page)]


def test_the_first_release_has_nothing_to_compare_with_and_says_so(ministry: Ministry) -> None:
    ministry.submit(FIGURES)
    folder = released(ministry)
    assert len(cells(folder)) == 0
    assert "全国の待機児童数は7人である。初めての公表で、比べる前回はない。" in said(folder)
    assert "Waiting children, nationwide: 7. First release; nothing to compare with." in said(folder)


def test_a_correction_is_a_sentence_a_newspaper_could_quote(ministry: Ministry) -> None:
    folder = corrected(ministry, waiting_total=4)
    assert said(folder) == [
        "全国の待機児童数は10人で、前回公表（確報）より3人増えた。東京都千代田区の訂正による。",
        "Waiting children, nationwide: 10, 3 more than in the release before (Final). Corrected by 東京都千代田区.",
        "定員（0人）、利用児童数（0人）、申込者数（700人）、除外４類型（0人）は、前回公表（確報）と変わらない。",
        "Unchanged from the release before (Final): Capacity (0), Children in childcare (0), Applicants (700), "
        "The four exclusions (0).",
    ]


def test_first_reports_and_corrections_are_told_apart(ministry: Ministry) -> None:
    ministry.submit({code: FIGURES[code] for code in SEVEN[:5]})
    partial = released(ministry, "preliminary")
    assert "（7団体のうち報告のあった5団体の計）" in said(partial)[0]
    ministry.submit({code: FIGURES[code] for code in SEVEN[5:]} | {CHIYODA: {**FIGURES[CHIYODA], "waiting_total": 0}})
    told = next(text for text in said(released(ministry)) if "待機児童数は" in text)
    assert told == (
        "全国の待機児童数は6人で、前回公表（速報）より1人増えた。"
        "内訳は、2団体の新たな報告が+2人、東京都千代田区の訂正が−1人。"
    )


def test_changes_that_cancel_out_are_told(ministry: Ministry) -> None:
    ministry.submit(FIGURES)
    released(ministry)
    for code, change in ((CHIYODA, 1), (YOKOHAMA, -1)):
        ministry.submit({code: {**FIGURES[code], "waiting_total": 1 + change}})
    told = next(text for text in said(released(ministry)) if "待機児童数は" in text)
    assert told == (
        "全国の待機児童数は7人で、前回公表（確報）と変わらない。"
        "東京都千代田区及び神奈川県横浜市の変更は互いに打ち消し合う。"
    )


def test_every_cell_that_differs_is_a_row_with_its_cause(ministry: Ministry) -> None:
    folder = corrected(ministry, waiting_total=4)
    rows = cells(folder)
    submission = json.loads((folder / "manifest.json").read_text())["submissions"][0]["submission"]
    assert {tuple(of) for of in rows["submissions"]} == {(submission,)}
    assert set(rows["cause"]) == {"corrected"}
    own = rows[(rows["table"] == "municipality")].set_index("column")
    assert own.loc["waiting_total", ["reporter", "before", "after", "change", "unit"]].tolist() == [
        CHIYODA,
        1,
        4,
        3,
        "人",
    ]
    nation = rows[(rows["table"] == "national") & (rows["column"] == "value")]
    assert {
        json.loads(keys)["table"]: change for keys, change in zip(nation["keys"], nation["change"], strict=True)
    } == {
        "applicants": 3,
        "headline": 3,
    }
    assert nation["reporter"].isna().all()
    assert set(nation["label_ja"]) >= {"待機児童（合計）"}


def test_the_cells_are_exactly_where_two_releases_differ(ministry: Ministry) -> None:
    """An independent comparison by pandas of the two folders finds the same cells."""
    ministry.submit({code: FIGURES[code] for code in (CHIYODA, CHUO, HACHIOJI, OSHIMA, YOKOHAMA)})
    before = released(ministry, "preliminary")
    ministry.submit({YOKOSUKA: FIGURES[YOKOSUKA], HAYAMA: {"waiting_total": "…"}, CHUO: {"applicants_total": 7}})
    after = released(ministry)
    rows = cells(after)
    keys = {"long": ["area_code", "table", "age_band", "category"], "municipality": ["area_code"]}
    for table, key in keys.items():
        old, new = (_tall(pd.read_parquet(folder / table), key) for folder in (before, after))
        both = old.to_frame("old").join(new.to_frame("new"), how="outer")
        differing = both[~((both["old"] == both["new"]) | (both["old"].isna() & both["new"].isna()))]
        mine = rows[(rows["table"] == table) & ~(rows["before"].isna() & rows["after"].isna())]
        found = {
            (*(json.loads(keys)[name] for name in key), column)
            for keys, column in zip(mine["keys"], mine["column"], strict=True)
        }
        assert found == set(differing.index)
    unknown = rows[(rows["status_after"] == "unknown") & (rows["table"] == "long")]
    assert unknown[["status_before", "status_after"]].to_numpy().tolist() == [["not_submitted", "unknown"]]


def test_the_manifest_and_the_checksums_vouch_for_both_files(ministry: Ministry) -> None:
    folder = corrected(ministry, waiting_total=4)
    told = json.loads((folder / "manifest.json").read_text())["diff"]
    digests = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    for name in ("diff.parquet", "diff.html"):
        assert digests[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert told == {
        "path": "diff.parquet",
        "page": "diff.html",
        "rows": len(cells(folder)),
        "sha256": digests["diff.parquet"],
        "reporters": {"corrected": 1},
    }


def test_the_page_asks_nothing_of_any_network(ministry: Ministry) -> None:
    page = (corrected(ministry, waiting_total=4) / "diff.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe|object)\b|url\(|@import|https?:", page)
    assert page.count('<svg class="map"') == 1
    assert "default-src 'none'" in page


def test_a_damaged_file_of_the_release_before_is_computed_anew(ministry: Ministry) -> None:
    ministry.submit(FIGURES)
    path = released(ministry) / "municipality" / "JP-13.parquet"
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    ministry.submit({CHIYODA: {**FIGURES[CHIYODA], "waiting_total": 4}})
    rows = cells(released(ministry))
    own = rows[(rows["table"] == "municipality") & (rows["column"] == "waiting_total")]
    assert own[["before", "after"]].to_numpy().tolist() == [[1, 4]]


def test_the_tile_grid_has_each_prefecture_once_and_no_place_twice(schemas: Path) -> None:
    grid = tiles(schemas)
    assert [tile.prefecture_code for tile in grid] == [f"{n:02}" for n in range(1, 48)]
    assert len({(tile.column, tile.row) for tile in grid}) == 47
