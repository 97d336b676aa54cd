"""A browser page's sockets: what its turns ask of them, and what they tell it besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wsfake.javascript.sockets import SocketFace, Sockets
from wsfake.script_api import Host
from wsfake.script_api.browser.socket import BrowserSocket
from wsfake.script_api.browser.urls import PageUrl, read_url

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["PageSockets"]


class PageSockets(Sockets):
    """The sockets of one page, which negotiate, and know how much of what was sent has not left."""

    def __init__(self, script: Script, host: Host) -> None:
        super().__init__(script, host)
        self._page = None if host.base_url is None else PageUrl.of(host.base_url)
        self._told: list[list[Any]] = []

    def connect(
        self, number: int, url: str, shown: str, stack: str, protocols: list[str] | None = None
    ) -> None:
        """Connect a socket; JavaScript has read its URL already, as `shown` is written."""
        socket = _PageSocket(self._host, lambda: self._negotiated(number, socket))
        self._faces[number] = face = SocketFace(self._script, number, socket)
        face.known_state, face.known_url = "connecting", shown
        with self._script.said_at(stack):
            socket.dial(read_url(url, None), tuple(protocols or ()), self._page)

    def _negotiated(self, number: int, socket: BrowserSocket) -> None:
        if socket.protocol or socket.extensions:
            self._told.append(["negotiated", number, socket.protocol, socket.extensions])

    def leaving(self, number: int) -> None:
        """Tell, when what is due now is done, that what was sent is on its way."""
        self._host.network.clock.call_soon(lambda: self._told.append(["left", number]))

    def news(self) -> list[list[Any]]:
        """Return what JavaScript does not know yet of its sockets."""
        told, self._told = self._told, []
        return told + super().news()

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return what a turn may ask of sockets."""
        return {**super().operations(), "leaving": self.leaving}


class _PageSocket(BrowserSocket):
    """Tells what was negotiated before it opens."""

    __slots__ = ("_negotiated",)

    def __init__(self, host: Host, negotiated: Callable[[], None]) -> None:
        super().__init__(host)
        self._negotiated = negotiated

    def fire(self, event: str, *arguments: Any) -> None:
        if event == "open":
            self._negotiated()
        super().fire(event, *arguments)
