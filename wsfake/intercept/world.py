"""What interception asks of the test that it belongs to."""

from __future__ import annotations

from typing import Protocol

from wsfake.clock import VirtualClock
from wsfake.network import Network
from wsfake.ports import TLS, Port
from wsfake.ports.desk import Desk

__all__ = ["Pump", "World"]


class Pump(Protocol):
    """What moves real connections."""

    @property
    def busy(self) -> bool:
        """Whether a real connection is open, or a real server listens."""

    def wait(self, seconds: float) -> bool:
        """Handle what is ready, and wait for it at most so long; tell whether anything was."""


class World(Protocol):
    """The network of a test, its clock, and which hosts are to be found on it."""

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
    def is_live(self) -> bool:
        """Whether what nothing else answers is connected to for real, and time is real."""

    @property
    def timeout(self) -> float:
        """Seconds for which what is real is waited for."""

    def claims(self, host: str, port: int | None) -> bool:
        """Tell whether connections to a host are the harness's: served, recorded or replayed.

        Without a port: whether any of its ports is.
        """

    def passes_through(self, host: str, port: int | None) -> bool:
        """Tell whether what is not served at a host is let through, to the real one."""

    def serves(self, host: str, port: int | None) -> bool:
        """Tell whether anything is served at a host, or at a port of it. As `claims`."""

    def is_served(self, url: str) -> bool:
        """Tell whether a URL is served."""

    def open_port(self, origin: str, tls: TLS | None) -> Port:
        """Return a real port at which whoever answers the origin does. Time is real then."""

    def name_at(self, host: str, port: int) -> str:
        """Return the name under which the test knows a host: this machine has several."""

    def next_refused(self, host: str, port: int, *, secure: bool) -> str | None:
        """Return the URL of the next connection there, if nobody is to take it; else None."""

    @property
    def sought_in_vain(self) -> int:
        """How often a place was connected to at which nobody was found."""

    def give_way(self) -> bool:
        """Let go what only waits for another connection of a recording; tell whether any did."""

    def give_way_to_timers(self, silent: int) -> bool:
        """Do so where timers alone go on, after so many microseconds without progress."""
