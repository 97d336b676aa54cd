"""What of a harness answers client code as it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wsfake.clock import VirtualClock
from wsfake.errors import UsageError
from wsfake.harness.doors import Doors
from wsfake.harness.pumps import Pumps
from wsfake.harness.running import Runner, raise_errors
from wsfake.harness.settings import Settings
from wsfake.harness.sources import Sources
from wsfake.harness.timing import in_event_loop
from wsfake.model import Side
from wsfake.network import Network, Services
from wsfake.player import Plan, Player
from wsfake.script_api import Host
from wsfake.transcript import Matching, Transcript

if TYPE_CHECKING:
    import asyncio

    from wsfake.harness.desk import FrontDesk
    from wsfake.harness.territory import Territory
    from wsfake.intercept import Interception
    from wsfake.intercept.asgi import Application

__all__ = ["Intercepting"]


class Intercepting(ABC):
    """Event loops and sockets that meet a test's network in place of the real one."""

    _settings: Settings
    _clock: VirtualClock
    _network: Network
    _host: Host
    _services: Services
    _sources: Sources
    _doors: Doors
    _pumps: Pumps
    _runner: Runner
    _interceptions: list[Interception]
    _clients: list[tuple[str, Player]]

    def loop_factory(self) -> asyncio.AbstractEventLoop:
        """Make an event loop on this test's virtual time, with its network in memory.

        For `asyncio.Runner(loop_factory=ws_fake.loop_factory)`, and wherever a test runner takes
        one. Clients that connect by it to what the test serves or replays need no socket, and
        their time-outs, heartbeats and back-offs cost no real time. Whoever connects in another
        way is intercepted as by `intercept`, until the loop is closed; where the mode connects for
        real, so is everybody who wants what is not served. Time is real from the first of them on.
        """
        from wsfake.intercept import VirtualLoop  # noqa: PLC0415 - it takes asyncio

        interception = self._begin_intercepting(by_loop=True)
        return VirtualLoop(self._territory(), lambda: self._end_intercepting(interception))

    @property
    def event_loop_policy(self) -> asyncio.AbstractEventLoopPolicy:
        """The policy by which every new event loop is one of `loop_factory`."""
        from wsfake.intercept import policy_of  # noqa: PLC0415 - it takes asyncio

        return policy_of(self.loop_factory)

    @contextmanager
    def intercept(self) -> Iterator[None]:
        """Answer the connections of unchanged client code, of whatever library, in this block.

        Whoever connects to a host and port that the test serves or replays, or has an alias for,
        comes to the harness; and where the mode connects for real, everybody but those whom
        `passthrough` names: they are recorded on their way. It is for the whole process, and
        blocks may be nested. Needs the extra `wsfake[intercept]` for wss.
        """
        interception = self._begin_intercepting()
        try:
            yield
        finally:
            self._end_intercepting(interception)

    def _play_application(
        self,
        application: Application,
        transcript: Transcript | None,
        path: str,
        matching: Matching,
    ) -> None:
        from wsfake.intercept.asgi import play  # noqa: PLC0415 - it takes asyncio

        if in_event_loop():
            raise UsageError(
                "play_client(application) would block the running event loop: call it in a test"
                " that is no coroutine, or await asyncio.to_thread(ws_fake.play_client, ...)"
            )
        if not isinstance(transcript, Transcript):
            raise UsageError(f"expected a Transcript to act the client of, got {transcript!r}")
        if not path.startswith("/"):
            raise UsageError(f"expected a path of the application, such as '/ws', got {path!r}")
        player = Player(Plan.of_transcript(transcript), Side.CLIENT, matching)
        url = f"ws://testserver{path}"
        self._clients.append((url, player))
        play(self._territory(), application, player, url)
        raise_errors(self._network)

    def _begin_intercepting(self, *, by_loop: bool = False) -> Interception:
        from wsfake.intercept import Interception, begin  # noqa: PLC0415 - it takes ssl

        interception = Interception(self._territory(), by_loop=by_loop)
        begin(interception)
        self._interceptions.append(interception)
        if not by_loop:
            self._runner.pump = self._pumps  # by which clients are waited for
        self._sources.unanswered.intercepts = True
        return interception

    def _end_intercepting(self, interception: Interception) -> None:
        from wsfake.intercept import end  # noqa: PLC0415 - as above

        end(interception)
        if interception in self._interceptions:
            self._interceptions.remove(interception)

    def _intercepts(self) -> bool:
        """Whether clients with sockets are intercepted, which connect when they like to."""
        return any(not each.by_loop for each in self._interceptions)

    def _hosts_changed(self) -> None:
        if self._interceptions:
            from wsfake.intercept import bypass  # noqa: PLC0415 - as above

            bypass.refresh()

    def _intercept_as_set(self) -> None:
        if self._settings.intercept:
            self._begin_intercepting()

    def _stop_intercepting(self) -> None:
        for interception in list(self._interceptions):
            self._end_intercepting(interception)

    def _territory(self) -> Territory:
        from wsfake.harness.territory import Territory  # noqa: PLC0415 - as above

        return Territory(
            network=self._network,
            clock=self._clock,
            services=self._services,
            servers=self._host.servers,
            sources=self._sources,
            desk=self._make_desk(),
            doors=self._doors,
            pumps=self._pumps,
            settings=self._settings,
        )

    @abstractmethod
    def _make_desk(self, speed: float = 1) -> FrontDesk:
        """Make what answers the connections that real clients open."""
