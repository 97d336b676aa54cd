"""What scripts and their tests see of what they hold."""

from __future__ import annotations

import pytest

from wsfake import Harness, LintWarning
from wsfake.script_api import CloseData, MessageData


def test_what_handlers_are_given_is_shown_with_its_parts() -> None:
    given = MessageData()
    given.data = "a"
    assert repr(given) == "MessageData(data='a')"
    assert (
        repr(CloseData(1000, "bye", wasClean=True))
        == "CloseData(code=1000, reason='bye', wasClean=True)"
    )


def test_a_server_is_shown_with_its_url() -> None:
    with Harness() as ws_fake:
        server = ws_fake.WebSocketServer()
        assert repr(server) == f"<WebSocketServer {server.url}>"
        server.close()
        assert repr(server) == "<WebSocketServer not listening>"


@pytest.mark.parametrize("name", ["CONNECTING", "OPEN", "CLOSING", "CLOSED"])
def test_the_constants_of_the_class_are_undefined_on_qt(name: str) -> None:
    with Harness(warn=lambda _: None) as ws_fake, pytest.warns(LintWarning, match=name):
        assert getattr(ws_fake.WebSocket, name) is None
