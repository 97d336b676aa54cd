"""A script that is a server: recorded with a real client, replayed with the client gone."""

import pytest

from wsfake import Harness, Transcript
from wsfake.cassette import load
from wsfake.model import Close, Open

TEST = '''
import subprocess, sys

CLIENT = """
import sys
from websockets.sync.client import connect
with connect(sys.argv[1] + "/room?x=1") as client:
    for word in ("Hello", "", "World"):
        client.send(word)
        print(client.recv())
    client.send(bytes(3))
    client.close(4001, "enough")
"""


class EchoServer:
    """Echoes each message with " back!" added."""

    def __init__(self, WebSocketServer):
        self.server = WebSocketServer({"serverName": "echo"})
        self.closed, self.urls, self.binary = [], [], []
        self.server.newConnection.connect(self.on_connection)

    def on_connection(self, peer):
        self.urls.append(peer.url)

        def on_message(message):
            if isinstance(message.data, bytes):
                self.binary.append(message.data)
            else:
                peer.send(message.data + " back!")

        peer.onmessage = on_message
        peer.onclose = lambda event: self.closed.append((event.code, event.reason))


def test_server(ws_fake):
    script = EchoServer(ws_fake.WebSocketServer)
    client = None
    if ws_fake.is_live:
        client = subprocess.Popen([sys.executable, "-c", CLIENT, script.server.url])
    ws_fake.run(until=lambda: script.closed)
    if client is not None:
        assert client.wait(30) == 0
    assert script.closed == [(4001, "enough")]
    assert script.urls == [script.server.url + "/room?x=1"]
    assert script.binary == [bytes(3)]
    script.server.close()


def test_it_answers_a_script_client_too(ws_fake):
    script = EchoServer(ws_fake.WebSocketServer)
    got = []
    socket = ws_fake.WebSocket(script.server.url)
    socket.onopen = lambda: socket.send("Hello")
    socket.onmessage = lambda message: (got.append(message.data), socket.close(1000, "bye"))
    ws_fake.run()
    assert got == ["Hello back!"]
    assert script.closed == [(1000, "bye")]
'''


def test_a_server_script_is_recorded_with_a_real_client_and_replays_without_it(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_server=TEST)
    recorded = pytester.runpytest_subprocess("--ws-record")
    recorded.assert_outcomes(passed=2)

    replayed = pytester.runpytest_subprocess()

    replayed.assert_outcomes(passed=2)
    replayed.stdout.fnmatch_lines(["ws_fake: 1 connection replayed"])
    folder = pytester.path / "cassettes" / "test_server"
    assert [path.name for path in folder.iterdir()] == ["test_server.msgpack"]
    entries = load(folder / "test_server.msgpack").entries
    opening = entries[0].what
    assert isinstance(opening, Open)
    assert opening.url == "server 1/room?x=1"
    assert "Host" not in dict(opening.headers)
    assert Close(4001, "enough") in [entry.what for entry in entries]


def test_a_client_a_server_and_a_scripted_third_party_share_one_clock() -> None:
    log: list[tuple[float, str]] = []
    with Harness() as ws_fake:
        ws_fake.serve(
            "wss://upstream.example/time", Transcript().client("when?").pause(2.5).server("now")
        )

        def on_connection(peer: object) -> None:
            upstream = ws_fake.WebSocket("wss://upstream.example/time")
            upstream.onopen = lambda: upstream.send("when?")
            upstream.onmessage = lambda message: peer.send(f"upstream says {message.data}")  # type: ignore[attr-defined]

        server = ws_fake.WebSocketServer()
        server.newConnection.connect(on_connection)
        client = ws_fake.WebSocket(server.url)
        client.onopen = lambda: log.append((ws_fake.now, "open"))
        client.onmessage = lambda message: log.append((ws_fake.now, message.data))
        ws_fake.call_later(1, lambda: log.append((ws_fake.now, "a second later")))
        ws_fake.run()

    assert log == [(0, "open"), (1, "a second later"), (2.5, "upstream says now")]


def test_a_reconnecting_script_meets_four_fates_in_no_real_time() -> None:
    fates: list[object] = []
    with Harness() as ws_fake:
        url = "wss://feed.example/v1"
        ws_fake.serve(url, Transcript().server_refuses())
        ws_fake.serve(url, Transcript().server_rejects(503))
        ws_fake.serve(url, Transcript().server("one").server("two").server_drops())
        ws_fake.serve(url, Transcript().server("three").client("thanks").client_closes(1000))

        def connect() -> None:
            socket = ws_fake.WebSocket(url)

            def on_message(message: object) -> None:
                fates.append(message.data)  # type: ignore[attr-defined]
                if fates[-1] == "three":
                    socket.onclose = None
                    socket.send("thanks")
                    socket.close()

            def on_close(event: object) -> None:
                fates.append(event.code)  # type: ignore[attr-defined]
                ws_fake.call_later(2 ** len(fates), connect)

            socket.onmessage, socket.onclose = on_message, on_close

        connect()
        ws_fake.run()

    # a refused wss connection reads as a clean close on these hosts, and that is measured
    assert fates == [1000, 1006, "one", "two", 1006, "three"]
    assert ws_fake.now == 2 + 4 + 32
