"""A script with threads of its own, which sends while the test runs."""

from __future__ import annotations

import pytest

from wsfake import Harness
from wsfake.live.transport import Transport


def test_nobody_else_sends_to_a_real_server_while_its_socket_is_served(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Harness(mode="live") as ws_fake:
        ready, lock = Transport._ready, ws_fake._network.lock  # which `send` takes
        held: list[bool] = []

        def look(transport: Transport) -> None:
            held.append(lock._is_owned())  # type: ignore[attr-defined]  # what a Condition asks
            ready(transport)

        monkeypatch.setattr(Transport, "_ready", look)
        received: list[str] = []
        socket = ws_fake.WebSocket(f"{server}/echo")
        socket.onopen = lambda: socket.send("hello")
        socket.onmessage = lambda message: received.append(message.data)
        ws_fake.run(until=lambda: received, timeout=60)

    assert held
    assert all(held)
