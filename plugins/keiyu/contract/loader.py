"""Loading a line's contract from ``schemas/lines/<line>/``."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from keiyu.contract import codelists, national
from keiyu.contract.model import Code, Contract, Publication, Relay, Respondents, Symbol, Table
from keiyu.contract.revision import Revision
from keiyu.contract.source import Document, Source, custom, digest, read_yaml
from keiyu.contract.tables import build
from keiyu.errors import ContractError, UnknownLineError

CONTRACT: Final = "contract.yaml"
TEMPLATE: Final = "template.xlsx"


def lines(schemas: Path) -> tuple[str, ...]:
    """Return the names of all reporting lines, sorted."""
    return tuple(sorted(p.parent.name for p in (schemas / "lines").glob(f"*/{CONTRACT}")))


def load(line: str, schemas: Path) -> Contract:
    """Load a line's contract; the same object as long as no file of it changes.

    Args:
        line: name of the line's folder.
        schemas: the ``schemas/`` folder.

    Returns:
        The contract.

    Raises:
        UnknownLineError: there is no such line.
        ContractError: a file of it breaks its schema or contradicts another.
    """
    known = lines(schemas)
    if line not in known:
        raise UnknownLineError(line, ", ".join(known))
    folder = schemas / "lines" / line
    document = read_yaml(folder / CONTRACT, schemas / "schema" / "contract.json")
    form = [folder / CONTRACT, *(codelists.path_of(n, schemas) for n in _codelist_names(document))]
    missing = [p for p in form if not p.is_file()]
    if missing:
        raise ContractError(str(folder / CONTRACT), f"no code list {missing[0].stem}")
    own = [p for p in folder.rglob("*") if p.is_file() and p.name != TEMPLATE]
    beside = _beside(document, known, folder)
    return _load(line, schemas, digest([*{*form, *own, *beside}], schemas), digest(form, schemas))


def _beside(document: Document, known: Sequence[str], folder: Path) -> list[Path]:
    """Return the contracts of the lines that a line reads as well."""
    names = custom(document).get("alsoReads", ())
    unknown = sorted(set(names) - set(known) | {folder.name} & set(names))
    if unknown:
        raise ContractError(str(folder / CONTRACT), f"alsoReads names no other line {', '.join(unknown)}")
    return [folder.with_name(name) / CONTRACT for name in names]


@lru_cache(maxsize=64)
def _load(line: str, schemas: Path, whole: str, form: str) -> Contract:
    folder = schemas / "lines" / line
    source = Source(folder / CONTRACT, schemas)
    document = read_yaml(source.path, schemas / "schema" / "contract.json")
    if document["id"] != line:
        raise source.error(f"id {document['id']} is not the folder's name {line}")
    _refuse_doubles(document, source)
    tables = tuple(build(element, source) for element in document["schema"])
    props = custom(document)
    symbols = tuple(_symbol(s) for s in props["symbols"]["entries"])
    return Contract(
        line=line,
        version=document["version"],
        name_ja=document["name"],
        name_en=props["nameEn"],
        purpose=document["description"]["purpose"].strip(),
        authority=f"{props['authority']['owner']}（{props['authority']['basis']}）",
        tables=tables,
        national=national.load(folder / "tables", tables, schemas),
        across=national.load(folder / "tables" / "across", tables, schemas),
        estimate=national.load(schemas / "estimate", (), schemas) if props["headline"] else (),
        respondents=Respondents(**props["respondents"]),
        relay=_relay(props["relay"]),
        publication=_publication(props["publication"]),
        symbols=tuple(s for s in symbols if not s.fields and s.border is None),
        waves=tuple(w["date"] for w in props["waves"]),
        dates=props["dates"],
        disclosure=props["disclosure"],
        headline=_headline(props["headline"], {t.name: t for t in tables}, source),
        folder=folder,
        digest=whole,
        form_digest=form,
        codelists=_codelists(document, source),
        optional_waves=tuple(w["date"] for w in props["waves"] if not w["required"]),
        negative=tuple(props["symbols"]["negative"]),
        nil_return=props["nilReturn"],
        as_of_rule=props["asOfRule"],
        definitions=tuple(props.get("definitions", ())),
        own_symbols=tuple(s for s in symbols if s.fields or s.border is not None),
        legend=tuple(_symbol(s) for s in props["symbols"].get("legend", ())),
        also_reads=tuple(props.get("alsoReads", ())),
        revision=Revision.of(props.get("revision", {})),
    )


def _refuse_doubles(document: Document, source: Source) -> None:
    """Refuse a custom property that stands twice: the second would silently win."""
    tables = document["schema"]
    for element in (document, *tables, *(field for table in tables for field in table["properties"])):
        names = Counter(p["property"] for p in element.get("customProperties", ()))
        twice = [name for name, times in names.items() if times > 1]
        if twice:
            raise source.error(f"{element['name']}: custom property {twice[0]} stands twice")


def _relay(props: Mapping[str, Any]) -> Relay:
    return Relay(mode=props["mode"], via=props["via"], direct=tuple(props["direct"]))


def _publication(props: Mapping[str, Any]) -> Publication:
    return Publication(
        preliminary=props["preliminary"],
        threshold=props["threshold"],
        final=props["final"],
        weight=props.get("weight"),
    )


def _symbol(props: Mapping[str, Any]) -> Symbol:
    return Symbol(
        texts=tuple(props.get("texts", ())),
        status=props["status"],
        value=props.get("value"),
        fields=tuple(props.get("fields", ())),
        border=props.get("border"),
    )


def _headline(props: Mapping[str, Any], tables: Mapping[str, Table], source: Source) -> dict[str, Any]:
    return {name: _headline_measure(name, item, tables, source) for name, item in props.items()}


def _headline_measure(
    name: str, item: Mapping[str, Any], tables: Mapping[str, Table], source: Source
) -> dict[str, Any]:
    """Find the wide columns that a headline sums: those of the selected codes, other dimensions at their top."""
    table = tables.get(item["table"])
    if table is None:
        raise source.error(f"headline {name}: no table {item['table']}")
    wanted = {d.name: tuple(item["select"].get(d.name, _top(d.codes))) for d in table.dimensions}
    fields = tuple(f.name for f in table.measures if all(f.dimensions[d] in codes for d, codes in wanted.items()))
    size = 1
    for codes in wanted.values():
        size *= len(codes)
    if len(fields) != size or set(item["select"]) - set(wanted):
        raise source.error(f"headline {name}: selects what table {table.name} does not have")
    return {
        "label_ja": item["labelJa"],
        "label_en": item["labelEn"],
        "table": table.name,
        "select": item["select"],
        "fields": fields,
    }


def _top(codes: tuple[Code, ...]) -> tuple[str, ...]:
    """Return the codes that are part of no other."""
    return tuple(c.code for c in codes if c.parent is None)


def _codelists(document: Document, source: Source) -> dict[str, tuple[Code, ...]]:
    return {name: source.codes(name) for name in _codelist_names(document)}


def _codelist_names(document: Document) -> tuple[str, ...]:
    return tuple(sorted(set(_named(document)) - codelists.DATED_REGISTERS))


def _named(document: Document) -> Iterator[str]:
    for element in document["schema"]:
        for prop in element["properties"]:
            name = custom(prop).get("codelist")
            if name is not None:
                yield name
