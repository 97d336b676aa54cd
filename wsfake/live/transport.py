"""A connected TCP stream, in clear or through TLS, that never blocks."""

from __future__ import annotations

import contextlib
import enum
import errno
import socket
import ssl
import struct
from collections import deque
from typing import Protocol

from wsfake.live.ahead import Ahead
from wsfake.live.reactor import Reactor

__all__ = ["Receiver", "Transport", "Unheard", "close_socket"]

_SEGMENT_BYTES = 256 * 1024
_TURN_BYTES = 1024 * 1024
"""How much one stream is read before the others get their turn."""

_LATER = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Receiver(Protocol):
    """Who a transport reports to, from inside `Reactor.wait()`."""

    def received(self, data: bytes) -> None: ...

    def ended(self, *, reset: bool) -> None:
        """Take note that the peer's stream is over; a reset may still follow an orderly end."""

    def flushed(self) -> None:
        """Everything written was given to the operating system; may come inside `write()`."""


class Unheard:
    """A receiver of what nobody is to hear: not yet, or not any more."""

    def received(self, data: bytes) -> None: ...

    def ended(self, *, reset: bool) -> None: ...

    def flushed(self) -> None: ...


class _Then(enum.Enum):
    """What happens when everything written is sent."""

    NOTHING = "nothing"
    HALF_CLOSE = "half close"
    CLOSE = "close"


