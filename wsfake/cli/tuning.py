"""What a program that passes on a great deal asks of Python and of the C library."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Iterator

__all__ = ["much_passing"]

_COLLECT_AFTER = 100_000
"""New objects between two looks for garbage. What is recorded is in no cycle."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 64 << 20
_LARGEST_BYTES = 32 << 20


@contextlib.contextmanager
def much_passing() -> Iterator[None]:
    """Look for garbage less often until the end of the block, and keep memory from here on.

    glibc would give back the memory of each large message, and ask for it again at the next,
    page by page: that takes a third of the time in which 1 MiB is recorded.
    """
    _keep_memory()
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _keep_memory() -> None:
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, which has no such habit
        return
    mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
