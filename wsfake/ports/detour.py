"""The way of clients to a port through faults: every one is passed on to another port of ours."""

from __future__ import annotations

from collections.abc import Sequence

from wsfake.live.gate import target_of
from wsfake.live.transport import Transport
from wsfake.model import Event, Side
from wsfake.ports.mover import Mover
from wsfake.proxy import Faults, Relay, Upstream

__all__ = ["Detour"]


class Detour:
    """Passes clients on to the port at `url`, with what goes wrong in between.

    So whoever answers there, a transcript, a cassette or the real server, knows nothing of faults,
    and a cassette that is recorded behind them is replayed behind them.
    """

    def __init__(self, mover: Mover, url: str, faults: Faults) -> None:
        self._mover = mover
        self._url = url
        self._faults = faults
        self._relays: list[Relay] = []

    @property
    def count(self) -> int:
        """How many clients are on their way."""
        self._relays = [relay for relay in self._relays if not relay.finished]
        return len(self._relays)

    def admit(self, client: Transport, received: bytes) -> None:
        upstream = Upstream(self._url + target_of(received))
        relay = Relay(
            self._mover.reactor, client, received, upstream, _Untold(), faults=self._faults
        )
        self._relays.append(relay)

    def leave(self) -> None:
        """End every connection."""
        for relay in self._relays:
            relay.abort()


class _Untold:
    """A story that is told at the other port."""

    def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
        pass

    def over(self) -> None:
        pass
