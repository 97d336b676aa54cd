"""The server's reply to an opening handshake, read line by line as Qt reads it.

Measured on Qt 5.15.2 and 5.12.10: a line that cannot begin a reply is a refusal of its own, and
after a refusal the next line begins another reply.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from wsfake.model import Accept, Reject

__all__ = ["KEY", "ReplyReader", "accept_for"]

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The `Sec-WebSocket-Key` of every handshake in memory: the example of RFC 6455 section 1.3."""

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(r"HTTP/(\d+)\.(\d+) (\d+)(?: .*)?")


def accept_for(key: str) -> str:
    """Return the `Sec-WebSocket-Accept` for a key (RFC 6455 section 4.2.2)."""
    digest = hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


class ReplyReader:
    """Reads replies until one accepts; `rest` are the bytes behind that one.

    A `Reject` has status 0 where there was none.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._status: int | None = None
        self._headers: list[tuple[str, str]] = []
        self.accepted = False

    @property
    def rest(self) -> bytes:
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Iterator[Accept | Reject]:
        """Yield what these bytes complete, one at a time."""
        self._buffer += data
        while not self.accepted:
            line, end, rest = self._buffer.partition(b"\n")
            if not end:
                return
            self._buffer = rest
            answer = self._read(line.decode("latin-1").strip("\r"))
            if answer is not None:
                self.accepted = isinstance(answer, Accept)
                yield answer

    def _read(self, line: str) -> Accept | Reject | None:
        if self._status is None:
            found = _STATUS.fullmatch(line.strip())
            if found is None:
                return Reject(0)
            self._status = int(found[3])
            self._headers = []
            return None
        if line:
            name, colon, value = line.partition(":")
            if colon:
                self._headers.append((name, value.strip()))
            return None
        status, self._status = self._status, None
        headers = tuple(self._headers)
        return Accept(headers=headers) if self._accepts(status) else Reject(status, headers)

    def _accepts(self, status: int) -> bool:
        named = {name.lower(): value for name, value in self._headers}
        return (
            status == 101
            and named.get("upgrade", "").lower() == "websocket"
            and named.get("connection", "").lower() == "upgrade"
            and named.get("sec-websocket-accept") == accept_for(KEY)
        )
