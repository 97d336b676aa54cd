"""What `close()` and `send()` come to, by what has happened to TCP and to the handshake."""

from __future__ import annotations

import contextlib

import pytest

from tests.script_api.stories import URL, Story, seen
from wsfake import Harness, Transcript
from wsfake.errors import ConnectionNotAnswered
from wsfake.model import Close, Open, Side

LOST = ("close", 3, 1006, "", False)


def test_a_close_before_tcp_is_connected_fails() -> None:
    story = Story(Transcript())
    story.socket.close(4000, "enough")
    assert story.seen == [("error", 0), ("close", 3, 1006, "enough", False)]
    story.run()
    assert story.dialogue == [f"connect {URL}", "client  drops"]


def test_a_close_before_the_reply_is_clean_and_goes_on_the_wire() -> None:
    story = Story(Transcript().server_stalls())
    story.run()
    story.socket.close(4000, "enough")
    assert story.seen == [("close", 3, 4000, "enough", True)]
    story.run()
    assert story.dialogue == [f"connect {URL}", 'client  close 4000 "enough"']


def test_a_connection_that_is_refused_later_is_not_connected_before() -> None:
    story = Story(Transcript().pause(2).server_refuses())
    story.ws_fake.advance(1)
    story.socket.close(4000, "enough")
    assert story.seen == [("error", 0), ("close", 3, 1006, "enough", False)]


def test_a_close_after_a_refusal_is_clean_and_not_echoed() -> None:
    story = Story(Transcript().server_rejects(404, keep_open=True))
    story.run()
    story.socket.close(4000, "enough")
    story.run()
    assert story.seen == [("error", 0), ("close", 3, 4000, "enough", True)]
    assert story.dialogue[-1] == 'client  close 4000 "enough"'


def test_a_close_inside_onerror_of_a_drop_is_the_close_of_the_drop() -> None:
    story = Story(Transcript().server_drops())

    def on_error() -> None:
        story.note("error")
        story.socket.close(4000, "enough")

    story.socket.onerror = on_error
    assert story.run() == [("open", 1), ("error", 1), ("close", 3, 1006, "enough", False)]


def test_a_message_inside_onerror_of_a_drop_is_lost() -> None:
    story = Story(Transcript().server_drops())
    story.socket.onerror = lambda: story.socket.send("late")
    assert story.run() == [("open", 1), LOST]
    assert "late" not in str(story.ws_fake.dialogue)


def test_a_close_that_comes_with_a_reset_is_not_clean() -> None:
    transcript = Transcript().server_closes(1000, "bye").server_drops(reset=True)
    assert seen(transcript) == [("open", 1), ("error", 1), ("close", 3, 1006, "bye", False)]


def test_a_close_with_a_reset_after_it_is_clean() -> None:
    transcript = Transcript().server_closes(1000, "bye").pause(0.1).server_drops(reset=True)
    assert seen(transcript) == [("open", 1), ("close", 3, 1000, "bye", True)]


def test_a_close_that_comes_with_the_end_of_the_stream_is_clean() -> None:
    transcript = Transcript().server_closes(1000, "bye").server_drops()
    assert seen(transcript) == [("open", 1), ("close", 3, 1000, "bye", True)]


def test_a_reason_is_cut_inside_a_character_and_shown_as_qt_shows_it() -> None:
    story = Story(Transcript())
    story.run()
    story.socket.close(1000, "é" * 62)
    assert story.seen[-1] == ("close", 3, 1000, "é" * 61 + "\ufffd", True)
    assert Transcript.parse(str(story.ws_fake.dialogue)).steps[-1].what == Close(1000, "é" * 62)


def test_a_reason_is_shown_up_to_a_nul_and_echoed_whole() -> None:
    story = Story(Transcript().server_closes(1000, "a\0b"))
    assert story.run()[-1] == ("close", 3, 1000, "a", True)
    assert 'client  close 1000 "a\\u0000b"' in story.dialogue


def test_a_cut_reason_is_a_violation_to_the_script_at_the_other_end() -> None:
    ws_fake = Harness()
    closes: list[tuple[int, str]] = []
    server = ws_fake.WebSocketServer()

    def on_connection(peer: object) -> None:
        peer.onclose = lambda close: closes.append((close.code, close.reason))  # type: ignore[attr-defined]

    server.newConnection.connect(on_connection)
    socket = ws_fake.WebSocket(server.url)
    socket.onopen = lambda: socket.close(1000, "é" * 62)
    ws_fake.run()
    assert closes == [(1007, "Invalid UTF-8 code encountered.")]


def test_a_server_that_was_closed_refuses() -> None:
    ws_fake = Harness()
    server = ws_fake.WebSocketServer()
    url = server.url
    server.close()
    seen: list[str] = []
    socket = ws_fake.WebSocket(url)
    socket.onclose = lambda close: seen.append(f"close {close.code}")
    socket.onerror = lambda: seen.append("error")
    ws_fake.run()
    assert seen == ["close 1006", "error"]


def test_a_server_never_hears_of_a_script_that_has_closed_before_tcp_was_connected() -> None:
    ws_fake = Harness()
    server = ws_fake.WebSocketServer()
    connections: list[object] = []
    server.newConnection.connect(connections.append)
    ws_fake.WebSocket(server.url).close()
    ws_fake.run()
    assert connections == []


class Hasty:
    """A client that closes at once."""

    def arrive(self, what: object) -> None:
        pass


def test_a_client_that_has_closed_before_it_is_welcomed_is_seen_to_close() -> None:
    ws_fake = Harness()
    server = ws_fake.WebSocketServer()
    seen: list[str] = []

    def on_connection(peer: object) -> None:
        seen.append("connection")
        peer.onclose = lambda close: seen.append(f"close {close.code}")  # type: ignore[attr-defined]

    server.newConnection.connect(on_connection)
    network = ws_fake._network
    connection = network.connect(Open(server.url), Hasty())
    connection.say(Side.CLIENT, Close(4000))
    ws_fake.run()
    assert seen == ["connection", "close 4000"]


def test_a_client_whose_server_is_closed_before_it_is_welcomed_is_refused() -> None:
    ws_fake = Harness()
    server = ws_fake.WebSocketServer()
    codes: list[int] = []
    socket = ws_fake.WebSocket(server.url)
    socket.onclose = lambda close: codes.append(close.code)
    server.close()
    ws_fake.run()
    assert codes == [1006]


def test_a_url_that_nothing_answers_leaves_a_closed_socket() -> None:
    ws_fake = Harness()
    with pytest.raises(ConnectionNotAnswered):
        ws_fake.WebSocket("ws://nobody.example")
    with contextlib.suppress(ConnectionNotAnswered):
        ws_fake.run()


def test_a_message_after_the_end_of_the_stream_waits_for_a_close() -> None:
    story = Story(Transcript().server_pings(b"p").server_drops())
    assert story.run() == [("open", 1), ("error", 1), LOST]
    assert "pong" not in str(story.ws_fake.dialogue)
