"""A port of which every client is heard until the end of its request's head."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Callable

from wsfake.live.ahead import Ahead
from wsfake.live.http import HEAD_END, LARGEST_HEAD
from wsfake.live.reactor import Reactor
from wsfake.live.transport import Transport, close_socket

__all__ = ["Gate", "Visitor", "target_of"]

_BACKLOG = 1024
_PAUSE_SECONDS = 1.0
"""How long nobody is taken after the system could not: at once it could not either."""

_LONGEST_LINE = 8192
"""Bytes of a request's first line: no parser takes more."""

_SHOWN_BYTES = 16
_TLS_RECORD = b"\x16"
_TLS_WHYS = {
    "HTTP_REQUEST": "it speaks no TLS: its URL is to begin with wss",
    "TLSV1_ALERT_UNKNOWN_CA": "it does not trust the authority of our certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "it does not trust our certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "it does not trust our certificate",
}

_REQUEST_LINE = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.[01]\r")


class Gate:
    """Listens, and calls `admit` with the transport of a client and all that was read of it.

    That is when its request's head is whole. A client that sends none in `head_seconds`, or a
    larger one than 64 KiB, or speaks another protocol, is dropped with no answer, and `on_dropped`
    is told why. So is every client beyond the most of `most` that `busy` counts, each with a call
    of `on_full`. With `tls` the port speaks TLS. Port 0 is a free one.

    Raises `OSError` where it cannot listen, and `OverflowError` for a port over 65535.
    """

    def __init__(
        self,
        reactor: Reactor,
        admit: Callable[[Transport, bytes], None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        head_seconds: float = 10.0,
        most: int = 10_000,
        busy: Callable[[], int] = lambda: 0,
        on_full: Callable[[], None] = lambda: None,
        on_dropped: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._reactor = reactor
        self._admit = admit
        self._tls = tls
        self._head_seconds = head_seconds
        self._most = most
        self._busy = busy
        self._on_full = on_full
        self.on_dropped = on_dropped
        self.waiting = 0
        """How many clients have not sent the whole head yet."""

        if not 0 <= port <= 65535:  # `create_server` would leave its socket open
            raise OverflowError(f"a port is from 0 to 65535, got {port}")
        reactor.own(self)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError:
            reactor.disown(self)
            raise
        self._socket.setblocking(False)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.closed = False
        self._watch()

    @property
    def origin(self) -> str:
        """The URL of the port, without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ws' if self._tls is None else 'wss'}://{host}:{self.port}"

    def abort(self) -> None:
        """Listen no more; connections go on. May be called again."""
        if not self.closed:
            self.closed = True
            self._reactor.unwatch(self._socket)
            self._reactor.disown(self)
            self._socket.close()

    def _watch(self) -> None:
        if not self.closed:
            self._reactor.watch(self._socket, self._ready, read=True, write=False)

    def _ready(self) -> None:
        while not self.closed:
            try:
                sock, (_, came_from, *_) = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return  # nobody (any more)
            except OSError:  # no descriptors, no memory: the socket would be ready all the time
                self._reactor.unwatch(self._socket)
                self._reactor.call_later(_PAUSE_SECONDS, self._watch)
                raise
            if self._busy() + self.waiting >= self._most:
                close_socket(sock, reset=True)
                self._on_full()
                continue
            with contextlib.suppress(OSError):  # gone before it was greeted
                self._greet(sock, came_from)

    def _greet(self, sock: socket.socket, came_from: int) -> None:
        """Hear a client that has come from a port."""
        sock.setblocking(False)
        if self._tls is not None:  # the handshake is made by whatever is read first
            sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        Visitor(self._reactor, self, sock, self._admit, self._head_seconds)


class Visitor:
    """A client whose request is not whole yet.

    `on_other` takes it, with what was read of it, where no request comes of that. `ahead` is what
    is connected already for its sake.
    """

    def __init__(
        self,
        reactor: Reactor,
        gate: Gate,
        sock: socket.socket,
        admit: Callable[[Transport, bytes], None],
        seconds: float,
        *,
        on_other: Callable[[Transport, bytes], None] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self._gate = gate
        self._on_other = on_other
        self._admit = admit
        self._received = bytearray()
        self._checked = False
        gate.waiting += 1
        self._seconds = seconds
        self._timer = reactor.call_later(seconds, self._too_late)
        self._transport = Transport(reactor, sock, self)
        self._transport.ahead = ahead

    def received(self, data: bytes) -> None:
        searched = max(0, len(self._received) - len(HEAD_END) + 1)
        self._received += data
        if self._is_hopeless():
            self._give_up(_what_came(self._received))
        elif self._received.find(HEAD_END, searched) >= 0:
            self._done()
            try:
                self._admit(self._transport, bytes(self._received))
            except BaseException:
                self._transport.abort(reset=True)
                raise
        elif len(self._received) > LARGEST_HEAD:
            self._give_up(f"expected the head of a request in {LARGEST_HEAD} bytes, got more")

    def ended(self, *, reset: bool) -> None:
        error = self._transport.error
        if isinstance(error, ssl.SSLError):
            reason = error.reason or str(error)
            self._gate.on_dropped(_TLS_WHYS.get(reason, f"no TLS was agreed on with it: {reason}"))
        elif self._received:
            self._gate.on_dropped(f"it left within its request, {_in_bytes(self._received)}")
        self._leave()  # who says nothing has only looked whether anybody listens

    def flushed(self) -> None:
        """Nothing was written."""

    def _is_hopeless(self) -> bool:
        """Whether no head can come of it: its lines end in CR LF, and the first asks by HTTP."""
        if self._checked:
            return False
        line, end, _ = self._received.partition(b"\n")
        self._checked = bool(end)
        if not end:
            return len(line) > _LONGEST_LINE or line.startswith(_TLS_RECORD)
        return _REQUEST_LINE.fullmatch(line) is None

    def _too_late(self) -> None:
        came = _in_bytes(self._received) if self._received else "got nothing"
        self._give_up(f"expected the head of a request within {self._seconds:g} s, {came}")

    def _give_up(self, why: str) -> None:
        if self._on_other is None:
            self._gate.on_dropped(why)
            self._leave()
        else:
            self._done()
            self._on_other(self._transport, bytes(self._received))

    def _leave(self) -> None:
        self._done()
        self._transport.abort()

    def _done(self) -> None:
        self._timer.cancel()
        self._gate.waiting -= 1


def _what_came(received: bytes | bytearray) -> str:
    """Say what is no request; such bytes have no secrets that anybody knows of."""
    if received.startswith(_TLS_RECORD):
        return "it speaks TLS, and this port does not: its URL is to begin with ws"
    return f"expected a request of HTTP/1.1, got {bytes(received[:_SHOWN_BYTES])!r}"


def _in_bytes(received: bytes | bytearray) -> str:
    return f"got {len(received)} bytes of one"


def target_of(received: bytes) -> str:
    """Return the path and the query that a request asks for; `/` for one that names none."""
    target = received.partition(b"\r\n")[0].partition(b" ")[2].rpartition(b" ")[0]
    text = target.decode("latin-1")
    if text.startswith("/"):
        return text
    behind = text.partition("://")[2].partition("/")  # the absolute form (RFC 9112 section 3.2.2)
    return f"/{behind[2]}"
