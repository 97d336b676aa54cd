"""Five hundred replayed tests under pytest-xdist, on one directory of cassettes.

Beside them as many tests that do as much work in Python, and touch nothing: what two processes can
gain on this machine, as busy as it is. And as many short ones, which pytest-xdist takes longer to
hand out than they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.children import pytest_seconds
from benchmarks.measuring import Row, compare_seconds, seconds
from benchmarks.one_test import cassette_of_echo

__all__ = ["rows"]

_TESTS = 500
_FEW, _MANY = 10, 1_500
"""Messages and their echoes in a test: it takes two milliseconds, and some ten."""

_REPLAYED = f"""
import pytest

@pytest.mark.parametrize("n", range({_TESTS}))
def test_it(n, ws_fake):
    left = PAIRS
    socket = ws_fake.WebSocket("ws://echo.example/")
    socket.onopen = lambda: socket.send("message 0")

    def on_message(message):
        nonlocal left
        left -= 1
        if left:
            socket.send(f"message {{PAIRS - left}}")

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
_RUNS = 7
"""Two processes and a third that hands out the tests: who gets a processor varies."""

_PLUGIN = ("-p", "pytest_wsfake.plugin", "-p", "xdist.plugin")


def _beyond_start(pairs: int, *options: str) -> float:
    """Return how long the tests take from the end of the first on, when all processes are there."""
    cassette = cassette_of_echo(pairs)
    files = {f"cassettes/test_it/test_it[{n}].msgpack": cassette for n in range(_TESTS)}
    tests = f"PAIRS = {pairs}\n{_REPLAYED}"
    return pytest_seconds(tests, *_PLUGIN, *options, files=files)


def _replayed(pairs: int, goal: float | None) -> Row:
    return compare_seconds(
        f"{_TESTS} replayed tests of {2 * pairs:,} messages, two processes",
        lambda: _beyond_start(pairs, "-n", "2"),
        "one process",
        lambda: _beyond_start(pairs),
        goal=goal,
        runs=_RUNS,
    )


def rows() -> Iterator[Row]:
    ours = _replayed(_MANY, goal=0.7)
    yield ours
    computes = f"TIMES = {_times_in(ours.theirs / _TESTS)}\n{_COMPUTES}"
    yield compare_seconds(
        f"{_TESTS} tests that compute as long, two processes",
        lambda: pytest_seconds(computes, "-p", "xdist.plugin", "-n", "2"),
        "one process",
        lambda: pytest_seconds(computes),
        runs=_RUNS,
    )
    yield _replayed(_FEW, goal=None)


def _times_in(span: float) -> int:
    """Return how many times the work is done in so many seconds."""
    known: dict[str, Callable[[int], None]] = {}
    exec(_WORK, known)
    some = 200
    return max(1, round(some * span / seconds(lambda: known["work"](some))))
