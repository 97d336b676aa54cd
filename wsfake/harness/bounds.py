"""How much there may be in one run; what goes on for ever is found out by that."""

from __future__ import annotations

from wsfake.errors import NeverIdle
from wsfake.network import Network

__all__ = ["Bounds"]

_MOST_AT_ONCE = 100_000
_MOST_ALTOGETHER = 1_000_000
_MOST_PER_SECOND = 10_000  # more of them where the time is bounded: intervals may be many
_MOST_CONNECTIONS = 20_000  # each takes far more than a callback
_MOST_CONNECTIONS_PER_SECOND = 10
_MOST_AFTER_ERROR = 1_000  # at the instant of an error, which is raised at the end of that


class Bounds:
    """Counts callbacks and connections, and begins anew where anything new was played.

    What each of any number of connections is served is new for the first of them only.
    """

    def __init__(self, network: Network, seconds: float | None) -> None:
        """`seconds` is how long the run may take on the clock; None where that is not known."""
        self.at_once = 0
        """Callbacks at this instant so far."""
        self._network = network
        self._altogether = 0
        self._most = _MOST_ALTOGETHER + int((seconds or 0) * _MOST_PER_SECOND)
        self._most_connections = _MOST_CONNECTIONS + int(
            (seconds or 0) * _MOST_CONNECTIONS_PER_SECOND
        )
        self._connections = len(network.connections)
        self._progress = network.progress

    @property
    def left(self) -> int:
        """How many callbacks there may be until there are too many."""
        return min(_MOST_AT_ONCE - self.at_once, self._most - self._altogether) + 1

    @property
    def has_failed_long_ago(self) -> bool:
        """Whether what is left of this instant is not worth doing: an error is to be raised."""
        return self.at_once > _MOST_AFTER_ERROR and bool(self._network.errors)

    def begin(self) -> None:
        """Begin to count anew: in reality, time passes between two turns."""
        self.at_once = self._altogether = 0

    def count(self, callbacks: int) -> None:
        """Note that so many were made. Raises `NeverIdle` where it goes on for ever."""
        self.at_once += callbacks
        self._altogether += callbacks
        if (
            self.at_once > _MOST_AT_ONCE
            or self._altogether > self._most
            or len(self._network.connections) - self._connections > self._most_connections
        ):
            self._look_for_progress()

    def _look_for_progress(self) -> None:
        """Raise where nothing was played of any transcript since this was last looked for."""
        before, self._progress = self._progress, self._network.progress
        if self._progress == before:
            raise self._never_idle()
        self.begin()
        self._connections = len(self._network.connections)

    def _never_idle(self) -> NeverIdle:
        from wsfake.harness import overrunning  # noqa: PLC0415 - only for a failure
        from wsfake.network.failures import write_seconds  # noqa: PLC0415 - as above

        if self.at_once > _MOST_AT_ONCE:
            what = f"{self.at_once - 1} callbacks at t={write_seconds(self._network.time())} s"
        elif self._altogether > self._most:
            what = f"{self._altogether - 1} callbacks in one run()"
        else:
            count = len(self._network.connections) - self._connections
            what = f"{count} connections in one run(), with nothing new played"
        return overrunning.never_idle(self._network, what)
