"""What a test serves, and the handle by which it takes part."""

import re
from functools import partial
from typing import Any

import pytest

from tests.harness.test_failures import tell
from tests.harness.texts import URL
from wsfake import Harness, Transcript, UsageError
from wsfake.errors import ConnectionNotAnswered, Unplayed
from wsfake.model import Close, Drop, Message, Open, Ping, Pong, Refuse, Reject, Side
from wsfake.network import Peer

T = Transcript()


class Client:
    """A client with all of the wire in its hands."""

    def __init__(self, ws_fake: Harness, opening: Open) -> None:
        self.heard: list[Any] = []
        self.connection = ws_fake._network.connect(opening, self)

    def arrive(self, what: Any) -> None:
        self.heard.append(what)

    def say(self, what: Any) -> None:
        self.connection.say(Side.CLIENT, what)


def received(socket: Any) -> list[Any]:
    got: list[Any] = []
    socket.onmessage = lambda message: got.append(message.data)
    socket.onclose = lambda close: got.append((close.code, close.wasClean))
    return got


# How many connections


def test_the_first_transcript_is_for_the_first_connection_and_so_on() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, T.server("1"), T.server("2"))
        ws_fake.serve(URL, T.server("3"))
        got = [received(ws_fake.WebSocket(URL)) for _ in range(3)]
        ws_fake.run()
        assert got == [["1"], ["2"], ["3"]]


def test_any_number_of_connections_is_served_alike() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL, T.server("a"), connections=None)
        got = [received(ws_fake.WebSocket(URL)) for _ in range(3)]
        ws_fake.run()
        assert got == [["a"]] * 3
        assert len(handle.connections) == 3


def test_one_transcript_may_serve_a_number_of_connections() -> None:
    with pytest.raises(Unplayed, match="1 connection never opened"), Harness() as ws_fake:
        ws_fake.serve(URL, T.server("a"), connections=2)
        ws_fake.WebSocket(URL)
        ws_fake.run()


def test_with_none_left_the_script_sees_a_refused_connection() -> None:
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake:
        handle = ws_fake.serve(URL, T)
        ws_fake.WebSocket(URL)
        got = received(ws_fake.WebSocket(URL))
        with pytest.raises(ConnectionNotAnswered):
            ws_fake.run()
        assert got == [(1006, False)]
        assert handle.used_up
    assert isinstance(ws_fake._network.connections[1].ended, Refuse)
    assert ws_fake._network.connections[1].refused


@pytest.mark.parametrize("wrong", [0, -2, "2", 1.5])
def test_a_number_of_connections_is_a_number(wrong: Any) -> None:
    with Harness() as ws_fake, pytest.raises(UsageError, match="expected a number of connections"):
        ws_fake.serve(URL, T, connections=wrong)


# Which URLs


def test_patterns_match_several_urls() -> None:
    with Harness() as ws_fake:
        ws_fake.serve("wss://*.example/feed", T, connections=None)
        ws_fake.serve(re.compile(r"ws://b[.]example/\d+"), T, connections=None)
        for url in ("wss://a.example/feed", "WSS://A.B.EXAMPLE:443/feed", "ws://b.example/42"):
            ws_fake.WebSocket(url)
        for url in ("wss://a.example/", "ws://b.example/x"):
            with pytest.raises(ConnectionNotAnswered):
                ws_fake.WebSocket(url)
        ws_fake.run()
        ws_fake._network.failures.clear()


@pytest.mark.parametrize("wrong", ["http://a.example/", "ws://", None, 1])
def test_a_url_that_is_none_is_an_error(wrong: Any) -> None:
    with Harness() as ws_fake, pytest.raises(UsageError, match="expected a"):
        ws_fake.serve(wrong, T)


def test_what_is_neither_a_transcript_nor_a_handler_is_an_error() -> None:
    with (
        Harness() as ws_fake,
        pytest.raises(UsageError, match="a Transcript or a handler, got str"),
    ):
        ws_fake.serve(URL, "hello")  # type: ignore[arg-type]


# The handle


