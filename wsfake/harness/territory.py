"""What of the world is the harness's own, for clients that are intercepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wsfake.clock import VirtualClock
from wsfake.errors import Failure
from wsfake.harness.desk import FrontDesk
from wsfake.harness.doors import Doors
from wsfake.harness.pumps import Pumps
from wsfake.harness.settings import Settings
from wsfake.harness.sources import Sources
from wsfake.model import Event, Open, Refuse, Side, is_at, without_mechanics
from wsfake.model.urls import one_name
from wsfake.network import Network, Services
from wsfake.player import Plan, Player
from wsfake.player.replay import ReplayConnection
from wsfake.script_api.server import Servers
from wsfake.transcript import Transcript

if TYPE_CHECKING:
    import ssl

    from wsfake.intercept.interception import Refusal
    from wsfake.intercept.lookout import WayTo
    from wsfake.ports import TLS, Port

__all__ = ["Territory"]

_ORDER_WAIT = 5_000_000
"""Microseconds for which the order across connections holds a message back, while timers go on."""


class Territory:
    """The hosts that a test serves, replays or has aliases for, and who answers there."""

    def __init__(
        self,
        *,
        network: Network,
        clock: VirtualClock,
        services: Services,
        servers: Servers,
        sources: Sources,
        desk: FrontDesk,
        doors: Doors,
        pumps: Pumps,
        settings: Settings,
    ) -> None:
        self.network = network
        self.clock = clock
        self.desk = desk
        self.pump = pumps
        self._services = services
        self._servers = servers
        self._sources = sources
        self._doors = doors
        self._settings = settings

    @property
    def timeout(self) -> float:
        return self._settings.timeout

    @property
    def is_live(self) -> bool:
        return self._sources.is_live

    def claims(self, host: str, port: int | None) -> bool:
        """Tell whether a connection to a host is served, or replayed or an alias.

        What is served is the test's own, and all else there is nobody's where it passes through.
        """
        with self.network.lock:
            if self.serves(host, port):
                return True
            if self.passes_through(host, port):
                return False
            return (
                any(is_at(url, host, port) for url in self._known_urls())
                or self._sources.why_nobody(host, port) is not None
            )

    def serves(self, host: str, port: int | None) -> bool:
        """Tell whether a test or a script serves anything at a host, or at a port of it."""
        with self.network.lock:
            return self._servers.is_at(host, port) or any(
                each.pattern.fits_place(host, port) for each in self._services.served
            )

    def is_served(self, url: str) -> bool:
        with self.network.lock:
            return self.desk.is_served(url)

    def passes_through(self, host: str, port: int | None) -> bool:
        """Tell whether what is not served at a host is let through, as `passthrough` says."""
        return self._settings.passes_through(host, port)

    @property
    def serves_tls(self) -> bool:
        """Whether a wss URL is served, replayed or an alias."""
        with self.network.lock:
            patterns = [str(served.pattern) for served in self._services.served]
            return any(url.lower().startswith("wss") for url in (*patterns, *self._known_urls()))

    def name_at(self, host: str, port: int) -> str:
        """Return the name under which this test knows a host: this machine has several."""
        patterns = [served.pattern.source for served in self._services.served]
        urls = [*(url for url in patterns if isinstance(url, str)), *self._known_urls()]
        names = [urlsplit(url).hostname or "" for url in urls if is_at(url, host, port)]
        return host if host.lower() in names or not names else names[0]

    def scheme_at(self, host: str, port: int) -> str | None:
        """Return `ws` or `wss`, as the URLs at a place say; None where they do not."""
        urls = [url for url in self._known_urls() if is_at(url, host, port)]
        urls += [
            str(served.pattern)
            for served in self._services.served
            if served.pattern.fits_place(host, port)
        ]
        for url in urls:
            scheme = url.partition("://")[0].lower()
            if scheme in {"ws", "wss"}:
                return scheme
        return "ws" if self._servers.is_at(host, port) else None

    def named_hosts(self) -> list[str]:
        """Return the hosts that are served, replayed or aliases, as far as they have names."""
        with self.network.lock:
            sources = [served.pattern.source for served in self._services.served]
            urls = [*(each for each in sources if isinstance(each, str)), *self._known_urls()]
        names = [urlsplit(url.replace("*.", "", 1)).hostname or "" for url in urls]
        names += [] if self.is_live else self._sources.nowhere.hosts
        return [name for name in dict.fromkeys(names) if name and "*" not in name]

    def is_own(self, host: str, port: int) -> bool:
        return self._doors.is_at(host, port)

    def open_crossing(self, host: str, port: int, tls: Callable[[], TLS] | None) -> Port:
        return self._doors.cross(host, port, tls)

    def remember(self, host: str, context: ssl.SSLContext) -> None:
        self._sources.contexts[one_name(host)] = context

    def seek(self, place: WayTo) -> None:
        self._sources.unanswered.seek(*place)

    def find(self, place: WayTo) -> None:
        self._sources.unanswered.find(*place)

    def note_nobody(self, host: str, port: int | None, why: str) -> None:
        with self.network.lock:
            self._sources.unanswered.seek(host, port)
            self._sources.nowhere.nobody(host, port, why)

    def note_somebody(self, host: str, port: int) -> None:
        with self.network.lock:
            self._sources.unanswered.find(host, port)
            self._sources.nowhere.somebody(host, port)

    def nobody_at(self, host: str, port: int | None) -> str | None:
        why = self._sources.why_nobody(host, port)
        if why is None:
            return None
        with self.network.lock:
            known = any(is_at(url, host, port) for url in self._known_urls())
            return None if known or self.serves(host, port) else why

    @property
    def sought_in_vain(self) -> int:
        return self._sources.unanswered.sought_in_vain

    def refuse_unanswered(self, opening: Open) -> str:
        network = self.network
        opening = opening.replace(headers=without_mechanics(opening.headers))
        with network.lock:
            known = {str(failure) for failure in network.failures}
            try:
                network.connect(opening, _Nobody(), to=self._sources.unanswered)
            except Failure as failure:
                failure.__traceback__ = None  # it would keep the client's sockets open
                if str(failure) in known:  # a client may try again and again
                    network.failures.remove(failure)
                return str(failure).partition("\n")[0]
        raise AssertionError("nobody answers in a closed network")

    def open_port(self, origin: str, tls: TLS | None) -> Port:
        return self._doors.open(origin, tls=tls)

    def next_refused(self, host: str, port: int, *, secure: bool) -> str | None:
        """Return the URL of the next connection there, if nobody is to take it; else None."""
        scheme = "wss" if secure else "ws"
        with self.network.lock:
            for served in self._services.served:
                url = served.pattern.url_at(scheme, host, port)
                if url is not None and not served.used_up:
                    plan = served.plans[min(served.count, len(served.plans) - 1)]
                    refused = isinstance(plan, Transcript) and _refuses(plan)
                    return url if refused else None
            for recorded in self._recorded():
                if recorded.player is None and self._is(recorded.url, scheme, host, port):
                    return recorded.url if _was_refused(recorded) else None
        return None

    def refuse(self, url: str, told: Refusal) -> None:
        self._doors.connect(Open(url), told)

    @staticmethod
    def _is(url: str, scheme: str, host: str, port: int) -> bool:
        return url.lower().startswith(f"{scheme}:") and is_at(url, host, port)

    def _known_urls(self) -> list[str]:
        return [recorded.url for recorded in self._recorded()] + list(self._sources.aliases)

    def _recorded(self) -> list[ReplayConnection]:
        replay = self._sources.replay
        return [] if replay is None else replay.connections

    def give_way(self) -> bool:
        return self.desk.give_way()

    def give_way_to_timers(self, silent: int) -> bool:
        return silent > _ORDER_WAIT and self.give_way()


class _Nobody:
    """A client that is refused before anything is said."""

    def arrive(self, what: Event) -> None: ...


def _refuses(transcript: Transcript) -> bool:
    return Player(Plan.of_transcript(transcript), Side.SERVER).refuses


def _was_refused(recorded: ReplayConnection) -> bool:
    return any(isinstance(answer, Refuse) for answer in recorded.whats[1:2])
