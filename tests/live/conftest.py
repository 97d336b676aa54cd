from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from wsfake.live import Reactor


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor()
    yield reactor
    reactor.close()
    gc.collect()  # a socket that was forgotten warns here, and a warning is an error
