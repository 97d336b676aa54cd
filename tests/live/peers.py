"""Real peers: servers that behave, servers that do not, and the pump that drives our side."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator

from websockets.sync.server import ServerConnection, serve
from websockets.utils import accept_key

from wsfake.live import LiveClient, Reactor
from wsfake.model import Accept, Event, Open


def pump(reactor: Reactor, until: Callable[[], object], timeout: float = 60.0) -> None:
    """Let the reactor work until something is true; fail when it is not in time."""
    deadline = time.monotonic() + timeout
    while not until():
        left = deadline - time.monotonic()
        assert left > 0, "not in time"
        reactor.wait(min(left, 0.1))


class Talk:
    """A live client and what its server said."""

    def __init__(self, reactor: Reactor, url: str | Open, **options: object) -> None:
        self.said: list[Event] = []
        self.reactor = reactor
        opening = Open(url) if isinstance(url, str) else url
        self.client = LiveClient(reactor, opening, self.said.append, **options)  # type: ignore[arg-type]

    def until(self, count: int, timeout: float = 60.0) -> list[Event]:
        """Wait for `count` things that the server said."""
        pump(self.reactor, lambda: len(self.said) >= count, timeout)
        return self.said

    def until_finished(self) -> list[Event]:
        pump(self.reactor, lambda: self.client.finished)
        self.reactor.wait(0)
        return self.said

    def opened(self) -> Talk:
        assert isinstance(self.until(1)[0], Accept), self.said
        return self


@contextlib.contextmanager
def websockets_server(
    handler: Callable[[ServerConnection], None], **options: object
) -> Iterator[str]:
    """A server of the `websockets` library in a thread; yields its URL."""
    with serve(handler, "127.0.0.1", 0, **options) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        scheme = "wss" if "ssl" in options else "ws"
        host = "localhost" if "ssl" in options else "127.0.0.1"
        try:
            yield f"{scheme}://{host}:{server.socket.getsockname()[1]}/"
        finally:
            server.shutdown()
            thread.join(60)


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


class Wire:
    """The peer's end of one TCP connection, byte by byte; its calls block, with a bound."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        sock.settimeout(60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def request(self) -> dict[str, str]:
        """Read an HTTP head; return its headers with lower case names, and its first line as ""."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (x.split(": ", 1) for x in lines)}
        return {"": first, **headers}

    def accept(self, behind: bytes = b"", **headers: str) -> None:
        """Answer the opening handshake, with more bytes in the same segment."""
        key = self.request()["sec-websocket-key"]
        lines = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Accept": accept_key(key),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n".encode() + behind)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._more()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def frame(self) -> tuple[int, bytes]:
        """Read one short frame; return its first byte and its payload, unmasked."""
        first, length = self.read(2)
        mask = self.read(4) if length & 0x80 else b"\0\0\0\0"
        payload = self.read(length & 0x7F)
        return first, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def read_to_end(self) -> bytes:
        """Read until the stream ends in order; raises `ConnectionResetError` for a reset."""
        parts = [self._buffer]
        while data := self.socket.recv(65536):
            parts.append(data)
        return b"".join(parts)

    def end(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, "the stream has ended"
        self._buffer += data


class WireServer:
    """A server whose one connection is played by a function, in a thread."""

    def __init__(self, play: Callable[[Wire], None], tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(60)
        self._play = play
        self._tls = tls
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with self._listener.accept()[0] as sock:
                self._play(Wire(sock))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join()
        self._listener.close()

    def join(self) -> None:
        """Wait for the function; raise what it raised."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self._error is not None:
            error, self._error = self._error, None
            raise error


@contextlib.contextmanager
def in_thread(play: Callable[[], None]) -> Iterator[None]:
    """Run a real client beside the reactor; raise what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            play()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
    assert not thread.is_alive()
    if errors:
        raise errors[0]
