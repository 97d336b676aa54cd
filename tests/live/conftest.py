from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.peers import RawServer, Reception
from wsfake.live import Reactor


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor()
    yield reactor
    reactor.close()


@pytest.fixture
def server(reactor: Reactor) -> Iterator[RawServer]:
    server = RawServer(reactor)
    yield server
    server.close()


@pytest.fixture
def reception(reactor: Reactor) -> Iterator[Reception]:
    reception = Reception(reactor)
    yield reception
    reception.close()
