"""Real time, as the system has it, whatever a test has made of the module `time`.

A test may freeze time, or put its own functions into `time`; so libraries look through every module
for the functions they replace. Sockets and recordings go on in reality: they ask here. (Only the
date can still be a test's: time-machine reaches into the functions themselves.)
"""

from __future__ import annotations

import time

__all__ = ["microseconds_now", "seconds_now", "sleep", "utc_now"]


class _System:
    """Holds functions where nobody replaces them: neither in `time` nor in a module's names."""

    monotonic = staticmethod(time.monotonic)
    monotonic_ns = staticmethod(time.monotonic_ns)
    sleep = staticmethod(time.sleep)
    gmtime = staticmethod(time.gmtime)
    strftime = staticmethod(time.strftime)
    time = staticmethod(time.time)


def seconds_now() -> float:
    """Return the time in seconds since some moment, which no change of the clock disturbs."""
    return _System.monotonic()


def microseconds_now() -> int:
    """Return the same in whole microseconds."""
    return _System.monotonic_ns() // 1000


def sleep(seconds: float) -> None:
    """Let so many seconds pass."""
    _System.sleep(seconds)


def utc_now() -> str:
    """Return the date and time in UTC, to the second, as ISO 8601 writes it."""
    return _System.strftime("%Y-%m-%dT%H:%M:%SZ", _System.gmtime(_System.time()))
