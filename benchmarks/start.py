"""What a run of pytest pays for wsfake: loaded and unused, and before anything is said."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.children import cpu_seconds_of_a_test, fresh
from benchmarks.measuring import Row, compare_seconds

__all__ = ["rows"]

_IMPORT = """
import time, pytest
begin = time.perf_counter()
{imports}
print(time.perf_counter() - begin)
"""
_PLUGIN = _IMPORT.format(imports="import pytest_wsfake.plugin")
_EAGER = _IMPORT.format(imports="import attrs, msgpack, websockets.asyncio.client")
_FIRST = """
import sys, time, pytest, pytest_wsfake.plugin
before = set(sys.modules)
begin = time.perf_counter()
from wsfake.harness import Harness, Settings
from wsfake import errors, Transcript
with Harness() as ws_fake:
    ws_fake.serve("ws://echo.example", Transcript().client("a").server("b").client_closes())
    socket = ws_fake.WebSocket("ws://echo.example")
    socket.onopen = lambda: socket.send("a")
    socket.onmessage = lambda message: socket.close()
    ws_fake.run()
end = time.perf_counter()
new = sorted(name for name in set(sys.modules) - before if name.split(".")[0] == "asyncio")
assert not new, new
print(end - begin)
"""
_CLIENT = _IMPORT.format(imports="import websockets.asyncio.client")

_TESTS = 1_000
_TURNS = 3
_EMPTY = f"""
import pytest

@pytest.mark.parametrize("n", range({_TESTS}))
def test_nothing(n):
    pass
"""
_LOOKS_UP = (
    _EMPTY
    + """
@pytest.fixture(autouse=True)
def looks_up(request):
    request.node.get_closest_marker("ws_fake")
"""
)


def _unused() -> float:
    """Return what the plugin costs each test of a run that does not use it."""
    return _over_empty(_EMPTY, "-p", "pytest_wsfake.plugin")


def _fixture() -> float:
    return _over_empty(_LOOKS_UP)


def _over_empty(tests: str, *options: str) -> float:
    """Return what a test takes more than an empty one, as a median of runs in turns."""
    turns = [
        (cpu_seconds_of_a_test(tests, *options), cpu_seconds_of_a_test(_EMPTY))
        for _ in range(_TURNS)
    ]
    return statistics.median(one - other for one, other in turns)


def rows() -> Iterator[Row]:
    yield compare_seconds(
        "the plugin, loaded",
        lambda: fresh(_PLUGIN),
        "importing attrs, msgpack, websockets.asyncio",
        lambda: fresh(_EAGER),
        goal=0.1,
    )
    yield compare_seconds(
        "the plugin, loaded and unused, per test",
        _unused,
        "an autouse fixture that looks up a marker",
        _fixture,
        goal=0.25,
    )
    yield compare_seconds(
        "the first ws_fake of a run",
        lambda: fresh(_FIRST),
        "importing websockets.asyncio.client",
        lambda: fresh(_CLIENT),
        goal=0.6,
    )
