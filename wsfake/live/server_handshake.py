"""The client's request and the server's answer to it (RFC 6455 section 4.2), without I/O."""

from __future__ import annotations

import base64
import binascii
import http
from collections.abc import Generator
from urllib.parse import urlsplit

from websockets.datastructures import Headers as HttpHeaders
from websockets.exceptions import InvalidHandshake, NegotiationError
from websockets.extensions.base import Extension
from websockets.headers import parse_extension
from websockets.http11 import Request
from websockets.streams import StreamReader
from websockets.utils import accept_key

from wsfake.errors import UsageError
from wsfake.live.http import (
    DEFLATE,
    check_upgrade,
    deflate_of,
    extensions_in,
    header_block,
    headers_of,
    subprotocols_in,
    without,
)
from wsfake.model import Accept, Headers, Open, Reject, Side, normalise_url

__all__ = ["ServerHandshake"]

_OWN_HEADERS = {
    "upgrade",
    "connection",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
}
_PHRASES = {status.value: status.phrase for status in http.HTTPStatus}
_LENGTHS = {"content-length", "transfer-encoding"}
_SCHEMES = {"http", "https", "ws", "wss"}


class ServerHandshake:
    """Understands what a client asks for, and words the answer.

    `server_name` is what the `Server` header says, unless the answer brings one, or None for no
    such header. Once `accept` has returned, `deflate` is the compression that was agreed.
    """

    def __init__(self, server_name: str | None = None) -> None:
        self.deflate: Extension | None = None
        self._server_name = server_name
        self._reader = StreamReader()
        self._parser = self._parse()
        self._opening: Open | None = None
        self._key = ""

    def receive(self, data: bytes) -> Open | None:
        """Return the request from the call that makes it whole; bytes behind it are `rest`.

        Its URL is "ws://", the Host header, the path and the query, as they came (measured: what a
        Qt host shows of a client), and its headers are without the key, which is another one each
        time. Raises `InvalidHandshake` for anything that is no opening handshake.
        """
        self._reader.feed_data(data)
        if self._opening is None:
            try:
                next(self._parser, None)
            except (ValueError, EOFError, RuntimeError) as error:
                # NotImplementedError, for a body in chunks, is a RuntimeError
                raise InvalidHandshake(str(error)) from None
            return self._opening
        return None

    @property
    def rest(self) -> bytes:
        """The bytes behind the request."""
        return bytes(self._reader.buffer)

    def accept(self, answer: Accept) -> bytes:
        """Return the answer 101. Only the compression that the client has offered is agreed.

        Raises `UsageError` for headers, a subprotocol or an extension that cannot be sent.
        """
        deflate, extensions = self._agree(answer.extensions)
        headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept_key(self._key)),
        ]
        if answer.subprotocol is not None:
            headers.append(("Sec-WebSocket-Protocol", answer.subprotocol))
        if extensions:
            headers.append(("Sec-WebSocket-Extensions", ", ".join(extensions)))
        response = self._head(101, (*headers, *without(answer.headers, _OWN_HEADERS)))
        self.deflate = deflate
        return response

    def reject(self, answer: Reject) -> bytes:
        """Return an answer that ends the handshake, with its body.

        The length of the body is told, also where it was told in another way when it was recorded:
        so it is whole for the client while TCP stays open. Raises `UsageError` for a status or
        headers that cannot be sent.
        """
        if not 100 <= answer.status <= 599:
            raise UsageError(f"a status of HTTP is from 100 to 599, got {answer.status}")
        headers = answer.headers
        if answer.status >= 200 and answer.status not in {204, 304}:  # RFC 9110 section 6.4.1
            length = ("Content-Length", str(len(answer.body)))
            headers = (*without(headers, _LENGTHS), length)
        return self._head(answer.status, headers) + answer.body

    def _head(self, status: int, headers: Headers) -> bytes:
        if self._server_name is not None and "server" not in {name.lower() for name, _ in headers}:
            headers = (*headers, ("Server", self._server_name))
        phrase = _PHRASES.get(status, "")
        return f"HTTP/1.1 {status} {phrase}\r\n".encode() + header_block(headers)

    def _parse(self) -> Generator[None, None, None]:
        request = yield from Request.parse(self._reader.read_line)
        self._check(request)
        headers = request.headers
        self._opening = Open(
            _url(request),
            without(headers_of(headers), {"sec-websocket-key"}),
            subprotocols_in(headers),
            extensions_in(headers),
        )

    def _check(self, request: Request) -> None:
        """Raise `InvalidHandshake` unless it is what RFC 6455 section 4.2.1 asks for."""
        headers = request.headers
        # The method is none of a request in the versions of the parser that allow GET alone.
        method, protocol = (getattr(request, name, "") for name in ("method", "protocol"))
        if method not in {"", "GET"} or protocol not in {"", "HTTP/1.1"}:
            raise NegotiationError("not a GET of HTTP/1.1")
        check_upgrade(headers)
        if headers.get_all("Sec-WebSocket-Version") != ["13"]:
            raise NegotiationError("not version 13")
        self._key = _only(headers, "Sec-WebSocket-Key")
        try:
            key = base64.b64decode(self._key.encode(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 16:
            raise NegotiationError("not a key of 16 bytes")

    def _agree(self, wanted: tuple[str, ...]) -> tuple[Extension | None, tuple[str, ...]]:
        try:
            deflate = deflate_of(wanted, Side.SERVER)
        except UsageError:
            if not all(parse_extension(one)[0][0] == DEFLATE for one in wanted):
                raise
            return None, ()  # a real server can have windows that zlib cannot make
        offered = () if self._opening is None else self._opening.extensions
        if deflate is None or not any(_fits(wanted[0], offer) for offer in offered):
            return None, ()
        return deflate, wanted


def _only(headers: HttpHeaders, name: str) -> str:
    values = headers.get_all(name)
    if len(values) != 1:
        raise NegotiationError(f"{len(values)} headers {name}")
    return values[0]


def _url(request: Request) -> str:
    target = request.path
    if not target.startswith("/"):  # RFC 9112 section 3.2.2: the absolute form
        parts = urlsplit(target)
        if parts.scheme.lower() not in _SCHEMES or not parts.netloc:
            raise NegotiationError("no path")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    url = f"ws://{_only(request.headers, 'Host')}{target}"
    normalise_url(url)  # raises for a host that is none
    return url


def _fits(answer: str, offer: str) -> bool:
    """Tell whether a client that made this offer bears this answer (RFC 7692 section 7.1)."""
    ((_, listed),) = parse_extension(answer)
    ((name, offered),) = parse_extension(offer)
    agreed, asked = dict(listed), dict(offered)
    if name != DEFLATE or not asked.keys() >= agreed.keys() & {"client_max_window_bits"}:
        return False
    if "server_no_context_takeover" in asked.keys() - agreed.keys():
        return False
    most = asked.get("server_max_window_bits") or "15"
    return most.isdecimal() and int(agreed.get("server_max_window_bits") or 15) <= int(most)
