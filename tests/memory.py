"""The peak memory of this process alone."""

import re
import resource
import sys
from pathlib import Path


def peak_mib() -> float:
    """The most memory this process has held resident since its program began, in MiB.

    Linux keeps ``ru_maxrss`` across ``exec``, so that a child started by a large test process would report
    the parent's peak as its own; ``VmHWM`` begins anew with the program (proc(5), getrusage(2)).
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
