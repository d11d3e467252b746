"""A made-up national collection: plausible figures as files of many shapes, with known faults.

For demonstrations and tests. ``make`` writes two waves of files — as first sent, and the corrections of
what is returned — and an ``expected.json`` that states each planted fault and the totals to come out.
"""

from keiyu.sample.maker import FolderNotEmptyError, make
from keiyu.sample.manifest import FILE as EXPECTED
from keiyu.sample.manifest import SampleFile, SampleManifest
from keiyu.sample.model import NoSampleError

__all__ = ["EXPECTED", "FolderNotEmptyError", "NoSampleError", "SampleFile", "SampleManifest", "make"]
