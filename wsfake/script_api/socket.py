"""A socket of a script: the state of one connection, and the end at which the script sits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from wsfake.model import End as TestEnds, Event, Message, Open, Raw, Reject, Side
from wsfake.network import PlayerEnd
from wsfake.script_api.facts import Given, as_violation, classify, given_close
from wsfake.script_api.profiles.table import STATES
from wsfake.script_api.urls import READERS

if TYPE_CHECKING:
    from wsfake.network import Connection
    from wsfake.script_api.host import Host

__all__ = ["Face", "ScriptSocket"]

_NOTHING = Given()


class Face(Protocol):
    """What a script holds of a socket; its handlers are called through it."""

    def fire(self, event: str, *arguments: Any) -> None:
        """Call the handler of an event: `open`, `error` or `close`."""

    def hear(self, message: Message) -> None:
        """Call the handler of messages."""


class ScriptSocket:
    """Interprets its host's profile: calls of the script, and facts from the wire.

    Several faces may share one socket: the documented `new WebSocket(webSocket)`. One that is made
    in a handler hears from the next event on, as what is connected to a signal of Qt while that is
    emitted (`QMetaObject::activate`).
    """

    __slots__ = (
        "_compiled",
        "_hearing",
        "_held",
        "_sending",
        "connection",
        "faces",
        "host",
        "shown_url",
        "side",
        "state",
        "straight",
    )

    def __init__(self, host: Host, side: Side) -> None:
        self.host = host
        self.side = side
        self.state = "connecting"
        self.straight: Callable[[Message], bool] | None = None
        """What to ask first with a message that is to be sent: it may take it, and says so."""
        self.faces: list[Face] = []
        self.connection: Connection | None = None
        self.shown_url = ""
        self._held: list[Event] = []
        self._compiled = host.compiled
        self._sending = host.compiled.sending
        self._hearing = host.compiled.hearing
        host.sockets.append(self)

    def show(self, face: Face) -> None:
        """Call the handlers of one more face from now on."""
        self.faces.append(face)
        self._straighten()

    def hide(self, face: Face) -> None:
        """Call the handlers of a face no more."""
        self.faces.remove(face)
        self._straighten()

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
            self.goto("closed")
            return
        network = self.host.network
        self.host.lints.connecting(read.shown)
        network.clock.call_soon(self._reach)  # before whatever the server may say
        try:
            to = self.host.nowhere if read.hopeless else None
            network.connect(Open(url), self, to=to, ready=self.attach)
        except BaseException:
            self.goto("closed")
            raise

    def attach(self, connection: Connection) -> None:
        """Sit down at this side's end of a connection."""
        self.connection = connection
        connection.news[self.side] = self.happen

    def _reach(self) -> None:
        if self.connection is not None and self.connection.reachable:
            self.happen("connected")

    def send(self, message: Message) -> None:
        connection = self.connection
        if connection is not None and self.state in self._sending:
            connection.say(self.side, message)
            return
        self.host.lints.lost(self.state)
        self._compiled.local[self.state, "send"](self, Given(message))

    def close(self, code: int | None, reason: str) -> None:
        given = given_close(self._compiled.profile, code, reason)
        self._compiled.local[self.state, "close"](self, given)

    def leave(self) -> None:
        """The test ends: the host ends what its script left open, and no handler is called."""
        if self.connection is not None and self.state != "closed":
            self.goto("closed")
            if self.connection.ended is None:
                self.connection.say(self.side, TestEnds())

    # What comes from the wire

    def arrive(self, what: Event) -> None:
        if (type(what) is str or type(what) is bytes) and self.state in self._hearing:
            self._hear(what)
            return
        if self.state in self._compiled.deaf and not isinstance(what, Raw):
            return  # of raw bytes a part may be left for a later state
        fact = classify(what, self._compiled.profile, self.shown_url)
        if fact is not None:
            name, given = fact
            self._compiled.remote[self.state, name](self, given)
        elif isinstance(what, Reject):
            self._reject(what)
        elif isinstance(what, Raw):
            self._hear_bytes(what)

    def happen(self, fact: str) -> None:
        """Interpret a fact that nothing comes with."""
        self._compiled.remote[self.state, fact](self, _NOTHING)

    def violated(self, name: str) -> None:
        """Interpret that the peer has broken this rule."""
        fact, given = as_violation(self._compiled.profile, name)
        self._compiled.remote[self.state, fact](self, given)

    def _hear(self, message: Message) -> None:
        for face in tuple(self.faces):
            face.hear(message)

    def _reject(self, what: Reject) -> None:
        self.happen("reject")
        if what.body:
            from wsfake.wire.replies import ReplyReader  # noqa: PLC0415 - few refusals have one

            for _ in ReplyReader().feed(what.body):
                self.happen("reject")

    def _hear_bytes(self, what: Raw) -> None:
        """Take a seat behind what reads bytes, as long as this connection lasts."""
        from wsfake.script_api.bytes_end import BytesEnd  # noqa: PLC0415 - few peers speak in bytes

        connection = self.connection
        assert connection is not None
        end = BytesEnd(self, self._compiled.profile)
        if self.side is Side.CLIENT:
            connection.client = end
        else:
            connection.server = end
        self._straighten()
        end.arrive(what)

    # What the operations do

    def goto(self, state: str) -> None:
        self.state = state
        self._straighten()

    def _straighten(self) -> None:
        """Let messages run straight, where the table does nothing with them, to and from a player.

        Not where another end has taken this one's seat.
        """
        connection = self.connection
        if connection is None:
            return
        mine, other = connection.client, connection.server
        if self.side is Side.SERVER:
            mine, other = other, mine
        if isinstance(other, PlayerEnd) and other.straight:
            seated, state = mine is self, self.state
            hear = self.faces[0].hear if len(self.faces) == 1 else self._hear
            other.attach(hear if seated and state in self._hearing else None)
            self.straight = other.hear if seated and state in self._sending else None

    def say(self, what: Event) -> None:
        if self.connection is not None:
            self.connection.say(self.side, what)

    def hold(self, what: Event) -> None:
        self._held.append(what)

    def release(self) -> None:
        held, self._held = self._held, []
        for what in held:
            self.say(what)

    def later(self, fact: str) -> None:
        self.host.network.clock.call_soon(lambda: self.happen(fact))

    def throw(self, name: str, message: str) -> None:
        from wsfake.script_api.browser.exceptions import DOMException  # noqa: PLC0415 - only browsers

        raise DOMException(message, name)

    def buffer(self, message: Message, *, leaves: bool) -> None:
        """Hosts on Qt count nothing: `bufferedAmount` is always 0."""

    def fire(self, event: str, *arguments: Any) -> None:
        if event == "message":
            self._hear(*arguments)
            return
        lints = self.host.lints
        before = lints.begin(self, event)
        try:
            for face in tuple(self.faces):
                face.fire(event, *arguments)
        finally:
            lints.cause = before
