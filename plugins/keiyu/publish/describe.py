"""What lies beside the data of a release: data package, schemas, dictionary, notes, checksums."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from keiyu.contract import dictionary
from keiyu.contract.interface import Interface
from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.publish.document import as_json
from keiyu.publish.holds import remarks

DATA_PACKAGE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_PARQUET: Final = "application/vnd.apache.parquet"
_FRICTIONLESS: Final = {"time": "string"}
_STAGES: Final = {
    "preliminary": ("速報", "Provisional"),
    "final": ("確報", "Final"),
    "correction": ("訂正", "Correction"),
}


def title(stage: str, number: int) -> tuple[str, str]:
    """Return the name of a release in Japanese and English, such as 速報, 速報2, 確報, 訂正1."""
    ja, en = _STAGES[stage]
    if stage != "correction" and number == 1:
        return ja, en
    return f"{ja}{number}", f"{en} {number}"


def files(contract: Contract, manifest: Mapping[str, Any], promised: Interface) -> dict[str, bytes]:
    """Return everything that describes a release, by name in its folder.

    Args:
        contract: the line's contract.
        manifest: the release's manifest.
        promised: its interface, which knows since when each column has been there.

    Returns:
        ``manifest.json``, ``datapackage.json``, a table schema for each table, the data dictionary as
        CSV and Markdown, ``interface.json`` and ``RELEASE.md``.
    """
    return _definitions(contract, promised) | {
        "manifest.json": as_json(manifest),
        "datapackage.json": as_json(data_package(contract, manifest)),
        "RELEASE.md": notes(contract, manifest).encode(),
    }


def checksums(digests: Mapping[str, str]) -> bytes:
    """Return ``SHA256SUMS``: what ``sha256sum --check`` reads.

    Args:
        digests: name in the folder → SHA-256.
    """
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def data_package(contract: Contract, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Frictionless Data Package: a resource for each Parquet file, with digest and table schema."""
    tables = {table.name: table for table in contract.national}
    return {
        "$schema": DATA_PACKAGE,
        "name": f"{contract.line}-{manifest['as_of']}",
        "id": manifest["release"],
        "title": f"{contract.name_ja}（{manifest['as_of']}、{manifest['title_ja']}）",
        "description": f"{contract.name_en}, {manifest['as_of']}, {manifest['title_en']}. {contract.authority}",
        "version": f"{contract.version}+{manifest['stage']}.{manifest['number']}",
        "created": manifest["created_at"],
        "resources": [
            *(_resource(tables[file["table"]], file) for file in manifest["files"]),
            *_beside(manifest),
        ],
    }


def table_schema(table: NationalTable) -> dict[str, Any]:
    """Return the Frictionless Table Schema of a national table."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": table.label_ja,
        "description": f"{table.definition_ja} / {table.definition_en}",
        "fields": [_field(field) for field in table.fields],
    }


def notes(contract: Contract, manifest: Mapping[str, Any]) -> str:
    """Return the release notes: stage, coverage and who is missing, in Japanese and English."""
    coverage, totals = manifest["coverage"], manifest["control_totals"]
    came, due = coverage["reporters_in"], coverage["reporters_due"]
    lines = [
        f"# {contract.name_ja} {manifest['as_of']} {manifest['title_ja']}",
        f"{contract.name_en}, {manifest['as_of']}: {manifest['title_en']}",
        "",
        f"- 提出 / reporters in: **{came:,} / {due:,}**" + _by_weight(coverage),
        f"- 作成 / created: {manifest['created_at']}（台帳 / ledger seq {manifest['as_of_seq']}）",
        *(f"- {told['label_ja']} / {told['label_en']}: {told['total']:,}" for told in totals["headline"].values()),
    ]
    if manifest["previous"]:
        lines.append(f"- 前の公表 / release before: `{manifest['previous']}`")
    if coverage.get("exempt"):
        lines.append(f"- 提出免除（合計に含まない）/ excused, not in the totals: {len(coverage['exempt']):,}")
    return (
        "\n".join(
            [
                *lines,
                "",
                *_absent(coverage, contract.respondents.field),
                *_totals(manifest),
                *_decisions(manifest),
                *_hidden(manifest),
            ]
        )
        + "\n"
    )


def _hidden(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Tell by what policy figures are hidden, and how many."""
    told = manifest.get("disclosure")
    if not told:
        return
    width = f"{told['rules']['protection']:g}"
    yield from ("", "## 秘匿 / Disclosure control", "", told["ja"], told["en"], "")
    if told["proved"]:
        yield f"秘匿した値は、前回までの公表を含むすべての値からも、幅{width}の範囲より狭くは推定できない。"
        yield f"Everything published, earlier releases included, narrows no hidden figure to within less than {width}."
    yield from (
        "",
        "| 表 / table | 数値 / figures | 一次秘匿 / primary | 二次秘匿 / secondary |",
        "|---|---:|---:|---:|",
    )
    for one in told["tables"].values():
        counts = " | ".join(f"{one[name]:,}" for name in ("figures", "primary", "secondary"))
        yield f"| {one['label_ja']} / {one['label_en']} | {counts} |"


