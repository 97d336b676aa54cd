"""Playing a recording: its connections, one order over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import sub
from typing import Any

from wsfake.errors import UsageError
from wsfake.model import (
    Accept,
    Close,
    End,
    Entries,
    Entry,
    Event,
    Gap,
    Open,
    Ping,
    Pong,
    Reject,
    Side,
    comparable,
    normalise_url,
)
from wsfake.player.groups import Accepts
from wsfake.player.order import Order
from wsfake.player.pings import unasked_pongs
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

    __slots__ = (
        *("indexes", "intervals", "number", "opening", "player", "sides", "speed", "whats"),
    )

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
        self.speed = 1.0
        """How many times as fast as they did its intervals pass; 0 is at once."""

    @property
    def url(self) -> str:
        return self.opening.url

    def plan(self, script: Side) -> Plan:
        """Return the plan in which `script` is the script's side."""
        speed, intervals = self.speed, self.intervals
        if speed != 1:
            intervals = [int(interval / speed) if speed else 0 for interval in intervals]
        return Plan.of_recording(self.sides, self.whats, intervals, self.indexes, script)

    def asks_for(self, subprotocols: Sequence[str]) -> bool:
        """Whether its client asked for these, in which placeholders stand for anything."""
        recorded = self.opening.subprotocols
        return len(recorded) == len(subprotocols) and all(map(_fits, recorded, subprotocols))

    def begins_with(self, accepts: Accepts) -> bool:
        """Whether the first word of its client is accepted; what answers an end is none."""
        for side, what in zip(self.sides, self.whats, strict=True):
            if side is Side.CLIENT and not isinstance(what, _BESIDE):
                return accepts(what)
            if isinstance(what, Reject | Close):
                return False
        return False

    def begins_as(self, other: ReplayConnection, count: int) -> bool:
        """Whether so many first entries are the same: to clients it makes no difference so far."""
        ones = zip(self.sides[1:count], self.whats[1:count], strict=True)
        others = zip(other.sides[1:count], other.whats[1:count], strict=True)
        return [*map(_seen, ones)] == [*map(_seen, others)]

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
        self.exchanged: list[Player] = []
        """Those whose part is another one now, and who may be due: to be taken from here."""

    @property
    def players(self) -> list[Player]:
        return [c.player for c in self.connections if c.player is not None]

    @property
    def opened(self) -> int:
        """How many of its connections have been opened."""
        return len(self.players)

    def next_for(self, url: str, subprotocols: Sequence[str] = ()) -> ReplayConnection | None:
        """Return the next connection to a URL that nobody has opened yet.

        That is the first one, but for those whose clients asked for other subprotocols, if not all
        did.
        """
        first = None
        for connection in self.connections:
            if connection.player is None and is_same_url(connection.url, url):
                if connection.asks_for(subprotocols):
                    return connection
                first = first or connection
        return first

    def was_cut_short(self) -> bool:
        """Whether one of its connections ended before all was said on it."""
        return any(player.failed or player.part.plan.was_cut_short() for player in self.players)

    def play(self, connection: ReplayConnection, side: Side, speed: float = 1) -> Player:
        """Return the player that acts `side` of a connection, at a speed."""
        connection.speed = speed
        order = self.order if self.interleaved else None
        choose = self._choose if self.interleaved and side is Side.SERVER else None
        player = Player(
            connection.plan(side.other), side, self._matching, order=order, choose=choose
        )
        connection.player = player
        return player

    def _choose(self, player: Player, accepts: Accepts) -> bool:
        """Let a client have the recorded connection to its URL that its first word fits.

        That is one that nobody has opened, or whose client has said nothing either, and then they
        exchange theirs; and of which the server has said the same so far.
        """
        bound = next(connection for connection in self.connections if connection.player is player)
        for other in self.connections:
            if (
                other is not bound
                and is_same_url(other.url, bound.url)
                and (other.player is None or not other.player.has_heard)
                and other.begins_with(accepts)
                and self._exchange(bound, other)
            ):
                return True
        return False

    def _exchange(self, one: ReplayConnection, other: ReplayConnection) -> bool:
        """Let two connections exchange who plays them, unless it would be seen; tell whether."""
        players = [connection.player for connection in (one, other) if connection.player]
        done = max(player.begun for player in players)
        if not one.begins_as(other, done):
            return False
        self.order.exchange(one.indexes[:done], other.indexes[:done])
        one.player, other.player = other.player, one.player
        one.speed, other.speed = other.speed, one.speed
        for connection in (one, other):
            if connection.player is not None:
                connection.player.take_over(connection.plan(Side.CLIENT), done)
        self.exchanged += players
        return True

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


def _fits(recorded: str, actual: str) -> bool:
    return recorded == actual or (PLACEHOLDER in recorded and fits_placeholder(recorded, actual))


_BESIDE = (Open, Ping, Pong, Gap, End)
"""What is no word of a client."""


def _seen(entry: tuple[Side, Event]) -> tuple[Side, object]:
    """Return an entry as it is compared; of an acceptance, headers are those of that day."""
    side, what = entry
    return side, ("accepted", what.subprotocol) if isinstance(what, Accept) else what


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
        unasked = unasked_pongs(timeline.connections, timeline.sides, timeline.whats)
        played = (
            at if type(what) not in _UNPLAYED or i in unasked else None
            for i, (at, what) in enumerate(zip(ats, timeline.whats, strict=True))
        )
        befores = accumulate(played, lambda before, at: before if at is None else at, initial=0)
    intervals = list(map(sub, ats, befores))
    return intervals if min(intervals, default=0) >= 0 else [max(0, each) for each in intervals]


_UNPLAYED = frozenset((Pong, Gap, End))
"""What nobody plays, but for pongs that nobody asked for."""


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
