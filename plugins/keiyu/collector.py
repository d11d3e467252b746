"""Sparing bounded pieces of work the garbage collector's walks over what they make and do not throw away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the collector of cycles for a block, in the whole process.

    A batch makes hundreds of thousands of rows, texts and findings that all live until it is decided; every walk
    over them finds nothing. What a block makes must be bounded by itself: a batch of files, one collection.
    """
    pause = gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
