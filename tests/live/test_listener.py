from __future__ import annotations

import contextlib
import errno
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from wsfake.errors import UsageError
from wsfake.live import LiveClient, LiveListener, LiveServerEnd, Reactor
from wsfake.model import Accept, Close, Drop, End, Event, Open, Ping, Pong, Raw, Refuse, Reject

from .peers import Wire, in_thread, pump

CODES = [0, 999, 1005, 4999]
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
REQUEST = (
    "GET /path?q=1 HTTP/1.1\r\nHost: script.test:80\r\nUpgrade: websocket\r\n"
    f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
)


class Hall:
    """A listener, the clients that came, and what they said."""

    def __init__(
        self, reactor: Reactor, answer: Callable[[Open, LiveServerEnd], None], **options: object
    ) -> None:
        self.reactor = reactor
        self.openings: list[Open] = []
        self.ends: list[LiveServerEnd] = []
        self.said: list[Event] = []
        self._answer = answer
        self.listener = LiveListener(reactor, self._on_open, **options)  # type: ignore[arg-type]
        self.url = f"ws://127.0.0.1:{self.listener.port}"

    def _on_open(self, opening: Open, end: LiveServerEnd) -> None:
        self.openings.append(opening)
        self.ends.append(end)
        end.say = self.said.append
        self._answer(opening, end)

    def until(self, count: int) -> list[Event]:
        pump(self.reactor, lambda: len(self.said) >= count)
        return self.said

    def until_finished(self) -> list[Event]:
        pump(self.reactor, lambda: self.ends and all(end.finished for end in self.ends))
        self.reactor.wait(0)
        return self.said

    @contextlib.contextmanager
    def client(self, play: Callable[[ClientConnection], None], **options: Any) -> Iterator[None]:
        """A client of the `websockets` library beside the reactor."""

        def run() -> None:
            with connect(self.url, **options) as connection:
                play(connection)

        with in_thread(run):
            yield

    @contextlib.contextmanager
    def wire(self, play: Callable[[Wire], object]) -> Iterator[None]:
        """A raw socket beside the reactor."""

        def run() -> None:
            with socket.create_connection(("127.0.0.1", self.listener.port)) as sock:
                play(Wire(sock))

        with in_thread(run):
            yield


def accept(_: Open, end: LiveServerEnd) -> None:
    end.arrive(Accept())


def wait_silently(_: Open, __: LiveServerEnd) -> None: ...


def test_a_real_client_is_heard_and_answered(reactor: Reactor) -> None:
    received: list[str | bytes] = []

    def play(connection: ClientConnection) -> None:
        assert connection.response is not None
        assert connection.response.headers["Server"] == "Scripted"
        for message in ("hello", b"\x00", "", "x" * 100_000):
            connection.send(message)
        received.extend(connection.recv() for _ in range(2))
        connection.close(4000, "done")

    hall = Hall(reactor, accept, server_name="Scripted")
    with hall.client(play):
        assert hall.until(4) == ["hello", b"\x00", "", "x" * 100_000]
        for message in ("first", b""):
            hall.ends[0].arrive(message)
        assert hall.until(5)[4:] == [Close(4000, "done")]
        hall.ends[0].arrive(Close(4000, "done"))
        assert hall.until_finished()[5:] == []
    assert received == ["first", b""]


