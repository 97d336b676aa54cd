"""The order of things across the connections of one recording."""

from __future__ import annotations

from collections.abc import Sequence

from wsfake.player.plan import NOT_YET, SKIPPED

__all__ = ["Order"]


class Order:
    """One timeline: what has happened of it, and what is next.

    An entry is *clear* when every entry before it has happened or was skipped.
    """

    __slots__ = ("_happened", "_position", "gave_way")

    def __init__(self, length: int) -> None:
        self._happened = [NOT_YET] * length
        self._position = 0
        self.gave_way = 0
        """How often an entry was let go before its turn, because nothing else could happen."""

    def happen(self, index: int, now: int) -> None:
        """Note that an entry has happened, or (with a negative time) was skipped."""
        happened = self._happened
        happened[index] = now
        position, length = self._position, len(happened)
        while position < length and happened[position] != NOT_YET:
            position += 1
        self._position = position

    def exchange(self, ones: Sequence[int], others: Sequence[int]) -> None:
        """Exchange what has happened of these entries, each of the ones with one of the others.

        What could go because of them can still go.
        """
        happened = self._happened
        for one, other in zip(ones, others, strict=True):
            happened[one], happened[other] = happened[other], happened[one]

    @property
    def position(self) -> int:
        """The first entry that has not happened, nor was skipped, nor has given way."""
        return self._position

    def clear(self, index: int) -> bool:
        return self._position >= index

    def give_way_to(self, index: int) -> None:
        """Let this entry go before its turn; what it waited for holds nothing up any more."""
        self._position = max(self._position, index)
        self.gave_way += 1

    def let_go(self) -> None:
        """Let nothing wait for its turn any more."""
        self._position = len(self._happened)

    def time_before(self, index: int) -> int:
        """When the last entry before this one happened that was not skipped; negative: not yet."""
        while index and self._happened[index - 1] == SKIPPED:
            index -= 1
        return self._happened[index - 1] if index else 0
