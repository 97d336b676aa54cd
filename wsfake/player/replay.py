"""Playing a recording: its connections, one order over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, chain
from operator import sub
from typing import Any

from wsfake.errors import UsageError
from wsfake.model import (
    End,
    Entries,
    Entry,
    Event,
    Gap,
    Open,
    Pong,
    Side,
    comparable,
    normalise_url,
)
from wsfake.player.order import Order
from wsfake.player.plan import Plan
from wsfake.player.player import Player
from wsfake.transcript import Matching
from wsfake.transcript.matching import PLACEHOLDER, fits_placeholder

__all__ = ["Replay", "ReplayConnection", "is_same_url"]


class ReplayConnection:
    """One connection of a recording, and who plays it once it is opened.

    Of its entries it has parallel lists: the place of each on the timeline, the microseconds since
    the one before it there, who, and what.
    """

    __slots__ = ("indexes", "intervals", "number", "opening", "player", "sides", "whats")

    def __init__(
        self,
        number: int,
        opening: Open,
        *,
        indexes: list[int],
        intervals: list[int],
        sides: list[Side],
        whats: list[Event],
    ) -> None:
        self.number = number
        self.opening = opening
        self.indexes = indexes
        self.intervals = intervals
        self.sides = sides
        self.whats = whats
        self.player: Player | None = None

    @property
    def url(self) -> str:
        return self.opening.url

    def at_speed(self, speed: float) -> None:
        """Let its intervals pass so many times as fast as they did; 0 is at once."""
        self.intervals = [int(interval / speed) if speed else 0 for interval in self.intervals]

    def unplayed(self) -> list[tuple[Side | None, Any]]:
        """Return what was not said on it; it need not have been opened."""
        if self.player is None:
            return [(Side.CLIENT, self.opening)]
        return self.player.unplayed()


class Replay:
    """Hands out the connections of a recording in the order in which they were opened."""

    def __init__(self, entries: Iterable[Entry], matching: Matching | None = None) -> None:
        """Raise `UsageError` for a connection that speaks before it is opened."""
        self._matching = matching
        timeline = entries if isinstance(entries, Entries) else Entries.of(entries)
        self.order = Order(len(timeline))
        self.connections = _connections(timeline)

    @property
    def players(self) -> list[Player]:
        return [c.player for c in self.connections if c.player is not None]

    @property
    def opened(self) -> int:
        """How many of its connections have been opened."""
        return len(self.players)

    def next_for(self, url: str) -> ReplayConnection | None:
        """Return the next connection to a URL that nobody has opened yet."""
        for connection in self.connections:
            if connection.player is None and is_same_url(connection.url, url):
                return connection
        return None

    def was_cut_short(self) -> bool:
        """Whether one of its connections ended before all was said on it."""
        return any(player.failed or player.part.plan.was_cut_short() for player in self.players)

    def play(self, connection: ReplayConnection, side: Side) -> Player:
        """Return the player that acts `side` of a connection."""
        plan = Plan.of_recording(
            connection.sides,
            connection.whats,
            connection.intervals,
            connection.indexes,
            side.other,
        )
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


def _connections(timeline: Entries) -> list[ReplayConnection]:
    intervals = _intervals(timeline)
    numbers = list(dict.fromkeys(timeline.connections))
    if len(numbers) == 1:  # as nearly always
        places = {numbers[0]: list(range(len(timeline)))}
    else:
        places = {number: [] for number in numbers}
        for index, number in enumerate(timeline.connections):
            places[number].append(index)
    return [_connection(timeline, intervals, number, places[number]) for number in numbers]


def _connection(
    timeline: Entries, intervals: list[int], number: int, indexes: list[int]
) -> ReplayConnection:
    opening = timeline.whats[indexes[0]]
    if not isinstance(opening, Open):
        raise UsageError(f"entry {indexes[0]}: connection {number} speaks before it is opened")
    sides, whats = timeline.sides, timeline.whats
    if len(indexes) < len(timeline):
        intervals = [intervals[i] for i in indexes]
        sides = [sides[i] for i in indexes]
        whats = [whats[i] for i in indexes]
    return ReplayConnection(
        number, opening, indexes=indexes, intervals=intervals, sides=sides, whats=whats
    )


def _intervals(timeline: Entries) -> list[int]:
    """Return how long after the one before each entry comes, apart from what nobody plays."""
    ats = timeline.ats
    if _UNPLAYED.isdisjoint(map(type, timeline.whats)):
        befores: Iterable[int] = chain((0,), ats)
    else:
        played = (
            at if type(what) not in _UNPLAYED else None
            for at, what in zip(ats, timeline.whats, strict=True)
        )
        befores = accumulate(played, lambda before, at: before if at is None else at, initial=0)
    intervals = list(map(sub, ats, befores))
    return intervals if min(intervals, default=0) >= 0 else [max(0, each) for each in intervals]


_UNPLAYED = frozenset((Pong, Gap, End))
"""What nobody plays."""


def is_same_url(recorded: str, url: str) -> bool:
    """Whether a URL is the recorded one, in which placeholders stand for anything."""
    if recorded == url:
        return True
    normal, wanted = comparable(_normal(recorded), _normal(url))
    return normal == wanted or (PLACEHOLDER in normal and fits_placeholder(normal, wanted))


def _normal(url: str) -> str:
    try:
        return normalise_url(url)
    except UsageError:  # a script's server is named "server 1"
        return url