def test_a_connection_shows_what_was_said_on_it() -> None:
    with Harness() as ws_fake:
        transcript = Transcript(subprotocol="chat").client("a").server(b"b")
        handle = ws_fake.serve(URL, transcript)
        client = Client(ws_fake, Open(URL, (("X-One", "1"),)))
        ws_fake.run()
        client.say("a")
        ws_fake.run()
        shown = handle.connections[0]
        assert shown.url == URL
        assert shown.headers == (("X-One", "1"),)
        assert shown.subprotocol == "chat"
        assert shown.client_messages == ["a"]
        assert shown.server_messages == [b"b"]
        assert shown.closed is None
        client.say(Close(4000, "x"))
        assert shown.closed == Close(4000, "x")


@pytest.mark.parametrize(
    ("transcript", "ended"),
    [
        (T.server_refuses(), Refuse()),
        (T.server_rejects(403), Reject(403)),
        (T.server_drops(reset=True), Drop(reset=True)),
        (T.server_closes(1001), Close(1001)),
    ],
)
def test_closed_is_what_ended_it_first(transcript: Transcript, ended: Any) -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL, transcript)
        ws_fake.WebSocket(URL)
        ws_fake.run()
        assert handle.connections[0].closed == ended


def test_the_handle_speaks_on_the_newest_connection() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL)
        got = [received(ws_fake.WebSocket(URL)) for _ in range(2)]
        ws_fake.run()
        for message in ("a", b"b", {"c": 1}, [2]):
            handle.send(message)
        handle.connections[0].send("first")
        ws_fake.run()
        assert got == [["first"], ["a", b"b", '{"c": 1}', "[2]"]]


def test_a_handler_sees_the_messages_of_its_connection_so_far_with_each_of_them() -> None:
    seen: list[tuple[list[Message], list[Message]]] = []

    def handler(peer: Peer) -> None:
        @peer.on_message
        def answer(message: Message) -> None:
            seen.append((peer.client_messages, peer.server_messages))
            assert ws_fake.dialogue.entries  # which makes entries of what was noted
            peer.send(f"{message!s}!")

    with Harness() as ws_fake:
        ws_fake.serve(URL, handler, connections=None)
        sockets = [ws_fake.WebSocket(URL) for _ in range(2)]
        ws_fake.run()
        for text in ("a", "b"):
            for number, socket in enumerate(sockets):
                socket.send(f"{text}{number}")
                ws_fake.run()
    assert seen == [
        (["a0"], []),
        (["a1"], []),
        (["a0", "b0"], ["a0!"]),
        (["a1", "b1"], ["a1!"]),
    ]


def test_what_the_handle_says_must_be_sayable() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL)
        with pytest.raises(UsageError, match=r"nobody has connected to ws://echo.example/ yet"):
            handle.send("a")
        ws_fake.WebSocket(URL)
        ws_fake.run()
        for wrong in (None, 1, lambda: "a"):
            with pytest.raises(UsageError, match="expected a str"):
                handle.send(wrong)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="close code from 0 to 65535"):
            handle.close(70000)


def test_the_handle_closes_and_drops() -> None:
    ends: list[tuple[Any, Any]] = [
        (lambda handle: handle.close(), (1000, True)),
        (lambda handle: handle.close(4000, "x"), (4000, True)),
        (lambda handle: handle.drop(), (1006, False)),
    ]
    for end, seen in ends:
        with Harness() as ws_fake:
            handle = ws_fake.serve(URL, T.pause(5).server("never"))
            got = received(ws_fake.WebSocket(URL))
            ws_fake.run(until=partial(opened, handle))
            end(handle)
            end(handle)  # both are asked for at once: the second comes too late
            ws_fake.run()
            assert got == [seen]
            with pytest.raises(UsageError, match=r"connection 1 to .* is closed"):
                handle.send("a")


def test_a_script_still_owes_what_was_expected_before_the_handle_closed() -> None:
    with pytest.raises(Unplayed), Harness() as ws_fake:
        handle = ws_fake.serve(URL, T.client("a"))
        ws_fake.WebSocket(URL)
        ws_fake.run()
        handle.close()
        ws_fake.run()


