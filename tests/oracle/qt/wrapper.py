"""The host's two classes over the real `QWebSocket` and `QWebSocketServer`.

Only what the host adds to Qt is here. What the host's script engine adds (how a value becomes a
text, what an object becomes in `send()`) is modelled from its documentation, and scenarios that
depend on it say `measured: false`.
"""

import contextlib
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from PyQt5.QtCore import QByteArray, QObject, QUrl
from PyQt5.QtNetwork import QAbstractSocket, QHostAddress
from PyQt5.QtWebSockets import QWebSocket, QWebSocketProtocol, QWebSocketServer
from telling.script import ScriptError


class Undefined:
    """JavaScript's undefined, which Python has not."""


class PlainObject:
    pass


class Function:
    def __call__(self, *arguments: Any) -> None:
        """Only ever stored and read back."""


class TypedArray(bytes):
    pass


UNDEFINED = Undefined()

STATES = {
    QAbstractSocket.HostLookupState: 0,
    QAbstractSocket.ConnectingState: 0,
    QAbstractSocket.ConnectedState: 1,
    QAbstractSocket.BoundState: 1,
    QAbstractSocket.ListeningState: 1,
    QAbstractSocket.ClosingState: 2,
}


def js_string(value: Any) -> str:
    """JavaScript's String(value)."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, PlainObject):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else js_string(item) for item in value)
    if isinstance(value, TypedArray):
        return ",".join(str(byte) for byte in value)
    if isinstance(value, bytes):
        return "[object ArrayBuffer]"
    if isinstance(value, float):
        return js_float(value)
    return str(value)


def js_float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) and abs(value) < 1e21 else repr(value)


def to_uint16(value: Any) -> int:
    """JavaScript's ToUint16(ToNumber(value))."""
    if value is None or isinstance(value, Undefined):
        return 0
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(int(text, 16)) if text[:2].lower() == "0x" else float(text or "0")
        except ValueError:
            return 0
    if not isinstance(value, (int, float)) or math.isnan(value) or math.isinf(value):
        return 0
    return int(value) % 65536


class WebSocket(QObject):
    CONNECTING, OPEN, CLOSING, CLOSED = 0, 1, 2, 3
    READ_ONLY = {
        "readyState", "url", "bufferedAmount", "extensions", "protocol",
        "CONNECTING", "OPEN", "CLOSING", "CLOSED",
    }  # fmt: skip
    bufferedAmount = 0
    extensions = ""
    protocol = ""

    def __init__(self, profile: str, url: str = "", socket: Any = None) -> None:
        super().__init__()
        self.profile = profile
        self.socket = QWebSocket() if socket is None else socket
        self.binaryType = "blob" if profile == "hifi" else "arraybuffer"
        self.onopen: Any = UNDEFINED
        self.onmessage: Any = UNDEFINED
        self.onerror: Any = UNDEFINED
        self.onclose: Any = UNDEFINED
        # The order is the host's, and so is that all of it stands before open().
        self.socket.disconnected.connect(self._closed)
        self.socket.textMessageReceived.connect(self._message)
        if profile != "hifi":
            self.socket.binaryMessageReceived.connect(self._binary_message)
        self.socket.connected.connect(self._opened)
        self.socket.error[QAbstractSocket.SocketError].connect(self._failed)
        if socket is None:
            self.socket.open(QUrl(url))

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.READ_ONLY:
            super().__setattr__(name, value)

    @property
    def readyState(self) -> int:
        return STATES.get(self.socket.state(), 3)

    @property
    def url(self) -> str:
        return self.socket.requestUrl().toDisplayString()

    def send(self, *arguments: Any) -> None:
        if not arguments:
            raise TypeError("too few arguments in call to send()")
        message = arguments[0]
        is_object = isinstance(message, (PlainObject, list, bytes, Function))
        if self.profile == "hifi" or not is_object:
            self.socket.sendTextMessage(js_string(message))
        elif isinstance(message, bytes) and not isinstance(message, TypedArray):
            self.socket.sendBinaryMessage(QByteArray(message))
        elif self.profile == "vircadia":
            self.socket.sendBinaryMessage(QByteArray())
        else:
            self.socket.sendBinaryMessage(QByteArray(js_string(message).encode()))

    def close(self, *arguments: Any) -> None:
        code = to_uint16(arguments[0]) if arguments else 1000
        reason = js_string(arguments[1]) if len(arguments) > 1 else ""
        self.socket.close(QWebSocketProtocol.CloseCode(code), reason)

    def _call(self, handler: Any, *arguments: Any) -> None:
        if not callable(handler):
            return
        with contextlib.suppress(ScriptError):  # the engine reports it, and the connection goes on
            handler(*arguments)

    def _opened(self) -> None:
        self._call(self.onopen)

    def _failed(self, _error: Any) -> None:
        self._call(self.onerror)

    def _message(self, text: str) -> None:
        self._call(self.onmessage, SimpleNamespace(data=text))

    def _binary_message(self, data: QByteArray) -> None:
        self._call(self.onmessage, SimpleNamespace(data=bytes(data)))

    def _closed(self) -> None:
        failed = self.socket.error() != QAbstractSocket.UnknownSocketError
        code = 1006 if failed else int(self.socket.closeCode())
        reason = self.socket.closeReason()
        self._call(self.onclose, SimpleNamespace(code=code, reason=reason, wasClean=not failed))


