"""The example of the API's documentation page, ported call for call."""

import pytest

from tests.processes import ECHO_SERVER, running

TEST = """
import os

PRINTED = [
    "Create WebSocket", "WebSocket opened", "Ready state = 1", "Send a test message",
    "Message received: Test message", "Close WebSocket", "WebSocket closed", "Ready state = 3",
]
WEBSOCKET_PING_URL = "ws://echo.websocket.org"


def example(WebSocket, print):
    print("Create WebSocket")
    webSocket = WebSocket(WEBSOCKET_PING_URL)

    def on_close(data):
        print("WebSocket closed")
        print("Ready state =", webSocket.readyState)  # 3

    def on_message(data):
        print("Message received:", data.data)
        print("Close WebSocket")
        webSocket.close()

    def on_open():
        print("WebSocket opened")
        print("Ready state =", webSocket.readyState)  # 1
        print("Send a test message")
        webSocket.send("Test message")

    webSocket.onclose = on_close
    webSocket.onmessage = on_message
    webSocket.onopen = on_open


def test_example(ws_fake):
    ws_fake.alias(WEBSOCKET_PING_URL, to=lambda: os.environ["ECHO_URL"])
    printed = []
    example(ws_fake.WebSocket, lambda *words: printed.append(" ".join(map(str, words))))
    ws_fake.run()
    assert printed == PRINTED
    assert ws_fake.is_live == ("ECHO_URL" in os.environ)
"""


def test_the_example_is_recorded_from_a_real_server_and_replays_with_the_server_gone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_page=TEST)
    pytester.makeini("[pytest]\nws_record_idle = 30\n")  # it ends by its close, not by silence
    with running(ECHO_SERVER) as url:
        monkeypatch.setenv("ECHO_URL", url)
        recorded = pytester.runpytest_subprocess("--ws-record")
    recorded.assert_outcomes(passed=1)
    recorded.stdout.fnmatch_lines(["  recorded cassettes/test_page/test_example.msgpack"])
    monkeypatch.delenv("ECHO_URL")

    replayed = pytester.runpytest_subprocess()

    replayed.assert_outcomes(passed=1)
    replayed.stdout.fnmatch_lines(["ws_fake: 1 connection replayed"])
