"""What holds for every test."""

import gc
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import wsfake.proxies  # noqa: F401 - else a pytest within a test loads it, and takes it away again
from wsfake.live import Reactor

# No test depends on the machine's speed, and where changes land every run is the same.
settings.register_profile(
    "wsfake",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("wsfake")

CLIENTS_OF_OTHERS = ("doors", "examples", "intercept", "ports")
"""Where libraries are tried: some let go of a connection over TLS only in their own time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the libraries leave connections open there, and see to them before the next test."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in CLIENTS_OF_OTHERS and isinstance(item, pytest.Function):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))
            item.fixturenames.insert(0, "nothing_left_to_others")


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor()
    gc.freeze()  # only what the test makes is looked through: all else takes a tenth of a second
    yield reactor
    reactor.close()
    gc.collect()  # a socket that was forgotten warns here, and a warning is an error
    gc.unfreeze()


@pytest.fixture
def nothing_left_to_others() -> Iterator[None]:
    """Collect what a test has left open, and only that: it would fail a test that comes later."""
    gc.freeze()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    gc.unfreeze()
