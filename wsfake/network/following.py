"""Following the dialogue of a network: what is noted is handed on, many entries at a time."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.model import Entries, Event
from wsfake.network.network import Network, Noted

__all__ = ["Follower"]

_LONG = 1 << 16
"""The length of a message from which on it does not wait: together they would be held twice."""


class Follower:
    """Hands what is noted from now on to `take`, and calls `flush` when that is to be safe.

    Messages wait for one another, as each by itself costs several times as much: until `most`
    entries are not safe yet, or one is noted that is `patience` microseconds behind the last that
    is. What may be refused, and whatever is said seldom, is handed on at once: it is refused where
    it is said. Where nothing more is said, it is for others to call `flush`, when `due_in` is 0.

    Everything is called with the network's lock held.
    """

    def __init__(
        self,
        network: Network,
        take: Callable[[Entries], None],
        flush: Callable[[], None],
        *,
        most: int,
        patience: int,
    ) -> None:
        self._network = network
        self._take = take
        self._make_safe = flush
        self._most = most
        self._patience = patience
        self._noted = network.noted
        self._append = network.noted.append
        self._handed_on = self._flushed = len(network.noted)
        self._full = self._flushed + most
        self._due = 0
        network.note = self._note

    def _note(self, noted: Noted) -> None:
        at, _, _, what = noted
        self._append(noted)
        if not ((type(what) is str and what.isascii() and len(what) < _LONG) or _may_wait(what)):
            self._hand_on(len(self._noted) - 1)  # messages alone are recorded faster
            self.hand_on()
        if at >= self._due or len(self._noted) >= self._full:
            self.flush()

    def hand_on(self) -> None:
        """Hand on all that was noted so far. Raises what `take` does."""
        self._hand_on(len(self._noted))

    def _hand_on(self, end: int) -> None:
        begin, self._handed_on = self._handed_on, end
        if begin < end:
            self._take(self._network.entries_between(begin, end))

    def due_in(self) -> float | None:
        """Return in how many seconds `flush` is wanted, if it is."""
        if self._flushed == len(self._noted):
            return None
        return max(0, self._due - self._network.time()) / 1_000_000

    def flush(self) -> None:
        """Hand on all that was noted so far, and have it safe. Raises what these do."""
        if self._flushed < len(self._noted):
            self._flushed = len(self._noted)
            self._full = self._flushed + self._most
            self._due = self._noted[-1][0] + self._patience
            self.hand_on()
            self._make_safe()

    def stop(self) -> None:
        """Hand nothing more on."""
        self._network.note = self._append


def _may_wait(what: Event) -> bool:
    """Whether it is a short message that any record can hold."""
    if type(what) is bytes:
        return len(what) < _LONG
    if type(what) is str and len(what) < _LONG:
        try:
            what.encode()
        except UnicodeEncodeError:
            return False
        return True
    return False
