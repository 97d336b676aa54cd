from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from wsfake.live import Reactor, reactor as reactor_module


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor()
    yield reactor
    reactor.close()
    gc.collect()  # a socket that was forgotten warns here, and a warning is an error


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Put the reactor's clock forward by so many seconds: what is given up in time is given up now.

    So a time-out comes after whatever a test has waited for, however slow the machine is.
    """
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0])
    monkeypatch.setattr(reactor_module, "time", clock)

    def put_forward(seconds: float) -> None:
        ahead[0] += seconds

    return put_forward
