"""The client's opening handshake and the server's answer to it (RFC 6455 section 4.1), no I/O."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import urlsplit

from websockets.exceptions import NegotiationError
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import build_extension, build_host, parse_extension

from wsfake.live.answers import Answer, AnswerReader
from wsfake.live.http import (
    ascii_host,
    basic_credentials,
    header_block,
    named_in,
    request_target,
    without,
)
from wsfake.model import Accept, Headers, Open, normalise_url

__all__ = ["Answer", "ClientHandshake"]

_OWN_HEADERS = {
    "upgrade",
    "connection",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
}


class ClientHandshake:
    """Asks for `opening` and understands the answer.

    `request` are the bytes to send; `opening_sent` says what is in them, without the key, which is
    another one each time. Once `receive` has returned an `Accept`, `rest` are the bytes behind it
    and `deflate` the compression that was agreed.

    One that is `tolerant` takes a subprotocol and extensions that it did not ask for, and goes on
    without these: what they come to is for its host to say.

    Raises `UsageError` for a URL or headers that cannot be sent.
    """

    def __init__(self, opening: Open, *, compression: bool = True, tolerant: bool = False) -> None:
        url = urlsplit(normalise_url(opening.url))
        self.secure = url.scheme == "wss"
        self.host = ascii_host(opening.url)
        self.port = url.port or (443 if self.secure else 80)
        self.deflate: Extension | None = None
        self._key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._subprotocols = opening.subprotocols
        self._tolerant = tolerant
        self._offer = ClientPerMessageDeflateFactory(client_max_window_bits=True)
        self._offers = (
            (build_extension([(self._offer.name, self._offer.get_request_params())]),)
            if compression
            else ()
        )
        headers = self._headers(opening)
        self.opening_sent = Open(
            opening.url, without(headers, {"sec-websocket-key"}), self._subprotocols, self._offers
        )
        self.request = f"GET {request_target(opening.url)} HTTP/1.1\r\n".encode() + header_block(
            headers
        )
        self._answers = AnswerReader(self._key, self._agree)

    def receive(self, data: bytes) -> Answer | None:
        """Return the answer once it is whole, or the bytes that are none as `Raw`.

        A refusal is whole with its body: by its length, by chunks, or at the end of the stream.
        """
        return self._answers.receive(data)

    def receive_end(self) -> Answer | None:
        """Return what the answer is when nothing more comes: a refusal cut short, or nothing."""
        return self._answers.receive_end()

    @property
    def rest(self) -> bytes:
        """The bytes behind the answer."""
        return self._answers.rest

    def _headers(self, opening: Open) -> Headers:
        given = without(opening.headers, _OWN_HEADERS)
        names = {name.lower() for name, _ in given}
        headers = []
        if "host" not in names:
            headers.append(("Host", build_host(self.host, self.port, self.secure)))
        headers += [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", self._key),
            ("Sec-WebSocket-Version", "13"),
        ]
        if self._offers:
            headers.append(("Sec-WebSocket-Extensions", ", ".join(self._offers)))
        if self._subprotocols:
            headers.append(("Sec-WebSocket-Protocol", ", ".join(self._subprotocols)))
        credentials = basic_credentials(opening.url)
        if credentials is not None and "authorization" not in names:
            headers.append(("Authorization", credentials))
        return (*headers, *given)

    def _agree(self, answer: Accept) -> None:
        agreed = named_in(answer.extensions, self._offers)
        if not self._tolerant:
            if answer.subprotocol not in (None, *self._subprotocols):
                raise NegotiationError("a subprotocol that was not asked for")
            if agreed != answer.extensions:
                raise NegotiationError("an extension that was not asked for")
        if len(agreed) > 1:
            raise NegotiationError("an extension that is named twice")
        for extension in agreed:
            ((_, parameters),) = parse_extension(extension)
            self.deflate = self._offer.process_response_params(parameters, [])
