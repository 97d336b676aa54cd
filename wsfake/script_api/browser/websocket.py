"""`WebSocket`, as scripts of browsers see it (WebSockets Standard, section 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from wsfake.script_api.browser.conversions import protocols_of, to_data
from wsfake.script_api.browser.event_target import EventTarget, handler
from wsfake.script_api.browser.events import CloseEvent, Event, MessageEvent
from wsfake.script_api.browser.readonly import ignore
from wsfake.script_api.browser.socket import BrowserSocket
from wsfake.script_api.browser.strings import to_usv_string
from wsfake.script_api.browser.urls import PageUrl, read_url
from wsfake.script_api.conversions import CLOSE_ARGUMENTS, CONVERTERS
from wsfake.script_api.lints import Misspelt

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["BrowserWebSocket", "BrowserWebSocketType", "make_class"]

_MISSING: Any = object()


def _constant(value: int) -> Any:
    return property(lambda _: value, ignore, ignore, "A value of `readyState`.")


def _shown(attribute: str, doc: str) -> Any:
    return property(lambda self: getattr(self._socket, attribute), ignore, ignore, doc)


class BrowserWebSocketType(type):
    """Has the constants on the class too, where scripts cannot change them either."""

    CONNECTING = _constant(0)
    OPEN = _constant(1)
    CLOSING = _constant(2)
    CLOSED = _constant(3)


class BrowserWebSocket(EventTarget, metaclass=BrowserWebSocketType):
    """A connection: `WebSocket(url, protocols)`. `ws_fake.WebSocket` is this class for one test.

    What listeners raise comes out of `ws_fake.run()`. Attributes that are read-only ignore what is
    assigned to them.
    """

    _host: ClassVar[Host]

    CONNECTING = _constant(0)
    OPEN = _constant(1)
    CLOSING = _constant(2)
    CLOSED = _constant(3)

    onopen = handler("open")
    onmessage = handler("message")
    onerror = handler("error")
    onclose = handler("close")

    url = _shown("shown_url", "The URL as the URL Standard writes it.")
    readyState = _shown("ready_state", "`CONNECTING`, `OPEN`, `CLOSING` or `CLOSED`.")
    bufferedAmount = _shown("buffered", "Bytes that were sent and are not yet on their way.")
    extensions = _shown("extensions", "What the server chose, or an empty text.")
    protocol = _shown("protocol", "The subprotocol that the server chose, or an empty text.")

    def __init__(self, url: Any = _MISSING, protocols: Any = None, *ignored: object) -> None:
        """Begin to connect.

        Raises `DOMException`, a SyntaxError, for a URL or subprotocols that cannot be, and
        `TypeError` without a URL.
        """
        if url is _MISSING:
            raise TypeError("expected a URL, as in: WebSocket('ws://host/path')")
        super().__init__()
        host = self._host
        page = None if host.base_url is None else PageUrl.of(host.base_url)
        read = read_url(to_usv_string(url), page)
        names = protocols_of(protocols)
        self._binary_type = host.profile.binary_type
        self._socket = BrowserSocket(host)
        self._socket.show(self)
        with host.network.lock:
            self._socket.dial(read, names, page)

    @property
    def binaryType(self) -> str:
        """What the data of binary messages is: `blob` or `arraybuffer`.

        Anything else that is assigned is ignored.
        """
        return self._binary_type

    @binaryType.setter
    def binaryType(self, value: object) -> None:
        if isinstance(value, str) and value in ("blob", "arraybuffer"):
            self._binary_type = value

    def send(self, *message: object) -> None:
        """Send a text, or the bytes of a `Blob` or of a buffer; anything else as its text.

        On a socket that is closing or closed it only adds to `bufferedAmount`. Raises
        `DOMException`, an InvalidStateError, while it connects; `TypeError` without an argument;
        and the failure of a message that the transcript does not expect.
        """
        if not message:
            raise TypeError("expected a message to send, as in: socket.send('hello')")
        value = CONVERTERS[self._host.profile.convert](message[0])
        with self._host.network.lock:
            self._socket.send(value)

    def close(self, code: object = None, reason: object = None, *ignored: object) -> None:
        """Begin the closing handshake; `close` comes when the peer has answered.

        While it connects, the connection fails. Raises `DOMException`: InvalidAccessError for a
        code that is neither 1000 nor 3000 to 4999, SyntaxError for a reason over 123 bytes.
        """
        number, text = CLOSE_ARGUMENTS[self._host.profile.close_arguments](code, reason)
        with self._host.network.lock:
            self._socket.close(number, text)

    def fire(self, event: str, *arguments: Any) -> None:
        """Call the listeners of an event, as its socket asks for it."""
        made = _MAKERS[event](self, *arguments)
        made._trusted = True
        made._time = self._now()
        self._dispatch(made)

    def hear(self, message: str | bytes) -> None:
        """Call the listeners of messages."""
        self.fire("message", message)

    def _report(self, errors: list[Exception]) -> None:
        for error in errors:
            self._host.network.report(error)

    def _now(self) -> float:
        return self._host.network.time() / 1000

    def __str__(self) -> str:
        return "[object WebSocket]"

    def __repr__(self) -> str:
        return f"<WebSocket {self.url} readyState={self.readyState}>"


Misspelt.watch(BrowserWebSocket)


def _open(socket: BrowserWebSocket) -> Event:
    return Event("open")


def _message(socket: BrowserWebSocket, message: str | bytes) -> Event:
    data = to_data(message, socket._binary_type)
    return MessageEvent("message", data=data, origin=socket._socket.origin)


def _error(socket: BrowserWebSocket) -> Event:
    return Event("error")


def _close(socket: BrowserWebSocket, code: int, reason: str, clean: bool) -> Event:
    return CloseEvent("close", code=code, reason=reason, wasClean=clean)


_MAKERS: dict[str, Callable[..., Event]] = {
    "open": _open,
    "message": _message,
    "error": _error,
    "close": _close,
}


def make_class(host: Host) -> Any:
    """Return the class with which the scripts of a host connect."""
    return BrowserWebSocketType("WebSocket", (BrowserWebSocket,), {"_host": host})