def _by_weight(coverage: Mapping[str, Any]) -> str:
    share = coverage["weight_in"]
    return "" if share is None else f"（前回の値による重み / weighted by the last collection: {share:.1%}）"


def _absent(coverage: Mapping[str, Any], reporter: str) -> Iterator[str]:
    missing: Sequence[Mapping[str, str]] = coverage["missing"]
    yield f"## 未提出 / Not submitted: {len(missing):,}"
    yield ""
    if not missing:
        yield "なし / none"
        return
    yield "次の団体の値は合計に含まれない。推計による補完はしていない。"
    yield "The figures of the following are not in the totals; nothing was imputed."
    yield ""
    by_place: dict[str, list[str]] = {}
    for one in missing:
        by_place.setdefault(one["prefecture"], []).append(f"{one['name']} ({one[reporter]})")
    yield from (f"- {place}: {'、'.join(names)}" for place, names in by_place.items())


def _totals(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Tell what the totals are expected to be once everyone is in, apart from what is counted."""
    told = manifest.get("estimate")
    if not told:
        return
    yield from ("", "## 推計 / Estimate", "")
    yield "次は全員がそろったときの合計の推計であり、集計値ではない。集計値には混ぜていない。"
    yield "What the totals are expected to be once everyone is in: not counted, and not in the counted figures."
    reasons = {(one["reason_ja"], one["reason_en"]) for one in told["measures"].values() if one["reason_ja"]}
    yield from (line for reason in sorted(reasons) for line in ("", *reason))
    known = [one for one in told["measures"].values() if one["estimate"] is not None]
    if known:
        yield from (
            "",
            "| 数値 / figure | 集計値 / counted | 推計 / estimate | 80% | 95% |",
            "|---|---:|---:|---:|---:|",
        )
    for one in known:
        bounds = " | ".join(f"{low:,.0f}〜{high:,.0f}" for low, high in one["intervals"].values())
        name = f"{one['label_ja']} / {one['label_en']}"
        yield f"| {name} | {one['counted']:,.0f} | {one['estimate']:,.0f} | {bounds} |"
    if known:
        yield from ("", f"用いた過去の回 / earlier collections used: {'、'.join(told['basis'])}")


def _decisions(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Tell what waits for a decision, with what reason others were decided, and why two reports may differ."""
    for ja, en, items in remarks(manifest):
        yield from ("", f"## {ja} / {en}: {len(items):,}", "")
        yield from (f"- {told_ja}\n  {told_en}" for told_ja, told_en in items)


_BESIDE: Final = {
    "diff": "新旧対照 / Changes since the release before",
    "estimate": "推計（集計値とは別）/ Estimate, apart from the counts",
}
"""Files of a release beside its tables, with their titles."""


def _beside(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the resources beside the tables: changes since the release before, the estimate."""
    for name, title in _BESIDE.items():
        if name in manifest:
            yield {
                "name": name,
                "title": title,
                "path": manifest[name]["path"],
                "type": "table",
                "format": "parquet",
                "mediatype": _PARQUET,
                "hash": f"sha256:{manifest[name]['sha256']}",
                "schema": f"schema/{name}.json",
            }


def _resource(table: NationalTable, file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{table.name}-{file['shard'].lower()}".replace("_", "-"),
        "title": f"{table.label_ja} {file['shard']}",
        "path": file["path"],
        "type": "table",
        "format": "parquet",
        "mediatype": _PARQUET,
        "hash": f"sha256:{file['sha256']}",
        "schema": f"schema/{table.name}.json",
    }


def _field(field: Field) -> dict[str, Any]:
    told = {
        "name": field.name,
        "type": _FRICTIONLESS.get(field.type, field.type),
        "title": field.label_ja,
        "titleEn": field.label_en,
        "description": f"{field.definition_ja} / {field.definition_en}",
        "unit": field.unit,
        "concept": field.concept,
        "source": field.source,
        "dimensions": dict(field.dimensions) or None,
    }
    return {key: value for key, value in told.items() if value is not None}


_DEFINITIONS: Final[dict[tuple[str, bytes], dict[str, bytes]]] = {}


def _definitions(contract: Contract, promised: Interface) -> dict[str, bytes]:
    """Return what depends on the contract and the age of its columns alone; the last made is kept."""
    interface = promised.as_json()
    key = (contract.digest, interface)
    if key not in _DEFINITIONS:
        _DEFINITIONS.clear()
        made = {f"schema/{table.name}.json": as_json(table_schema(table)) for table in contract.national}
        made["dictionary.csv"] = _dictionary(contract, promised)
        made["dictionary.md"] = dictionary.as_markdown(contract, promised).encode()
        made["interface.json"] = interface
        _DEFINITIONS[key] = made
    return _DEFINITIONS[key]


def _dictionary(contract: Contract, promised: Interface) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, dictionary.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dictionary.rows(contract, promised))
    return text.getvalue().encode()
