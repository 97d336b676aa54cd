from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.live.peers import in_thread
from tests.proxy.port import Proxy, Told
from wsfake.errors import TranscriptError
from wsfake.model import (
    Close,
    Drop,
    Event,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.proxy import Faults, LiveHandle

Play = Callable[[ClientConnection], None]


def talk(proxy: Proxy, url: str, faults: Faults, play: Play, **options: Any) -> Told:
    """Relay one connection to a server with faults; return its story."""
    proxy.to(url, faults=faults)

    def run() -> None:
        with connect(proxy.url, **options) as client:
            play(client)

    with in_thread(run):
        return proxy.until_over()


def echoes(client: ClientConnection, *messages: Message) -> None:
    for message in messages:
        client.send(message)
        assert client.recv(10) == message


def closed_with(client: ClientConnection) -> tuple[int | None, str]:
    with pytest.raises(ConnectionClosed) as caught:
        client.recv(10)
    received = caught.value.rcvd
    return (None, "") if received is None else (received.code, received.reason)


def test_without_faults_nothing_is_taken_apart() -> None:
    assert not Faults().about_messages
    assert not Faults().takes_time
    assert not Faults(latency=1, jitter=1, bandwidth=5).about_messages
    assert not Faults().fault("connect", Refuse()).about_messages
    assert Faults().fault("message", Drop(), after=3).about_messages


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_a_message_can_be_edited_and_swallowed(
    proxy: Proxy, server: str, compression: str | None
) -> None:
    def edit(side: Side, message: Message) -> Message | None:
        if message == "secret":
            return None
        assert isinstance(message, str)
        return message + "!" if side is Side.SERVER else message

    def play(client: ClientConnection) -> None:
        client.send("secret")
        for text in ("one" * 100, "two" * 100):
            client.send(text)
            assert client.recv(10) == text + "!"

    told = talk(proxy, server, Faults(edit=edit), play, compression=compression)
    assert told.behind[:5] == [
        ("client", "secret"),
        ("client", "one" * 100),
        ("server", "one" * 100 + "!"),
        ("client", "two" * 100),
        ("server", "two" * 100 + "!"),
    ]


def test_an_error_of_the_hook_is_raised_and_the_message_passes(proxy: Proxy, server: str) -> None:
    def edit(side: Side, message: Message) -> Any:
        if side is Side.SERVER:
            return {1, 2}
        raise LookupError(message)

    proxy.to(server, faults=Faults(edit=edit))

    def run() -> None:
        with connect(proxy.url) as client:
            echoes(client, "kept")

    errors = []
    with in_thread(run):
        while not (proxy.stories and proxy.stories[0].is_over):
            try:
                proxy.reactor.wait(1)
            except (LookupError, TranscriptError) as error:
                errors.append(str(error))
    assert errors == ["kept", "expected a str, bytes, dict or list to send, got {1, 2}"]


@pytest.mark.parametrize("reset", [False, True])
def test_the_server_drops_after_so_many_messages(proxy: Proxy, server: str, reset: bool) -> None:
    def play(client: ClientConnection) -> None:
        echoes(client, "one", "two")
        assert closed_with(client) == (None, "")

    told = talk(proxy, server, Faults().fault("message", Drop(reset), after=2), play)
    assert told.behind[:5] == [
        *[(side, text) for text in ("one", "two") for side in ("client", "server")],
        ("server", Drop(reset)),
    ]


def test_the_server_drops_inside_a_message(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        assert closed_with(client) == (None, "")

    faults = Faults().fault("message", Drop(inside="half of it"))
    assert talk(proxy, server, faults, play, compression=None).behind[0] == (
        "server",
        Drop(inside="half of it"),
    )


def test_the_server_closes_with_a_code(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        echoes(client, "one")
        assert closed_with(client) == (4008, "too slow")

    faults = Faults().fault("message", Close(4008, "too slow"), after=1)
    told = talk(proxy, server, faults, play)
    assert told.behind[2:] == [
        ("server", Close(4008, "too slow")),
        ("client", Close(4008, "too slow")),
    ]


def test_the_client_is_made_to_drop(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        client.send("one")
        assert client.recv(10) == "one"
        assert closed_with(client)[0] is None

    talk(proxy, server, Faults().fault("message", Drop(), "client", after=1), play)


def test_the_server_stalls(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        echoes(client, "one")
        client.send("two")
        with pytest.raises(TimeoutError):
            client.recv(0.2)

    faults = Faults().fault("message", Stall(), after=1)
    told = talk(proxy, server, faults, play, close_timeout=0.2)
    assert [what for side, what in told.behind if side == "server"] == ["one"]


def test_the_answer_to_a_close_can_be_missing(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        client.close()
        assert client.close_code == 1006

    faults = Faults().fault("close", Drop(reset=True))
    told = talk(proxy, server, faults, play)
    assert told.behind == [("client", Close(1000)), ("server", Drop(reset=True))]


def test_raw_bytes_reach_the_client(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        with pytest.raises(ConnectionClosed) as caught:
            client.recv(10)
        assert caught.value.sent is not None
        assert caught.value.sent.code == 1002

    told = talk(proxy, server, Faults().fault("message", Raw(b"\xff\x00")), play)
    assert told.behind[0] == ("server", Raw(b"\xff\x00"))


def test_the_opening_handshake_can_be_refused(proxy: Proxy, server: str) -> None:
    faults = Faults().fault("handshake", Reject(429, (("Retry-After", "7"),), b"slow down"))
    proxy.to(server, faults=faults)

    def run() -> None:
        with pytest.raises(InvalidStatus) as caught, connect(proxy.url):
            pass
        assert caught.value.response.status_code == 429
        assert caught.value.response.body == b"slow down"

    with in_thread(run):
        told = proxy.until_over()
    assert isinstance(told.lines[1][1], Reject)


def test_no_connection_is_made_at_all(proxy: Proxy, server: str) -> None:
    proxy.to(server, faults=Faults().fault("connect", Refuse("timeout")))

    def run() -> None:
        with suppress(Exception), connect(proxy.url):
            raise AssertionError("it was connected")

    with in_thread(run):
        told = proxy.until_over()
    assert told.lines[1:] == [("server", Refuse("timeout"))]


def test_a_handle_speaks_for_both_sides(proxy: Proxy, server: str) -> None:
    handles: list[LiveHandle] = []

    def play(client: ClientConnection) -> None:
        echoes(client, "one")
        handle = handles[0]
        handle.server("from nowhere")
        assert client.recv(10) == "from nowhere"
        handle.client("unasked")
        assert client.recv(10) == "unasked"  # the server echoes what it seemed to get
        handle.server_pings(b"p")
        handle.client_pings(b"q")
        handle.server_closes(4000, "enough")
        assert closed_with(client) == (4000, "enough")

    told = talk(proxy, server, Faults(on_open=handles.append), play)
    assert handles[0].url == server
    assert dict(handles[0].headers)["Upgrade"] == "websocket"
    assert handles[0].subprotocol is None
    said = told.behind
    assert said[:4] == [
        ("client", "one"),
        ("server", "one"),
        ("server", "from nowhere"),
        ("server", "unasked"),
    ]
    assert ("server", Ping(b"p")) in said
    assert ("client", Pong(b"p")) in said


def test_what_a_handle_says_is_in_the_words_of_a_transcript() -> None:
    said: list[tuple[Side, Event]] = []
    handle = LiveHandle(Open("ws://a/"), None, lambda side, what: said.append((side, what)))
    handle.client({"a": 1})
    handle.server(b"b")
    handle.client_closes()
    handle.server_closes(reason="bye")
    handle.server_closes(empty=True)
    assert said == [
        (Side.CLIENT, '{"a": 1}'),
        (Side.SERVER, b"b"),
        (Side.CLIENT, Close(1000, "")),
        (Side.SERVER, Close(1000, "bye")),
        (Side.SERVER, Close()),
    ]


@pytest.mark.parametrize(
    ("say", "error"),
    [
        (lambda handle: handle.client(1), "expected a str"),
        (lambda handle: handle.server(lambda: "x"), "expected a str, bytes, dict or list to send"),
        (lambda handle: handle.server_closes(70000), "expected a close code from 0 to 65535"),
        (lambda handle: handle.client_closes(1000, "x" * 124), "a close reason of at most 123"),
        (lambda handle: handle.server_closes(1000, empty=True), "an empty Close has no code"),
        (lambda handle: handle.server_pings(b"x" * 126), "expected at most 125 bytes"),
    ],
)
def test_what_no_side_could_say_is_an_error_where_a_handle_is_to_say_it(
    say: Callable[[LiveHandle], None], error: str
) -> None:
    handle = LiveHandle(Open("ws://a/"), None, lambda *_: pytest.fail("it was said"))
    with pytest.raises(TranscriptError, match=error):
        say(handle)


def test_a_handle_drops_and_stalls(proxy: Proxy, server: str) -> None:
    handles: list[LiveHandle] = []
    heard = threading.Event()

    class Listening(Told):
        def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
            super().tell(at, side, events)
            if "lost" in events:
                heard.set()

    proxy.make_story = Listening

    def play(client: ClientConnection) -> None:
        echoes(client, "one")
        handles[0].client_stalls()
        client.send("lost")
        handles[0].server("last")
        assert client.recv(10) == "last"
        assert heard.wait(60)  # a reset would take along what nobody has read
        handles[0].server_drops(reset=True)
        assert closed_with(client) == (None, "")

    told = talk(proxy, server, Faults(on_open=handles.append), play)
    assert set(told.behind[2:4]) == {("client", "lost"), ("server", "last")}
    assert told.behind[4:] == [("server", Drop(reset=True))]


def test_latency_delays_both_directions_and_keeps_the_order(proxy: Proxy, server: str) -> None:
    def play(client: ClientConnection) -> None:
        begin = time.monotonic()
        for number in range(20):
            client.send(str(number))
        assert [client.recv(10) for _ in range(20)] == [str(number) for number in range(20)]
        assert time.monotonic() - begin >= 0.2

    faults = Faults(latency=0.1, jitter=0.02, seed=3)
    told = talk(proxy, server, faults, play)
    assert [what for side, what in told.behind if side == "server"][:20] == [
        str(number) for number in range(20)
    ]
    assert told.behind[-1] == ("server", Close(1000))


def test_bandwidth_is_limited(proxy: Proxy, server: str) -> None:
    message = b"x" * 20_000

    def play(client: ClientConnection) -> None:
        begin = time.monotonic()
        echoes(client, message)
        assert time.monotonic() - begin >= 0.4  # 20 kB there, and then back, at 100 kB/s

    told = talk(proxy, server, Faults(bandwidth=100_000), play, compression=None)
    assert told.behind[:2] == [("client", message), ("server", message)]


def test_delays_and_message_faults_compose(proxy: Proxy, server: str) -> None:
    def edit(side: Side, message: Message) -> Message | None:
        return message + "?" if side is Side.CLIENT and isinstance(message, str) else message

    def play(client: ClientConnection) -> None:
        begin = time.monotonic()
        client.send("so")
        assert client.recv(10) == "so?"
        assert time.monotonic() - begin >= 0.1
        assert closed_with(client) == (None, "")

    faults = Faults(latency=0.05, edit=edit).fault("message", Drop(), after=1)
    assert talk(proxy, server, faults, play).behind[:2] == [("client", "so"), ("server", "so?")]


def test_faults_that_cannot_be_are_refused() -> None:
    with pytest.raises(TranscriptError) as caught:
        Faults().fault("connect", Refuse(), after=1)
    assert str(caught.value) == "expected 0 messages before a fault in 'connect', got 1"
    with pytest.raises(TranscriptError):
        Faults().fault("connect", Drop())
    with pytest.raises(TranscriptError):
        Faults().fault("close", Close(1000))
    with pytest.raises(ValueError, match="latency"):
        Faults(latency=-1)
