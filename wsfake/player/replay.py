"""Playing a recording: its connections, one order over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wsfake.errors import UsageError
from wsfake.model import End, Entry, Gap, Open, Pong, Side, normalise_url
from wsfake.player.order import Order
from wsfake.player.plan import Plan
from wsfake.player.player import Player
from wsfake.transcript import Matching
from wsfake.transcript.matching import PLACEHOLDER, fits_placeholder

__all__ = ["Replay", "ReplayConnection"]


class ReplayConnection:
    """One connection of a recording, and who plays it once it is opened."""

    __slots__ = ("entries", "number", "opening", "player")

    def __init__(self, number: int, opening: Open, entries: list[tuple[int, int, Entry]]) -> None:
        self.number = number
        self.opening = opening
        self.entries = entries
        self.player: Player | None = None

    @property
    def url(self) -> str:
        return self.opening.url

    def at_speed(self, speed: float) -> None:
        """Let its intervals pass so many times as fast as they did; 0 is at once."""
        self.entries = [
            (index, int(interval / speed) if speed else 0, entry)
            for index, interval, entry in self.entries
        ]

    def unplayed(self) -> list[tuple[Side | None, Any]]:
        """Return what was not said on it; it need not have been opened."""
        if self.player is None:
            return [(Side.CLIENT, self.opening)]
        return self.player.unplayed()


class Replay:
    """Hands out the connections of a recording in the order in which they were opened."""

    def __init__(self, entries: Iterable[Entry], matching: Matching | None = None) -> None:
        self._matching = matching
        by_number: dict[int, ReplayConnection] = {}
        before = 0
        count = 0
        for index, entry in enumerate(entries):
            at, number, _, what = entry
            timed = (index, at - before if at > before else 0, entry)
            if type(what) not in _UNPLAYED:
                before = at
            count = index + 1
            connection = by_number.get(number)
            if connection is not None:
                connection.entries.append(timed)
            elif isinstance(what, Open):
                by_number[number] = ReplayConnection(number, what, [timed])
            else:
                raise UsageError(f"entry {index}: connection {number} speaks before it is opened")
        self.order = Order(count)
        self.connections = list(by_number.values())

    @property
    def players(self) -> list[Player]:
        return [c.player for c in self.connections if c.player is not None]

    @property
    def opened(self) -> int:
        """How many of its connections have been opened."""
        return len(self.players)

    def next_for(self, url: str) -> ReplayConnection | None:
        """Return the next connection to a URL that nobody has opened yet."""
        return next(
            (c for c in self.connections if c.player is None and _same_url(c.url, url)), None
        )

    def play(self, connection: ReplayConnection, side: Side) -> Player:
        """Return the player that acts `side` of a connection."""
        plan = Plan.of_recording(connection.entries, side.other)
        order = self.order if self.interleaved else None
        connection.player = Player(plan, side, self._matching, order=order)
        return connection.player

    @property
    def interleaved(self) -> bool:
        """Whether there are several connections, so that one can have to wait for another."""
        return len(self.connections) > 1

    def held(self) -> Player | None:
        """Return the player of the earliest entry that only waits for another connection."""
        held = [player for player in self.players if player.held()]
        return min(held, key=Player.place) if held else None

    def give_way(self, player: Player) -> None:
        """Let a held player say its next entry before its turn."""
        self.order.give_way_to(player.place())


_UNPLAYED = frozenset((Pong, Gap, End))
"""What nobody plays."""


def _same_url(recorded: str, url: str) -> bool:
    one, other = _normal(recorded), _normal(url)
    return one == other or (PLACEHOLDER in one and fits_placeholder(one, other))


def _normal(url: str) -> str:
    try:
        return normalise_url(url)
    except UsageError:  # a script's server is named "server 1"
        return url
