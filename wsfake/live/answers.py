"""A server's answer to an opening handshake, read without I/O (RFC 6455 section 4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator

from websockets.datastructures import Headers as HttpHeaders
from websockets.exceptions import InvalidHandshake, NegotiationError, SecurityError
from websockets.http11 import parse_headers, parse_line
from websockets.streams import StreamReader
from websockets.utils import accept_key

from wsfake.live.http import (
    HEAD_END,
    LARGEST_HEAD,
    NO_BODY,
    check_upgrade,
    extensions_in,
    headers_of,
    subprotocols_in,
    with_accept_for,
    without,
)
from wsfake.model import Accept, Raw, Reject
from wsfake.wire.replies import KEY

__all__ = ["Answer", "AnswerReader", "StatusReader"]

Answer = Accept | Reject | Raw

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: .*)?")
_SWITCHING = 101
_MOST_INTERIM = 32
"""So many interim answers are passed over; what follows more of them is taken for none."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
_STATUS_BYTES = len(b"HTTP/1.1 101")
_DIGITS = re.compile(r"[0-9]{1,18}")
_HEX_DIGITS = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*")


def _is_interim(status: int) -> bool:
    """Tell whether another answer follows one with this status (RFC 9110 section 15.2).

    101 is the last one of HTTP: the other protocol follows.
    """
    return 100 <= status < 200 and status != _SWITCHING


class StatusReader:
    """Finds out what a server does with a request, where its answer need be no valid one.

    Holds 64 KiB and one piece of the stream at most.
    """

    def __init__(self) -> None:
        self._head = bytearray()

    def receive(self, data: bytes) -> int | None:
        """Return the status behind interim answers, once it is there; 0 for what is not HTTP."""
        self._head += data
        while len(self._head) >= _STATUS_BYTES:
            found = _STATUS.match(self._head)
            status = 0 if found is None else int(found[1])
            if not _is_interim(status):
                return status
            end = self._head.find(HEAD_END)
            if end < 0:
                return None if len(self._head) <= LARGEST_HEAD else 0
            del self._head[: end + len(HEAD_END)]
        return None


class AnswerReader:
    """Understands the answer to a request with `key`.

    Interim answers before it, as 103 with early hints, are passed over (RFC 9110 section 15.2).
    `agree` is called with an answer that accepts, and raises `InvalidHandshake` where the client
    would not bear the subprotocol or the extensions that it names.
    """

    def __init__(self, key: str, agree: Callable[[Accept], object]) -> None:
        self._key = key
        self._agree = agree
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

    @property
    def begun(self) -> bytes:
        """The bytes of an answer whose head is not whole."""
        return bytes(self._seen) if self._head is None else b""

    def _parse(self) -> Generator[None, None, None]:
        try:
            status, headers = self._head = yield from self._read_head()
        except (ValueError, EOFError, SecurityError):  # EOFError: a line that ends in LF alone
            self._answer = Raw(bytes(self._seen))
            return
        if status == _SWITCHING:
            self._answer = self._accept(headers)
        else:
            yield from self._read_body(status, headers)
            self._answer = Reject(status, headers_of(headers), bytes(self._body))

    def _read_head(self) -> Generator[None, None, tuple[int, HttpHeaders]]:
        for _ in range(_MOST_INTERIM + 1):
            line = yield from parse_line(self._reader.read_line)
            status = _STATUS_LINE.fullmatch(line)
            if status is None:
                raise ValueError("not a status line of HTTP/1")
            headers = yield from parse_headers(self._reader.read_line)
            if not _is_interim(int(status[1])):
                return int(status[1]), headers
        raise ValueError("no answer behind all the interim ones")

    def _accept(self, headers: HttpHeaders) -> Accept | Reject:
        """Check the answer as RFC 6455 section 4.1 asks for.

        Sec-WebSocket-Accept depends on the key alone, which is another one each time: where it is
        right, it is left out of what accepts, and is the one for `KEY` in what does not.
        """
        given = headers_of(headers)
        fits = headers.get_all("Sec-WebSocket-Accept") == [accept_key(self._key)]
        try:
            check_upgrade(headers)
            if not fits:
                raise NegotiationError("wrong Sec-WebSocket-Accept")
            chosen = subprotocols_in(headers)
            if len(chosen) > 1:
                raise NegotiationError("more than one subprotocol")
            kept = without(given, {"sec-websocket-accept"})
            answer = Accept(chosen[0] if chosen else None, kept, extensions_in(headers))
            self._agree(answer)
        except InvalidHandshake:
            return Reject(_SWITCHING, with_accept_for(KEY, given) if fits else given)
        return answer

    def _read_body(self, status: int, headers: HttpHeaders) -> Generator[None, None, None]:
        """Read into `_body` what RFC 9112 section 6.3 says is there, or what comes of it."""
        lengths = set(headers.get_all("Content-Length"))
        coding = ", ".join(headers.get_all("Transfer-Encoding")).lower()
        if status in NO_BODY:
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
