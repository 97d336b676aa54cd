"""What a run of pytest pays for wsfake: loaded and unused, and before anything is said.

In seconds of a processor, as nothing is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.children import fresh, one_processor
from benchmarks.in_turns import LOADED, times_over_empty
from benchmarks.measuring import RUNS, Row, compare_seconds, in_one_go

__all__ = ["rows"]

_IMPORT = """
import time, pytest
begin = time.process_time()
{imports}
print(time.process_time() - begin)
"""
_PLUGIN = _IMPORT.format(imports="import pytest_wsfake.plugin")
_EAGER = _IMPORT.format(imports="import attrs, msgpack, websockets.asyncio.client")
_FIRST = """
import sys, time, pytest, pytest_wsfake.plugin
before = set(sys.modules)
begin = time.process_time()
from wsfake.harness import Harness, Settings
from wsfake import errors, Transcript
with Harness() as ws_fake:
    ws_fake.serve("ws://echo.example", Transcript().client("a").server("b").client_closes())
    socket = ws_fake.WebSocket("ws://echo.example")
    socket.onopen = lambda: socket.send("a")
    socket.onmessage = lambda message: socket.close()
    ws_fake.run()
end = time.process_time()
new = sorted(name for name in set(sys.modules) - before if name.split(".")[0] == "asyncio")
assert not new, new
print(end - begin)
"""
_CLIENT = _IMPORT.format(imports="import websockets.asyncio.client")

_EMPTY = """
@MANY
def test_it(n):
    pass
"""
_LOOKS_UP = """
import pytest

@pytest.fixture(autouse=True)
def looks_up(request):
    request.node.get_closest_marker("ws_fake")
"""


def _unused() -> tuple[float, float]:
    """Return what the plugin costs each test of a run that does not use it, and what a fixture."""
    kinds = {LOADED: _EMPTY, "looks_up": _LOOKS_UP + _EMPTY}
    over = times_over_empty(kinds, clock="process_time", apart=True)
    return over[LOADED], over["looks_up"]


def rows() -> Iterator[Row]:
    with one_processor():
        yield from _rows()


def _rows() -> Iterator[Row]:
    yield compare_seconds(
        "the plugin, loaded",
        lambda: fresh(_PLUGIN),
        "importing attrs, msgpack, websockets.asyncio",
        lambda: fresh(_EAGER),
        goal=0.1,
    )
    yield in_one_go(
        "the plugin, loaded and unused, per test",
        "an autouse fixture that looks up a marker",
        [_unused() for _ in range(RUNS)],
        goal=0.25,
    )
    yield compare_seconds(
        "the first ws_fake of a run",
        lambda: fresh(_FIRST),
        "importing websockets.asyncio.client",
        lambda: fresh(_CLIENT),
        goal=0.6,
    )
