"""Tests of several kinds that take turns in one run of pytest, so that what slows one slows all."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.children import run

__all__ = ["LOADED", "times_over_empty"]

LOADED = "loaded"
"""The kind of test whose hooks of the plugin run, where `times_over_empty` leaves out the others'.
"""

_TURNS = 200
_HEAD = f"""
import pytest
MANY = pytest.mark.parametrize("n", range({_TURNS}))
"""
_EMPTY = "@MANY\ndef test_it(n):\n    pass\n"
_CONFTEST = """
import collections, gc, importlib, json, statistics, time, types
import pytest

CLOCK = getattr(time, "%(clock)s")
taken = collections.defaultdict(dict)
started = 0
per_test = types.ModuleType("what the plugin does for each test")
if %(apart)r:
    plugin = importlib.import_module("pytest_wsfake.plugin")
    hooks = {name: hook for name, hook in vars(plugin).items() if name.startswith("pytest_runtest")}
    vars(per_test).update(hooks)

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: (item.callspec.params["n"], item.path.name))

class Timing:
    # A plugin that is registered first is asked last: what others do is within what is timed.
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        manager = item.config.pluginmanager
        kind = item.path.stem.removeprefix("test_")
        apart = %(apart)r and kind == "%(loaded)s"
        if apart:
            manager.register(per_test)
        begin = CLOCK()
        try:
            return (yield)
        finally:
            taken[kind][item.callspec.params["n"]] = CLOCK() - begin
            if apart:
                manager.unregister(per_test)

def pytest_configure(config):
    config.pluginmanager.register(Timing())

def pytest_sessionfinish():
    empty = taken.pop("empty")
    over = {
        kind: statistics.median(seconds - empty[n] for n, seconds in each.items() if n > 5)
        for kind, each in taken.items()
    }
    with open("over_empty.json", "w") as file:
        json.dump(over, file)
"""


def times_over_empty(
    kinds: Mapping[str, str],
    *options: str,
    clock: str = "perf_counter",
    apart: bool = False,
    python: str = sys.executable,
    files: Mapping[str, bytes] | None = None,
) -> dict[str, float]:
    """Return how many seconds more a test of each kind takes than an empty one beside it.

    That is the median of many. `clock` is of `time`: `process_time` where nothing is waited for.
    The code of a kind has the decorator `MANY`. With `apart` the plugin is not loaded, but for its
    hooks around the tests of kind `LOADED`.
    """
    wanted = {"clock": clock, "apart": apart, "loaded": LOADED}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conftest.py").write_text(_CONFTEST % wanted)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
        for kind, tests in {"empty": _EMPTY, **kinds}.items():
            (folder / f"test_{kind}.py").write_text(_HEAD + tests)
        for path, content in (files or {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        run([python, "-m", "pytest", "-q", "-x", *options], folder)
        over: dict[str, float] = json.loads((folder / "over_empty.json").read_text())
        return over
