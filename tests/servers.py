"""Fixtures for tests that need a real server, in a process of its own."""

import socket
from collections.abc import Iterator

import pytest

from tests.processes import VARIED_SERVER, running

__all__ = ["dead_url", "no_ci", "server"]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server, without a path; see `VARIED_SERVER` for what its paths do."""
    with running(VARIED_SERVER) as url:
        yield url


@pytest.fixture
def dead_url() -> Iterator[str]:
    """A URL at which nobody listens: its port is taken, and not listened at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"ws://127.0.0.1:{sock.getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave the same at home and in continuous integration."""
    monkeypatch.delenv("CI", raising=False)
