"""Everything real that a run of a test waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsfake.real_time import sleep

if TYPE_CHECKING:
    from wsfake.harness.real import RealWorld
    from wsfake.ports import Ports

__all__ = ["Pumps"]


_POLL_SECONDS = 0.02
"""A test may wait for what is no news of any connection, such as the end of a process."""


class Pumps:
    """Moves the real connections of scripts, and waits for what the thread of the ports does."""

    def __init__(self) -> None:
        self.real: RealWorld | None = None
        self.ports: Ports | None = None

    @property
    def busy(self) -> bool:
        return any(pump.busy for pump in (self.real, self.ports) if pump is not None)

    @property
    def settling(self) -> bool:
        return any(pump.settling for pump in (self.real, self.ports) if pump is not None)

    def wait(self, seconds: float) -> bool:
        """Handle what is ready, and wait for it at most so long; tell whether anything was."""
        real, ports = self.real, self.ports
        seconds = min(seconds, _POLL_SECONDS)
        if ports is None and real is None:  # but client code may yet connect
            sleep(seconds)
            return False
        if ports is None:
            return real is not None and real.wait(seconds)
        if real is None or not real.is_open:
            return ports.wait(seconds)
        ports.on_news = real.wake
        if ports.wait(0):
            return real.wait(0) or True
        happened = real.wait(seconds)
        return ports.wait(0) or happened
