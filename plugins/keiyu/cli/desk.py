"""A clerk's desk: what the checks say of files before they are sent. No state, no server."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli.forms import settings
from keiyu.cli.screen import Advance, Screen
from keiyu.cli.shown import show_findings
from keiyu.cli.types import DATE
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.check import Verdict
    from keiyu.findings import Finding
    from keiyu.read.model import Reading

FINDING_KEYS: Final = (
    "rule_id severity message_ja message_en hint_ja hint_en file sheet cell table field reporter value expected"
)
FINDINGS_FOUND: Final = 1

_files = argument(
    "files",
    metavar="FILE...",
    ja="報告ファイル（xlsx, xls, ods, csv, json, geojson, zip）",
    en="Report files (xlsx, xls, ods, csv, json, geojson, zip)",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
_line = option(
    "--line", metavar="LINE", ja="報告ライン（省略時は内容から判定）", en="The line, if the files do not tell"
)
_as_of = option(
    "--as-of", type=DATE, ja="基準日（省略時は内容から判定）", en="Reference date, if the files do not tell"
)
annotate_option = option(
    "--annotate",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    ja="指摘をセルに書き込んだ控えをこのフォルダーに作る",
    en="Write a copy of the file with every finding noted at its cell into this folder",
)


@dataclass
class Judged:
    """One file with what was found out about it.

    Attributes:
        path: the file.
        reading: how it was read.
        findings: everything that reading and checking have to say.
        verdicts: whether each reporter's part would be accepted.
    """

    path: Path
    reading: "Reading"
    findings: "list[Finding]" = field(default_factory=list)
    verdicts: "list[Verdict]" = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """``accepted``, ``partly_accepted`` or ``returned``."""
        taken = {v.accepted for v in self.verdicts}
        if taken == {True}:
            return "accepted"
        return "partly_accepted" if True in taken else "returned"


@verb(
    "check",
    ja="提出前のファイルを検査する。データベースもサーバーも使わない",
    en="Check files before they are sent, without any database or server",
    keys={
        "": "files[] summary annotated[]",
        "files[]": "file digest line layout encoding as_of outcome reporters[] findings[]",
        "files[].reporters[]": "reporter accepted",
        "files[].findings[]": FINDING_KEYS,
        "summary": "files accepted partly_accepted returned error query info",
    },
    more=(
        "重大度 error の指摘があれば終了コード 1 で終わる。query（疑義照会）は受理を妨げない。",
        "Ends with exit code 1 if there is a finding of severity error. A query does not stop acceptance.",
    ),
)
@_files
@_line
@_as_of
@option("--sender", metavar="CODE", ja="送付元の団体コード（６桁）", en="Six-digit code of the organisation that sends")
@annotate_option
@click.pass_context
def check_command(
    ctx: click.Context,
    screen: Screen,
    files: tuple[Path, ...],
    line: str | None,
    as_of: dt.date | None,
    sender: str | None,
    annotate: Path | None,
) -> None:
    """Check files before they are sent."""
    with screen.progress("検査しています / checking") as progress:
        judged = read_files(files, line, as_of, sender, progress)
        judge(judged, as_of, sender)
    summary = _summary(judged)
    told: dict[Path, list[Finding]] = defaultdict(list)
    for one in judged:
        told[one.path] += one.findings
    sent = [(path.name, path.read_bytes(), findings) for path, findings in told.items()] if annotate else []
    copies = write_annotated(annotate, sent) if annotate else []

    def human() -> None:
        for one in judged:
            _show_judged(screen, one)
        counts = "、".join(f"{word} {summary[key]}" for key, word in _COUNTED.items())
        screen.say(counts)
        say_annotated(screen, copies)

    result = {"files": [_judged(j) for j in judged], "summary": summary, "annotated": copies}
    screen.show(result, human)
    ctx.exit(FINDINGS_FOUND if summary["error"] else 0)


_COUNTED: Final = {
    "files": "ファイル / files",
    "accepted": "受理できる / would be accepted",
    "partly_accepted": "一部受理 / partly",
    "returned": "返戻となる / would be returned",
    "error": "誤り / errors",
    "query": "疑義 / queries",
    "info": "参考 / notes",
}


def read_files(
    paths: Sequence[Path], line: str | None, as_of: dt.date | None, sender: str | None, progress: Advance
) -> list[Judged]:
    """Read files under the contracts of this installation.

    Args:
        paths: the files.
        line: their line, if known.
        as_of: their reference date, if known.
        sender: who would send them; a list that does not say whose it is may be its sender's.
        progress: told how many are done.
    """
    from keiyu import contract
    from keiyu.codes import areas
    from keiyu.read import read

    schemas = settings().schemas
    names = [line] if line else contract.lines(schemas)
    contracts = [contract.load(name, schemas) for name in names]
    known = areas.load(schemas)
    judged: list[Judged] = []
    for done, path in enumerate(paths, start=1):
        data = path.read_bytes()
        reading = read(data, path.name, contracts, known, schemas=schemas, line=line, as_of=as_of, sender=sender)
        parts = (reading, *(part for part in reading.also if not part.derived))
        judged.extend(Judged(path, part, list(part.findings)) for part in parts)
        progress(done, len(paths))
    return judged


def judge(judged: Sequence[Judged], as_of: dt.date | None, sender: str | None) -> None:
    """Check what was read, each line and reference date in one run.

    A file without a line, a date or a reporter is told so, as the intake would tell it.

    Args:
        judged: the files; findings and verdicts are filled in.
        as_of: reference date where the file does not name one.
        sender: who would send them; none for the ministry's own operator.
    """
    from keiyu import contract
    from keiyu.check import check
    from keiyu.codes import areas

    own = settings()
    groups: dict[tuple[str, dt.date], list[Judged]] = defaultdict(list)
    for one in judged:
        day = as_of or one.reading.as_of
        if one.reading.line is not None and day is not None:
            groups[one.reading.line, day].append(one)
        else:
            _complete(one, "intake.as_of_unknown" if one.reading.line else "intake.line_unknown")
    for (line, day), of in groups.items():
        checked = check(
            contract.load(line, own.schemas),
            [one.reading for one in of],
            areas=areas.load(own.schemas),
            expectations=own.expectations,
            senders=[sender] * len(of),
            as_of=day,
        )
        for n, one in enumerate(of):
            one.findings = [told for i, told in checked.findings if i == n]
            one.verdicts = [v for v in checked.verdicts if v.reading == n]
            if not one.verdicts:
                _complete(one, "intake.nothing_read")


def _complete(one: Judged, rule: str) -> None:
    """Say why a file would be returned, where reading has not said so already."""
    from keiyu import contract
    from keiyu.findings import Place, Severity, finding

    if not any(told.severity is Severity.ERROR for told in one.findings):
        schemas = settings().schemas
        known = "、".join(contract.lines(schemas))
        one.findings.append(finding(schemas, rule, Place(file=one.path.name), expected=known))


def write_annotated(folder: Path, sent: "Sequence[tuple[str, bytes, Sequence[Finding]]]") -> list[str]:
    """Write copies of files with their findings at their cells; copies of an earlier run are replaced.

    Args:
        folder: where they go; made if need be.
        sent: name, content and findings of each file; one without findings gets no copy.

    Returns:
        Where they lie.
    """
    from keiyu.check.annotated import annotated

    folder.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    for name, data, findings in sent:
        if not findings:
            continue
        stem = f"{Path(name).stem}_指摘"
        names = chain([stem], (f"{stem}_{n}" for n in count(2)))
        path = next(p for p in (folder / f"{own}.xlsx" for own in names) if str(p) not in written)
        path.write_bytes(annotated(data, name, findings))
        written.append(str(path))
    return written


def say_annotated(screen: Screen, copies: Sequence[str]) -> None:
    """Tell a person where the copies are."""
    for copy in copies:
        screen.say(f"指摘を書き込んだ控え / the copy with its findings: {copy}")


def _summary(judged: Sequence[Judged]) -> dict[str, int]:
    counts = dict.fromkeys(_COUNTED, 0)
    counts["files"] = len(judged)
    for one in judged:
        counts[one.outcome] += 1
        for told in one.findings:
            counts[told.severity.value] += 1
    return counts


def _read_as(reading: "Reading") -> dict[str, Any]:
    names = ("file", "digest", "line", "layout", "encoding", "as_of")
    return {name: getattr(reading, name) for name in names}


def _judged(one: Judged) -> dict[str, Any]:
    return {
        **_read_as(one.reading),
        "outcome": one.outcome,
        "reporters": [{"reporter": v.reporter, "accepted": v.accepted} for v in one.verdicts],
        "findings": [told.as_dict() for told in one.findings],
    }


def _show_judged(screen: Screen, one: Judged) -> None:
    words = {"accepted": "受理できます / acceptable", "partly_accepted": "一部を返戻 / partly returned"}
    screen.say(f"{one.path}: {words.get(one.outcome, '返戻となります / would be returned')}", style="bold")
    for verdict in one.verdicts:
        if len(one.verdicts) > 1 and not verdict.accepted:
            screen.say(f"  {verdict.reporter}: 返戻 / returned")
    show_findings(screen, one.findings)
