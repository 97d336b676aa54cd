from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme
from websockets.sync.server import ServerConnection

import wsfake.network.ends as network_ends
from wsfake.errors import UsageError
from wsfake.live import LiveClient, Reactor, system
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Event,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Stall,
)

from .peers import Talk, Wire, WireServer, echo, in_thread, pump, websockets_server

CODES = [0, 999, 1005, 4999]


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return bytes([0x88, 2 + len(reason)]) + code.to_bytes(2) + reason


Later = Callable[[float], None]


def wire_talk(
    reactor: Reactor, play: Callable[[Wire], None], **options: object
) -> contextlib.AbstractContextManager[Talk]:
    @contextlib.contextmanager
    def talk() -> Iterator[Talk]:
        with WireServer(play) as server:
            yield Talk(reactor, server.url, **options)

    return talk()


# Real servers that behave


@pytest.mark.parametrize("compression", [True, False])
def test_messages_are_said_both_ways(reactor: Reactor, compression: bool) -> None:
    with websockets_server(echo) as url:
        talk = Talk(reactor, url, compression=compression).opened()
        accept = talk.said[0]
        assert isinstance(accept, Accept)
        assert bool(accept.extensions) is compression
        messages: list[Event] = ["hello", b"\x00\xff", "", b"", "é€😀", "x" * 100_000]
        for message in messages:
            talk.client.arrive(message)
        assert talk.until(7)[1:] == messages
        talk.client.arrive(Close(1000, "bye"))
        assert talk.until_finished()[7:] == [Close(1000, "bye")]


def test_ten_mebibytes_go_both_ways(reactor: Reactor) -> None:
    with websockets_server(echo, max_size=None, compression=None) as url:
        talk = Talk(reactor, url).opened()
        message = b"0123456789abcdef" * (10 * 65536)
        talk.client.arrive(message)
        assert talk.until(2, timeout=20)[1] == message
        talk.client.arrive(Drop())
        pump(reactor, lambda: talk.client.finished)


