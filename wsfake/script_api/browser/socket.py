"""The socket behind a browser's `WebSocket`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsfake.model import Accept, Event, Message, Open, Side
from wsfake.script_api.browser.urls import PageUrl, WebSocketUrl
from wsfake.script_api.facts import Given
from wsfake.script_api.socket import ScriptSocket

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["BrowserSocket"]

_DEFLATE = "permessage-deflate"


class BrowserSocket(ScriptSocket):
    """Interprets its profile as every socket does, and knows what a browser's does besides.

    That is: what was negotiated, and how much of what was sent is not yet on its way.
    """

    __slots__ = ("_leaving", "_offered", "buffered", "extensions", "origin", "protocol")

    def __init__(self, host: Host) -> None:
        super().__init__(host, Side.CLIENT)
        self.buffered = 0
        self.protocol = ""
        self.extensions = ""
        self.origin = ""
        self._offered: tuple[str, ...] = ()
        self._leaving = 0

    def dial(self, url: WebSocketUrl, protocols: tuple[str, ...], page: PageUrl | None) -> None:
        """Connect (WebSockets Standard, section 2.2, "establish a WebSocket connection").

        Raises the failure of a URL that nothing answers.
        """
        self.shown_url, self.origin, self._offered = url.href, url.origin, protocols
        self.host.lints.connecting(url.href)
        if url.blocked:  # fetch refuses it before there is a connection
            self.later("refuse")
            return
        headers = () if page is None else (("Origin", page.origin),)
        try:
            opening = Open(url.href, headers, protocols)
            self.host.network.connect(opening, self, ready=self.attach)
        except BaseException:
            self.goto("closed")
            raise

    def send(self, message: Message) -> None:
        if self.state in ("closing", "closed"):
            self.host.lints.lost(self.state)
        self._compiled.local[self.state, "send"](self, Given(message))

    def arrive(self, what: Event) -> None:
        if isinstance(what, Accept) and self.state == "connecting":
            if not self._is_agreed(what):
                self.happen("reject")
                return
            self.protocol = what.subprotocol or ""
            self.extensions = ", ".join(what.extensions)
        super().arrive(what)

    def _is_agreed(self, what: Accept) -> bool:
        """Whether the server has chosen one of the subprotocols, where some were offered.

        One that was not offered fails the connection (RFC 6455 section 4.1), and so does none
        (WebSockets Standard, section 2.2, step 11.3). Of extensions, a browser offers compression.
        """
        if any(each.partition(";")[0].strip() != _DEFLATE for each in what.extensions):
            return False
        if self._offered:
            return what.subprotocol in self._offered
        return not what.subprotocol

    # What the operations do

    def buffer(self, message: Message, *, leaves: bool) -> None:
        """Count a message's bytes as not yet sent, for ever where it never leaves."""
        length = len(message if isinstance(message, bytes) else message.encode())
        self.buffered += length
        if leaves and length:
            if not self._leaving:
                self.host.network.clock.call_soon(self._left)
            self._leaving += length

    def _left(self) -> None:
        self.buffered -= self._leaving
        self._leaving = 0
