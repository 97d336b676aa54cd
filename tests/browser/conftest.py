"""A page with a few servers to talk to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.servers import echo, goodbye
from wsfake import Harness

PAGE = "http://page.test/folder/page.html"


@pytest.fixture
def page() -> Iterator[Harness]:
    with Harness(profile="browser", base_url=PAGE) as ws_fake:
        ws_fake.serve("ws://h.test/echo", echo)
        ws_fake.serve("ws://h.test/goodbye", goodbye)
        yield ws_fake


@pytest.fixture
def connect(page: Harness) -> Callable[..., Any]:
    """Return a function that makes a socket, to the echo unless told otherwise."""

    def make(url: str = "ws://h.test/echo", *protocols: Any) -> Any:
        return page.WebSocket(url, *protocols)

    return make


@pytest.fixture
def opened(page: Harness, connect: Callable[..., Any]) -> Any:
    """Return a socket to the echo that is open."""
    socket = connect()
    page.run()
    assert socket.readyState == 1
    return socket
