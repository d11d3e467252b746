"""A room's names, imported when they are first asked for, so that a command waits only for what it uses.

A room offers its verbs in its ``__init__``. Imported there at once, they would bring SciPy, pandas and DuckDB to
``keiyu status``, which needs none of them: more than a second of processor time before the first word.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def on_demand(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package (PEP 562) that imports a name's module when the name is asked for.

    Args:
        package: the package's full name.
        homes: module in the package → the names that the package offers of it. No name may be a module's own.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home_of[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
