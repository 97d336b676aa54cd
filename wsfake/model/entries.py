"""The entries of a dialogue, kept by columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from wsfake.model.entry import Entry, make_entry
from wsfake.model.events import Event
from wsfake.model.sides import Side

__all__ = ["Entries"]


class Entries(Sequence[Entry]):
    """A sequence of entries: one list for each field, and an entry is made when it is looked at.

    A cassette is read, and a plan made of it, a column at a time; and the garbage collector need
    not look at every message again and again, as long as it is kept.
    """

    __slots__ = ("ats", "connections", "sides", "whats")

    def __init__(
        self,
        ats: Iterable[int] = (),
        connections: Iterable[int] = (),
        sides: Iterable[Side] = (),
        whats: Iterable[Event] = (),
    ) -> None:
        self.ats = [*ats]
        self.connections = [*connections]
        self.sides = [*sides]
        self.whats = [*whats]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Entries:
        """Return these entries by columns."""
        return cls(*zip(*entries, strict=True))

    def append(self, entry: Entry) -> None:
        """Put one more behind these."""
        at, connection, side, what = entry
        self.ats.append(at)
        self.connections.append(connection)
        self.sides.append(side)
        self.whats.append(what)

    def extend(
        self,
        ats: Iterable[int],
        connections: Iterable[int],
        sides: Iterable[Side],
        whats: Iterable[Event],
    ) -> None:
        """Put others, by columns, behind these."""
        self.ats += ats
        self.connections += connections
        self.sides += sides
        self.whats += whats

    def cut(self, length: int) -> None:
        """Keep the first so many."""
        for column in (self.ats, self.connections, self.sides, self.whats):
            del column[length:]

    def __len__(self) -> int:
        return len(self.ats)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> Entries: ...

    def __getitem__(self, place: int | slice) -> Entry | Entries:
        columns = (self.ats[place], self.connections[place], self.sides[place], self.whats[place])
        return Entries(*columns) if isinstance(place, slice) else make_entry(columns)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Entry]:
        rows = zip(self.ats, self.connections, self.sides, self.whats, strict=True)
        return map(make_entry, rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it can grow

    def __repr__(self) -> str:
        return repr(tuple(self))
