"""One connection, with an end at either side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from wsfake.model import (
    Accept,
    Close,
    Drop,
    Event,
    Headers,
    Message,
    Open,
    Refuse,
    Reject,
    Side,
)

if TYPE_CHECKING:
    from wsfake.network.ends import End
    from wsfake.network.network import Network

__all__ = ["Connection", "Ending"]

Ending: TypeAlias = Close | Drop | Refuse | Reject
"""What ends a connection, or lets it not come about."""


class Connection:
    """What one side says is noted in the dialogue and arrives at the other.

    `posted` delays what arrives until what is due now is done: two scripts talk so, each in a turn
    of its own. A player hears at once, so that a mismatch points at the line that said it.
    """

    def __init__(self, network: Network, number: int, opening: Open) -> None:
        self.network = network
        self.clock = network.clock
        """Where what is due on it waits: at a real port, another queue than that of scripts."""
        self.number = number
        self.opening = opening
        self.client: End | None = None
        self.server: End | None = None
        self.posted = False
        self.reachable = True
        """Whether TCP connects to its server by itself, without news of it."""
        self.news: dict[Side, Callable[[str], None]] = {}
        """Who listens, at each side, for what `tell` tells."""
        self.accepted = False
        self.source = ""
        """Where its transcript is from, for messages: a cassette's path, or nothing."""
        self.offers_recorded: tuple[str, ...] | None = None
        """The extensions that the client of the recording offered, where one answers."""
        self.subprotocol: str | None = None
        self.ended: Ending | None = None
        """The Close, drop or refusal that ended it; the first, where both sides closed."""
        self._messages: dict[Side, list[Message]] = {side: [] for side in Side}
        self._looked_at = 0  # so many entries, for these

    @property
    def url(self) -> str:
        return self.opening.url

    @property
    def headers(self) -> Headers:
        """The headers of the client's opening handshake."""
        return self.opening.headers

    @property
    def refused(self) -> bool:
        """Whether no server answered at all."""
        return isinstance(self.ended, Refuse)

    def say(self, side: Side, what: Event) -> None:
        """One side does something: note it, and let it arrive at the other side."""
        network = self.network
        clock, origin = network.clock, network.origin
        at = network.time() if origin is None else clock.now - origin
        by_client = side is _CLIENT
        network.note((at, self.number, by_client, what))
        if type(what) is not str and type(what) is not bytes:
            self._follow(what)
        end = self.server if by_client else self.client
        if end is None:
            return
        if self.posted:
            clock.call_soon(partial(end.arrive, what))
        else:
            end.arrive(what)

    def note(self, at: int, side: Side, what: Event) -> None:
        """One side has done something that the other side knows of: note it, for that time."""
        self.network.note((at, self.number, side is _CLIENT, what))
        self._follow(what)

    def tell(self, side: Side, news: str) -> None:
        """Let a side know of TCP what no dialogue notes.

        `"connected"`: it is, to a server that is not `reachable`. `"end ahead"`, `"reset ahead"`:
        behind what the other side is about to say, its stream ends, or it has reset.
        """
        listener = self.news.get(side)
        if listener is not None:
            listener(news)

    def _follow(self, what: Event) -> None:
        if isinstance(what, Accept):
            self.subprotocol = what.subprotocol
            self.accepted = True
        elif self.ended is None and isinstance(what, Ending):
            self.ended = what

    def messages(self, side: Side) -> list[Message]:
        """Return the messages that one side has said so far."""
        network = self.network
        with network.lock:  # another thread may ask, too
            begin, end = self._looked_at, len(network.noted)
            if begin < end:  # a handler may ask with each message: nothing is looked at twice
                self._looked_at = end
                new = network.entries_between(begin, end)
                for number, who, what in zip(new.connections, new.sides, new.whats, strict=True):
                    if number == self.number and isinstance(what, str | bytes):
                        self._messages[who].append(what)
            return list(self._messages[side])


_CLIENT = Side.CLIENT
