"""XML of unknown origin, streamed: no entities, no document types, nothing fetched."""

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from keiyu.read.sniff import RefusedError

_CHUNK: Final = 1024 * 1024

Start = Callable[[str, dict[str, str]], None]


def parse(
    part: bytes, start: Start, end: Callable[[str], None] | None = None, data: Callable[[str], None] | None = None
) -> None:
    """Walk the elements of a part.

    Args:
        part: the XML.
        start: takes each element's name, as written, and attributes.
        end: takes each element's name when it ends.
        data: takes text between.

    Raises:
        RefusedError: it is not well-formed, or declares a document type.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if data is not None:
        parser.buffer_text = True
        parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        for at in range(0, max(len(part), 1), _CHUNK):
            parser.Parse(part[at : at + _CHUNK], at + _CHUNK >= len(part))
    except expat.ExpatError as error:
        raise RefusedError("read.decode.damaged", value=f"XML: {error}") from error


def local(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def _refuse(*_: object) -> None:
    raise RefusedError("read.decode.entities", value="<!DOCTYPE")
