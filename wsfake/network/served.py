"""What a test serves at a URL, and the handle by which it takes part in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wsfake.errors import ConnectionNotAnswered, UsageError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    Event,
    Headers,
    Message,
    Ping,
    Pong,
    Side,
    UrlPattern,
    normalise_url,
)
from wsfake.network.ends import End
from wsfake.network.player_end import PlayerEnd
from wsfake.player import Plan, Player
from wsfake.transcript import Matching, Transcript
from wsfake.transcript.arity import check_function
from wsfake.transcript.checks import as_accept, sayable, sayable_close

if TYPE_CHECKING:
    from wsfake.network.connection import Connection, Ending
    from wsfake.network.network import Network

__all__ = ["Handler", "Peer", "PeerConnection", "Served", "Services"]


def _unsettable(name: str) -> str:
    for hook in ("on_message", "on_close"):
        if name.lower().replace("_", "") == hook.replace("_", ""):
            return (
                f"peer.{name} cannot be set: expected peer.{hook}(function), or @peer.{hook}"
                " above the function"
            )
    return f"peer.{name} cannot be set: expected a variable of your own, got an attribute of a peer"


class PeerConnection:
    """One connection of a script, as the test's side of it sees it."""

    def __init__(self, connection: Connection, side: Side) -> None:
        self._connection = connection
        self._side = side

    @property
    def url(self) -> str:
        """The URL that was connected to, as the client gave it."""
        return self._connection.url

    @property
    def headers(self) -> Headers:
        """The headers of the client's opening handshake."""
        return self._connection.headers

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """The subprotocols that the client asks for."""
        return self._connection.opening.subprotocols

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server chose."""
        return self._connection.subprotocol

    @property
    def client_messages(self) -> list[Message]:
        """What the client has said so far, without its handshake and its Close."""
        self._connection.network.settle()
        return self._connection.messages(Side.CLIENT)

    @property
    def server_messages(self) -> list[Message]:
        """What the server has said so far, without its handshake and its Close."""
        self._connection.network.settle()
        return self._connection.messages(Side.SERVER)

    @property
    def closed(self) -> Ending | None:
        """The Close, drop or refusal that ended it, or None while it is open."""
        self._connection.network.settle()
        return self._connection.ended

    def send(self, message: Message | dict[str, Any] | list[Any]) -> None:
        """Say a message; it arrives when the clock runs."""
        self._say(sayable(message))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Send a Close, 1000 and "" unless said otherwise."""
        self._say(sayable_close(code, reason))

    def drop(self, *, reset: bool = False) -> None:
        """End TCP without a Close."""
        self._say(Drop(reset))

    def _say(self, what: Event) -> None:
        connection = self._connection
        if connection.ended is not None:
            raise UsageError(f"connection {connection.number} to {connection.url} is closed")
        connection.clock.call_soon(lambda: self._say_now(what))

    def _say_now(self, what: Event) -> None:
        connection = self._connection
        if connection.ended is not None:  # what is in flight towards a closed script is lost
            return
        if isinstance(what, Close | Drop) and isinstance(connection.server, PlayerEnd):
            connection.server.player.interrupt()
        connection.say(self._side, what)


class Peer(PeerConnection):
    """A connection that a handler serves: no transcript, nothing is expected."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, Side.SERVER)
        self._on_message: Callable[[Message], object] | None = None
        self._on_close: Callable[[Close | Drop], object] | None = None
        self._choice: str | None = None
        self._is_to_be_told = False  # that the script has closed, which its handlers do not know

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse what nobody would look at, such as a handler that is assigned."""
        if not name.startswith("_"):
            raise UsageError(_unsettable(name))
        super().__setattr__(name, value)

    def accept(self, subprotocol: str | None) -> None:
        """Choose one of the `subprotocols`; to be called by the handler itself.

        Raises `UsageError` for what is none, and where the connection is accepted already.
        """
        as_accept(subprotocol, (), ())
        if self._connection.accepted:
            raise UsageError(
                "peer.accept(...) was called behind the opening handshake: call it in the handler"
                " of serve() itself, before that returns"
            )
        self._choice = subprotocol

    def on_message(self, function: Callable[[Message], object]) -> Callable[[Message], object]:
        """Have a function called with each message of the script; usable as a decorator."""
        check_function(function, "peer.on_message")
        self._on_message = function
        return function

    def on_close(
        self, function: Callable[[Close | Drop], object]
    ) -> Callable[[Close | Drop], object]:
        """Have a function called with the script's `Close` or `Drop`; usable as a decorator.

        A `Close` that it returns answers the script's, in place of one with the same code.
        """
        check_function(function, "peer.on_close")
        self._on_close = function
        return function

    def arrive(self, what: Event) -> None:
        if isinstance(what, str | bytes):
            self._call(self._on_message, what)
        elif isinstance(what, Ping):
            self._say(Pong(what.payload))
        elif isinstance(what, Close | Drop):
            self._is_to_be_told = self._connection.ended is what
            self._connection.clock.call_soon(lambda: self._end(what))

    def _say(self, what: Event) -> None:
        if not self._is_to_be_told:  # else it crosses the script's Close, and is lost
            super()._say(what)

    def _end(self, what: Close | Drop) -> None:
        self._is_to_be_told = False
        connection = self._connection
        is_answer = connection.ended is not what  # to ours, that came first
        answer: object = None
        try:
            if self._on_close is not None:
                answer = self._on_close(what)
        finally:
            if isinstance(what, Close) and connection.accepted and not is_answer:
                close = answer if isinstance(answer, Close) else Close(what.code)
                connection.say(Side.SERVER, close)

    def _call(self, function: Callable[[Any], object] | None, argument: Any) -> None:
        if function is not None:
            clock = self._connection.clock
            clock.call_soon(lambda: function(argument))


