"""Intake: claim a micro-batch, read each file, check each collection once, accept it all in one transaction."""

from keiyu.intake.model import IngestReport
from keiyu.intake.run import ingest

__all__ = ["IngestReport", "ingest"]
