"""Reads along what is said first on connections that nobody here answers.

In a closed network such a connection is let alone, for it may be of a database or ask for a page;
but where it asks for a WebSocket it is refused, before the request has gone out.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from attrs import define, field

from wsfake.intercept.names import authority_of
from wsfake.live.http import HEAD_END, LARGEST_HEAD
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.model import Open, normalise_url

__all__ = ["Judge", "Lookout", "WayTo"]


WayTo = tuple[str, int | None]
"""The host and the port that a client connects to; by TLS, only the host is known."""


class Judge(Protocol):
    """Says what becomes of a client that asks for a WebSocket."""

    def seek(self, place: WayTo) -> None:
        """Take note of a place that a client is about to connect to."""

    def find(self, place: WayTo) -> None:
        """Take note that somebody is there."""

    def refuse(self, opening: Open, place: WayTo) -> str | None:
        """Refuse it, and return why; None where it is none of ours."""


@define
class _Heard:
    judge: Judge
    place: WayTo
    secure: bool
    data: bytearray = field(factory=bytearray)


class Lookout:
    """Knows of each stream that it watches what has been sent there so far."""

    def __init__(self) -> None:
        self._streams: WeakKeyDictionary[Any, _Heard] = WeakKeyDictionary()

    def watch(self, stream: Any, judge: Judge, place: WayTo, *, secure: bool) -> None:
        """Watch a socket, or TLS, by which a client speaks with somebody."""
        self._streams[stream] = _Heard(judge, place, secure)

    def seek(self, sock: socket, judge: Judge, place: WayTo) -> None:
        """Watch a socket that is about to be connected."""
        judge.seek(place)
        self.watch(sock, judge, place, secure=False)

    def find(self, sock: socket) -> None:
        """Take note that a socket is connected; else that is known with what is sent there."""
        heard = self._streams.get(sock)
        if heard is not None:
            heard.judge.find(heard.place)

    def forget(self) -> None:
        """Watch nothing any more."""
        self._streams.clear()

    def hear(self, stream: Any, data: Any) -> None:
        """Take note of what is about to be sent.

        Raises `ConnectionRefusedError` where that is the end of a request that is refused.
        """
        heard = self._streams.get(stream) if self._streams else None
        if heard is None:
            return
        head = heard.data
        if not head:
            heard.judge.find(heard.place)
        head += memoryview(data).cast("B")[:LARGEST_HEAD]
        whole = HEAD_END in head
        if whole and head.startswith(b"CONNECT "):  # to a proxy: what matters comes behind it
            head.clear()
        elif not _may_be_head(head) or whole or len(head) >= LARGEST_HEAD:
            self._streams.pop(stream, None)
            opening = _opening(bytes(head), heard) if whole else None
            why = None if opening is None else heard.judge.refuse(opening, heard.place)
            if why is not None:
                _end(stream)
                raise ConnectionRefusedError(errno.ECONNREFUSED, f"wsfake: {why}")


def _end(stream: Any) -> None:
    """Let whoever reads there see the end: the server, which hears nothing, may be patient."""
    if isinstance(stream, socket):
        with suppress(OSError):
            socket.shutdown(stream, SHUT_RDWR)  # also where it is a socket with TLS


def _may_be_head(data: bytearray) -> bool:
    return any(each.startswith(data[: len(each)]) for each in (b"GET ", b"CONNECT "))


def _opening(request: bytes, heard: _Heard) -> Open | None:
    host, port = heard.place
    try:
        opening = ServerHandshake(authority_of(host, port), None).receive(request)
    except NotAWebSocket:
        return None
    if opening is None:
        return None
    scheme, parts = "wss" if heard.secure else "ws", urlsplit(opening.url)
    authority = parts.netloc if port is None else authority_of(parts.hostname or host, port)
    url = normalise_url(urlunsplit((scheme, authority, parts.path, parts.query, "")))
    return opening.replace(url=url)