def test_a_server_in_another_process_is_heard(reactor: Reactor) -> None:
    program = (
        "from websockets.sync.server import serve\n"
        "def talk(c):\n"
        "    c.send('hello'); c.send(c.recv() + '!')\n"
        "with serve(talk, '127.0.0.1', 0) as server:\n"
        "    print(server.socket.getsockname()[1], flush=True)\n"
        "    server.serve_forever()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            talk = Talk(reactor, f"ws://127.0.0.1:{port}").opened()
            talk.client.arrive("you")
            assert talk.until(4)[1:] == ["hello", "you!", Close(1000)]
            talk.client.arrive(Close(1000))
            talk.until_finished()
        finally:
            process.terminate()
    assert talk.said[4:] == []


def test_the_request_carries_exactly_what_it_says(reactor: Reactor) -> None:
    requests: list[dict[str, str]] = []

    def play(wire: Wire) -> None:
        requests.append(wire.request())

    with WireServer(play) as server:
        url = server.url.replace("ws://", "ws://us%40er:pass@") + "path é?q=1&r=%20#part"
        opening = Open(
            url,
            headers=(("Origin", "http://x"), ("User-Agent", "mine"), ("Upgrade", "no")),
            subprotocols=("chat", "v2"),
        )
        talk = Talk(reactor, opening)
        authority = server.url[5:-1]
        expected = (
            ("Host", authority),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
            ("Sec-WebSocket-Protocol", "chat, v2"),
            ("Authorization", "Basic dXNAZXI6cGFzcw=="),
            ("Origin", "http://x"),
            ("User-Agent", "mine"),
        )
        assert talk.client.opening_sent == Open(
            url, expected, ("chat", "v2"), ("permessage-deflate; client_max_window_bits",)
        )
        assert talk.until(1) == [Drop()]
    (request,) = requests
    assert request.pop("") == "GET /path%20%C3%A9?q=1&r=%20 HTTP/1.1"
    assert len(request.pop("sec-websocket-key")) == 24
    assert request == {name.lower(): value for name, value in expected}


def test_a_users_host_and_authorization_win(reactor: Reactor) -> None:
    headers = (("host", "virtual"), ("authorization", "Bearer x"))
    client = LiveClient(reactor, Open("ws://u:p@127.0.0.1:1/", headers), print, compression=False)
    assert client.opening_sent.headers == (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        *headers,
    )


def test_the_answer_tells_its_subprotocol_and_headers_without_the_volatile_one(
    reactor: Reactor,
) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi", Sec_WebSocket_Protocol="v2", X_Extra="1")
        wire.read_to_end()

    with WireServer(play) as server:
        talk = Talk(reactor, Open(server.url, subprotocols=("v1", "v2")))
        assert talk.until(2) == [
            Accept(
                "v2",
                (
                    ("Upgrade", "websocket"),
                    ("Connection", "Upgrade"),
                    ("Sec-WebSocket-Protocol", "v2"),
                    ("X-Extra", "1"),
                ),
            ),
            "hi",
        ]
        talk.client.arrive(Drop())


def test_pings_are_told_and_answered_only_by_the_caller(reactor: Reactor) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(b"\x89\x01p\x8a\x01q")
        frames.extend([wire.frame(), wire.frame(), wire.frame()])
        wire.end()

    with wire_talk(reactor, play) as talk:
        assert talk.opened().until(3)[1:] == [Ping(b"p"), Pong(b"q")]
        for what in ("first", Pong(b"p"), Ping(b"r")):
            talk.client.arrive(what)
        assert talk.until_finished()[3:] == [Drop()]
    assert frames == [(0x81, b"first"), (0x8A, b"p"), (0x89, b"r")]


def test_frames_may_come_byte_by_byte_and_in_fragments(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept()
        for byte in b"\x01\x01a\x00\x01b\x80\x01c\x82\x00":
            wire.send(bytes([byte]))
        wire.end()

    with wire_talk(reactor, play) as talk:
        assert talk.opened().until(4)[1:] == ["abc", b"", Drop()]


# Closing


@pytest.mark.parametrize("code", CODES)
def test_any_close_code_is_sent_as_it_is(reactor: Reactor, code: int) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept()
        frames.append(wire.frame())
        wire.send(close_frame(code, b"ok"))
        wire.end()

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(Close(code, "why"))
        assert talk.until_finished()[1:] == [Close(code, "ok")]
    assert frames == [(0x88, code.to_bytes(2) + b"why")]


@pytest.mark.parametrize("code", CODES)
def test_any_close_code_is_heard_as_it_is(reactor: Reactor, code: int) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(close_frame(code, b"why"))
        frames.append(wire.frame())

    with wire_talk(reactor, play) as talk:
        assert talk.until(2)[1:] == [Close(code, "why")]
        assert not talk.client.finished
        talk.client.arrive(Close(code))
        assert talk.until_finished()[2:] == []
    assert frames == [(0x88, code.to_bytes(2))]


def test_a_close_with_an_empty_payload_has_no_code(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"\x88\x00")
        assert wire.frame() == (0x88, b"")

    with wire_talk(reactor, play) as talk:
        assert talk.until(2)[1:] == [Close(None)]
        talk.client.arrive(Close())
        talk.until_finished()


def test_an_orderly_end_behind_a_close_is_no_drop_and_may_still_be_answered(
    reactor: Reactor,
) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000))
        wire.socket.shutdown(socket.SHUT_WR)
        frames.append(wire.frame())

    with wire_talk(reactor, play) as talk:
        assert talk.until(2)[1:] == [Close(1000)]
        pump(reactor, lambda: talk.client.state.value == "last word")
        talk.client.arrive(Close(1000))
        assert talk.until_finished()[2:] == []
    assert frames == [(0x88, b"\x03\xe8")]


def test_an_end_behind_a_close_that_nobody_answers_is_over_in_time(
    reactor: Reactor, later: Later
) -> None:
    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000))

    with wire_talk(reactor, play) as talk:
        pump(reactor, lambda: talk.client.state.value == "last word")
        later(11)
        assert talk.until_finished()[1:] == [Close(1000)]


