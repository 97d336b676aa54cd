"""`WebSocket`, as scripts of Qt hosts see it."""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar

from wsfake.model import Side
from wsfake.script_api.conversions import CLOSE_ARGUMENTS, CONVERTERS, to_string
from wsfake.script_api.lints import Misspelt
from wsfake.script_api.socket import ScriptSocket

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["CloseData", "MessageData", "WebSocket", "WebSocketType"]

_CONSTANTS = {"CONNECTING": 0, "OPEN": 1, "CLOSING": 2, "CLOSED": 3}
_MISSING: Any = object()
_HANDLERS = ("onopen", "onmessage", "onerror", "onclose")


class MessageData:
    """What `onmessage` is given. `data` is `str` for a text and `bytes` for an ArrayBuffer."""

    __slots__ = ("data",)

    data: str | bytes  # set by `hear`: one is made for every message, and `__init__` is a call

    def __repr__(self) -> str:
        return f"MessageData(data={self.data!r})"


class CloseData:
    """What `onclose` is given."""

    __slots__ = ("code", "reason", "wasClean")

    def __init__(self, code: int, reason: str, wasClean: bool) -> None:  # noqa: N803 - the host's name
        self.code = code
        self.reason = reason
        self.wasClean = wasClean

    def __repr__(self) -> str:
        return f"CloseData(code={self.code}, reason={self.reason!r}, wasClean={self.wasClean})"


class WebSocketType(type):
    """Makes the class's constants what they are on its host: undefined, that is None, on Qt."""

    _host: Host

    def _constant(cls, name: str) -> int | None:
        if cls._host.profile.class_constants:
            return _CONSTANTS[name]
        cls._host.lints.class_constant(name)
        return None

    @property
    def CONNECTING(cls) -> int | None:
        return cls._constant("CONNECTING")

    @property
    def OPEN(cls) -> int | None:
        return cls._constant("OPEN")

    @property
    def CLOSING(cls) -> int | None:
        return cls._constant("CLOSING")

    @property
    def CLOSED(cls) -> int | None:
        return cls._constant("CLOSED")


def _constant(name: str) -> Any:
    return property(lambda _: _CONSTANTS[name], _ignore, doc="A value of `readyState`.")


def _ignore(socket: object, value: object) -> None:
    """Assigning to a read-only property is no error on these hosts; nothing happens."""


def _handler(name: str) -> Any:
    event = name.removeprefix("on")

    def read(socket: WebSocket) -> Any:
        return socket._handlers.get(event)

    def write(socket: WebSocket, value: Any) -> None:
        socket._handlers[event] = value
        if callable(value):
            socket._host.lints.handler_set(event, value)
            socket._calls[event] = socket._host.trim(value, 1 if event in _WITH_ARGUMENT else 0)
        else:
            socket._calls.pop(event, None)
        socket._on_message = socket._calls.get("message")

    return property(read, write, doc=f"Called when the connection has this event: {event}.")


def _undefined_property(value: object) -> Any:
    return property(lambda _: value, _ignore)


class WebSocket(metaclass=WebSocketType):
    """A connection, as a script sees it. `ws_fake.WebSocket` is this class for one test.

    Nothing raises on these hosts but `send()` without an argument. Any value may be stored in a
    handler and is read back; it is called only if it is a function, with as many of the event's
    arguments as it takes.
    """

    _host: ClassVar[Host]

    CONNECTING = _constant("CONNECTING")
    OPEN = _constant("OPEN")
    CLOSING = _constant("CLOSING")
    CLOSED = _constant("CLOSED")

    onopen = _handler("onopen")
    onmessage = _handler("onmessage")
    onerror = _handler("onerror")
    onclose = _handler("onclose")

    bufferedAmount = _undefined_property(0)
    extensions = _undefined_property("")
    protocol = _undefined_property("")

    def __init__(self, url: object = "", *ignored: object) -> None:
        if isinstance(url, WebSocket):
            self._attach(url._socket)
            return
        self._attach(ScriptSocket(self._host, Side.CLIENT))
        with self._host.network.lock:
            self._socket.connect(to_string(url))

    def _attach(self, socket: ScriptSocket) -> None:
        self._socket = socket
        self._network = self._host.network
        socket.show(self)
        self.binaryType: Any = self._host.profile.binary_type
        self._handlers: dict[str, Any] = {}
        self._calls: dict[str, Callable[..., None]] = {}
        self._on_message: Callable[..., None] | None = None

    @classmethod
    def _of_peer(cls, socket: ScriptSocket) -> WebSocket:
        """Return the face of a connection that a server of the script has accepted."""
        self = cls.__new__(cls)
        self._attach(socket)
        return self

    @property
    def readyState(self) -> int:
        """The state of the connection: `CONNECTING`, `OPEN`, `CLOSING` or `CLOSED`."""
        return self._socket.ready_state

    @readyState.setter
    def readyState(self, value: object) -> None:
        _ignore(self, value)

    @property
    def url(self) -> str:
        """The URL as the host displays it: no password, percent-decoded, no slash added."""
        return self._socket.shown_url

    @url.setter
    def url(self, value: object) -> None:
        _ignore(self, value)

    def send(self, message: object = _MISSING, *ignored: object) -> None:
        """Send a message; on a socket that is not open it is lost without a word.

        Raises `TypeError` without an argument, and the failure of a message that the transcript
        does not expect.
        """
        value = message
        if type(value) is not str or not value.isascii():
            if value is _MISSING:
                raise TypeError("expected a message to send, as in: socket.send('hello')")
            value = CONVERTERS[self._host.profile.convert](value)
        network, socket = self._network, self._socket
        if network.held_by == get_ident():  # a callback sends, and the lock is held already
            straight = socket.straight
            if straight is None or not straight(value):
                socket.send(value)
            return
        with network.lock:
            socket.send(value)

    def close(self, *arguments: object) -> None:
        """Close the connection: `close([code=1000], [reason=""])`.

        The code becomes an unsigned 16-bit number as JavaScript makes it, a reason is cut to 123
        bytes, even inside a character, and neither is checked.
        """
        code, reason = CLOSE_ARGUMENTS[self._host.profile.close_arguments](*arguments)
        with self._host.network.lock:
            self._socket.close(code, reason)

    def fire(self, event: str, *arguments: Any) -> None:
        """Call the handler of an event that is no message, as its socket asks for it."""
        call = self._calls.get(event)
        if call is not None:
            try:
                if event == "close":
                    call(CloseData(*arguments))
                else:
                    call()
            except Exception as error:  # noqa: BLE001 - told by `run`
                self._network.report(error)

    def hear(self, message: str | bytes) -> None:
        """Call the handler of messages; it is called for each, and so is a way of its own."""
        call = self._on_message
        if call is not None:
            given = MessageData()
            given.data = message
            try:
                call(given)
            except Exception as error:  # noqa: BLE001 - told by `run`
                self._network.report(error)

    def __repr__(self) -> str:
        return f"<WebSocket {self.url} readyState={self.readyState}>"


Misspelt.watch(WebSocket)

_WITH_ARGUMENT = ("message", "close")