class Signal:
    """A signal of the engine: a function twice counts once on Overte, twice on the older one."""

    def __init__(self, once: bool) -> None:
        self.once = once
        self.functions: list[Callable[..., None]] = []

    def connect(self, function: "Callable[..., None]") -> None:
        if not (self.once and function in self.functions):
            self.functions.append(function)

    def disconnect(self, function: "Callable[..., None]") -> None:
        if function in self.functions:
            self.functions.remove(function)

    def emit(self, peer: Any) -> None:
        for function in list(self.functions):
            with contextlib.suppress(ScriptError):
                function(peer)


class WebSocketServer(QObject):
    READ_ONLY = {"url", "port", "listening"}

    def __init__(self, profile: str, *arguments: Any) -> None:
        super().__init__()
        options = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        port, name = options.get("port"), options.get("serverName")
        self.profile = profile
        self.newConnection = Signal(once=profile == "overte")
        self.clients: list[WebSocket] = []
        self.server = QWebSocketServer(
            name if isinstance(name, str) else "HighFidelity - Scripted WebSocket Listener",
            QWebSocketServer.NonSecureMode,
        )
        number = port if isinstance(port, (int, float)) and not isinstance(port, bool) else 0
        if self.server.listen(QHostAddress(QHostAddress.Any), to_uint16(number)):
            self.server.newConnection.connect(self._connected)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.READ_ONLY:
            super().__setattr__(name, value)

    @property
    def url(self) -> str:
        return self.server.serverUrl().toDisplayString()

    @property
    def port(self) -> int:
        return self.server.serverPort()

    @property
    def listening(self) -> bool:
        return self.server.isListening()

    def close(self) -> None:
        for client in list(self.clients):
            if client.readyState != WebSocket.CLOSED:
                client.close(1001, "Server closing.")
        self.server.close()

    def _connected(self) -> None:
        client = WebSocket(self.profile, socket=self.server.nextPendingConnection())
        self.clients.append(client)
        client.socket.disconnected.connect(lambda: self._forget(client))
        self.newConnection.emit(client)

    def _forget(self, client: WebSocket) -> None:
        if client in self.clients:
            self.clients.remove(client)


class QtHost:
    """What the scenarios ask of a host, by the real Qt."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.made: list[Any] = []

    def web_socket(self, *arguments: Any) -> WebSocket:
        self.made.append(WebSocket(self.profile, js_string(arguments[0]) if arguments else ""))
        return self.made[-1]

    def web_socket_server(self, *arguments: Any) -> WebSocketServer:
        self.made.append(WebSocketServer(self.profile, *arguments))
        return self.made[-1]

    def value(self, kind: str, tagged: "dict[str, Any]") -> Any:
        if kind == "array":
            return tagged["items"]
        if kind == "ArrayBuffer":
            return bytes.fromhex(tagged["hex"])
        if kind == "Uint8Array":
            return TypedArray(bytes.fromhex(tagged["hex"]))
        if kind == "NaN":
            return float("nan")
        if kind == "Infinity":
            return float("inf")
        return {"undefined": UNDEFINED, "object": PlainObject(), "function": Function()}[kind]

    def kind_of(self, value: Any) -> "str | None":
        kinds = {Undefined: "undefined", PlainObject: "object", Function: "function"}
        return kinds.get(type(value))

    def close(self) -> None:
        """Ends what the scenario left open, with nobody listening any more."""
        for owner in self.made:
            if isinstance(owner, WebSocketServer):
                for client in owner.clients:
                    silence(client)
                    client.socket.abort()
                owner.server.close()
            else:
                silence(owner)
                owner.socket.abort()


def silence(socket: WebSocket) -> None:
    for handler in ("onopen", "onmessage", "onerror", "onclose"):
        setattr(socket, handler, UNDEFINED)