def test_a_reset_behind_a_close_is_told(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000, b"bye"))
        wire.reset()

    with wire_talk(reactor, play) as talk:
        assert talk.until_finished()[1:] == [Close(1000, "bye"), Drop(reset=True)]
        talk.client.arrive(Close(1000))


def test_a_server_that_answers_no_close_is_dropped_in_time(reactor: Reactor, later: Later) -> None:
    closed = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept()
        wire.frame()
        closed.set()
        with pytest.raises(ConnectionResetError):
            wire.read_to_end()

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(Close(1000))
        pump(reactor, closed.is_set)
        later(11)
        assert talk.until_finished()[1:] == [Drop()]


def test_a_server_that_does_not_read_a_close_is_dropped_in_time(
    reactor: Reactor, later: Later
) -> None:
    done = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept()
        assert done.wait(60)

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(b"x" * 20_000_000)
        talk.client.arrive(Close(1000))
        later(11)
        assert talk.until_finished()[1:] == [Drop()]
        done.set()


def test_a_server_that_keeps_tcp_open_after_both_closes_is_left_in_time(
    reactor: Reactor, later: Later
) -> None:
    def play(wire: Wire) -> None:
        wire.accept()
        wire.frame()
        wire.send(close_frame(1000) + b"\x81\x01x")
        wire.read_to_end()

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(Close(1000))
        talk.until(2)
        later(11)
        assert talk.until_finished()[1:] == [Close(1000)]


def test_a_reset_after_both_closes_is_no_fact(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000))
        wire.frame()
        wire.reset()

    with wire_talk(reactor, play) as talk:
        talk.until(2)
        talk.client.arrive(Close(1000))
        assert talk.until_finished()[1:] == [Close(1000)]


def test_a_reset_that_meets_our_answer_is_told(reactor: Reactor) -> None:
    leave = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000))
        assert leave.wait(60)
        wire.reset()

    with WireServer(play) as server:
        talk = Talk(reactor, server.url)
        assert talk.until(2)[1:] == [Close(1000)]
        leave.set()
        server.join()
        talk.client.arrive(Close(1000))
        assert talk.until_finished()[2:] == [Drop(reset=True)]


