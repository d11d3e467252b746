"""Evidence in words: why a column was taken for a field, or was not; the texts stand in ``schemas/evidence.yaml``."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from keiyu.contract.source import read_yaml
from keiyu.read.general.mapping import Candidate, Mapped
from keiyu.read.grid import letters


@cache
def _texts(schemas: Path) -> Mapping[str, Any]:
    return read_yaml(schemas / "evidence.yaml", schemas / "schema" / "evidence.json")


def told(mapped: Mapped, schemas: Path) -> dict[str, str]:
    """Return what speaks for a column's meaning, in Japanese and English.

    Args:
        mapped: the column.
        schemas: the ``schemas/`` folder.
    """
    ja, en = ([mapped.known[0]], [mapped.known[1]]) if mapped.known is not None else ([], [])
    for text, facts in _said(mapped, _texts(schemas)):
        ja.append(text["ja"].format(**facts))
        en.append(text["en"].format(**facts))
    return {"ja": "；".join(ja), "en": "; ".join(en)}


def _said(mapped: Mapped, texts: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, str], Mapping[str, object]]]:
    """Yield each text that is told of a column, with what stands in it."""
    more = texts["more"]
    if mapped.why is not None:
        yield texts["reason"][mapped.why], {"other": letters(mapped.other) if mapped.other is not None else ""}
    if mapped.part is not None:
        yield more["part"], {"count": mapped.part}
    best: Candidate | None = next((c for c in mapped.candidates if mapped.field in (None, c.field)), None)
    if best is not None and best.hit is not None and best.hit.how in texts["header"]:
        yield texts["header"][best.hit.how], {"label": best.hit.label}
    if best is not None and best.fit.share is not None:
        yield more["values"], {"share": f"{best.fit.share:.0%}"}
    if mapped.ditto:
        yield more["ditto"], {"count": mapped.ditto}
