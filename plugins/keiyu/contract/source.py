"""A contract's YAML as it stands: parsed, checked against its JSON Schema, custom properties folded."""

import hashlib
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from keiyu.contract import codelists
from keiyu.contract.code import Code
from keiyu.errors import ContractError

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a table comes from: the file, for errors, and the folder of its code lists."""

    path: Path
    schemas: Path

    def codes(self, name: str) -> tuple[Code, ...]:
        """Return a code list."""
        return codelists.load(name, self.schemas)

    def error(self, reason: str) -> ContractError:
        """Return the error that names the file."""
        return ContractError(str(self.path), reason)


class _Loader(yaml.CSafeLoader):
    """The safe loader with two rules of YAML 1.2.

    ``NO`` is a column's label and ``yes`` a word, not a boolean (§10.3.2); a key that a mapping says twice is an
    error (§3.2.1.1), where PyYAML would let the last one win unseen.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 -- the base class declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping as PyYAML does, but refuse a key said twice.

        Raises:
            ConstructorError: naming the key and its line.
        """
        seen: set[object] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                said = f"the key {key.value} is said twice"
                raise yaml.constructor.ConstructorError(None, None, said, key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def read_yaml(path: Path, schema: Path) -> Document:
    """Read a YAML file and check it against a JSON Schema.

    Args:
        path: the YAML file.
        schema: the JSON Schema that describes its kind.

    Returns:
        The document; do not change it, it is shared.

    Raises:
        ContractError: the file is missing, is not YAML, or breaks the schema; the reason names the place.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ContractError(str(path), "no such file") from error
    return _parse(str(path), data, str(schema), schema.read_bytes())


@lru_cache(maxsize=4_096)
def _parse(path: str, data: bytes, schema_path: str, schema: bytes) -> Document:
    try:
        document = yaml.load(data, Loader=_Loader)  # noqa: S506 -- a safe loader, as its class says
    except yaml.YAMLError as error:
        raise ContractError(path, str(error)) from error
    problem = jsonschema.exceptions.best_match(_validator(schema_path, schema).iter_errors(document))
    if problem is not None:
        raise ContractError(path, f"{problem.json_path}: {_told(problem)}")
    if not isinstance(document, Mapping):
        raise ContractError(path, "not a mapping")
    return document


def _told(problem: jsonschema.ValidationError) -> str:
    """Say what is wrong; for a missing or doubled entry of a list, which one, not the whole list."""
    if problem.validator in ("contains", "minContains", "maxContains"):
        schema: Any = problem.schema
        wanted = schema["contains"]["properties"]
        return "needs exactly one entry " + ", ".join(f"{k} {v.get('const')}" for k, v in wanted.items())
    return problem.message[:300]


@lru_cache(maxsize=32)
def _validator(path: str, schema: bytes) -> jsonschema.Draft202012Validator:
    del path  # only part of the cache's key
    return jsonschema.Draft202012Validator(json.loads(schema))


def custom(element: Mapping[str, Any]) -> dict[str, Any]:
    """Fold an element's ``customProperties`` into a mapping."""
    return {p["property"]: p["value"] for p in element.get("customProperties", ())}


def digest(paths: Sequence[Path], base: Path) -> str:
    """Return the SHA-256 over names and contents of files, independent of their order."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        inner = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(base).as_posix()}\0{inner}\n".encode())
    return whole.hexdigest()
