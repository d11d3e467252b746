"""Contracts: what a reporting line is, as data, and everything that follows from it alone.

A line is a folder ``schemas/lines/<line>/``. :func:`load` turns its ``contract.yaml`` (Open Data
Contract Standard v3.1) into a :class:`~keiyu.contract.model.Contract`; the modules ``arrow``,
``suite``, ``template`` and ``dictionary`` derive from that the Arrow schema, the structural checks,
the form and the data dictionary.
"""

from keiyu.contract.loader import lines, load
from keiyu.contract.model import Collection, Contract

__all__ = ["Collection", "Contract", "lines", "load"]