class Transport:
    """A non-blocking stream over a connected socket, which it owns from now on."""

    def __init__(self, reactor: Reactor, sock: socket.socket, receiver: Receiver) -> None:
        self._reactor = reactor
        self._socket = sock
        self._receiver = receiver
        self._unsent: deque[memoryview] = deque()
        self._reading = True
        self.paused = False
        """Whether nothing is read for now."""

        self.error: OSError | None = None
        """Why reading has failed: a reset, or what is wrong with TLS."""

        self.ahead: Ahead | None = None
        """What is connected already for the sake of this stream, and freed with it."""

        self._broken = False
        self._sending = True
        self._secure = isinstance(sock, ssl.SSLSocket)
        self._was_reset = False
        self._at_flush = _Then.NOTHING
        self._watched: tuple[bool, bool] | None = None
        self.closed = False
        reactor.own(self)
        with contextlib.suppress(OSError):  # a stream that is already reset: reading will tell
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch()

    @property
    def backed_up(self) -> bool:
        """Whether the peer reads slower than we write: something waits to be sent."""
        return bool(self._unsent)

    def adopt(self, receiver: Receiver) -> None:
        """Report to another receiver from now on."""
        self._receiver = receiver

    def pause(self) -> None:
        """Read nothing for now, so that the peer has to wait; an end is not noticed either.

        Without effect once writing has failed: nothing more comes than what the system has.
        """
        self.paused = not self._broken
        self._watch()

    def resume(self) -> None:
        """Read again after `pause`."""
        if self.paused and not self.closed:
            self.paused = False
            self._watch()
            if self._secure:  # it may hold bytes that no selector knows of
                self._reactor.call_soon(self._ready)

    def write(self, data: bytes) -> None:
        """Send in order, at once as far as possible; dropped once the stream is over or broken."""
        if self.closed or not self._sending or self._at_flush is not _Then.NOTHING:
            return
        if not data or self._unsent or not self._send_at_once(data):
            if data:
                self._unsent.append(memoryview(data))
            self._flush()

    def finish_writing(self) -> None:
        """End our half of the stream behind what was written; reading goes on."""
        self._then(_Then.HALF_CLOSE)

    def close(self) -> None:
        """End the stream behind what was written, and free the socket. Nothing more is reported."""
        self._then(_Then.CLOSE)

    def abort(self, *, reset: bool = False) -> None:
        """Free the socket at once, with a TCP reset if asked for. Nothing more is reported."""
        if self.closed:
            return
        self.closed = True
        self._unsent.clear()
        self._reactor.unwatch(self._socket)
        self._reactor.disown(self)
        close_socket(self._socket, reset=reset)
        if self.ahead is not None:
            self.ahead.abort()

    def take_ahead(self, host: str, port: int) -> socket.socket | None:
        """Return what is connected already to a host and port, for the caller to own; or None."""
        return None if self.ahead is None else self.ahead.take(host, port)

    def _then(self, what: _Then) -> None:
        if self.closed:
            return
        self._at_flush = what
        self._flush()

    def _ready(self) -> None:
        if not self.closed and self._unsent:
            self._flush()
        if not self.closed and self._reading and not self.paused:
            self._read()

    def _read(self) -> None:
        for _ in range(_TURN_BYTES // _SEGMENT_BYTES):
            data = self._receive()
            if data is None or self.closed:
                return
            if not data:
                self._end()
                return
            if self._at_flush is not _Then.CLOSE:
                self._receiver.received(data)
            if self.closed or self.paused or (len(data) < _SEGMENT_BYTES and not self._secure):
                return  # the last: the selector tells of more
        self._reactor.call_soon(self._ready)  # TLS may hold bytes that no selector knows of

    def _receive(self) -> bytes | None:
        # Nothing for now is None; the end of the stream is b"", as in `recv`.
        try:
            return self._socket.recv(_SEGMENT_BYTES)
        except _LATER:
            return None
        except OSError as error:  # a reset, a failure of the network, or TLS that cannot be
            self.error = error
            self._was_reset = True
            return b""

    def _end(self) -> None:
        self._reading = False
        if self._at_flush is not _Then.CLOSE:
            self._watch()
            self._receiver.ended(reset=self._was_reset)
        elif self._was_reset:
            self.abort()
        else:
            self._watch()  # the peer has only said its last: it may still read ours

    def _flush(self) -> None:
        try:
            self._send_all()
        except OSError as error:
            self._break(error)
        if self.closed:
            return
        self._watch()
        if not self._unsent:
            self._after_flush()

    def _send_at_once(self, data: bytes) -> bool:
        """Send without a queue; tell whether that was all there is to do for now."""
        try:
            sent = self._socket.send(data)
        except _LATER:
            return False
        except OSError as error:
            self._break(error)
            if not self.closed:
                self._watch()
                self._after_flush()
            return True
        if sent < len(data):
            self._unsent.append(memoryview(data)[sent:])
            self._watch()
        else:
            self._receiver.flushed()
        return True

    def _send_all(self) -> None:
        while self._unsent:
            head = self._unsent[0]
            try:
                sent = self._socket.send(head[:_SEGMENT_BYTES])
            except _LATER:
                return
            if sent == len(head):
                self._unsent.popleft()
            else:
                self._unsent[0] = head[sent:]

    def _break(self, error: OSError) -> None:
        # Reading tells the rest: what had come before the stream broke, and that it did. A broken
        # pipe is what comes after an end of stream that was in order.
        self._sending = False
        self._broken = True
        self._unsent.clear()
        self._was_reset = self._was_reset or error.errno != errno.EPIPE
        if self._at_flush is _Then.CLOSE:
            self.abort()
        elif not self._reading:
            self._reactor.call_soon(self._report_break)
        else:
            self.resume()

    def _report_break(self) -> None:
        if not self.closed:
            self._receiver.ended(reset=True)

    def _after_flush(self) -> None:
        then, self._at_flush = self._at_flush, _Then.NOTHING
        if then is _Then.CLOSE:
            self._close_in_order()
        elif then is _Then.HALF_CLOSE and self._sending:
            self._sending = False
            self._shut_down()
        elif self._sending:
            self._receiver.flushed()

    def _close_in_order(self) -> None:
        # Unread bytes would make the operating system send a reset, which destroys what was
        # written and has not arrived yet.
        self._shut_down()
        for _ in range(_TURN_BYTES // _SEGMENT_BYTES):
            if not self._receive():
                break
        self.abort()

    def _shut_down(self) -> None:
        if isinstance(self._socket, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):  # it wants to wait for the peer's own
                self._socket.unwrap()  # says close_notify: without it the stream looks cut off
            with contextlib.suppress(OSError):
                # that of `SSLSocket` would give up decrypting what still comes
                socket.socket.shutdown(self._socket, socket.SHUT_WR)
            return
        with contextlib.suppress(OSError):  # the peer was faster
            self._socket.shutdown(socket.SHUT_WR)

    def _watch(self) -> None:
        if self.closed:
            return
        wish = self._reading and not self.paused, bool(self._unsent)
        if wish != self._watched:
            self._watched = wish
            self._reactor.watch(self._socket, self._ready, read=wish[0], write=wish[1])


def close_socket(sock: socket.socket, *, reset: bool = False) -> None:
    """Close a socket, with a TCP reset in place of an orderly end if asked for."""
    if reset:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    sock.close()
