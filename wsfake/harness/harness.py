"""The harness: what `ws_fake` is."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from wsfake.clock import VirtualClock
from wsfake.errors import Failure, UsageError, WsfakeWarning
from wsfake.harness import active
from wsfake.harness.advice import Advice
from wsfake.harness.doors import Doors, Secure
from wsfake.harness.finishing import Finishing, Outcome
from wsfake.harness.hosting import Hosting
from wsfake.harness.intercepting import Intercepting
from wsfake.harness.pumps import Pumps
from wsfake.harness.running import Runner, raise_errors
from wsfake.harness.secrets import Secrets
from wsfake.harness.settings import Settings
from wsfake.harness.sources import Sources
from wsfake.harness.summary import Summary
from wsfake.harness.timing import Timing
from wsfake.model import Side
from wsfake.network import Connection, Dialogue, Handler, Network, PlayerEnd, Served, Services
from wsfake.network.dialogue import MOST_SHOWN
from wsfake.player import Plan, Player
from wsfake.script_api import Host
from wsfake.transcript import Matching, Transcript

if TYPE_CHECKING:
    from wsfake.harness.desk import FrontDesk
    from wsfake.intercept import Interception
    from wsfake.intercept.asgi import Application
    from wsfake.javascript import Script
    from wsfake.proxy import Faults

__all__ = ["Harness", "Outcome"]

_ADVICE = Advice()
_AS_MANY_AS_PLANS: Any = object()


class Harness(Timing, Hosting, Intercepting, Finishing):
    """An in-memory network, its clock, and the mode: everything that one test needs.

    Outside pytest it is used as a context manager, with the same checks at its end::

        with wsfake.Harness(cassette="feed.msgpack", mode="once") as ws_fake:
            ...

    `cassette` is a path, and `mode` what happens to URLs that are not served (see `MODES`). Other
    settings are those of `Settings`. `warn` is told of what does not make a test fail. With
    `repeat` a cassette begins anew where a client comes again. Raises `UsageError` for what cannot
    be.
    """

    def __init__(
        self,
        cassette: str | os.PathLike[str] | None = None,
        mode: str = "none",
        *,
        advice: Advice = _ADVICE,
        warn: Callable[[str], None] | None = None,
        repeat: bool = False,
        **settings: Any,
    ) -> None:
        changes = {"mode": mode, "cassette": cassette, **settings}
        self._settings = Settings.of(changes)
        self._advice = advice
        self._warn = _warn if warn is None else warn
        self._clock = VirtualClock()
        self._network = Network(self._clock)
        self._services = Services(self._network)
        self._host = Host(self._network, self._settings.profile, self._settings.base_url)
        self._secrets = Secrets(self._settings)
        self._matching = self._matching_of(self._settings.match, self._settings.volatile)
        self._clients: list[tuple[str, Player]] = []
        self._scripts: list[Script] = []
        self._running_scripts: list[Script] = []
        self._interceptions: list[Interception] = []
        self._finished = False
        self.summary = Summary()
        """What the test did; known once it is finished."""
        self._runner = self._make_runner()
        self._network.advice = self._how_to_accept
        self._network.redaction = self._secrets
        self._network.answerers += [self._services, self._host.servers]
        self._sources = self._make_sources(repeat=repeat)
        self._pumps = Pumps()
        self._sources.on_real = partial(self._pump, "real")
        self._doors = Doors(
            self._settings, self._clock, lambda: self._make_desk(self._settings.speed)
        )
        self._doors.on_open = partial(self._pump, "ports")

    def _make_runner(self) -> Runner:
        return Runner(
            self._network,
            self._clock,
            timeout=self._settings.timeout,
            record_idle=self._settings.record_idle,
            expects=self._expects,
            give_way=self._give_way,
            intercepts=self._intercepts,
            make_safe=self._flush,
        )

    def _make_sources(self, *, repeat: bool) -> Sources:
        return Sources(
            self._settings,
            self._network,
            self._host,
            self._secrets,
            clock=self._clock,
            matching=self._matching,
            explain=self._explain,
            warn=self._warn,
            repeat=repeat,
        )

    # Scripting

    def serve(
        self,
        url: str | re.Pattern[str],
        *plans: Transcript | Handler,
        connections: int | None = _AS_MANY_AS_PLANS,
        match: str | None = None,
        volatile: Sequence[str] | None = None,
    ) -> Served:
        """Serve transcripts at a URL: the first for its first connection, and so on.

        With `connections=None` the last one serves any number of connections; a function in place
        of a transcript is called with each connection, and serves any number as well. `url` may
        have `*` in its host, or be a compiled pattern for the whole URL.

        Raises `UsageError` for what cannot be served, and what went wrong at a real port.
        """
        raise_errors(self._network)
        most = connections
        if most is _AS_MANY_AS_PLANS:
            scripted = plans and all(isinstance(plan, Transcript) for plan in plans)
            most = len(plans) if scripted else None
        if most is not None and (type(most) is not int or most < 1):
            raise UsageError(f"expected a number of connections, or None for any, got {most!r}")
        served = self._services.serve(url, plans, self._matching_with(match, volatile), most)
        self._hosts_changed()
        return served

    def play_client(
        self,
        url: str | Application | None = None,
        transcript: Transcript | None = None,
        *,
        match: str | None = None,
        volatile: Sequence[str] | None = None,
        live: bool = False,
        path: str = "/",
    ) -> None:
        """Act the client of a transcript against a server of the script, or whoever answers.

        Without a transcript, the clients of the cassette are acted, each at its own path, and
        without a URL where each was recorded. With
        `live` the real server at the URL answers, whatever the mode: time is real then. It
        connects when the clock runs. Raises what went wrong at a real port.

        In place of a URL it may be an ASGI application, which is run for one connection, to `path`
        with its query, on virtual time, and at once: until it returns. Raises what it raises, and
        `UsageError` inside a running event loop.
        """
        raise_errors(self._network)
        if callable(url):
            self._play_application(url, transcript, path, self._matching_with(match, volatile))
            return
        to = self._sources.real_world() if live else None
        if transcript is None:
            self._sources.dial(url, to)
            return
        if not isinstance(transcript, Transcript):
            raise UsageError(f"expected a Transcript, got {transcript!r}")
        if not isinstance(url, str):
            raise UsageError(
                f"expected a URL, or an application, to act the transcript against, got {url!r}"
            )
        player = Player(
            Plan.of_transcript(transcript),
            Side.CLIENT,
            self._matching_with(match, volatile),
        )
        self._clients.append((url, player))
        PlayerEnd(self._network, player, url=url, to=to).schedule()

    def url_for(
        self,
        url: str,
        *,
        tls: Secure = False,
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> str:
        """Return a URL at a real port, for any program: whoever answers `url` answers there.

        That is what is served, then the cassette, and then, as the mode says, the real server,
        which is recorded: the port stands for the origin of `url`, with any path. The same origin
        has the same port. Time is real from now on; the port is served while the test blocks.

        With `tls` it is a wss URL: True for a throw-away certificate (see `ca_file`), or the path
        of a PEM file, or an `ssl.SSLContext`. `faults` happen on the way, whoever answers.
        Another `host` than this machine's own lets others in. Raises `UsageError` where it
        cannot listen, and what went wrong at a real port.
        """
        raise_errors(self._network)
        opened = self._doors.open(url, tls=tls, faults=faults, host=host, port=port)
        return self._doors.url_at(opened, url)

    @property
    def ca_file(self) -> Path:
        """The authority that clients are to trust, for `url_for(url, tls=True)`: a PEM file."""
        return self._doors.ca_file

    def alias(self, url: str, to: str | Callable[[], str]) -> None:
        """Let `url` stand for another one, in the test and in its cassette.

        `to` is the real one, or finds it out; it is called only when a connection is really made.
        """
        self._sources.aliases.add(url, to)
        self._hosts_changed()

    # What happened

    @property
    def dialogue(self) -> Dialogue:
        """Everything said so far; as text, in the form that transcripts have."""
        self._network.settle()
        return Dialogue(tuple(self._network.entries), tuple(self._network.remarks))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the dialogue so far as a cassette; the same dialogue gives the same bytes."""
        from wsfake.harness.recording import save_dialogue  # noqa: PLC0415 - few tests save

        self._network.settle()
        return save_dialogue(path, self._network.entries, self._secrets.redactor)

    @property
    def is_live(self) -> bool:
        """Whether URLs that are not served are connected to for real."""
        return self._sources.is_live

    @property
    def is_recording(self) -> bool:
        """Whether what is connected to for real is recorded."""
        return self._sources.is_recording

    def dialogue_lines(self) -> list[str]:
        """Return the dialogue so far as it may be shown: without secrets, long messages cut."""
        return self._network.lines(last=MOST_SHOWN)

    @property
    def cassette(self) -> Path | None:
        """The path of this test's cassette, whether or not it exists."""
        return self._settings.cassette

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The verdicts so far, whether or not the test has seen them."""
        return tuple(self._network.failures)

    # The end

    def activate(self) -> None:
        """Be the harness that `from wsfake import WebSocket` means, until `deactivate`.

        Raises `UsageError` where its test has ended.
        """
        if self._finished:
            raise UsageError(
                "this harness has ended its test, and checks no more: make another one"
            )
        active.enter(self)
        try:
            self._intercept_as_set()
        except BaseException:
            active.leave(self)
            raise

    def deactivate(self) -> None:
        """Be it no more; ending the test is the caller's. Twice is nothing."""
        active.leave(self)

    def __enter__(self) -> Self:
        self.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.deactivate()
        if error is None:
            self.finish()
        else:
            self.finish("failed" if isinstance(error, Exception) else "interrupted")

    # What the scripted parts ask

    def _matching_with(self, match: str | None, volatile: Sequence[str] | None) -> Matching:
        if match is None and volatile is None:
            return self._matching
        settings = self._settings
        return self._matching_of(
            settings.match if match is None else match,
            settings.volatile if volatile is None else volatile,
        )

    def _matching_of(self, match: str | None, volatile: Sequence[str]) -> Matching:
        return Matching(match, volatile, self._secrets.message)

    def _make_desk(self, speed: float = 1) -> FrontDesk:
        from wsfake.harness.desk import FrontDesk  # noqa: PLC0415 - it takes websockets

        return FrontDesk(
            self._network,
            self._services,
            self._host.servers,
            self._sources,
            speed=speed,
        )

    def _pump(self, name: str, pump: Any) -> None:
        setattr(self._pumps, name, pump)
        self._runner.pump = self._pumps
        if self._pumps.ports is not None:
            self._network.settle = self._pumps.ports.hear

    def _expects(self) -> bool:
        """Whether a recurring timer of the script could still say what is expected of it."""
        if not self._clock.recurring:
            return False
        players = [player for served in self._services.served for player in served.players.values()]
        players += [player for _, player in self._clients]
        if self._sources.replay is not None:
            players += self._sources.replay.players
        return any(player.waits_for_script() for player in players)

    def _flush(self) -> None:
        self._sources.flush()

    def _give_way(self) -> bool:
        replay = self._sources.replay
        if replay is None or not replay.interleaved:
            return False  # nothing waits for another connection
        from wsfake.harness.giving_way import give_way  # noqa: PLC0415 - few tests need it

        return give_way(self._network, self._sources)

    def _how_to_accept(self, connection: Connection) -> str:
        return f"to accept it: {self._advice.record}" if connection.source else ""

    def _explain(self, url: str | None) -> list[str]:
        from wsfake.harness.explaining import explain  # noqa: PLC0415 - only for a failure

        return explain(self._network, self._services, self._sources, self._advice, url)


def _warn(text: str) -> None:
    warnings.warn(WsfakeWarning(text), stacklevel=2)
