"""The recorder: from what happens on live connections to the entries of a cassette."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.model import Entry, Event, Side, make_entry

__all__ = ["Recorder"]


class Recorder:
    """Hands on the entries of the connections that are recorded, on a timeline of their own.

    They are numbered from `first_number` in the order in which they are opened, and the first of
    them is opened at `first_at`: a recording does not depend on what else the test served, and can
    go on where another one ended.
    """

    def __init__(
        self, sink: Callable[[Entry], None], *, first_number: int = 1, first_at: int = 0
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

    def note(self, at: int, connection: int, side: Side, what: Event) -> None:
        """Take an entry of the dialogue; of a connection that is not recorded, it is nothing."""
        number = self._numbers.get(connection)
        if number is None:
            return
        if self._origin is None:
            self._origin = at - self._first_at
        self._sink(make_entry((at - self._origin, number, side, what)))