def opened(handle: Any) -> bool:
    return len(handle._network.entries) == 2


# Handlers


def test_a_handler_is_called_with_each_connection_and_hears_and_speaks() -> None:
    peers: list[Peer] = []
    closes: list[Any] = []

    def echo(peer: Peer) -> None:
        peers.append(peer)
        peer.send("welcome")

        @peer.on_message
        def answer(message: Any) -> None:
            peer.send(message)

        peer.on_close(closes.append)

    with Harness() as ws_fake:
        ws_fake.serve(URL, echo)
        first, second = tell(ws_fake, "a"), tell(ws_fake, b"b")
        got = [received(first), received(second)]
        ws_fake.run()
        first.onclose = None
        first.close(4000, "bye")
        ws_fake.run()
        assert got == [["welcome", "a"], ["welcome", b"b"]]
        assert closes == [Close(4000, "bye")]
        assert peers[0].client_messages == ["a"]
        assert peers[0].closed == Close(4000, "bye")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "on_message",
            "peer.on_message cannot be set: expected peer.on_message(function), or"
            " @peer.on_message above the function",
        ),
        (
            "onclose",
            "peer.onclose cannot be set: expected peer.on_close(function), or @peer.on_close"
            " above the function",
        ),
        (
            "room",
            "peer.room cannot be set: expected a variable of your own, got an attribute of a peer",
        ),
    ],
)
def test_a_handler_that_is_assigned_is_an_error(name: str, text: str) -> None:
    said: list[str] = []

    def handler(peer: Peer) -> None:
        with pytest.raises(UsageError) as caught:
            setattr(peer, name, print)
        said.append(str(caught.value))

    with Harness() as ws_fake:
        ws_fake.serve(URL, handler)
        received(ws_fake.WebSocket(URL))
        ws_fake.run()
    assert said == [text]


def test_a_handler_answers_pings_and_closes_once() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL)
        client = Client(ws_fake, Open(URL))
        ws_fake.run()
        client.say(Ping(b"x"))
        client.say(Pong(b"unasked"))
        client.say("heard by nobody")
        ws_fake.run()
        client.say(Close(4000, "bye"))
        ws_fake.run()
        assert client.heard[1:] == [Pong(b"x"), Close(4000)]
        handle.connections[0]._say_now("too late")
        assert client.heard[3:] == []


def test_what_a_handler_says_to_a_script_that_has_closed_meanwhile_is_lost() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.on_message(lambda _: peer.send("too late")))
        socket = ws_fake.WebSocket(URL)
        heard = received(socket)

        def leave() -> None:
            socket.send("bye")
            socket.close()

        socket.onopen = leave
        ws_fake.run()
    assert heard == [(1000, True)]


def test_a_handler_that_has_closed_does_not_answer_the_answer() -> None:
    with Harness() as ws_fake:
        handle = ws_fake.serve(URL)
        client = Client(ws_fake, Open(URL))
        ws_fake.run()
        handle.close(1001, "x")
        ws_fake.run()
        client.say(Close(1001))
        ws_fake.run()
        assert client.heard[1:] == [Close(1001, "x")]


def test_a_close_that_a_handler_returns_is_the_answer() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.on_close(lambda close: Close(4001, "my answer")))
        client = Client(ws_fake, Open(URL))
        ws_fake.run()
        client.say(Close(4000, "bye"))
        ws_fake.run()
        assert client.heard[1:] == [Close(4001, "my answer")]


def test_a_handler_that_fails_at_a_close_answers_it_all_the_same() -> None:
    def fail(close: object) -> None:
        raise ValueError("no")

    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.on_close(fail))
        client = Client(ws_fake, Open(URL))
        ws_fake.run()
        client.say(Close(4000, "bye"))
        with pytest.raises(ValueError, match="no"):
            ws_fake.run()
        assert client.heard[1:] == [Close(4000)]


def test_a_drop_of_the_script_is_told_to_the_handler_and_not_answered() -> None:
    closes: list[Any] = []
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.on_close(closes.append))
        client = Client(ws_fake, Open(URL))
        ws_fake.run()
        client.say(Drop())
        ws_fake.run()
        assert closes == [Drop()]
        assert len(client.heard) == 1


