"""Damaging files at random, and reading what is left: every case ends in a reading or a refusal with a text.

Run as ``python -m fuzzing SEED CASES NOTE`` in a process of its own. The number of the case at work stands in the
file NOTE, so that a crash or a hang names it; ``case(seed, number)`` makes it again. Prints one JSON object.
"""

import faulthandler
import io
import json
import os
import random
import resource
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from files import ods_bytes, ods_text, xls_bytes, xlsb_bytes, zip_bytes
from keiyu.contract import template
from keiyu.findings import catalogue
from keiyu.read import compound
from keiyu.read.decode import decode
from keiyu.read.sniff import RefusedError
from memory import peak_mib
from reading import DAY, SCHEMAS, all_areas, contract, csv_bytes, flat_rows, measures, reading

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDERS = ("nursery_lists", "vacancy", "relay_lists", "area_codes")
LONGEST = 60
"""Seconds that one case may take."""

WHOLE = 10
"""One case in so many is read to the end, the others are decoded."""

MEMORY = 4 * 1024**3
LARGE = 150_000
FEW_LARGE = 0.03

TOKENS = [
    *(
        b'"',
        b",",
        b"\r",
        b"\n",
        b"\x00",
        b"\x1b$B",
        b"\x1b(B",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xf0\x40",
        b"\x1a",
        b"|",
    ),
    *(b'"' * 300, b"," * 300, b"\n" * 300, b"{", b"[" * 300, b"}", b":", b"<html>", b"\\u0000", b"\\ud800", b"1e999"),
    "計".encode(),
    "計".encode("cp932"),
    "元年".encode("euc_jp"),
]
SCRAPS = [
    *(b"<", b">", b"</c>", b'<c r="A1"><v>1</v></c>', b'<c r="ZZ99"/>', b't="e"', b't="s"', b"<f>1</f>", b"-1", b"&x;"),
    *(
        b"99999999",
        b'"',
        b'r="XFD1048576"',
        b'<mergeCell ref="A1:XFD1048576"/>',
        b'<col min="1" max="16384" hidden="1"/>',
    ),
    *(b'table:number-columns-repeated="9999"', b'table:number-rows-repeated="99999"', b"<!DOCTYPE a>", b"\xff\xfe"),
    b'<border diagonalUp="1"><diagonal style="thin"/></border>',
]
ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@cache
def seeds() -> dict[str, bytes]:
    """The files that are damaged: one of each kind made here, and the real ones where they are at hand."""
    values = {name: number for number, name in enumerate(measures())}
    rows = flat_rows(("131016", "東京都", "千代田区"))
    records = [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]] * 3
    features = [
        {"type": "Feature", "properties": r, "geometry": {"type": "Point", "coordinates": [139.7, 35.6]}}
        for r in records
    ]
    listed = [[f"第{n}保育園", f"本町{n}", f"042-622-{3000 + n}", n] for n in range(6)]
    header = ["施設名", "所在地", "電話番号", "定員"]
    strips = [[*row, "", *row[::-1]] for row in ([["公立", "", "", ""], header, *listed, ["計", "", "", 15]])]
    parts = [*strips, [], ["【私立】"], ["園名", "住所", "TEL", "利用定員"], *listed, header, *listed]
    cells = ["".join(f"<td colspan=1>{cell}</td>" for cell in row) for row in rows]
    page = f"<html><body>報告<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table><p>注</p></body></html>"
    lines = "".join(f"<table:table-row>{''.join(ods_text(str(c)) for c in row)}</table:table-row>" for row in rows)
    found = {
        "form.xlsx": template.render(contract(), reporter=all_areas().get("131016", DAY), as_of=DAY, values=values),
        "flat.csv": csv_bytes(rows, "cp932"),
        "flat.ods": ods_bytes({"表": lines}),
        "flat.xlsb": xlsb_bytes(rows),
        "flat.xls": xls_bytes({(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row)}),
        "parts.csv": csv_bytes(parts, "cp932"),
        "parts.xls": xls_bytes({(r, c): v for r, row in enumerate(parts) for c, v in enumerate(row)}, sheets=3),
        "flat.html": page.encode("cp932"),
        "flat.json": json.dumps(records, ensure_ascii=False).encode(),
        "flat.geojson": json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        "flat.zip": zip_bytes({"表.csv": csv_bytes(rows, "cp932"), "注.txt": "注".encode()}),
    }
    if SHARED.is_dir():
        real = [p for folder in FOLDERS for p in sorted((SHARED / folder).rglob("*")) if p.is_file()]
        found |= {p.name: p.read_bytes() for p in real}
    return found


