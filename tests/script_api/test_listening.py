"""Where scripts that are servers listen, and where they do not."""

from __future__ import annotations

import math
import socket
from typing import Any

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


@pytest.mark.parametrize("port", [math.nan, -0.5, True, "8080", None])
def test_a_free_port_is_taken_where_none_is_named(port: Any) -> None:
    with Harness() as ws_fake:
        server = ws_fake.WebSocketServer({"port": port})
        assert (server.listening, server.port) == (True, 50000)


@pytest.mark.parametrize("port", [math.inf, -math.inf, 10**400, -(10**400), 65536, -1])
def test_no_server_listens_at_a_number_that_is_no_port(port: float) -> None:
    with Harness() as ws_fake:
        server = ws_fake.WebSocketServer({"port": port})
        assert (server.listening, server.port, server.url) == (False, 0, "")


@pytest.mark.parametrize("nothing", [5, None, "x"])
@pytest.mark.parametrize("profile", ["overte", "vircadia"])
def test_what_is_no_function_is_never_called_with_a_connection(profile: str, nothing: Any) -> None:
    with Harness(profile=profile) as ws_fake:
        server = ws_fake.WebSocketServer()
        peers: list[Any] = []
        server.newConnection.connect(nothing)
        server.newConnection.connect(peers.append)
        server.newConnection.disconnect(nothing)
        ws_fake.play_client(server.url, Transcript())
        ws_fake.run()
        assert len(peers) == 1