def test_what_is_said_into_an_ended_stream_is_lost_silently(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(close_frame(1000))

    with WireServer(play) as server:
        talk = Talk(reactor, server.url)
        talk.until(2)
        server.join()
        pump(reactor, lambda: talk.client.state.value == "last word")
        for what in ("answered by a reset", "into a broken pipe", Close(1000)):
            talk.client.arrive(what)
        assert talk.until_finished()[1:] == [Close(1000)]


def test_a_reset_in_the_middle_of_what_we_say_is_told(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept()
        wire.read(100)
        wire.reset()

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(b"x" * 20_000_000)
        assert talk.until_finished()[1:] == [Drop(reset=True)]


def test_what_was_said_before_a_reset_is_heard_before_it(reactor: Reactor) -> None:
    leave = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept()
        assert leave.wait(60)
        wire.send(b"\x81\x04last")
        wire.reset()

    with WireServer(play) as server:
        talk = Talk(reactor, server.url).opened()
        leave.set()
        server.join()
        talk.client.arrive("too late")
        assert talk.until_finished()[1:] == ["last", Drop(reset=True)]


# Drops and violations


@pytest.mark.parametrize(
    ("stream", "inside"),
    [(b"", None), (b"\x81\x05hel", "hel"), (b"\x02\x02ab", b"ab"), (b"\x89\x05p", None)],
)
@pytest.mark.parametrize("reset", [False, True])
def test_a_drop_tells_how_and_inside_of_what(
    reactor: Reactor, stream: bytes, inside: str | bytes | None, reset: bool
) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi" + stream)
        if reset:
            wire.reset()
        else:
            wire.end()

    with wire_talk(reactor, play) as talk:
        assert talk.until_finished()[1:] == ["hi", Drop(reset, inside)]
        talk.client.arrive("into the void")


def test_a_violation_is_told_and_its_close_can_be_sent(reactor: Reactor) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(b"\x83\x00\x81\x01x")
        frames.append(wire.frame())
        wire.end()

    with wire_talk(reactor, play) as talk:
        assert talk.until(2)[1:] == [Raw(b"\x83\x00\x81\x01x")]
        talk.client.arrive(Close(1002, "Used reserved opcode"))
        assert talk.until_finished()[2:] == [Drop()]
    assert frames == [(0x88, b"\x03\xeaUsed reserved opcode")]


def test_bytes_behind_a_violation_are_told_as_they_come(reactor: Reactor) -> None:
    told = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept(b"\x83\x00")
        assert told.wait(60)
        wire.send(b"\x81\x01x")
        wire.end()

    with wire_talk(reactor, play) as talk:
        talk.until(2)
        told.set()
        said = talk.until_finished()
    assert said[1:] == [Raw(b"\x83\x00"), Raw(b"\x81\x01x"), Drop()]


def test_a_close_before_the_answer_is_sent_and_ends_tcp(reactor: Reactor) -> None:
    seen: list[object] = []

    def play(wire: Wire) -> None:
        wire.request()
        seen.extend([wire.frame(), wire.read_to_end()])

    with wire_talk(reactor, play) as talk:
        connected: list[bool] = []
        talk.client.on_connected = lambda: connected.append(True)
        pump(reactor, lambda: connected)
        talk.client.arrive(Close(4000, "enough"))
        assert talk.client.finished
    assert seen == [(0x88, b"\x0f\xa0enough"), b""]


def test_the_caller_may_drop_by_reset_and_hears_nothing_more(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"\x81\x01x")
        with pytest.raises(ConnectionResetError):
            wire.read_to_end()

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(Drop(reset=True))
        assert talk.client.finished


def test_the_caller_may_drop_inside_a_message(reactor: Reactor) -> None:
    streams: list[bytes] = []

    def play(wire: Wire) -> None:
        wire.accept()
        streams.append(wire.read_to_end())

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(Raw(b"\x00"))
        talk.client.arrive(Drop(inside="part"))
        assert talk.client.finished
    (stream,) = streams
    assert stream[:3] == b"\x00\x81\x85"
    assert len(stream) == 1 + 2 + 4 + 4


def test_a_drop_waits_for_what_was_said_before_it(reactor: Reactor) -> None:
    received: list[int] = []
    go = threading.Event()

    def play(wire: Wire) -> None:
        wire.accept()
        assert go.wait(60)
        received.append(len(wire.read_to_end()))

    with wire_talk(reactor, play) as talk:
        talk.opened().client.arrive(b"x" * 20_000_000)
        talk.client.arrive(Drop())
        assert not talk.client.finished
        go.set()
        pump(reactor, lambda: talk.client.finished)
    assert received == [20_000_000 + 14]


def test_the_end_of_the_test_says_1001_and_waits_for_nothing(reactor: Reactor) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(b"\x81\x01x")
        frames.append(wire.frame())
        assert wire.read_to_end() == b""

    with wire_talk(reactor, play) as talk:
        talk.opened()
        talk.client.arrive(Stall())
        talk.client.arrive(End())
        assert talk.client.finished
    assert frames == [(0x88, b"\x03\xe9")]


# Refusals


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", (404, "4", b"gone")),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", (401, "0", b"")),
        (
            b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            (503, None, b"abcd"),
        ),
        (b"HTTP/1.1 204\r\n\r\n", (204, None, b"")),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", (200, "1", b"x")),
    ],
)
@pytest.mark.parametrize("keep_open", [False, True])
def test_a_refusal_is_told_with_its_body_and_then_the_end_of_tcp(
    reactor: Reactor, answer: bytes, expected: tuple[int, str | None, bytes], keep_open: bool
) -> None:
    leave = threading.Event()

    def play(wire: Wire) -> None:
        wire.request()
        for byte in answer:
            wire.send(bytes([byte]))
        if keep_open:
            assert leave.wait(60)
        wire.end()

    with wire_talk(reactor, play) as talk:
        reject = talk.until(1)[0]
        assert isinstance(reject, Reject)
        assert (reject.status, dict(reject.headers).get("Content-Length"), reject.body) == expected
        if keep_open:
            reactor.wait(0)
            assert talk.said == [reject]
            leave.set()
        assert talk.until_finished() == [reject, Drop()]


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 500 No\r\n\r\n",
        "HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\n",
        "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
    ],
)
def test_a_body_that_ends_with_the_stream_is_told_as_far_as_it_came(
    reactor: Reactor, head: str
) -> None:
    def play(wire: Wire) -> None:
        wire.request()
        wire.send(head.encode() + b"sorry")
        wire.end()

    with wire_talk(reactor, play) as talk:
        reject, drop = talk.until(2)
        assert isinstance(reject, Reject)
        assert (reject.status, reject.body, drop) == (500, b"sorry", Drop())


