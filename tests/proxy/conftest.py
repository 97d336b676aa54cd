from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proxy.port import Proxy
from tests.servers import server
from wsfake.live import Reactor

__all__ = ["server"]


@pytest.fixture
def proxy(reactor: Reactor) -> Iterator[Proxy]:
    proxy = Proxy(reactor)
    yield proxy
    proxy.close()
