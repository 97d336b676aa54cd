"""From connections that were told one by one to one timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge

from attrs import define, field

from wsfake.cassette.schema import MAX_AT
from wsfake.foreign.values import Value
from wsfake.model import Entry, Event, Open, Side

__all__ = ["Told", "date_of", "timeline"]


@define
class Told:
    """One connection as a file tells of it. Times are in microseconds."""

    place: Value
    """Where in the file it is told of."""

    opening: Open
    start: int | None = None
    """When it was opened, since 1970; None where the file does not say: after the one before it."""

    said: list[tuple[int | None, Side, Event]] = field(factory=list)
    """In their order, which holds where their times do not."""

    def say(self, at: int | None, side: Side, what: Event) -> None:
        self.said.append((at, side, what))


def timeline(connections: Sequence[Told]) -> list[Entry]:
    """Return the entries of connections, which are numbered in the order in which they opened.

    The first is opened at 0, and nothing comes before what its connection said before it.
    """
    last = 0
    starts: list[tuple[int, int, Told]] = []
    for place, told in enumerate(connections):
        start = last if told.start is None else told.start
        starts.append((start, place, told))
        last = max([last, start, *(at for at, _, _ in told.said if at is not None)])
    starts.sort(key=lambda each: each[:2])
    origin = starts[0][0] if starts else 0
    rows = [_entries(told, start, origin, n) for n, (start, _, told) in enumerate(starts, 1)]
    return list(merge(*rows, key=lambda entry: entry[:2]))


def _entries(told: Told, start: int, origin: int, number: int) -> Iterator[Entry]:
    last = start
    for at, side, what in ((start, Side.CLIENT, told.opening), *told.said):
        last = last if at is None else max(last, at)
        if last - origin > MAX_AT:
            told.place.wrong("at most 285 years since the first connection", "more")
        yield Entry(last - origin, number, side, what)


def date_of(connections: Sequence[Told]) -> str | None:
    """Return when the first connection was opened, in ISO 8601; None where nothing says so."""
    starts = [told.start for told in connections if told.start is not None]
    if not starts:
        return None
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=max(0, min(starts)))
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")