def test_a_script_that_has_gone_before_the_answer_is_not_served() -> None:
    with Harness() as ws_fake:
        called: list[Peer] = []
        ws_fake.serve(URL, called.append)
        ws_fake.WebSocket(URL).close()
        ws_fake.run()
        assert called == []


# Two players


def test_a_played_client_may_meet_a_served_transcript() -> None:
    with Harness() as ws_fake:
        transcript = T.client("a").server("b").client_closes().server_closes()
        ws_fake.serve(URL, transcript)
        ws_fake.play_client(URL, transcript)
        ws_fake.run()
        assert str(ws_fake.dialogue).splitlines()[1:] == [
            "     0 ms  server  accepts",
            '     0 ms  client  "a"',
            '     0 ms  server  "b"',
            "     0 ms  client  close 1000",
            "     0 ms  server  close 1000",
        ]


def test_a_played_client_that_nobody_answers_is_told_when_the_clock_runs() -> None:
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake:
        ws_fake.play_client(URL, T.client("a"))
        ws_fake.run()


def test_a_pause_after_a_message_that_came_early_is_counted_from_that() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, T.pause(1).server("a").client("x").pause(1).server("b"))
        socket = ws_fake.WebSocket(URL)
        got = received(socket)
        ws_fake.run(until=lambda: socket.readyState == 1)
        ws_fake.call_later(0.5, lambda: socket.send("x"))
        ws_fake.run()
        assert got == ["a", "b"]
        assert ws_fake.now == 1.5  # a second after the message, which came early


def test_a_handler_that_raises_leaves_the_connection_open() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: 1 / 0)
        socket = ws_fake.WebSocket(URL)
        with pytest.raises(ZeroDivisionError):
            ws_fake.run()
        assert socket.readyState == 1


async def awaited(peer: Peer) -> None: ...


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        ("hello", "expected a Transcript or a handler, got str: 'hello'"),
        (Transcript, "expected a Transcript or a handler, got the class: Transcript()"),
        (
            awaited,
            "expected a function for a handler that is called and done, got the coroutine"
            " function awaited: nothing would await it",
        ),
    ],
)
def test_what_serves_nobody_is_refused(plan: Any, error: str) -> None:
    with Harness() as ws_fake, pytest.raises(UsageError) as caught:
        ws_fake.serve(URL, plan)
    assert str(caught.value) == error


def test_a_peer_calls_functions_only() -> None:
    def handle(peer: Peer) -> None:
        with pytest.raises(UsageError, match=r"expected a function for peer\.on_message, got 5"):
            peer.on_message(5)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=r"peer\.on_close .* coroutine function awaited"):
            peer.on_close(awaited)  # type: ignore[arg-type]

    with Harness() as ws_fake:
        ws_fake.serve(URL, handle)
        tell(ws_fake)
        ws_fake.run()


def test_what_was_not_played_is_counted_by_connections_though_handlers_have_some() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, lambda _: None, T.client("x"))
    for _ in range(2):
        ws_fake.WebSocket(URL)
    ws_fake.run()

    with pytest.raises(Unplayed, match=r"\(connection 2\)"):
        ws_fake.finish()


# Wrong use


@pytest.mark.parametrize("wrong", [["a"], 5, b"a", "a\r\nX-Evil: 1"], ids=repr)
def test_what_is_no_subprotocol_cannot_be_accepted(wrong: Any) -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.accept(wrong))
        ws_fake.WebSocket(URL)
        with pytest.raises(UsageError, match="expected the name of a subprotocol"):
            ws_fake.run()
        assert "accepts" in str(ws_fake.dialogue)


def test_a_subprotocol_is_chosen_by_the_handler_itself_and_not_later() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, lambda peer: peer.on_message(lambda _: peer.accept("late")))
        socket = ws_fake.WebSocket(URL)
        socket.onopen = lambda: socket.send("a")
        with pytest.raises(UsageError, match="call it in the handler"):
            ws_fake.run()
