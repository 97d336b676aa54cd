"""What interception asks of the test that it belongs to."""

from __future__ import annotations

from typing import Protocol

from wsfake.clock import VirtualClock
from wsfake.intercept.interception import Ground
from wsfake.network import Network
from wsfake.ports.desk import Desk

__all__ = ["Pump", "World"]


class Pump(Protocol):
    """What moves real connections."""

    @property
    def busy(self) -> bool:
        """Whether a real connection is open, or a real server listens."""

    @property
    def settling(self) -> bool:
        """Whether an opening or closing handshake is under way."""

    def wait(self, seconds: float) -> bool:
        """Handle what is ready, and wait for it at most so long; tell whether anything was."""


class World(Ground, Protocol):
    """The network of a test, its clock, and which hosts are to be found on it.

    Where it is live, time is real.
    """

    @property
    def network(self) -> Network: ...

    @property
    def clock(self) -> VirtualClock: ...

    @property
    def desk(self) -> Desk:
        """Who says who answers."""

    @property
    def pump(self) -> Pump:
        """What moves the real connections."""

    @property
    def timeout(self) -> float:
        """Seconds for which what is real is waited for."""

    def serves(self, host: str, port: int | None) -> bool:
        """Tell whether anything is served at a host, or at a port of it. As `claims`."""

    def is_served(self, url: str) -> bool:
        """Tell whether a URL is served."""

    @property
    def sought_in_vain(self) -> int:
        """How often a place was connected to at which nobody was found."""

    def give_way(self) -> bool:
        """Let go what only waits for another connection of a recording; tell whether any did."""

    def give_way_to_timers(self, silent: int) -> bool:
        """Do so where timers alone go on, after so many microseconds without progress."""
