"""Who answers at the real ports of a test."""

from __future__ import annotations

from urllib.parse import urlsplit

from wsfake.harness.giving_way import give_way
from wsfake.harness.sources import Sources
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
        speed: float | None,
    ) -> None:
        """`speed` is that of a replay; None is as it was recorded."""
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

    def passes(self, url: str) -> Upstream | None:
        sources = self._sources
        if not sources.is_live:
            return None
        context = sources.settings.ssl_context
        if context is None and sources.contexts:
            context = sources.contexts.get(urlsplit(url).hostname or "")
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
        deck = self._sources.deck
        if deck is not None:
            deck.flush()
