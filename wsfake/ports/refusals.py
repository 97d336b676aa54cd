"""Answers of a port to those whom nobody serves."""

from __future__ import annotations

from http import HTTPStatus

from wsfake.live.reactor import Reactor
from wsfake.live.transport import Transport, Unheard

__all__ = ["refuse"]

_SECONDS = 10.0


def refuse(
    reactor: Reactor, client: Transport, status: int, text: str, *headers: tuple[str, str]
) -> None:
    """Answer with an HTTP status and a text, and end the connection, within a bounded time."""
    body = f"{text}\n".encode(errors="replace")
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
    ]
    client.adopt(Unheard())
    client.write("\r\n".join([*lines, "", ""]).encode() + body)
    client.close()
    if not client.closed:
        reactor.call_later(_SECONDS, client.abort)
