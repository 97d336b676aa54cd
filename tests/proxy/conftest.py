from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.proxy.port import Proxy
from tests.servers import server
from wsfake.live import Reactor

__all__ = ["server"]


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor()
    yield reactor
    reactor.close()
    gc.collect()  # a socket that was forgotten warns here, and a warning is an error


@pytest.fixture
def proxy(reactor: Reactor) -> Iterator[Proxy]:
    proxy = Proxy(reactor)
    yield proxy
    proxy.close()
