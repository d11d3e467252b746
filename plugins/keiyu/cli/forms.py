"""What can be had before anything is sent: the lines, their forms, and a made-up collection to try."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from keiyu.cli.screen import Screen
from keiyu.cli.types import DATE
from keiyu.cli.verb import argument, option, verb
from keiyu.errors import UserError

if TYPE_CHECKING:
    from keiyu.codes.areas import Area
    from keiyu.contract.model import Contract
    from keiyu.contract.prefilled import Prefilled
    from keiyu.settings import Settings


@dataclass(eq=False)
class FileExistsAlreadyError(UserError):
    """A file that would be overwritten."""

    path: str

    code: ClassVar[str] = "KEIYU-113"
    ja: ClassVar[str] = "ファイル {path} はすでにあります。上書きするには --force を付けてください。"
    en: ClassVar[str] = "The file {path} exists; add --force to overwrite it."


@dataclass(eq=False)
class NoSuchReporterError(UserError):
    """A code that is no reporter's on the reference date."""

    reporter: str
    as_of: str

    code: ClassVar[str] = "KEIYU-114"
    ja: ClassVar[str] = "団体コード {reporter} は {as_of} に存在しません。検査数字を含む６桁で指定してください。"
    en: ClassVar[str] = "There is no body with the code {reporter} on {as_of}; give six digits with the check digit."


def settings() -> "Settings":
    """Return the settings of the environment."""
    from keiyu.settings import Settings

    return Settings()


def load_contract(line: str) -> "Contract":
    """Return a line's contract.

    Raises:
        UnknownLineError: there is no such line.
    """
    from keiyu import contract

    return contract.load(line, settings().schemas)


@verb(
    "lines",
    ja="報告ラインの一覧",
    en="List the reporting lines",
    keys={"": "lines[]", "lines[]": "line version name_ja name_en tables[] waves[] respondents measures"},
)
def lines_command(screen: Screen) -> None:
    """List the reporting lines."""
    from keiyu import contract

    schemas = settings().schemas
    rows = [_line(contract.load(name, schemas)) for name in contract.lines(schemas)]

    def human() -> None:
        columns = ("ライン / line", "名称 / name", "版 / version", "表 / tables", "回 / waves", "項目 / measures")
        cells = [
            (
                r["line"],
                f"{r['name_ja']}\n{r['name_en']}",
                r["version"],
                ", ".join(r["tables"]),
                _waves(r),
                r["measures"],
            )
            for r in rows
        ]
        screen.table(columns, cells)

    screen.show({"lines": rows}, human)


def _line(contract: "Contract") -> dict[str, Any]:
    return {
        "line": contract.line,
        "version": contract.version,
        "name_ja": contract.name_ja,
        "name_en": contract.name_en,
        "tables": list(contract.table_names),
        "waves": list(contract.waves),
        "respondents": contract.respondents.kind,
        "measures": sum(len(t.measures) or len(t.fields) for t in contract.tables),
    }


def _waves(row: Mapping[str, Any]) -> str:
    return ", ".join(row["waves"])


