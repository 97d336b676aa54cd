"""A client's opening handshake, read as Qt's server reads it (measured on 5.15.2 and 5.12.10)."""

from __future__ import annotations

from typing import NamedTuple

from wsfake.model import Open

__all__ = ["Refusal", "RequestReader"]

_VERSION = "13"
_BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: " + _VERSION.encode() + b"\r\n\r\n"
)


class Refusal(NamedTuple):
    """A request that no socket comes of: `reply` is sent, and TCP ended."""

    reply: bytes


class RequestReader:
    """Reads one request; `rest` are the bytes behind it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def rest(self) -> bytes:
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Open | Refusal | None:
        """Return what these bytes complete.

        The URL of an `Open` is made of the `Host` header and the target. What is not an opening
        handshake at all is refused without a word; only a version that is not spoken is answered.
        """
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return None
        self._buffer = rest
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines]
        headers = tuple((name, value.strip()) for name, colon, value in pairs if colon)
        named = {name.lower(): value for name, value in headers}
        method, _, target = first.rpartition(" ")[0].partition(" ")
        if method != "GET" or not _asks_for_upgrade(named):
            return Refusal(b"")
        if _VERSION not in _listed(named["sec-websocket-version"]):
            return Refusal(_BAD_REQUEST)
        offered = named.get("sec-websocket-protocol", "")
        subprotocols = tuple(name.strip() for name in offered.split(",") if name.strip())
        return Open(f"ws://{named['host']}{target}", headers, subprotocols)


def _asks_for_upgrade(headers: dict[str, str]) -> bool:
    return (
        bool(headers.get("host"))
        and "websocket" in _listed(headers.get("upgrade", ""))
        and "upgrade" in _listed(headers.get("connection", ""))
        and bool(headers.get("sec-websocket-key"))
        and bool(headers.get("sec-websocket-version"))
    )


def _listed(value: str) -> list[str]:
    return [item.strip().lower() for item in value.split(",")]
