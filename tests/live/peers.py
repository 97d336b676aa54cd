"""Real peers for real connections: raw sockets, threads, and a reactor that is moved on."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from websockets.sync.server import ServerConnection, serve

from wsfake.live import LiveClient, LiveListener, LiveServerEnd, Reactor
from wsfake.model import Accept, Event, Open

T = TypeVar("T")

ACCEPTED_BY_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def pump(reactor: Reactor, until: Callable[[], object], timeout: float = 5) -> None:
    """Move a reactor on until something is true; fail when it does not become so in time."""
    end = time.monotonic() + timeout
    while not until():
        left = end - time.monotonic()
        assert left > 0, "it did not happen in time"
        reactor.wait(min(left, 0.05))


def settle(reactor: Reactor) -> None:
    """Handle all that is ready by now."""
    for _ in range(1000):
        if not reactor.wait(0):
            return


class Task(Generic[T]):
    """A function that runs in a thread while the test pumps."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # noqa: BLE001 - `result` raises it
            self._errors.append(error)

    def done(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> T:
        self._thread.join(5)
        assert self.done()
        for error in self._errors:
            raise error
        return self._results[0]


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, mask: bytes = b"") -> bytes:
    """Return a frame, by RFC 6455 section 5.2 and no library."""
    flag = 0x80 if mask else 0
    length = len(payload)
    head = bytes([opcode | (0x80 if fin else 0)])
    if length < 126:
        head += bytes([flag | length])
    elif length < 65536:
        head += struct.pack("!BH", flag | 126, length)
    else:
        head += struct.pack("!BQ", flag | 127, length)
    if mask:
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return head + mask + payload


def close_frame(code: int, reason: bytes = b"", *, mask: bytes = b"") -> bytes:
    return frame(8, struct.pack("!H", code) + reason, mask=mask)


def read_until(sock: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        part = sock.recv(65536)
        assert part, f"the stream ended after {data!r}"
        data += part
    return data


def read_exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        assert part, f"the stream ended after {data!r}"
        data += part
    return data


def read_all(sock: socket.socket) -> bytes:
    data = b""
    while part := sock.recv(65536):
        data += part
    return data


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def header(head: bytes, name: str) -> str:
    """Return the value of one header of a request or an answer."""
    (value,) = [
        line.partition(b":")[2].strip().decode()
        for line in head.split(b"\r\n")
        if line.lower().startswith(name.lower().encode() + b":")
    ]
    return value


def answer_101(request: bytes, *lines: str) -> bytes:
    key = header(request, "Sec-WebSocket-Key").encode()
    accept = base64.b64encode(hashlib.sha1(key + ACCEPTED_BY_GUID).digest()).decode()
    return "\r\n".join(
        [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
            *lines,
            "\r\n",
        ]
    ).encode()


def ask(port: int, path: str = "/", *lines: str) -> bytes:
    """Return a client's request."""
    return "\r\n".join(
        [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *lines,
            "\r\n",
        ]
    ).encode()


class RawServer:
    """A server of which the test says each byte, in the test's own thread."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(5)
        self._accepted: list[socket.socket] = []
        self.port = int(self._listening.getsockname()[1])
        self.url = f"ws://127.0.0.1:{self.port}/"
        self.told: list[Event] = []
        self.request = b""

    def connect(self, **options: Any) -> tuple[LiveClient, socket.socket]:
        """Let a client connect, and take its request."""
        opening = options.pop("opening", None) or Open(self.url)
        client = LiveClient(self._reactor, opening, self.told.append, **options)
        pump(self._reactor, lambda: client.state.value == "opening")
        sock, _ = self._listening.accept()
        sock.settimeout(5)
        self._accepted.append(sock)
        self.request = read_until(sock, b"\r\n\r\n")
        return client, sock

    def open(self, *lines: str, **options: Any) -> tuple[LiveClient, socket.socket]:
        """Let a client connect, and accept it."""
        client, sock = self.connect(**options)
        sock.sendall(answer_101(self.request, *lines))
        pump(self._reactor, lambda: self.told)
        assert isinstance(self.told.pop(), Accept)
        return client, sock

    def close(self) -> None:
        self._listening.close()
        for sock in self._accepted:
            sock.close()


class Reception:
    """A listener that accepts every client, and keeps what they say."""

    def __init__(self, reactor: Reactor, **options: Any) -> None:
        self.answer: Event | None = options.pop("answer", Accept())
        self.echo = bool(options.pop("echo", False))
        self.reactor = reactor
        self.openings: list[Open] = []
        self.ends: list[LiveServerEnd] = []
        self.told: list[Event] = []
        self.listener = LiveListener(reactor, self._on_open, **options)
        self.port = self.listener.port
        self._sockets: list[socket.socket] = []

    def _on_open(self, opening: Open, end: LiveServerEnd) -> None:
        self.openings.append(opening)
        self.ends.append(end)
        end.say = lambda event: self._hear(end, event)
        if self.answer is not None:
            end.arrive(self.answer)

    def _hear(self, end: LiveServerEnd, event: Event) -> None:
        self.told.append(event)
        if self.echo:
            end.arrive(event)

    def dial(self, data: bytes = b"") -> socket.socket:
        """Connect with a raw socket, and send some bytes."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        self._sockets.append(sock)
        sock.sendall(data)
        return sock

    def open(self, *lines: str) -> tuple[LiveServerEnd, socket.socket]:
        """Connect with a raw socket, and read the answer."""
        known = len(self.ends)
        sock = self.dial(ask(self.port, "/", *lines))
        pump(self.reactor, lambda: len(self.ends) > known)
        assert read_until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        return self.ends[-1], sock

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()


@contextmanager
def websockets_server(handler: Callable[[ServerConnection], None], **options: Any) -> Iterator[int]:
    """Serve with the threads of `websockets`; gives the port."""
    server = serve(handler, "127.0.0.1", 0, **options)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join(5)


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


def dead_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def server_context(authority: Any, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