@verb(
    "template",
    ja="報告様式（Excel）を作る",
    en="Make the Excel form of a line",
    keys={
        "": "path line as_of reporter bytes prefilled rows filled[] unfilled[]",
        "filled[]": "ja en submission_id file figures rows",
        "unfilled[]": "table figures ja en",
    },
)
@argument("line", metavar="LINE", ja="報告ライン", en="The reporting line")
@option(
    "--reporter",
    metavar="CODE",
    ja="報告者の団体コード（６桁）、施設なら団体コード/施設番号を記入しておく",
    en="Fill in the reporter: its code, or code/number of a facility",
)
@option("--as-of", type=DATE, ja="基準日を表題に記入しておく", en="Fill in the reference date")
@option(
    "--prefill",
    is_flag=True,
    ja="台帳の施設、施設の報告及び前回の値を、確認を要する印を付けて記入しておく（--reporter と --as-of が要る）",
    en="Fill in the register, facilities' reports and the last values, to be confirmed (with --reporter and --as-of)",
)
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    ja="保存先（既定: LINE.xlsx。一覧の様式で基準日があれば LINE_DATE.xlsx）",
    en="Where to write (default: LINE.xlsx; LINE_DATE.xlsx for a list with a date)",
)
@option("--force", is_flag=True, ja="同名のファイルを上書きする", en="Overwrite an existing file")
def template_command(
    screen: Screen,
    line: str,
    reporter: str | None,
    as_of: dt.date | None,
    prefill: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Make the Excel form of a line."""
    from keiyu.contract import template

    contract = load_contract(line)
    path = output or Path(_name(contract, as_of))
    if path.exists() and not force:
        raise FileExistsAlreadyError(str(path))
    body, named = (None, {}) if reporter is None else _reporter(contract, reporter, as_of or dt.date.today())
    given = _prefilled(line, body.code6 if body else reporter, as_of) if prefill else None
    data = template.render(contract, reporter=body, as_of=as_of, values=named, prefilled=given)
    path.write_bytes(data)
    told = body.code6 if body else reporter
    result = {"path": str(path), "line": line, "as_of": as_of, "reporter": told, "bytes": len(data)}
    screen.show(result | _given(given), lambda: _show_form(screen, path, contract, given))


def _name(contract: "Contract", as_of: dt.date | None) -> str:
    """Return what a form is called; a list has no title, so that its file's name tells the date."""
    from keiyu.contract.form import is_matrix

    dated = as_of is not None and not any(is_matrix(table, contract) for table in contract.tables)
    return f"{contract.line}_{as_of}.xlsx" if dated else f"{contract.line}.xlsx"


def _reporter(contract: "Contract", reporter: str, day: dt.date) -> "tuple[Area | None, dict[str, Any]]":
    """Return the area that reports, or what names a facility (code/number) in the form."""
    from keiyu.codes import areas
    from keiyu.contract import reporters

    identity = contract.respondents.identity
    parts = reporters.split(contract.respondents, reporter)
    body = areas.load(settings().schemas).get(parts[0], day)
    if body is None:
        raise NoSuchReporterError(reporter, day.isoformat())
    return (body, {}) if len(parts) == 1 else (None, dict(zip(identity, (body.code6, *parts[1:]), strict=True)))


def _given(given: "Prefilled | None") -> dict[str, Any]:
    counted = given.counted() if given else []
    return {
        "prefilled": sum(figures for _, figures, _ in counted),
        "rows": sum(rows for _, _, rows in counted),
        "filled": [{**asdict(origin), "figures": figures, "rows": rows} for origin, figures, rows in counted],
        "unfilled": [asdict(one) for one in given.unfilled] if given else [],
    }


def _show_form(screen: Screen, path: Path, contract: "Contract", given: "Prefilled | None") -> None:
    """Say what was written, what was filled in from where, and what could not be."""
    screen.say(f"{path} を作りました / written")
    if given is None:
        return
    columns = ("記入した値の出所 / filled in from", "ファイル / file", "値 / figures", "行 / rows")
    screen.table(columns, [(str(origin), origin.file, *counts) for origin, *counts in given.counted()])
    left = [(contract.table(one.table).label_ja, one.figures, f"{one.ja}\n{one.en}") for one in given.unfilled]
    screen.table(("記入できなかった表 / not filled in", "値 / figures", "理由 / why"), left)


def _prefilled(line: str, reporter: str | None, as_of: dt.date | None) -> "Prefilled":
    from keiyu.cli.relay import workspace
    from keiyu.contract.model import Collection
    from keiyu.publish import prefill

    if reporter is None or as_of is None:
        raise click.UsageError("--prefill: --reporter, --as-of")
    with workspace() as space:
        return prefill.prefilled(space, Collection(line, as_of), reporter)


@verb(
    "sample",
    ja="見本の全国データを作る（誤りを含む第１回と、訂正済みの第２回）",
    en="Make a sample collection: a first wave with known faults and a second with their corrections",
    keys={
        "": "out line as_of seed reporters wave1 wave2 returned faults headline expected",
        "faults": "(name of the fault): reporters",
        "headline": "(measure): national total",
    },
    more=(
        "OUT/wave1 と OUT/wave2 は受付フォルダーと同じ構成で、OUT/expected.json に期待される指摘と合計を記す。",
        "OUT/wave1 and OUT/wave2 are laid out as the watched directory; OUT/expected.json states the findings",
        "and totals to come out. The same seed makes the same bytes.",
    ),
)
@argument(
    "out",
    metavar="OUT",
    ja="出力先のフォルダー",
    en="Folder to write to",
    type=click.Path(file_okay=False, path_type=Path),
)
@option("--line", required=True, ja="報告ライン", en="The reporting line")
@option("--as-of", type=DATE, default="2025-04-01", show_default=True, ja="基準日", en="Reference date")
@option("--seed", type=int, default=7, show_default=True, ja="乱数の種", en="Seed of chance")
@option(
    "--faults",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    ja="誤りのある報告者の割合",
    en="Share of reporters whose first file is faulty",
)
@option("--reporters", type=click.IntRange(min=1), ja="報告者の数（既定: すべて）", en="How many report (default: all)")
def sample_command(
    screen: Screen, out: Path, line: str, as_of: dt.date, seed: int, faults: float, reporters: int | None
) -> None:
    """Make a sample collection."""
    from keiyu import sample
    from keiyu.codes import areas

    contract = load_contract(line)
    known = areas.load(settings().schemas)
    with screen.progress("見本を書いています / writing the sample") as progress:
        made = sample.make(
            out, contract, known, as_of=as_of, seed=seed, faults=faults, reporters=reporters, progress=progress
        )
    result = {
        "out": str(out),
        "line": line,
        "as_of": as_of,
        "seed": seed,
        "reporters": made.reporters,
        "wave1": len(made.wave(1)),
        "wave2": len(made.wave(2)),
        "returned": sum(f.returned for f in made.wave(1)),
        "faults": made.faults,
        "headline": dict(made.headline),
        "expected": str(out / sample.EXPECTED),
    }

    def human() -> None:
        screen.say(f"{out}: 第１回 {result['wave1']} ファイル、第２回 {result['wave2']} ファイル / files in two waves")
        screen.table(("誤り / fault", "報告者 / reporters"), list(made.faults.items()))
        totals = [
            (f"{contract.headline[k]['label_ja']} / {contract.headline[k]['label_en']}", v)
            for k, v in made.headline.items()
        ]
        screen.table(("第２回の後の全国計 / national total after wave 2", ""), totals)

    screen.show(result, human)
