"""How much of the stack a script may use: half of what its thread has.

The engine counts from where it is entered, and knows no thread. The other half is for what has
called it, and for what it calls: so endless recursion is a RangeError, and never the end of the
process.
"""

from __future__ import annotations

import ctypes
import sys
import threading

__all__ = ["STACK"]

_MOST = (
    4 * 2**20
)  # bytes: half of what Linux gives, and so as deep on every machine that gives more
_UNKNOWN = 2**20  # bytes: the engine's own limit
_ATTRIBUTES = 256  # bytes, of which pthread_attr_t takes some sixty


class _Stack(threading.local):
    """What each thread may use."""

    def __init__(self) -> None:
        size = _size() if sys.platform == "linux" else None
        self.limit = _UNKNOWN if size is None else min(size // 2, _MOST)
        """Bytes that a script may use of this thread's stack."""


def _size() -> int | None:
    """Return how many bytes the stack of this thread has; None where the C library does not say."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "pthread_getattr_np"):
        return None
    attributes, size = ctypes.create_string_buffer(_ATTRIBUTES), ctypes.c_size_t()
    if library.pthread_getattr_np(ctypes.c_void_p(threading.get_ident()), attributes) != 0:
        return None
    library.pthread_attr_getstacksize(attributes, ctypes.byref(size))
    library.pthread_attr_destroy(attributes)
    return size.value


STACK = _Stack()
