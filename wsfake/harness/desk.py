"""Who answers at the real ports of a test."""

from __future__ import annotations

from urllib.parse import urlsplit

from wsfake.harness.giving_way import give_way
from wsfake.harness.sources import Sources
from wsfake.model.urls import one_name, place_of
from wsfake.network import Connection, End, Network, Services
from wsfake.ports import Through
from wsfake.proxy import Upstream
from wsfake.script_api.server import Servers

__all__ = ["FrontDesk"]


class FrontDesk:
    """Asks in the order of RULES 20: what the test serves, its cassette, its mode."""

    def __init__(
        self,
        network: Network,
        services: Services,
        servers: Servers,
        sources: Sources,
        *,
        speed: float,
    ) -> None:
        """`speed` is that of a replay; 1 is as it was recorded, and 0 at once."""
        self.network = network
        self._services = services
        self._servers = servers
        self._sources = sources
        self._speed = speed

    def answer(self, connection: Connection) -> End | None:
        sources = self._sources
        end = self._services.answer(connection)
        if end is not None:
            return end
        end = self._servers.answer(connection)
        if end is not None:
            connection.posted = True  # its handlers are called in the test's thread, inside `run`
            return end
        if sources.from_cassette is not None:
            end = sources.from_cassette.answer(connection, self._speed)
            if end is not None:
                return end
        upstream = self.passes(connection.url)
        if upstream is None:
            return sources.unanswered.answer(connection)
        return self.pass_on(connection, upstream)

    def pass_on(self, connection: Connection, upstream: Upstream) -> Through:
        self._sources.real_world().admit(connection)
        return Through(upstream)

    def lets_through(self, url: str) -> Upstream | None:
        if not self._passes_through(url) or self.is_served(url):
            return None
        return self._upstream(url)

    def passes(self, url: str) -> Upstream | None:
        passes = self._sources.is_live or self._passes_through(url)
        return self._upstream(url) if passes else None

    def _passes_through(self, url: str) -> bool:
        return self._sources.settings.passes_through(*place_of(url))

    def is_served(self, url: str) -> bool:
        """Tell whether the test serves a URL, or a script listens there."""
        return self._servers.is_at(*place_of(url)) or bool(self._services.fitting(url))

    def _upstream(self, url: str) -> Upstream:
        sources = self._sources
        context = sources.settings.ssl_context
        if context is None and sources.contexts:
            context = sources.contexts.get(one_name(urlsplit(url).hostname or ""))
        return Upstream(sources.aliases.real(url), context)

    def held(self) -> int | None:
        replay = self._sources.replay
        if replay is None or replay.held() is None:
            return None
        return replay.order.position

    def give_way(self) -> bool:
        return give_way(self.network, self._sources)

    def flush_in(self) -> float | None:
        deck = self._sources.deck
        return None if deck is None else deck.due_in()

    def flush(self) -> None:
        self._sources.flush()