def test_a_client_in_another_process_is_heard(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    program = (
        "from websockets.sync.client import connect\n"
        f"with connect({hall.url!r}) as c:\n"
        "    c.send('hello'); print(c.recv())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        pump(reactor, lambda: hall.said, timeout=10)
        hall.ends[0].arrive("hello back!")
        assert hall.until(2) == ["hello", Close(1000)]
        hall.ends[0].arrive(Close(1000))
        hall.until_finished()
        assert process.communicate(timeout=10)[0] == "hello back!\n"


def test_what_the_client_asks_for_is_told_without_its_key(reactor: Reactor) -> None:
    hall = Hall(reactor, wait_silently)

    def play(wire: Wire) -> None:
        for byte in REQUEST.encode():
            wire.send(bytes([byte]))

    with hall.wire(play):
        assert hall.until(1) == [Drop()]
    assert hall.openings == [
        Open(
            "ws://script.test:80/path?q=1",
            (
                ("Host", "script.test:80"),
                ("Upgrade", "websocket"),
                ("Connection", "keep-alive, Upgrade"),
                ("Sec-WebSocket-Version", "13"),
            ),
        )
    ]


def test_a_client_without_a_host_header_asked_for_this_port(reactor: Reactor) -> None:
    hall = Hall(reactor, wait_silently)
    request = REQUEST.replace("Host: script.test:80\r\n", "").encode()
    with hall.wire(lambda wire: wire.send(request)):
        hall.until(1)
    assert hall.openings[0].url == f"ws://127.0.0.1:{hall.listener.port}/path?q=1"


def test_compression_and_a_subprotocol_are_used_when_they_are_accepted(reactor: Reactor) -> None:
    def answer(opening: Open, end: LiveServerEnd) -> None:
        assert opening.subprotocols == ("v1", "v2")
        assert opening.extensions[0].startswith("permessage-deflate")
        end.arrive(Accept("v2", (("X-Extra", "1"),), ("permessage-deflate",)))

    def play(connection: ClientConnection) -> None:
        assert connection.subprotocol == "v2"
        assert connection.response is not None
        assert connection.response.headers["X-Extra"] == "1"
        assert [extension.name for extension in connection.protocol.extensions] == [
            "permessage-deflate"
        ]
        connection.send("a" * 10_000)
        assert connection.recv() == "b" * 10_000

    hall = Hall(reactor, answer)
    with hall.client(play, subprotocols=[Subprotocol("v1"), Subprotocol("v2")]):
        assert hall.until(1) == ["a" * 10_000]
        hall.ends[0].arrive("b" * 10_000)
        hall.until(2)
        hall.ends[0].arrive(Close(1000))
        hall.until_finished()


@pytest.mark.parametrize(
    "extension",
    [
        "x-unknown",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; x=1",
        '"',
    ],
)
def test_an_extension_that_cannot_be_used_is_refused(reactor: Reactor, extension: str) -> None:
    errors: list[str] = []

    def answer(_: Open, end: LiveServerEnd) -> None:
        with pytest.raises(UsageError) as caught:
            end.arrive(Accept(extensions=(extension,)))
        errors.append(str(caught.value))
        end.arrive(Drop())

    hall = Hall(reactor, answer)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        assert wire.read_to_end() == b""

    with hall.wire(play):
        hall.until_finished()
    assert errors == [f"not an extension that can be used: {extension}"]


def test_frames_right_behind_the_request_are_heard_after_the_accept(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    masked = b"\x81\x82\x00\x00\x00\x00hi\x89\x80\x00\x00\x00\x00"

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode() + masked)
        assert wire.request()["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert wire.frame() == (0x8A, b"")

    with hall.wire(play):
        assert hall.until(2) == ["hi", Ping()]
        hall.ends[0].arrive(Pong())
        assert hall.until_finished()[2:] == [Drop()]


@pytest.mark.parametrize("code", CODES)
def test_any_close_code_goes_both_ways_and_the_server_ends_tcp(reactor: Reactor, code: int) -> None:
    hall = Hall(reactor, accept)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        wire.request()
        wire.send(b"\x88\x82\x00\x00\x00\x00" + code.to_bytes(2))
        assert wire.frame() == (0x88, code.to_bytes(2) + b"ok")
        assert wire.read_to_end() == b""

    with hall.wire(play):
        assert hall.until(1) == [Close(code)]
        hall.ends[0].arrive(Close(code, "ok"))
        assert hall.until_finished()[1:] == []


def test_a_client_that_answers_no_close_is_dropped_in_time(
    reactor: Reactor, later: Callable[[float], None]
) -> None:
    closed = threading.Event()

    def answer(_: Open, end: LiveServerEnd) -> None:
        end.arrive(Accept())
        end.arrive(Close(4001, "nope"))

    hall = Hall(reactor, answer)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        wire.request()
        assert wire.frame() == (0x88, (4001).to_bytes(2) + b"nope")
        closed.set()
        with pytest.raises(ConnectionResetError):
            wire.read_to_end()

    with hall.wire(play):
        pump(reactor, closed.is_set)
        later(11)
        assert hall.until_finished() == [Drop()]


def test_a_client_that_does_not_mask_violates_the_protocol(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode() + b"\x81\x02hi")
        wire.request()
        assert wire.frame() == (0x88, b"\x03\xea")

    with hall.wire(play):
        assert hall.until(1) == [Raw(b"\x81\x02hi")]
        hall.ends[0].arrive(Close(1002))
        assert hall.until_finished()[1:] == [Drop()]


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_drops_inside_a_message_is_told(reactor: Reactor, reset: bool) -> None:
    hall = Hall(reactor, accept)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        wire.request()
        wire.send(b"\x81\x85\x01\x01\x01\x01" + bytes(byte ^ 1 for byte in b"hel"))
        if reset:
            wire.reset()

    with hall.wire(play):
        assert hall.until_finished() == [Drop(reset, "hel")]


def test_a_refusal_keeps_tcp_open_until_a_drop(reactor: Reactor) -> None:
    def answer(_: Open, end: LiveServerEnd) -> None:
        headers = (("X-Why", "no"), ("Transfer-Encoding", "chunked"))
        end.arrive(Reject(404, headers, b"gone"))

    hall = Hall(reactor, answer)

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        assert wire.request() == {
            "": "HTTP/1.1 404 Not Found",
            "x-why": "no",
            "content-length": "4",
            "connection": "close",
        }
        assert wire.read(4) == b"gone"
        assert wire.read_to_end() == b""

    with hall.wire(play):
        pump(reactor, lambda: hall.ends)
        assert not hall.ends[0].finished
        with pytest.raises(UsageError, match="the connection is rejected, and cannot send 'late'"):
            hall.ends[0].arrive("late")
        hall.ends[0].arrive(Drop())
        assert hall.until_finished() == []


def test_a_real_client_understands_a_refusal(reactor: Reactor) -> None:
    headers = (("Content-Length", "5"),)
    hall = Hall(reactor, lambda _, end: end.arrive(Reject(599, headers, b"sorry")))

    def play() -> None:
        with pytest.raises(InvalidStatus) as caught, connect(hall.url):
            pass
        assert caught.value.response.status_code == 599

    with in_thread(play):
        assert hall.until_finished() == [Drop()]


@pytest.mark.parametrize("how", [Drop(), Drop(reset=True), Refuse(), Close(), End()])
def test_a_client_may_be_dropped_before_it_is_answered(reactor: Reactor, how: Event) -> None:
    hall = Hall(reactor, lambda _, end: end.arrive(how))

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        with contextlib.suppress(ConnectionResetError):
            assert wire.read_to_end() == b""

    with hall.wire(play):
        assert hall.until_finished() == []


def test_the_end_of_the_test_says_1001_to_the_client(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)

    def leave(connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosedError):
            list(connection)
        assert connection.close_code == 1001

    with hall.client(leave):
        pump(reactor, lambda: hall.ends)
        hall.ends[0].arrive(End())
        assert hall.until_finished() == []


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        REQUEST.replace("GET", "POST"),
        REQUEST.replace("HTTP/1.1", "HTTP/1.0"),
        REQUEST.replace(KEY, "short"),
        REQUEST.replace(KEY, "?"),
        REQUEST.replace("Version: 13", "Version: 8"),
        REQUEST.replace("Sec-WebSocket-Version", "X-Version"),
        REQUEST.replace("Upgrade: websocket", "Upgrade: h2c"),
        REQUEST.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\nabc"),
        REQUEST.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
        REQUEST.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: ,\r\n\r\n"),
        "SSH-2.0-OpenSSH\r\n",
        "no line\n",
        "x" * 10_000,
    ],
)
def test_what_asks_for_no_websocket_sees_tcp_close_with_no_response(
    reactor: Reactor, request_text: str
) -> None:
    hall = Hall(reactor, accept)
    ended: list[bytes] = []

    def play(wire: Wire) -> None:
        wire.send(request_text.encode())
        ended.append(wire.read_to_end())

    with hall.wire(play):
        pump(reactor, lambda: ended)
    assert ended == [b""]
    assert hall.openings == []


def test_a_client_that_never_asks_is_dropped_in_time(
    reactor: Reactor, later: Callable[[float], None]
) -> None:
    hall = Hall(reactor, accept)
    ended: list[bytes] = []
    with hall.wire(lambda wire: ended.append(wire.read_to_end())):
        pump(reactor, lambda: len(reactor._owned) == 2)
        later(11)
        pump(reactor, lambda: ended)
    assert ended == [b""]


def test_a_client_that_leaves_without_asking_is_nobody(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    with hall.wire(lambda wire: wire.send(b"GET / HT")):
        pass
    pump(reactor, lambda: len(reactor._owned) == 2)
    pump(reactor, lambda: len(reactor._owned) == 1)
    assert hall.ends == []


def test_an_error_in_on_open_drops_the_client_and_comes_out(reactor: Reactor) -> None:
    def answer(_: Open, __: LiveServerEnd) -> None:
        raise RuntimeError("from the script")

    hall = Hall(reactor, answer)
    dropped: list[bool] = []

    def play(wire: Wire) -> None:
        wire.send(REQUEST.encode())
        with pytest.raises(ConnectionResetError):
            wire.read_to_end()
        dropped.append(True)

    with hall.wire(play):
        with pytest.raises(RuntimeError, match="from the script"):
            pump(reactor, lambda: dropped)
        pump(reactor, lambda: dropped)
    assert hall.ends[0].finished


def test_a_port_in_use_is_an_error(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    with pytest.raises(OSError, match="in use"):
        LiveListener(reactor, accept, port=hall.listener.port)


def test_a_closed_listener_keeps_its_connections(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    said: list[Event] = []
    client = LiveClient(reactor, Open(hall.url), said.append)
    pump(reactor, lambda: said)
    hall.listener.close()
    hall.listener.close()
    client.arrive("still here")
    assert hall.until(1) == ["still here"]
    refused: list[Event] = []
    LiveClient(reactor, Open(hall.url), refused.append)
    pump(reactor, lambda: refused)
    assert refused == [Refuse("refused")]
    client.arrive(Close(1000))
    hall.until(2)
    hall.ends[0].arrive(Close(1000))
    pump(reactor, lambda: client.finished and hall.ends[0].finished)
    reactor.wait(0)
    assert said[1:] == [Close(1000)]


def test_the_two_sides_of_the_package_understand_each_other(reactor: Reactor) -> None:
    def answer(opening: Open, end: LiveServerEnd) -> None:
        end.arrive(Accept(extensions=("permessage-deflate; client_max_window_bits=9",)))

    hall = Hall(reactor, answer)
    said: list[Event] = []
    client = LiveClient(reactor, Open(f"{hall.url}/a?b"), said.append)
    pump(reactor, lambda: said)
    events: list[Event] = ["text", b"\x00", "", Ping(b"1"), Pong(b"2"), "x" * 100_000]
    for count, event in enumerate(events, 1):
        client.arrive(event)
        hall.until(count)
        hall.ends[0].arrive(event)
    pump(reactor, lambda: len(said) == 7)
    assert said[1:] == hall.said == events
    assert hall.openings == [client.opening_sent]
    hall.ends[0].arrive(Drop(reset=True))
    pump(reactor, lambda: client.finished)
    reactor.wait(0)
    assert said[7:] == [Drop(reset=True)]


@pytest.mark.parametrize(
    ("offer", "answer", "fits"),
    [
        ("permessage-deflate", "permessage-deflate", True),
        ("permessage-deflate", "permessage-deflate; client_no_context_takeover", True),
        ("permessage-deflate", "permessage-deflate; client_max_window_bits=12", False),
        (
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
            True,
        ),
        ("permessage-deflate; server_no_context_takeover", "permessage-deflate", False),
        ("permessage-deflate; server_max_window_bits=10", "permessage-deflate", False),
        (
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=10",
            True,
        ),
        ("permessage-deflate; server_max_window_bits=x", "permessage-deflate", False),
        ("x-other", "permessage-deflate", False),
        ("", "permessage-deflate", False),
    ],
)
def test_a_recorded_compression_is_agreed_only_with_a_client_that_bears_it(
    reactor: Reactor, offer: str, answer: str, fits: bool
) -> None:
    hall = Hall(reactor, lambda _, end: end.arrive(Accept(extensions=(answer,))))
    heads: list[dict[str, str]] = []
    frames: list[tuple[int, bytes]] = []

    def play(wire: Wire) -> None:
        line = f"Sec-WebSocket-Extensions: {offer}\r\n\r\n" if offer else "\r\n"
        wire.send(REQUEST[:-2].encode() + line.encode())
        heads.append(wire.request())
        frames.append(wire.frame())

    with hall.wire(play):
        pump(reactor, lambda: heads)
        hall.ends[0].arrive("text")
        pump(reactor, lambda: frames)
    assert heads[0].get("sec-websocket-extensions") == (answer if fits else None)
    assert (frames[0][0] == 0xC1) is fits
    assert fits or frames == [(0x81, b"text")]


def test_a_target_in_absolute_form_is_read_as_its_path(reactor: Reactor) -> None:
    hall = Hall(reactor, accept)
    request = REQUEST.replace("/path?q=1", "http://script.test/path?q=1").encode()
    with hall.wire(lambda wire: wire.send(request)):
        pump(reactor, lambda: hall.openings)
    assert hall.openings[0].url == "ws://script.test:80/path?q=1"


@pytest.mark.parametrize(
    "request_text",
    [
        REQUEST.replace("/path?q=1", "*"),
        REQUEST.replace("/path?q=1", "path"),
        REQUEST.replace("script.test:80", "script.test:99999"),
        REQUEST.replace("script.test:80", ":80"),
    ],
)
def test_a_request_for_what_is_no_url_sees_tcp_close_with_no_response(
    reactor: Reactor, request_text: str
) -> None:
    hall = Hall(reactor, accept)
    ended: list[bytes] = []

    def play(wire: Wire) -> None:
        wire.send(request_text.encode())
        ended.append(wire.read_to_end())

    with hall.wire(play):
        pump(reactor, lambda: ended)
    assert ended == [b""]
    assert hall.openings == []


def test_a_closed_listener_has_no_port(reactor: Reactor) -> None:
    listener = LiveListener(reactor, accept)
    assert listener.port
    listener.close()
    assert listener.port == 0


def test_a_port_that_is_none_is_an_error_and_leaves_nothing_behind(reactor: Reactor) -> None:
    with pytest.raises(OverflowError, match=r"^a port is from 0 to 65535, got 65536$"):
        LiveListener(reactor, accept, port=65536)
    assert not reactor._owned


def test_a_system_without_descriptors_is_told_once_and_asked_again_later(
    reactor: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.live.gate._PAUSE_SECONDS", 0.05)
    hall = Hall(reactor, accept)
    full = True
    real = hall.listener._gate._socket

    class Exhausted:
        def accept(self) -> tuple[socket.socket, object]:
            if full:
                raise OSError(errno.EMFILE, "too many open files")
            return real.accept()

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    # What the selector knows of is its number alone.
    hall.listener._gate._socket = Exhausted()  # type: ignore[assignment]
    with hall.wire(lambda wire: wire.send(REQUEST.encode())):
        with pytest.raises(OSError, match="too many open files"):
            pump(reactor, lambda: hall.openings)
        assert not reactor.wait(0)
        full = False
        pump(reactor, lambda: hall.openings)
