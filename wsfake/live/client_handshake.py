"""The client's opening handshake and the server's answer to it (RFC 6455 section 4.1), no I/O."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Generator
from urllib.parse import quote, unquote, urlsplit

from websockets.datastructures import Headers as HttpHeaders
from websockets.exceptions import InvalidHandshake, NegotiationError, SecurityError
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import build_extension, build_host, parse_extension
from websockets.http11 import parse_headers, parse_line
from websockets.streams import StreamReader
from websockets.utils import accept_key

from wsfake.errors import UsageError
from wsfake.live.http import (
    DEFLATE,
    check_upgrade,
    extensions_in,
    header_block,
    headers_of,
    subprotocols_in,
    without,
)
from wsfake.model import Accept, Headers, Open, Raw, Reject, normalise_url

__all__ = ["Answer", "ClientHandshake"]

Answer = Accept | Reject | Raw

_OWN_HEADERS = {
    "upgrade",
    "connection",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
}
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: .*)?")
_NO_BODY = {204, 304}
_DIGITS = re.compile(r"[0-9]{1,18}")
_HEX_DIGITS = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*")


class ClientHandshake:
    """Asks for `opening` and understands the answer.

    `request` are the bytes to send; `opening_sent` says what is in them, without the key, which is
    another one each time. Once `receive` has returned an `Accept`, `rest` are the bytes behind it
    and `deflate` the compression that was agreed.

    Raises `UsageError` for a URL or headers that cannot be sent.
    """

    def __init__(self, opening: Open, *, compression: bool = True) -> None:
        url = urlsplit(normalise_url(opening.url))
        self.secure = url.scheme == "wss"
        self.host = _ascii_host(url.hostname or "", opening.url)
        self.port = url.port or (443 if self.secure else 80)
        self.deflate: Extension | None = None
        self._key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._subprotocols = opening.subprotocols
        self._offer = ClientPerMessageDeflateFactory(client_max_window_bits=True)
        self._offers = (
            (build_extension([(self._offer.name, self._offer.get_request_params())]),)
            if compression
            else ()
        )
        headers = self._headers(opening, url.username, url.password)
        self.opening_sent = Open(
            opening.url, without(headers, {"sec-websocket-key"}), self._subprotocols, self._offers
        )
        path = quote(url.path + (f"?{url.query}" if url.query else ""), safe=_SAFE_IN_PATH)
        self.request = f"GET {path} HTTP/1.1\r\n".encode() + header_block(headers)
        self._reader = StreamReader()
        self._seen = bytearray()
        self._head: tuple[int, HttpHeaders] | None = None
        self._body = bytearray()
        self._answer: Answer | None = None
        self._parser = self._parse()

    def receive(self, data: bytes) -> Answer | None:
        """Return the answer once it is whole, or the bytes that are none as `Raw`.

        A refusal is whole with its body: by its length, by chunks, or at the end of the stream.
        """
        if self._head is None:
            self._seen += data
        self._reader.feed_data(data)
        next(self._parser, None)
        return self._answer

    def receive_end(self) -> Answer | None:
        """Return what the answer is when nothing more comes: a refusal cut short, or nothing."""
        if self._answer is None and self._head is not None:
            self._reader.feed_eof()
            next(self._parser, None)
        return self._answer

    @property
    def rest(self) -> bytes:
        """The bytes behind the answer."""
        return bytes(self._reader.buffer)

    def _headers(self, opening: Open, user: str | None, password: str | None) -> Headers:
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
        if user is not None and "authorization" not in names:
            secret = f"{unquote(user)}:{unquote(password or '')}".encode()
            headers.append(("Authorization", f"Basic {base64.b64encode(secret).decode()}"))
        return (*headers, *given)

    def _parse(self) -> Generator[None, None, None]:
        try:
            line = yield from parse_line(self._reader.read_line)
            status = _STATUS_LINE.fullmatch(line)
            if status is None:
                raise ValueError("not a status line of HTTP/1")
            headers = yield from parse_headers(self._reader.read_line)
        except (ValueError, EOFError, SecurityError):  # EOFError: a line that ends in LF alone
            self._answer = Raw(bytes(self._seen))
            return
        self._head = int(status[1]), headers
        if self._head[0] == 101:
            self._answer = self._accept(headers)
        else:
            yield from self._read_body(*self._head)
            self._answer = Reject(self._head[0], headers_of(headers), bytes(self._body))

    def _accept(self, headers: HttpHeaders) -> Accept | Reject:
        """Check the answer as RFC 6455 section 4.1 asks for."""
        try:
            check_upgrade(headers)
            if headers.get_all("Sec-WebSocket-Accept") != [accept_key(self._key)]:
                raise NegotiationError("wrong Sec-WebSocket-Accept")
            subprotocol = self._check_subprotocol(subprotocols_in(headers))
            extensions = extensions_in(headers)
            self._check_extensions(extensions)
        except InvalidHandshake:
            return Reject(101, headers_of(headers))
        # Sec-WebSocket-Accept depends on the key alone, which is another one each time.
        kept = without(headers_of(headers), {"sec-websocket-accept"})
        return Accept(subprotocol, kept, extensions)

    def _check_subprotocol(self, chosen: tuple[str, ...]) -> str | None:
        if not chosen:
            return None
        if len(chosen) > 1 or chosen[0] not in self._subprotocols:
            raise NegotiationError("a subprotocol that was not asked for")
        return chosen[0]

    def _check_extensions(self, extensions: tuple[str, ...]) -> None:
        if not extensions:
            return
        ((name, parameters), *others) = parse_extension(", ".join(extensions))
        if others or name != DEFLATE or not self._offers:
            raise NegotiationError("an extension that was not asked for")
        self.deflate = self._offer.process_response_params(parameters, [])

    def _read_body(self, status: int, headers: HttpHeaders) -> Generator[None, None, None]:
        """Read into `_body` what RFC 9112 section 6.3 says is there, or what comes of it."""
        lengths = set(headers.get_all("Content-Length"))
        coding = ", ".join(headers.get_all("Transfer-Encoding")).lower()
        if status < 200 or status in _NO_BODY:
            return
        if coding.endswith("chunked"):
            yield from self._read_chunks()
        elif len(lengths) == 1 and _DIGITS.fullmatch(length := lengths.pop()) and not coding:
            yield from self._read_up_to(int(length))
        else:
            yield from self._read_up_to(None)

    def _read_chunks(self) -> Generator[None, None, None]:
        try:
            while True:
                line = yield from parse_line(self._reader.read_line)
                size = _HEX_DIGITS.fullmatch(line.split(b";", 1)[0])
                if size is None:
                    return  # no chunk: the body is over, and what follows is nobody's
                if int(size[1], 16) == 0:
                    yield from parse_headers(self._reader.read_line)
                    return
                yield from self._read_up_to(int(size[1], 16))
                yield from self._reader.read_exact(2)
        except (ValueError, EOFError, SecurityError):
            return

    def _read_up_to(self, count: int | None) -> Generator[None, None, None]:
        buffer = self._reader.buffer
        while count is None or count > 0:
            while not buffer:
                if self._reader.eof:
                    return
                yield
            part = buffer[:count]
            del buffer[:count]
            self._body += part
            count = None if count is None else count - len(part)


_SAFE_IN_PATH = "%/?:@!$&'()*+,;=[]~"


def _ascii_host(host: str, url: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise UsageError(f"not the name of a host: {host!r} in {url!r} ({error})") from None
