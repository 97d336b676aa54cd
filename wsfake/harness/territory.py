"""What of the world is the harness's own, for clients that are intercepted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from wsfake.clock import VirtualClock
from wsfake.harness.sources import Sources
from wsfake.model import Refuse, Side, is_at
from wsfake.network import Connection, End, Network, Services
from wsfake.player import Plan, Player
from wsfake.player.replay import ReplayConnection
from wsfake.transcript import Transcript

if TYPE_CHECKING:
    from wsfake.intercept import Pump
    from wsfake.proxy import Upstream

__all__ = ["Territory"]


class Territory:
    """The hosts that a test serves, replays or has aliases for, and who answers there."""

    def __init__(
        self,
        network: Network,
        clock: VirtualClock,
        services: Services,
        sources: Sources,
        give_way: Callable[[], bool],
    ) -> None:
        self.network = network
        self.clock = clock
        self._services = services
        self._sources = sources
        self._give_way = give_way

    @property
    def desk(self) -> Territory:
        return self

    @property
    def pump(self) -> Pump | None:
        return self._sources.real

    def claims(self, host: str, port: int | None) -> bool:
        """Tell whether a connection to a host is served, replayed or an alias."""
        return (
            any(served.pattern.fits_place(host, port) for served in self._services.served)
            or any(is_at(recorded.url, host, port) for recorded in self._recorded())
            or any(is_at(alias, host, port) for alias in self._sources.aliases)
        )

    def next_refused(self, host: str, port: int, *, secure: bool) -> str | None:
        """Return the URL of the next connection there, if nobody is to take it; else None."""
        scheme = "wss" if secure else "ws"
        for served in self._services.served:
            url = served.pattern.source
            if isinstance(url, str) and not served.used_up and self._is(url, scheme, host, port):
                plan = served.plans[min(len(served.connections), len(served.plans) - 1)]
                return url if isinstance(plan, Transcript) and _refuses(plan) else None
        for recorded in self._recorded():
            if recorded.player is None and self._is(recorded.url, scheme, host, port):
                return recorded.url if _was_refused(recorded) else None
        return None

    @staticmethod
    def _is(url: str, scheme: str, host: str, port: int) -> bool:
        return url.lower().startswith(f"{scheme}:") and is_at(url, host, port)

    def _recorded(self) -> list[ReplayConnection]:
        replay = self._sources.replay
        return [] if replay is None else replay.connections

    # The desk

    def answer(self, connection: Connection) -> End | None:
        for answerer in self.network.answerers:
            end = answerer.answer(connection)
            if end is not None:
                return end
        return None

    def passes(self, url: str) -> Upstream | None:
        return None

    def held(self) -> int | None:
        player = self._sources.held()
        return None if player is None else player.place()

    def give_way(self) -> bool:
        return self._give_way()

    def flush_in(self) -> float | None:
        return None

    def flush(self) -> None:
        """What is recorded is flushed by who connects."""


def _refuses(transcript: Transcript) -> bool:
    return Player(Plan.of_transcript(transcript), Side.SERVER).refuses


def _was_refused(recorded: ReplayConnection) -> bool:
    answer = next((entry for *_, entry in islice(recorded.entries, 1, None)), None)
    return answer is not None and isinstance(answer.what, Refuse)
