"""Where two dialogues differ, found while they are read: neither has to be in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice

from attrs import frozen

from wsfake.model import Entry

__all__ = ["WINDOW", "Change", "changes"]

WINDOW = 256
"""Entries of each side that are looked through for the place at which both go on alike."""

_AROUND = 3
_RUN = 2  # so many entries alike are no chance; one is enough where as many were replaced


@frozen
class Change:
    """One place at which two dialogues differ."""

    place: int
    """The entry of the first dialogue at which it begins, counted from 1."""

    before: tuple[Entry, ...]
    """The few entries before it, which are alike."""

    removed: tuple[Entry, ...]
    added: tuple[Entry, ...]


class _Reader:
    """A stream of which some entries are looked at before they are taken."""

    def __init__(self, entries: Iterable[Entry], *, times: bool) -> None:
        self.ahead: deque[Entry] = deque()
        self._entries = iter(entries)
        self._times = times

    def look(self) -> None:
        self.ahead.extend(islice(self._entries, WINDOW - len(self.ahead)))

    def take(self) -> Entry | None:
        return self.ahead.popleft() if self.ahead else next(self._entries, None)

    def take_some(self, count: int) -> tuple[Entry, ...]:
        return tuple(self.ahead.popleft() for _ in range(count))

    def keys(self) -> list[Hashable]:
        return list(self.ahead) if self._times else [entry[1:] for entry in self.ahead]


def changes(
    one: Iterable[Entry], other: Iterable[Entry], *, times: bool = False
) -> Iterator[Change]:
    """Yield where a dialogue differs from another; when something was said counts with `times`.

    Takes time in proportion to the entries, and memory for a few hundred of them. What is alike
    again only behind `WINDOW` entries is told as several changes.
    """
    left, right = _Reader(one, times=times), _Reader(other, times=times)
    start = 0 if times else 1
    before: deque[Entry] = deque(maxlen=_AROUND)
    place = 0
    while True:
        was, is_ = left.take(), right.take()
        if was is not None and is_ is not None and was[start:] == is_[start:]:
            before.append(was)
            place += 1
            continue
        if was is None and is_ is None:
            return
        for reader, entry in ((left, was), (right, is_)):
            if entry is not None:
                reader.ahead.appendleft(entry)
            reader.look()
        removed, added = _until_alike(left.keys(), right.keys())
        change = Change(place + 1, tuple(before), left.take_some(removed), right.take_some(added))
        yield change
        before.clear()
        place += removed


def _until_alike(one: list[Hashable], other: list[Hashable]) -> tuple[int, int]:
    """Return how many entries of each to pass over until both go on alike: as few as can be."""
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(other):
        places.setdefault(key, []).append(place)
    best = (len(one), len(other))
    for i, key in enumerate(one):
        if i >= sum(best):
            break
        for j in places.get(key, ()):
            if i + j >= sum(best):
                break
            if i == j or one[i : i + _RUN] == other[j : j + _RUN]:
                best = (i, j)
                break
    return best