def test_a_body_that_never_ends_is_told_when_the_time_is_over(
    reactor: Reactor, later: Later
) -> None:
    sent = threading.Event()

    def play(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 500 No\r\n\r\nsorry")
        sent.set()
        wire.read_to_end()

    with wire_talk(reactor, play) as talk:
        pump(reactor, sent.is_set)
        reactor.wait(0)  # what was sent on this machine is there at once
        later(11)
        assert talk.until(1) == [Reject(500, (), b"sorry")]
        talk.client.arrive(Close())
        assert talk.client.finished


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_WebSocket_Accept": "wrong"},
        {"Upgrade": "h2c"},
        {"Connection": "close"},
        {"Connection": '"'},
        {"Sec_WebSocket_Protocol": "unasked"},
        {"Sec_WebSocket_Extensions": "x-unknown"},
        {"Sec_WebSocket_Extensions": "permessage-deflate; nonsense"},
    ],
)
def test_a_101_that_is_wrong_is_a_refusal(reactor: Reactor, headers: dict[str, str]) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"", **headers)

    with wire_talk(reactor, play) as talk:
        reject = talk.until(1)[0]
        assert isinstance(reject, Reject)
        assert (reject.status, reject.body) == (101, b"")
        assert "Sec-WebSocket-Accept" in dict(reject.headers)
        assert talk.until_finished()[1:] == [Drop()]


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-Open\r\n", b"\x81\x02hi\n\n", b"HTTP/1.1 101 x\r\n?\r\n"]
)
def test_what_is_not_http_is_told_as_its_bytes(reactor: Reactor, garbage: bytes) -> None:
    def play(wire: Wire) -> None:
        wire.request()
        wire.send(garbage)
        wire.end()

    with wire_talk(reactor, play) as talk:
        assert talk.until_finished() == [Raw(garbage), Drop()]


