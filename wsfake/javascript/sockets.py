"""A script's sockets: what its turns ask of them, and what they tell it.

JavaScript has done the local rows of the table by itself; here they only have their consequences.
The remote rows are Python's, and each handler that they call is a turn.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from json.encoder import encode_basestring_ascii as _quote
from typing import TYPE_CHECKING, Any

from wsfake.errors import Failure
from wsfake.javascript.engine import dumps
from wsfake.model import Close, Drop, Event, Message, Side
from wsfake.script_api import Host, ScriptSocket
from wsfake.wire.payloads import encode_text

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["SocketFace", "Sockets"]


class SocketFace:
    """Calls the handlers of a socket, in JavaScript."""

    __slots__ = ("id", "known_state", "known_url", "script", "socket")

    def __init__(self, script: Script, number: int, socket: ScriptSocket) -> None:
        self.script = script
        self.id = number
        self.socket = socket
        self.known_state = socket.state
        self.known_url = socket.shown_url
        socket.show(self)

    def fire(self, event: str, *arguments: Any) -> None:
        self._fire(event, dumps(arguments))

    def hear(self, message: Message) -> None:
        if isinstance(message, str):
            self._fire("message", f"[{_quote(message)}]")
        else:
            self._fire("bytes", f'["{base64.b64encode(message).decode()}"]')

    def _fire(self, event: str, given: str) -> None:
        socket, script = self.socket, self.script
        state = socket.state
        script.settle()
        if socket.state != state:
            return  # the script has closed it meanwhile, and its own row has done the rest
        self.known_state = state
        script.fire(self.id, state, event, given)


class Sockets:
    """The sockets of one script, by the numbers that JavaScript knows them by."""

    def __init__(self, script: Script, host: Host) -> None:
        self._script = script
        self._host = host
        self._faces: dict[int, SocketFace] = {}
        self._forgotten: list[int] = []
        self._accepted = 0

    def connect(self, number: int, url: str, shown: str, stack: str) -> None:
        """Connect a socket; JavaScript has read its URL already, and shows `shown` of it."""
        socket = ScriptSocket(self._host, Side.CLIENT)
        self._faces[number] = face = SocketFace(self._script, number, socket)
        face.known_state, face.known_url = "connecting", shown
        with self._script.said_at(stack):
            socket.connect(url)

    def accepted(self, socket: ScriptSocket) -> int:
        """Take in the socket of a client that a server of the script has accepted."""
        self._accepted += 1
        self._faces[self._accepted] = SocketFace(self._script, self._accepted, socket)
        return self._accepted

    def news(self) -> list[list[Any]]:
        """Return what JavaScript does not know yet of its sockets."""
        told: list[list[Any]] = []
        ended: list[int] = []
        if self._forgotten:
            told += [["forget", number] for number in self._forgotten]
            self._forgotten.clear()
        for number, face in self._faces.items():
            state, url = face.socket.state, face.socket.shown_url
            if state != face.known_state or url != face.known_url:
                face.known_state, face.known_url = state, url
                told.append(["state", number, state, url])
            if state == "closed":
                ended.append(number)
        for number in ended:
            del self._faces[number]
            self._forget_later(number)
        return told

    def _forget_later(self, number: int) -> None:
        """Let JavaScript forget a socket once no row of the table is under way any more."""
        self._host.network.clock.call_soon(lambda: self._forgotten.append(number))

    # What the local rows come to

    def goto(self, number: int, state: str) -> None:
        face = self._faces[number]
        face.known_state = state
        face.socket.goto(state)

    def say(self, number: int, what: Event, stack: str) -> None:
        try:
            self._faces[number].socket.say(what)
        except Failure as failure:
            self._script.blame(failure, stack)

    def utf8(self, number: int, text: str, stack: str) -> None:
        self.say(number, encode_text(text), stack)

    def binary(self, number: int, encoded: str, stack: str) -> None:
        self.say(number, base64.b64decode(encoded), stack)

    def close(self, number: int, code: int | None, reason: str, stack: str) -> None:
        self.say(number, Close(code, reason), stack)

    def drop(self, number: int, stack: str) -> None:
        self.say(number, Drop(), stack)

    def release(self, number: int, stack: str) -> None:
        with self._script.said_at(stack):
            self._faces[number].socket.release()

    def hold_text(self, number: int, text: str) -> None:
        self._faces[number].socket.hold(text)

    def hold_utf8(self, number: int, text: str) -> None:
        self._faces[number].socket.hold(encode_text(text))

    def hold_binary(self, number: int, encoded: str) -> None:
        self._faces[number].socket.hold(base64.b64decode(encoded))

    def later(self, number: int, fact: str) -> None:
        self._faces[number].socket.later(fact)

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return what a turn may ask of sockets."""
        return {
            "connect": self.connect,
            "goto": self.goto,
            "text": self.say,
            "utf8": self.utf8,
            "binary": self.binary,
            "close": self.close,
            "drop": self.drop,
            "release": self.release,
            "hold text": self.hold_text,
            "hold utf8": self.hold_utf8,
            "hold binary": self.hold_binary,
            "later": self.later,
        }

    def leave(self) -> None:
        """The script has ended: its host closes what it left open, and calls no handler."""
        for face in self._faces.values():
            socket = face.socket
            if socket.state == "closed":
                continue
            socket.goto("closed")
            connection = socket.connection
            if connection is not None and connection.ended is None:
                connection.say(socket.side, Close(1001, ""))
        self._faces.clear()