def damaged(data: bytes, chance: random.Random, pieces: list[bytes]) -> bytes:
    """The same bytes with some flipped, cut off, left out, doubled, moved or put in between."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        if not found:
            break
        at = chance.randrange(len(found))
        kind = chance.randrange(6)
        if kind == 0:
            found[at] = chance.randrange(256)
        elif kind == 1:
            del found[at : at + chance.randrange(1, 64)]
        elif kind == 2:
            found[at:at] = found[at : at + chance.randrange(1, 256)]
        elif kind == 3:
            piece = bytes(found[at : at + 64])
            del found[at : at + 64]
            place = chance.randrange(len(found) + 1)
            found[place:place] = piece
        else:
            found[at:at] = chance.choice(pieces)
    if chance.random() < 0.1:
        del found[chance.randrange(len(found) + 1) :]
    return bytes(found)


def inside(data: bytes, chance: random.Random) -> bytes:
    """An archive or an old workbook, damaged where it is packed, so that decoders come to see it."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            parts = {name: bundle.read(name) for name in bundle.namelist() if "printer" not in name}
        for _ in range(chance.choice((1, 1, 2))):
            name = chance.choice(list(parts))
            parts[name] = damaged(parts[name], chance, SCRAPS)
        if chance.random() < 0.1:
            parts.pop(chance.choice(list(parts)))
        return zip_bytes(parts)
    if data.startswith(compound.SIGNATURE):
        stream = compound.Compound(data).stream("Workbook")
        return compound.wrap(damaged(stream, chance, [b"\xff" * 4, b"\x00" * 8, b"\xfd\x00\x0a\x00"]), "Workbook")
    return damaged(data, chance, TOKENS)


def written_otherwise(data: bytes, chance: random.Random) -> bytes:
    """A text in another encoding, with other line ends and delimiters."""
    text = data.decode(chance.choice(("utf-8", "cp932")), "ignore")
    if chance.random() < 0.5:
        text = text.replace("\r\n", chance.choice(("\n", "\r", "\n\r", "\r\r\n")))
    if chance.random() < 0.5:
        text = text.replace(",", chance.choice("\t;|"))
    return text.encode(chance.choice(ENCODINGS), "ignore")


def case(seed: int, number: int) -> tuple[str, bytes]:
    """One damaged file, always the same for the same numbers."""
    chance = random.Random(seed * 1_000_003 + number)
    name = chance.choice(list(seeds()))
    if len(seeds()[name]) > LARGE and chance.random() > FEW_LARGE:
        name = "flat.csv"
    data = seeds()[name]
    ways: list[Callable[[], bytes]] = [
        lambda: damaged(data, chance, TOKENS),
        lambda: inside(data, chance),
        lambda: inside(data, chance),
        lambda: damaged(written_otherwise(data, chance), chance, TOKENS),
        lambda: zip_bytes({name: inside(data, chance), "他.csv": data[:200]}),
        lambda: data[: chance.randrange(len(data) + 1)] + chance.choice(list(seeds().values()))[-2_000:],
    ]
    try:
        return name, chance.choice(ways)()
    except (RefusedError, zipfile.BadZipFile, zlib.error, KeyError):
        return name, data[:1_000]


def endure(name: str, data: bytes, whole: bool) -> str:
    """Read a file; whatever is neither a reading nor a refusal raises."""
    try:
        book = decode(data)
    except RefusedError as refusal:
        if refusal.rule_id not in catalogue(SCHEMAS):
            raise AssertionError(f"no text for {refusal.rule_id}") from refusal
        return refusal.rule_id
    for grid in book.grids:
        looks = grid.looks
        looks.style(3, 3)
        for at in range(min(grid.width, 40)):
            if len(grid.column(at)) != len(grid.rows):
                raise AssertionError("a column of another length")
    if whole:
        found = reading(data, name)
        if not all(f.hint_ja and f.hint_en for f in found.findings):
            raise AssertionError("a finding without a remedy")
    return "read" if not book.remarks else "read with remarks"


def main() -> None:
    """Read so many damaged files."""
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    note = os.open(sys.argv[3], os.O_CREAT | os.O_WRONLY)
    ends: Counter[str] = Counter()
    slowest = (0.0, -1)
    for number in range(cases):
        os.pwrite(note, f"{number:9d}".encode(), 0)
        name, data = case(seed, number)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        started = time.perf_counter()
        ends[endure(name, data, whole=number % WHOLE == 0)] += 1
        slowest = max(slowest, (time.perf_counter() - started, number))
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(json.dumps({"cases": cases, "ends": ends, "slowest": slowest, "peak_mib": peak_mib()}) + "\n")


if __name__ == "__main__":
    main()
