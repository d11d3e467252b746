"""A search path for the examples of the documents, whose ``keiyu`` need not import everything for each command."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from warm import warm_keiyu


@pytest.fixture(scope="session")
def keiyu_first() -> Iterator[str]:
    """The search path; the environment's ``python`` and ``pytest`` come after that ``keiyu``."""
    with tempfile.TemporaryDirectory() as folder, warm_keiyu(Path(folder)) as first:
        yield os.pathsep.join((str(first), str(Path(sys.executable).parent), os.environ["PATH"]))