Handler = Callable[[Peer], object]


class Served:
    """What is served at a URL: one plan for each connection, or one for any number alike."""

    def __init__(
        self,
        network: Network,
        pattern: UrlPattern,
        plans: Sequence[Transcript | Handler],
        connections: int | None,
        matching: Matching,
    ) -> None:
        self.pattern = pattern
        self.plans = plans
        self.most = connections
        self.matching = matching
        self.overrun = False
        """Whether the test has failed by a connection more than there was to be."""
        self.players: dict[int, Player] = {}
        """Who plays a connection, by its number, from 1."""

        self._network = network
        self._connections: list[PeerConnection] = []

    @property
    def connections(self) -> list[PeerConnection]:
        """The connections that were opened so far, in order."""
        self._network.settle()
        return self._connections

    @property
    def count(self) -> int:
        """How many connections there have been so far, as far as that is known already."""
        return len(self._connections)

    @property
    def used_up(self) -> bool:
        return self.most is not None and self.count >= self.most

    def send(self, message: Message | dict[str, Any] | list[Any]) -> None:
        """Say a message on the newest connection.

        Raises `UsageError` where none is open.
        """
        self._newest().send(message)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the newest connection.

        Raises `UsageError` where none is open.
        """
        self._newest().close(code, reason)

    def drop(self, *, reset: bool = False) -> None:
        """Drop the newest connection.

        Raises `UsageError` where none is open.
        """
        self._newest().drop(reset=reset)

    def _newest(self) -> PeerConnection:
        if not self._connections:
            raise UsageError(f"nobody has connected to {self.pattern} yet")
        return self._connections[-1]

    def take(self, connection: Connection) -> End:
        """Serve the next connection."""
        number = len(self._connections)
        plan = self.plans[min(number, len(self.plans) - 1)]
        if isinstance(plan, Transcript):
            self._connections.append(PeerConnection(connection, Side.SERVER))
            return self._play(connection, plan)
        return self._handle(connection, plan)

    def _play(self, connection: Connection, transcript: Transcript) -> End:
        player = Player(
            Plan.of_transcript(transcript),
            Side.SERVER,
            self.matching,
            expected_headers=transcript.expected_headers,
        )
        self.players[len(self._connections)] = player
        again = self.most is None and len(self._connections) > len(self.plans)
        return PlayerEnd(self._network, player, connection, again=again)

    def _handle(self, connection: Connection, handler: Handler) -> End:
        peer = Peer(connection)
        self._connections.append(peer)

        def accept() -> None:
            if connection.ended is None:
                try:
                    handler(peer)  # first, so that it misses nothing that comes with the opening
                finally:
                    connection.say(Side.SERVER, Accept(peer._choice))

        connection.clock.call_soon(accept)
        return peer

    def unopened(self) -> int:
        """Return how many connections were promised and never opened."""
        return max(0, (self.most or 0) - len(self._connections))

    def unplayed(self) -> list[tuple[int, list[tuple[Side | None, Any]]]]:
        """Return what was not said, by connection of this URL, from 1."""
        left = [(n, player.unplayed()) for n, player in self.players.items()]
        return [(n, steps) for n, steps in left if steps]


class Services:
    """Everything that the test serves."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.served: list[Served] = []

    def serve(
        self,
        url: str | re.Pattern[str],
        plans: Sequence[Transcript | Handler],
        matching: Matching,
        connections: int | None,
    ) -> Served:
        """Serve these plans at a URL, after what is served there already."""
        for plan in plans:
            if not isinstance(plan, Transcript):
                _check_handler(plan)
        served = Served(
            self._network, UrlPattern.of(url), plans or (_say_nothing,), connections, matching
        )
        self.served.append(served)
        return served

    def fitting(self, url: str) -> list[Served]:
        normal = normalise_url(url)
        return [served for served in self.served if served.pattern.fits(normal)]

    def answer(self, connection: Connection) -> End | None:
        """Answer what is served; refuse where all of it is used up, which is a failure."""
        if not self.served:
            return None
        try:
            fitting = self.fitting(connection.url)
        except UsageError:  # the URL of a script's server under replay
            return None
        served = next((served for served in fitting if not served.used_up), None)
        if served is not None:
            return served.take(connection)
        if not fitting:
            return None
        network = self._network
        if not all(served.overrun for served in fitting):  # once: a client may try for ever
            network.report(network.fail(self._used_up(connection, fitting)))
            for served in fitting:
                served.overrun = True
        return network.refuse_later(connection)

    def _used_up(self, connection: Connection, fitting: list[Served]) -> ConnectionNotAnswered:
        count = sum(served.count for served in fitting)
        url = self._network.redaction.url(connection.url)
        times = "one connection" if count == 1 else f"{count} connections"
        return ConnectionNotAnswered(
            f"connection {count + 1} to {url} is one more than is served\n"
            f"  expected  {times}\n"
            f"  actual    one more; the script saw it refused\n\n"
            f"  serve a transcript for it too, with another serve({url!r}, ...),\n"
            f"  or any number alike, with serve(..., connections=None)"
        )


def _check_handler(plan: object) -> None:
    if plan is Transcript:
        raise UsageError("expected a Transcript or a handler, got the class: Transcript()")
    if not callable(plan):
        kind = type(plan).__name__
        raise UsageError(f"expected a Transcript or a handler, got {kind}: {plan!r}")
    check_function(plan, "a handler")


def _say_nothing(peer: Peer) -> None:
    pass
