# %% [markdown]
# # 公表された表を読む — reading what was published
#
# Run it where `data/` is, or set `KEIYU_STORAGE`; any editor that knows `# %%` opens it as a notebook. All but the
# last two cells needs pandas and DuckDB alone. `python data/examples/statistician.py` runs it all.

# %%
import json
import os
from pathlib import Path

import duckdb
import pandas as pd

from keiyu import publish
from keiyu.contract.model import Collection
from keiyu.publish.trace import trace
from keiyu.receive.workspace import Workspace

DATA = Path(os.environ.get("KEIYU_STORAGE", "data"))
LINE, AS_OF = "waiting_children", "2025-04-01"
CURRENT = DATA / "published" / "current" / LINE
RELEASES = DATA / "published" / LINE / AS_OF

# %% [markdown]
# ## いまの値 — the latest figures
# `dtype_backend="pyarrow"` は整数を整数のまま読む。未提出の団体も行を持ち、値は空、`value_status` が理由を示す。
# 空を 0 と数えてはならない。
#
# The pyarrow backend keeps whole numbers whole. Who has not reported has a row too: its figures are null and
# `value_status` says why. A gap is never a 0.

# %%
municipality = pd.read_parquet(CURRENT / "municipality", dtype_backend="pyarrow")
print(municipality["value_status"].value_counts().to_string())
print(municipality.nlargest(5, "waiting_total")[["area_code", "municipality", "waiting_total"]].to_string(index=False))

# %% [markdown]
# ## どこまで集まったか — coverage
# 全国・都道府県の数値には、集まった報告者の数が並ぶ。`P` は提出されたものだけの合計である。
# National and prefectural figures stand beside the number of reporters that they are made of.

# %%
national = duckdb.read_parquet(f"{CURRENT}/national/*.parquet")
headline = duckdb.sql("""
    SELECT label_ja, label_en, value, value_status, reporters_in, reporters_due
    FROM national
    WHERE "table" = 'headline' AND age_band = 'total'
    ORDER BY category
""").df()
print(headline.to_string(index=False))

# %% [markdown]
# ## 公表 — the last release, frozen, with what it lacks and what changed
# `manifest.json` は未提出の一覧と全提出のダイジェスト、`diff.parquet` は前の公表との違い（原因つき）を持つ。

# %%
latest = json.loads((RELEASES / "latest.json").read_text(encoding="utf-8"))
release = DATA / latest["path"]
manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
coverage = manifest["coverage"]
print(latest["title_ja"], f"{coverage['reporters_in']:,} / {coverage['reporters_due']:,}")
changes = pd.read_parquet(release / "diff.parquet", dtype_backend="pyarrow")
print(changes.groupby(["table", "cause"]).size().to_string())
print((release / "RELEASE.md").read_text(encoding="utf-8").splitlines()[0])

# %% [markdown]
# ## 率と順位 — rates and rankings
# 率は丸めず、分子と分母を並べる。Rates are not rounded and stand beside what they are made of.

# %%
rates = pd.read_parquet(CURRENT / "rate", dtype_backend="pyarrow")
told = rates[(rates["age_band"] == "total") & rates["waiting_rate"].notna()]
print(told[["area_code", "waiting", "applicants", "waiting_rate"]].head().to_string(index=False))
ranking = pd.read_parquet(CURRENT / "ranking", dtype_backend="pyarrow")
first = ranking[(ranking["measure"] == "waiting") & (ranking["scope"] == "nation")].nsmallest(3, "rank")
print(first[["area_code", "value", "rank", "ranked"]].to_string(index=False))

# %% [markdown]
# ## 時系列 — series
# `current/<line>/<table>/` の全ファイルが当時の境界での時系列、`series/` が現在の境界でのもの（分割は按分しない）。

# %%
long = duckdb.read_parquet(f"{CURRENT}/series/long/*.parquet")
series = duckdb.sql("""
    SELECT as_of, boundary, sum(value) AS waiting
    FROM long
    WHERE category = 'waiting' AND age_band = 'total'
    GROUP BY ALL ORDER BY ALL
""").df()
print(series.to_string(index=False))

# %% [markdown]
# ## ある時点で知られていた値 — as known at
# 最初の公表の時点に知られていた表と、今の表とを比べる。

# %%
early = min(json.loads(path.read_text(encoding="utf-8"))["created_at"] for path in RELEASES.glob("*/manifest.json"))
collection = Collection.parse(f"{LINE}/{AS_OF}")
with Workspace.open() as workspace:
    then = publish.read(workspace, collection, "municipality", pd.Timestamp(early).to_pydatetime()).to_pandas()
now = municipality.set_index("area_code")["value_status"]
then_status = then.set_index("area_code")["value_status"]
print(f"{early}: {(then_status == 'reported').sum():,} → {(now == 'reported').sum():,} reported")

# %% [markdown]
# ## 数値の由来 — where a figure comes from, down to the cell

# %%
with Workspace.open() as workspace:
    traced = trace(workspace, collection, "national", ["waiting", "total"])
for source in traced.sources[:3]:
    print(source.name, source.value, source.file, source.sheet, source.cell)
print(f"{traced.value:,} = {len(traced.sources):,} 団体の合計 / the sum of as many cells: {traced.agrees}")
