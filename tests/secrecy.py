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
FIGURE = """
  - {name: table, key: true, label_ja: 表, label_en: Table, definition_ja: 表, definition_en: Table, type: string}
  - {name: age_band, key: true, label_ja: 年齢, label_en: Age, definition_ja: 年齢, definition_en: Age, type: string}
  - {name: category, key: true, label_ja: 区分, label_en: Kind, definition_ja: 区分, definition_en: Kind, type: string}
  - {name: value, label_ja: 人数, label_en: Number, definition_ja: 人数, definition_en: Number, type: integer}
  - {name: value_status, label_ja: 状態, label_en: Status, definition_ja: 状態, definition_en: Status, type: string}
"""
REGION = f"""
name: region
label_ja: 都道府県別
label_en: By region
definition_ja: 都道府県の範囲ごとに１行
definition_en: A row per scope
sharded: true
open: [reporters]
columns:
  - {{name: prefecture_code, label_ja: 県, label_en: Pref, definition_ja: 県, definition_en: Pref, type: string}}
  - {{name: scope, key: true, label_ja: 範囲, label_en: Scope, definition_ja: 範囲, definition_en: Scope, type: string}}
  - {{name: reporters, label_ja: 数, label_en: Who, definition_ja: 数, definition_en: Who, type: integer}}{FIGURE}"""
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
columns:{FIGURE}"""
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