def test_an_interim_answer_says_nothing(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        wire.accept(b"\x81\x02hi")

    with wire_talk(reactor, play) as talk:
        assert talk.opened().until(2)[1] == "hi"


INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"


@pytest.mark.parametrize(
    "part", [b"", b"HTTP", b"HTTP/1.1 101 Switching\r\nUpgrade: web", INTERIM, INTERIM + b"HTTP"]
)
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_breaks_off_is_a_drop(reactor: Reactor, part: bytes, reset: bool) -> None:
    def play(wire: Wire) -> None:
        wire.request()
        wire.send(part)
        if reset:
            wire.reset()

    with wire_talk(reactor, play) as talk:
        assert talk.until_finished() == [Drop(reset)]


def test_a_server_that_never_answers_is_given_up_in_time(reactor: Reactor, later: Later) -> None:
    asked = threading.Event()

    def play(wire: Wire) -> None:
        wire.request()
        asked.set()
        wire.read_to_end()

    with wire_talk(reactor, play) as talk:
        pump(reactor, asked.is_set)
        later(11)
        assert talk.until_finished() == [Stall()]
        assert talk.client.failure == "no answer in time"


def test_a_port_where_nobody_listens_refuses(reactor: Reactor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    talk = Talk(reactor, f"ws://127.0.0.1:{port}")
    assert talk.until_finished() == [Refuse("refused")]
    assert talk.client.failure == "connection refused"


@pytest.mark.parametrize("host", ["nobody.invalid", "x" * 64 + ".invalid"])
def test_a_host_that_nobody_knows_is_not_found(reactor: Reactor, host: str) -> None:
    talk = Talk(reactor, f"ws://{host}/")
    assert talk.until_finished() == [Refuse("not found")]
    assert talk.client.failure


def test_a_look_up_that_takes_too_long_is_given_up_in_time(
    reactor: Reactor, monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    answered = threading.Event()
    asked = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked.set()
        assert answered.wait(60)
        return []

    monkeypatch.setattr(system, "getaddrinfo", slow)
    talk = Talk(reactor, "ws://slow.example")
    pump(reactor, asked.is_set)
    later(11)
    assert talk.until_finished() == [Refuse("timeout")]
    answered.set()


def test_the_next_address_is_tried_when_one_does_not_answer(
    reactor: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dead = listener.getsockname()
    with websockets_server(echo) as url:
        alive = ("127.0.0.1", int(url.rsplit(":", 1)[1][:-1]))
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        monkeypatch.setattr(system, "getaddrinfo", lambda *_, **__: [(*kind, dead), (*kind, alive)])
        talk = Talk(reactor, "ws://twice.example").opened()
        talk.client.arrive(End())


def test_a_drop_while_connecting_ends_it_silently(reactor: Reactor) -> None:
    talk = Talk(reactor, "ws://127.0.0.1:9/")
    talk.client.arrive(Drop())
    assert talk.client.finished
    reactor.wait(0)
    assert talk.said == []


def test_messages_cannot_be_sent_before_the_connection_is_open(reactor: Reactor) -> None:
    talk = Talk(reactor, "ws://127.0.0.1:9/")
    with pytest.raises(UsageError) as caught:
        talk.client.arrive("early")
    assert str(caught.value) == "the connection is connecting, and cannot send 'early' yet"


@pytest.mark.parametrize(
    ("opening", "error"),
    [
        (Open("http://x"), "expected a ws or wss URL with a host, got 'http://x'"),
        (Open("ws://x", (("a b", "c"),)), "not the name of a header: 'a b'"),
        (Open("ws://x", (("a", "c\r\nd: e"),)), "not a value for the header a: 'c\\r\\nd: e'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_once(
    reactor: Reactor, opening: Open, error: str
) -> None:
    with pytest.raises(UsageError) as caught:
        LiveClient(reactor, opening, print)
    assert str(caught.value) == error


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # see `wsfake.ports.server_context`
    authority.issue_cert("localhost").configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_works_when_the_certificate_is_good(
    reactor: Reactor, authority: trustme.CA, server_context: ssl.SSLContext
) -> None:
    with websockets_server(echo, ssl=server_context, max_size=None) as url:
        talk = Talk(reactor, url, ssl_context=trusting(authority)).opened()
        message = "0123456789abcdef" * (4 * 65536)
        for sent in ("hello", message):
            talk.client.arrive(sent)
        assert talk.until(3, timeout=20)[1:] == ["hello", message]
        talk.client.arrive(Close(1000))
        assert talk.until_finished()[3:] == [Close(1000)]


def test_a_certificate_is_checked_by_default(
    reactor: Reactor, server_context: ssl.SSLContext
) -> None:
    with websockets_server(echo, ssl=server_context) as url:
        talk = Talk(reactor, url)
        assert talk.until_finished() == [Refuse("tls")]
        assert "unable to get local issuer certificate" in talk.client.failure


def test_a_certificate_for_another_host_is_refused(
    reactor: Reactor, authority: trustme.CA, server_context: ssl.SSLContext
) -> None:
    with websockets_server(echo, ssl=server_context) as url:
        other = url.replace("localhost", "127.0.0.1")
        talk = Talk(reactor, other, ssl_context=trusting(authority))
        assert talk.until_finished() == [Refuse("tls")]


def test_a_server_that_speaks_no_tls_is_refused(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.read(1)
        wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        wire.end()

    with WireServer(play) as server:
        talk = Talk(reactor, server.url.replace("ws:", "wss:"))
        assert talk.until_finished() == [Refuse("tls")]


def test_a_drop_is_told_through_tls(
    reactor: Reactor, authority: trustme.CA, server_context: ssl.SSLContext
) -> None:
    def leave(connection: ServerConnection) -> None:
        connection.send("last")
        connection.socket.shutdown(socket.SHUT_RDWR)

    with websockets_server(leave, ssl=server_context) as url:
        talk = Talk(reactor, url, ssl_context=trusting(authority))
        assert talk.opened().until(3)[1:] == ["last", Drop()]


def test_tls_ends_in_order_so_that_the_stream_does_not_look_cut_off(
    reactor: Reactor, authority: trustme.CA, server_context: ssl.SSLContext
) -> None:
    ends: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        sock, _ = listening.accept()
        with server_context.wrap_socket(
            sock, server_side=True, suppress_ragged_eofs=False
        ) as secure:
            wire = Wire(secure)
            wire.accept()
            wire.frame()
            ends.append(secure.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        with in_thread(lambda: serve(listening)):
            url = f"wss://localhost:{listening.getsockname()[1]}/"
            talk = Talk(reactor, url, ssl_context=trusting(authority)).opened()
            talk.client.arrive("last")
            talk.client.arrive(Drop())
            pump(reactor, lambda: talk.client.finished)
    assert ends == [b""]


# Handlers


def test_a_handler_that_raises_harms_no_other_event(reactor: Reactor) -> None:
    def play(wire: Wire) -> None:
        wire.accept(b"\x81\x01a\x81\x01b\x81\x01c")
        wire.end()

    said: list[Event] = []

    def say(event: Event) -> None:
        said.append(event)
        if event in ("a", "b"):
            raise RuntimeError(event)

    errors: list[Exception] = []
    with WireServer(play) as server:
        client = LiveClient(reactor, Open(server.url), say)

        def finished() -> bool:
            return client.finished and Drop() in said

        while not finished():
            try:
                pump(reactor, finished)
            except Exception as error:  # noqa: BLE001 - these are what is tested
                errors.append(error)
    assert said[1:] == ["a", "b", "c", Drop()]
    flat = [x for e in errors for x in (e.exceptions if isinstance(e, ExceptionGroup) else [e])]
    assert [str(error) for error in flat] == ["a", "b"]


def test_a_handler_may_answer_inside_its_call(reactor: Reactor) -> None:
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        wire.accept(close_frame(4000))
        frames.append(wire.frame())

    with WireServer(play) as server:

        def say(event: Event) -> None:
            if isinstance(event, Close):
                client.arrive(event)

        client = LiveClient(reactor, Open(server.url), say)
        pump(reactor, lambda: client.finished)
    assert frames == [(0x88, (4000).to_bytes(2))]


def test_it_is_an_end_of_a_connection(reactor: Reactor) -> None:
    end: network_ends.End = LiveClient(reactor, Open("ws://127.0.0.1:9/"), print)
    end.arrive(Drop())


def test_a_drop_right_behind_a_close_that_could_not_go_out_at_once_is_no_error(
    reactor: Reactor,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        talk = Talk(reactor, f"ws://127.0.0.1:{listening.getsockname()[1]}/")
        pump(reactor, lambda: talk.client.state.value == "opening")
        sock, _ = listening.accept()
    with sock:
        wire = Wire(sock)
        wire.accept()
        talk.opened()
        transport = talk.client._need_transport()
        while not transport._unsent:
            talk.client.arrive(bytes(65536))
        talk.client.arrive(Close(1000))
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while sock.recv(1 << 20):
                pass
        sock.settimeout(5)
        talk.client.arrive(Drop())
        pump(reactor, lambda: talk.client.finished)
        assert wire.read_to_end()[-2:]
    assert talk.said[1:] == []


def test_a_closed_reactor_ends_its_connections() -> None:
    def play(wire: Wire) -> None:
        wire.accept()
        wire.read_to_end()

    reactor = Reactor()
    with WireServer(play) as server:
        talk = Talk(reactor, server.url).opened()
        assert not talk.client.finished
        reactor.close()
        assert talk.client.finished
