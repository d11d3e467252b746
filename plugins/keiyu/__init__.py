"""Keiyu (経由): relay surveys, from the files people already have to national tables.

Data flows one way through the rooms of this package: ``receive`` → ``read`` → ``check`` →
``register`` → ``publish``. A later room may read what an earlier one stored; an earlier room never
imports a later one, and nothing but ``orchestration`` imports Airflow.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("keiyu")
except PackageNotFoundError:
    __version__ = "0.0.0"
