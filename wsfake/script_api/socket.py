"""A socket of a script: the state of one connection, and the end at which the script sits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from wsfake.errors import hide_frames
from wsfake.model import End as TestEnds
from wsfake.model import Event, Message, Open, Side
from wsfake.script_api.facts import Given, classify
from wsfake.script_api.profiles.table import STATES
from wsfake.script_api.urls import READERS

if TYPE_CHECKING:
    from wsfake.network import Connection
    from wsfake.script_api.host import Host

__all__ = ["Face", "ScriptSocket"]

__tracebackhide__ = hide_frames


class Face(Protocol):
    """What a script holds of a socket; its handlers are called through it."""

    def fire(self, event: str, *arguments: Any) -> None:
        """Call the handler of an event: `open`, `message`, `error` or `close`."""


class ScriptSocket:
    """Interprets its host's profile: calls of the script, and facts from the wire.

    Several faces may share one socket: the documented `new WebSocket(webSocket)`.
    """

    __slots__ = ("_compiled", "connection", "faces", "host", "shown_url", "side", "state")

    def __init__(self, host: Host, side: Side) -> None:
        self.host = host
        self.side = side
        self.state = "connecting"
        self.faces: list[Face] = []
        self.connection: Connection | None = None
        self.shown_url = ""
        self._compiled = host.compiled
        host.sockets.append(self)

    @property
    def ready_state(self) -> int:
        return STATES[self.state]

    # What the script does

    def connect(self, url: str) -> None:
        """Connect to a URL as the host would read it.

        Raises the failure of a URL that nothing answers.
        """
        read = READERS[self.host.profile.urls](url)
        self.shown_url = read.shown
        if not read.connects:
            self.state = "closed"
            return
        network = self.host.network
        self.host.lints.connecting(read.shown)
        try:
            to = self.host.nowhere if read.hopeless else None
            self.connection = network.connect(Open(url), self, to=to)
        except BaseException:
            self.state = "closed"
            raise

    def send(self, message: Message) -> None:
        if self.state in self._compiled.sending:
            self.say(message)
            return
        self.host.lints.lost(self.state)
        self._carry_out(self._compiled.local[self.state, "send"], Given(message))

    def close(self, code: int | None, reason: str) -> None:
        given = Given(code=code, reason=reason)
        self._carry_out(self._compiled.local[self.state, "close"], given)

    def leave(self) -> None:
        """The test ends: the host ends what its script left open, and no handler is called."""
        if self.connection is not None and self.state != "closed":
            self.state = "closed"
            if self.connection.ended is None:
                self.connection.say(self.side, TestEnds())

    # What comes from the wire

    def arrive(self, what: Event) -> None:
        fact = classify(what, self._compiled.profile, self.shown_url)
        if fact is not None:
            name, given = fact
            self._carry_out(self._compiled.remote[self.state, name], given)

    # What the operations do

    def _carry_out(self, row: tuple[Callable[[Any, Given], None], ...], given: Given) -> None:
        for action in row:
            action(self, given)

    def goto(self, state: str) -> None:
        self.state = state

    def say(self, what: Event) -> None:
        if self.connection is not None:
            self.connection.say(self.side, what)

    def fire(self, event: str, *arguments: Any) -> None:
        if event == "message":
            for face in self.faces:
                face.fire(event, *arguments)
            return
        with self.host.lints.because(self, event):
            for face in self.faces:
                face.fire(event, *arguments)
