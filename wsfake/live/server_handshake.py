"""The server's side of the opening handshake (RFC 6455 section 4.2), without I/O."""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Generator
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, NegotiationError, SecurityError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension
from websockets.http11 import Request
from websockets.streams import StreamReader
from websockets.utils import accept_key

from wsfake.live.http import (
    DEFLATE,
    NO_BODY,
    can_be_used,
    check_upgrade,
    extensions_in,
    fits_offer,
    header_block,
    headers_of,
    is_deflate,
    named_in,
    subprotocols_in,
    with_accept_for,
    without,
)
from wsfake.model import Accept, Headers, Open, Reject, normalise_url, without_mechanics
from wsfake.wire.replies import KEY

__all__ = ["NotAWebSocket", "ServerHandshake"]


class NotAWebSocket(Exception):
    """The request is something else than an opening handshake."""


class ServerHandshake:
    """Understands a client's request, and writes the answer to it.

    `authority` stands for the `Host` header of a client that sends none. `server_name` is sent as
    the `Server` header, unless the answer has one of its own.
    """

    def __init__(self, authority: str, server_name: str | None) -> None:
        self._authority = authority
        self._server_name = server_name
        self._reader = StreamReader()
        self._key = ""
        self._opening: Open | None = None
        self._unasked: tuple[str, ...] = ()
        self._parser = self._parse()

    def receive(self, data: bytes) -> Open | None:
        """Return what the client asks for, once its request is whole.

        The URL is made of the `Host` header, the path and the query, as in Qt 5.15.2 (measured).
        The headers come without Sec-WebSocket-Key, which is another one each time.

        Raises `NotAWebSocket` for any other request, and for what is not HTTP.
        """
        self._reader.feed_data(data)
        if self._opening is None:
            next(self._parser, None)
        return self._opening

    @property
    def key(self) -> str:
        """The client's Sec-WebSocket-Key, once its request is whole."""
        return self._key

    @property
    def rest(self) -> bytes:
        """The bytes behind the request."""
        return bytes(self._reader.buffer)

    def agree(self, answer: Accept) -> Accept:
        """Return an answer without the extensions that the client would not bear.

        An answer that was recorded with one client is given to another one, which may have offered
        less (RFC 6455 section 9.1: it would fail the connection).
        """
        offers = () if self._opening is None else self._opening.extensions
        if all(any(fits_offer(one, offer) for offer in offers) for one in answer.extensions):
            return answer
        return answer.replace(extensions=())

    def negotiate(
        self, extensions: tuple[str, ...], recorded: tuple[str, ...] | None
    ) -> tuple[str, ...]:
        """Return what takes the place of the extensions of a recorded answer, for this client.

        They stay where they fit what it offers, and can be used. Else, permessage-deflate is
        negotiated afresh if they had it (RFC 7692 section 7.1), and others are left out: but not
        what the recorded client had not offered either (`recorded`; None where nothing is known
        of it). That stands in the answer as it did, and is not used.
        """
        if recorded is not None:
            known = named_in(extensions, (*recorded, DEFLATE))
            self._unasked = tuple(one for one in extensions if one not in known)
            extensions = known
        offers = () if self._opening is None else self._opening.extensions
        if can_be_used(extensions) and any(fits_offer(extensions[0], o) for o in offers):
            return extensions
        if not any(map(is_deflate, extensions)):
            return ()
        for offer in offers:
            ((name, wished),) = parse_extension(offer)
            if name == DEFLATE:
                with contextlib.suppress(NegotiationError):
                    agreed, _ = ServerPerMessageDeflateFactory().process_request_params(wished, [])
                    return (build_extension([(name, agreed)]),)
        return ()

    def accept(self, answer: Accept) -> bytes:
        """Return the bytes of a 101; raises `UsageError` for headers that cannot be sent."""
        given = without_mechanics(answer.headers)
        computed = [
            (name, value)
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"))
            if not _says(given, name.lower(), value.lower())
        ]
        computed.append(("Sec-WebSocket-Accept", accept_key(self._key)))
        if answer.subprotocol is not None:
            computed.append(("Sec-WebSocket-Protocol", answer.subprotocol))
        extensions = (*answer.extensions, *self._unasked)
        if extensions:
            computed.append(("Sec-WebSocket-Extensions", ", ".join(extensions)))
        return self._response(101, (*computed, *given))

    def reject(self, answer: Reject) -> bytes:
        """Return the bytes of a refusal; raises `UsageError` for headers that cannot be sent.

        The body is sent in one piece, with its length unless the headers name one: TCP may stay
        open behind it. But a client is not to ask for anything else on it (RFC 9112 section 9.6),
        as those do that keep connections: nobody would answer.
        """
        headers = without(answer.headers, {"transfer-encoding"})
        if ("sec-websocket-accept", accept_key(KEY)) in {(n.lower(), v) for n, v in headers}:
            headers = with_accept_for(self._key, headers)  # it was right for the recorded client
        measured = any(name.lower() == "content-length" for name, _ in headers)
        if not measured and answer.status >= 200 and answer.status not in NO_BODY:
            headers = (*headers, ("Content-Length", str(len(answer.body))))
        if answer.status >= 200:
            headers = (*without(headers, {"connection"}), ("Connection", "close"))
        return self._response(answer.status, headers) + answer.body

    def _response(self, status: int, headers: Headers) -> bytes:
        named = any(name.lower() == "server" for name, _ in headers)
        if self._server_name is not None and not named:
            headers = (*headers, ("Server", self._server_name))
        return f"HTTP/1.1 {status} {_phrase(status)}\r\n".encode() + header_block(headers)

    def _parse(self) -> Generator[None, None, None]:
        try:
            request = yield from Request.parse(self._reader.read_line)
            self._opening = self._check(request)
        except (
            ValueError,
            EOFError,
            LookupError,
            SecurityError,
            InvalidHandshake,
            NotImplementedError,
        ) as error:
            raise NotAWebSocket(str(error)) from None

    def _check(self, request: Request) -> Open:
        """Check the request as RFC 6455 section 4.2.1 asks for."""
        headers = request.headers
        check_upgrade(headers)
        self._key = ", ".join(headers.get_all("Sec-WebSocket-Key"))
        if not _is_key(self._key):
            raise NegotiationError("no Sec-WebSocket-Key of 16 bytes in base64")
        if headers.get_all("Sec-WebSocket-Version") != ["13"]:
            raise NegotiationError("not version 13 of the protocol")
        # Only GET, and no HTTP/1.0 (`method` and `protocol` came to `Request` with version 16).
        if getattr(request, "method", "GET") != "GET":
            raise NegotiationError("not a GET")
        if getattr(request, "protocol", "HTTP/1.1") != "HTTP/1.1":
            raise NegotiationError("not HTTP/1.1")
        authority = headers.get("Host") or self._authority
        url = f"ws://{authority}{_origin_form(request.path)}"
        normalise_url(url)  # raises for a host that is none
        return Open(
            url,
            without(headers_of(headers), {"sec-websocket-key"}),
            subprotocols_in(headers),
            extensions_in(headers),
        )


def _says(headers: Headers, name: str, option: str) -> bool:
    """Tell whether an option is one of those in a header's values; name and option lower case."""
    values = [value for given, value in headers if given.lower() == name]
    return option in {one.strip().lower() for value in values for one in value.split(",")}


def _origin_form(target: str) -> str:
    """Return the path and the query of a request's target (RFC 9112 section 3.2)."""
    if target.startswith("/"):
        return target
    parts = urlsplit(target)  # the absolute form, which a client may send
    if not parts.scheme or not parts.netloc:
        raise NegotiationError("no path")
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key.encode(), validate=True)) == 16
    except binascii.Error:
        return False


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
