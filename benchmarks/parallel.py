"""Five hundred replayed tests under pytest-xdist, on one directory of cassettes.

Beside them as many tests that do as much work in Python, and touch nothing: what two processes can
gain on this machine, as busy as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.children import pytest_seconds
from benchmarks.measuring import Row, compare_seconds, seconds
from benchmarks.one_test import cassette_of_echo

__all__ = ["rows"]

_TESTS = 500
_PAIRS = 300
_REPLAYED = f"""
import pytest

@pytest.mark.parametrize("n", range({_TESTS}))
def test_it(n, ws_fake):
    left = {_PAIRS}
    socket = ws_fake.WebSocket("ws://echo.example/")
    socket.onopen = lambda: socket.send("message 0")

    def on_message(message):
        nonlocal left
        left -= 1
        if left:
            socket.send(f"message {{{_PAIRS} - left}}")

    socket.onmessage = on_message
    ws_fake.run()
    assert left == 0
"""
_WORK = """
def work(times):
    for _ in range(times):
        found = {f"message {n}": (n, str(n)) for n in range(100)}
        assert len(found) == 100
"""
_COMPUTES = f"""
import pytest
{_WORK}
@pytest.mark.parametrize("n", range({_TESTS}))
def test_it(n):
    work(TIMES)
"""
_RUNS = 11
"""Two processes and a third that hands out the tests: who gets a processor varies."""

_PLUGIN = ("-p", "pytest_wsfake.plugin", "-p", "xdist.plugin")


def _beyond_start(*options: str) -> float:
    """Return how long the tests take from the end of the first on, when all processes are there."""
    cassette = cassette_of_echo(_PAIRS)
    files = {f"cassettes/test_it/test_it[{n}].msgpack": cassette for n in range(_TESTS)}
    return pytest_seconds(_REPLAYED, *_PLUGIN, *options, files=files)


def rows() -> Iterator[Row]:
    ours = compare_seconds(
        f"{_TESTS} replayed tests, two processes",
        lambda: _beyond_start("-n", "2"),
        "one process",
        _beyond_start,
        goal=0.7,
        runs=_RUNS,
    )
    yield ours
    computes = f"TIMES = {_times_in(ours.theirs / _TESTS)}\n{_COMPUTES}"
    yield compare_seconds(
        f"{_TESTS} tests that compute as long, two processes",
        lambda: pytest_seconds(computes, "-p", "xdist.plugin", "-n", "2"),
        "one process",
        lambda: pytest_seconds(computes),
        runs=_RUNS,
    )


def _times_in(span: float) -> int:
    """Return how many times the work is done in so many seconds."""
    known: dict[str, Callable[[int], None]] = {}
    exec(_WORK, known)
    some = 200
    return max(1, round(some * span / seconds(lambda: known["work"](some))))
