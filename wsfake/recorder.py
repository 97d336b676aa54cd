"""The recorder: from what happens on live connections to the entries of a cassette."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.model import Entries

__all__ = ["Recorder"]


class Recorder:
    """Hands on the entries of the connections that are recorded, on a timeline of their own.

    They are numbered from `first_number` in the order in which they are opened, and the first of
    them is opened at `first_at`: a recording does not depend on what else the test served, and can
    go on where another one ended.
    """

    def __init__(
        self, sink: Callable[[Entries], None], *, first_number: int = 1, first_at: int = 0
    ) -> None:
        self._sink = sink
        self._numbers: dict[int, int] = {}
        self._next = first_number
        self._first_at = first_at
        self._origin: int | None = None

    def admit(self, connection: int) -> None:
        """Record this connection of the dialogue from now on."""
        self._numbers[connection] = self._next
        self._next += 1

    def take(self, entries: Entries) -> None:
        """Take entries of the dialogue; those of a connection that is not recorded are nothing."""
        numbers = self._numbers
        if not numbers.keys() >= set(entries.connections):
            entries = Entries.of(entry for entry in entries if entry.connection in numbers)
            if not entries:
                return
        if self._origin is None:
            self._origin = entries.ats[0] - self._first_at
        origin = self._origin
        self._sink(
            Entries(
                [at - origin for at in entries.ats],
                map(numbers.__getitem__, entries.connections),
                entries.sides,
                entries.whats,
            )
        )
