"""One handle for both sides of a live connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wsfake.model import Drop, Event, Headers, Message, Open, Ping, Side, Stall
from wsfake.transcript.checks import as_control, sayable, sayable_close

__all__ = ["LiveHandle"]


class LiveHandle:
    """Says and does things on a connection to the real server, beside what its two ends do.

    Its verbs are those of a transcript. `server(x)` reaches the client as if the server had said
    it, and `client(x)` the server. Everything is forwarded as before, but for a side that closes,
    drops or stalls: of that one nothing more is. To be called from any thread; it happens when the
    port is pumped next. What no side could say raises `TranscriptError`.
    """

    def __init__(
        self, opening: Open, subprotocol: str | None, post: Callable[[Side, Event], None]
    ) -> None:
        self.url = opening.url
        self.headers: Headers = opening.headers
        self.subprotocol = subprotocol
        self._post = post

    def client(self, message: Message | dict[str, Any] | list[Any]) -> None:
        self._post(Side.CLIENT, sayable(message))

    def server(self, message: Message | dict[str, Any] | list[Any]) -> None:
        self._post(Side.SERVER, sayable(message))

    def client_pings(self, payload: bytes = b"") -> None:
        self._post(Side.CLIENT, Ping(as_control(payload)))

    def server_pings(self, payload: bytes = b"") -> None:
        self._post(Side.SERVER, Ping(as_control(payload)))

    def client_closes(
        self, code: int | None = None, reason: str | None = None, *, empty: bool = False
    ) -> None:
        self._post(Side.CLIENT, sayable_close(code, reason, empty=empty))

    def server_closes(
        self, code: int | None = None, reason: str | None = None, *, empty: bool = False
    ) -> None:
        self._post(Side.SERVER, sayable_close(code, reason, empty=empty))

    def client_drops(self, *, reset: bool = False) -> None:
        self._post(Side.CLIENT, Drop(reset))

    def server_drops(self, *, reset: bool = False) -> None:
        self._post(Side.SERVER, Drop(reset))

    def client_stalls(self) -> None:
        self._post(Side.CLIENT, Stall())

    def server_stalls(self) -> None:
        self._post(Side.SERVER, Stall())
