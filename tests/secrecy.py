"""The survey under another policy: small counts of applicants are not for the public; three national tables."""

from pathlib import Path

import yaml

from ministry import small_home

POLICY = {
    "policy": "threshold",
    "minimum": 3,
    "secondary": True,
    "tables": ["applicants"],
    "audiences": {"prefecture": "all", "ministry": "all", "reporter": "none", "public": "suppressed"},
    "ja": "１人又は２人の値を公表しない。",
    "en": "Counts of 1 or 2 are not shown.",
}


def column(name: str, ja: str, en: str, kind: str = "string", key: str = "false") -> str:
    """A column of a national table, as its YAML says it."""
    told = f"label_ja: {ja}, label_en: {en}, definition_ja: {ja}, definition_en: {en}, source: テスト"
    return f"  - {{name: {name}, key: {key}, type: {kind}, {told}}}\n"


FIGURE = (
    column("table", "表", "Table", key="true")
    + column("age_band", "年齢", "Age", key="true")
    + column("category", "区分", "Kind", key="true")
    + column("value", "人数", "Number", "integer")
    + column("value_status", "状態", "Status")
)
REGION = (
    """
name: region
label_ja: 都道府県別
label_en: By region
definition_ja: 都道府県の範囲ごとに１行
definition_en: A row per scope
sharded: true
open: [reporters]
columns:
"""
    + column("prefecture_code", "県", "Pref")
    + column("scope", "範囲", "Scope", key="true")
    + column("reporters", "数", "Who", "integer")
    + FIGURE
)
SCOPES = """
WITH scopes AS (
    SELECT area_code, prefecture_code, prefecture_code AS scope FROM areas
    UNION ALL
    SELECT area_code, prefecture_code, prefecture_code || '-rest' FROM areas WHERE reporting_body <> area_code
)
"""
REGION_SQL = f"""{SCOPES}
SELECT s.prefecture_code, s.scope, count(DISTINCT l.area_code) AS reporters, l."table", l.age_band, l.category,
    sum(l.value)::BIGINT AS value, 'reported' AS value_status
FROM long AS l JOIN scopes AS s USING (area_code) GROUP BY ALL ORDER BY 1, 2, 4, 5, 6
"""
NATION = f"""
name: nation
label_ja: 全国
label_en: Nation
definition_ja: 全国
definition_en: The nation
sharded: false
columns:
{FIGURE}"""
NATION_SQL = """
SELECT "table", age_band, category, sum(value)::BIGINT AS value, 'reported' AS value_status
FROM long GROUP BY ALL ORDER BY 1, 2, 3
"""
TOLD = """
told AS (
    SELECT area_code, 'capacity' AS "table", age_band, facility_type AS category, part FROM capacity_cells
    UNION ALL
    SELECT area_code, 'applicants', age_band, category, part FROM applicants_cells
)
SELECT t."table", t.age_band, t.category, t.part, 'value' AS "column"
"""


def home(root: Path, folder: Path, **policy: object) -> Path:
    """An installation of the seven, in which applicants are protected."""
    made = small_home(root, folder)
    line = made / "schemas" / "lines" / "waiting_children"
    contract = yaml.safe_load((line / "contract.yaml").read_text(encoding="utf-8"))
    next(one for one in contract["customProperties"] if one["property"] == "disclosure")["value"] = POLICY | policy
    (line / "contract.yaml").write_text(yaml.safe_dump(contract, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for path in (line / "tables").iterdir():
        if path.stem != "long" and path.is_file():
            path.unlink()
    cells = line / "tables" / "cells"
    cells.mkdir(exist_ok=True)
    files = {
        "region.yaml": REGION,
        "region.sql": REGION_SQL,
        "nation.yaml": NATION,
        "nation.sql": NATION_SQL,
        "cells/long.sql": f"WITH {TOLD}, t.area_code FROM told AS t",
        "cells/nation.sql": f"WITH {TOLD} FROM told AS t",
        "cells/region.sql": f"{SCOPES}, {TOLD}, s.scope FROM told AS t JOIN scopes AS s USING (area_code)",
    }
    for name, text in files.items():
        (line / "tables" / name).write_text(text, encoding="utf-8")
    return made
