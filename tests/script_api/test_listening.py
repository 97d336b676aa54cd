"""Where scripts that are servers listen, and where they do not."""

from __future__ import annotations

import socket

import pytest

from wsfake import Harness, Transcript
from wsfake.errors import ConnectionNotAnswered


def test_a_server_does_not_listen_at_a_real_port_that_another_has() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Harness(mode="live") as ws_fake:
            server = ws_fake.WebSocketServer({"port": taken.getsockname()[1]})
            assert repr(server) == "<WebSocketServer not listening>"


@pytest.mark.parametrize("url", ["ws://localhost:99999/", "ws://feed.example:8080/"])
def test_no_server_listens_at_a_port_that_cannot_be_nor_on_another_host(url: str) -> None:
    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.WebSocketServer({"port": 8080})
        ws_fake.play_client(url, Transcript().client("a"))
        ws_fake.run()
    assert str(caught.value).startswith(f"nothing answers {url}\n")
