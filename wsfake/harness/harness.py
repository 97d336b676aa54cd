"""The harness: what `ws_fake` is."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from wsfake.clock import Timer, VirtualClock, microseconds
from wsfake.errors import Failure, OutOfOrder, Unplayed, UsageError, WsfakeWarning, hide_frames
from wsfake.harness import active
from wsfake.harness.answering import Aliases, FromCassette, Unanswered
from wsfake.harness.running import Runner
from wsfake.harness.settings import Settings
from wsfake.harness.summary import Summary
from wsfake.model import Entry, Side
from wsfake.network import Dialogue, Handler, Network, PlayerEnd, Served, Services
from wsfake.player import Plan, Player, Replay
from wsfake.script_api import Host
from wsfake.transcript import Matching, Transcript

if TYPE_CHECKING:
    from wsfake import script_api
    from wsfake.cassette import Redactor
    from wsfake.harness.real import RealWorld
    from wsfake.harness.recording import CassetteDeck

__all__ = ["Harness"]

__tracebackhide__ = hide_frames


class Harness:
    """An in-memory network, its clock, and the mode: everything that one test needs.

    Outside pytest it is used as a context manager, with the same checks at its end:

        with wsfake.Harness(cassette="feed.msgpack", mode="once") as ws_fake:
            ...

    `cassette` is a path, and `mode` what happens to URLs that are not served (see `MODES`). Other
    settings are those of `Settings`. Raises `UsageError` for what cannot be.
    """

    def __init__(
        self,
        cassette: str | os.PathLike[str] | None = None,
        mode: str = "none",
        *,
        how_to_record: str = "record again, with mode='rewrite'",
        **settings: Any,
    ) -> None:
        changes = {"mode": mode, "cassette": cassette, **settings}
        self._settings = Settings().with_changes(changes)
        self._how_to_record = how_to_record
        self._clock = VirtualClock()
        self._network = Network(self._clock)
        self._services = Services(self._network)
        self._host = Host(self._network, self._settings.profile, self._settings.base_url)
        self._aliases = Aliases()
        self._clients: list[tuple[str, Player]] = []
        self._from_cassette: FromCassette | None = None
        self._deck: CassetteDeck | None = None
        self._real: RealWorld | None = None
        self._finished = False
        self.summary = Summary()
        """What the test did; known once it is finished."""
        self._runner = Runner(
            self._network,
            self._clock,
            timeout=self._settings.timeout,
            record_idle=self._settings.record_idle,
            expects=self._expects,
            give_way=self._give_way,
        )
        self._network.advice = self._advice
        self._network.redaction = _Secrets(self)
        self._network.answerers += [self._services, self._host.servers]
        self._insert_cassette()
        self._network.answerers.append(Unanswered(self._explain, self._network))

    # Scripting

    def serve(
        self,
        url: str | re.Pattern[str],
        *plans: Transcript | Handler,
        connections: int | None = -1,
        match: str | None = None,
        volatile: Sequence[str] | None = None,
    ) -> Served:
        """Serve transcripts at a URL: the first for its first connection, and so on.

        With `connections=None` the last one serves any number of connections; a function in place
        of a transcript is called with each connection, and serves any number as well. `url` may
        have `*` in its host, or be a compiled pattern for the whole URL.

        Raises `UsageError` for what cannot be served.
        """
        most = connections
        if most == -1:
            scripted = plans and all(isinstance(plan, Transcript) for plan in plans)
            most = len(plans) if scripted else None
        if most is not None and (not isinstance(most, int) or most < 1):
            raise UsageError(f"expected a number of connections, or None for any, got {most!r}")
        return self._services.serve(url, plans, self._matching_with(match, volatile), most)

    def play_client(
        self,
        url: str,
        transcript: Transcript,
        *,
        match: str | None = None,
        volatile: Sequence[str] | None = None,
    ) -> None:
        """Act the client of a transcript against a server of the script, or whoever answers.

        It connects when the clock runs.
        """
        if not isinstance(transcript, Transcript):
            raise UsageError(f"expected a Transcript, got {transcript!r}")
        player = Player(
            Plan.of_transcript(transcript),
            Side.CLIENT,
            self._matching_with(match, volatile),
        )
        self._clients.append((url, player))
        PlayerEnd(self._network, player, url=url).schedule()

    @property
    def WebSocket(self) -> type[script_api.WebSocket]:  # noqa: N802 - the name that scripts use
        """The class that a script of this test connects with."""
        return self._host.WebSocket

    @property
    def WebSocketServer(self) -> type[script_api.WebSocketServer]:  # noqa: N802 - the name that scripts use
        """The class that a script of this test listens with."""
        return self._host.WebSocketServer

    def pyodide(self) -> AbstractContextManager[None]:
        """Let code that was written for Pyodide or PyScript run in CPython, in this block.

        It finds the modules `js`, `pyodide` and `pyscript`, with their WebSocket and what belongs
        to it, and nothing else of a browser. Raises `UsageError` in another profile.
        """
        from wsfake.script_api.browser.pyodide import provide  # noqa: PLC0415 - few scripts need it

        return provide(self._host)

    def alias(self, url: str, to: str | Callable[[], str]) -> None:
        """Let `url` stand for another one, in the test and in its cassette.

        `to` is the real one, or finds it out; it is called only when a connection is really made.
        """
        self._aliases.add(url, to)

    # Time

    def run(
        self, until: Callable[[], object] | None = None, *, timeout: float | None = None
    ) -> None:
        """Let time pass until nothing more can happen, or until a condition is true.

        On virtual time, waiting costs nothing. `timeout` is in seconds of the clock, and bounds
        also what real connections may take.

        Raises what handlers raised: one error as itself, several as an `ExceptionGroup`;
        `NotHappened` where the condition does not come true; `NeverIdle` where it would go on for
        ever; `UsageError` inside a running event loop.
        """
        if _in_event_loop():
            raise UsageError("run() would block the running event loop: await run_async() instead")
        self._runner.run(until, timeout)

    async def run_async(
        self, until: Callable[[], object] | None = None, *, timeout: float | None = None
    ) -> None:
        """Do as `run` inside a running event loop, whose other tasks go on meanwhile."""
        await self._runner.run_async(until, timeout)

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, whatever happens in them."""
        self._runner.advance(seconds)

    @property
    def now(self) -> float:
        """Seconds since the harness was made."""
        return self._clock.now / 1_000_000

    def call_later(self, seconds: float, function: Callable[[], object]) -> Timer:
        """Call a function once, after so many seconds of the clock."""
        call = self._host.adapt(self._host.lints.carry(function))
        return self._clock.call_at(self._clock.now + _delay(seconds), call)

    def call_every(self, seconds: float, function: Callable[[], object]) -> Timer:
        """Call a function again and again; this alone never keeps `run` going."""
        return self._host.call_every(_delay(seconds), function)

    def cancel(self, timer: Timer) -> None:
        """Stop what `call_later` or `call_every` began; twice is nothing."""
        self._clock.cancel(timer)

    # What happened

    @property
    def dialogue(self) -> Dialogue:
        """Everything said so far; as text, in the form that transcripts have."""
        return Dialogue(tuple(self._network.entries), tuple(self._network.remarks))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the dialogue so far as a cassette; the same dialogue gives the same bytes."""
        from wsfake.harness.recording import save_dialogue  # noqa: PLC0415 - few tests save

        return save_dialogue(path, self._network.entries, self.redactor)

    @property
    def is_live(self) -> bool:
        """Whether URLs that are not served are connected to for real."""
        return self._deck is not None and self._deck.connects

    @property
    def is_recording(self) -> bool:
        """Whether what is connected to for real is recorded."""
        return self._deck is not None and self._deck.recorder is not None

    def dialogue_lines(self) -> list[str]:
        """Return the dialogue so far as it may be shown: without secrets, long messages cut."""
        return self._network.lines(last=_MOST_SHOWN)

    @property
    def cassette(self) -> Path | None:
        """The path of this test's cassette, whether or not it exists."""
        return self._settings.cassette

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The verdicts so far, whether or not the test has seen them."""
        return tuple(self._network.failures)

    # The end

    def __enter__(self) -> Self:
        active.enter(self)
        return self

    @contextmanager
    def activated(self) -> Iterator[Self]:
        """Be the harness that `from wsfake import WebSocket` means; ending it is the caller's."""
        active.enter(self)
        try:
            yield self
        finally:
            active.leave(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        active.leave(self)
        self.finish(failed=error is not None)

    def finish(self, *, failed: bool = False, discard: bool = False) -> None:
        """End the test: stop its scripts, check what is left, keep or set aside the recording.

        Where the test has not `failed` by itself, raises what it has not seen: the verdicts that
        its script swallowed, what handlers raised, and what was not played. With `discard` it was
        skipped: nothing is checked and nothing kept. Twice is nothing.
        """
        if self._finished:
            return
        self._finished = True
        problems: list[Exception] = []
        try:
            self._stop_scripts()
            if not failed and not discard:
                problems = self._problems()
            if discard and self._deck is not None:
                self._deck.discard()
        except BaseException:
            if self._deck is not None:
                self._deck.discard()
            raise
        finally:
            self._put_away(problems, keep=not failed and not problems)
        if self.summary.gave_way and not problems:
            warnings.warn(WsfakeWarning(f"{self._source()}: {_GAVE_WAY}"), stacklevel=2)
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise ExceptionGroup("the test has several failures", problems)

    def _stop_scripts(self) -> None:
        self._clock.stop()
        for socket in self._host.sockets:
            socket.leave()
        if self._real is not None:
            self._real.close()

    def _problems(self) -> list[Exception]:
        from wsfake.harness import verdicts  # noqa: PLC0415 - most tests have none

        network = self._network
        problems: list[Exception] = [*network.failures]
        problems += [error for error in network.errors if error not in problems]
        if problems:
            return problems
        replay = self._from_cassette.replay if self._from_cassette is not None else None
        if self._settings.unplayed != "ignore":
            source = self._source()
            left = verdicts.unplayed(network, self._services, replay, source, self._clients)
            if left is not None and self._settings.unplayed == "fail":
                problems.append(left)
            elif left is not None:
                warnings.warn(WsfakeWarning(str(left)), stacklevel=2)
        problems += self._problems_of_reality()
        return problems

    def _problems_of_reality(self) -> list[Exception]:
        from wsfake.harness import verdicts  # noqa: PLC0415 - most tests have none

        real, deck = self._real, self._deck
        if real is None or deck is None or not real.connections:
            return []
        if deck.recorder is not None and (dead := real.refused()):
            return [verdicts.nobody_answered(self._network, dead)]
        if deck.mode == "verify" and deck.old is not None:
            new = list(map(self.redactor.entry, self._network.entries))
            source = self._source()
            found = verdicts.drift(self._network, source, deck.old.entries, new, self._matching)
            return [] if found is None else [found]
        return []

    def _put_away(self, problems: list[Exception], *, keep: bool) -> None:
        self.summary = summary = Summary(
            unplayed=any(isinstance(problem, Unplayed) for problem in problems),
            replayed=self._from_cassette.replay.opened if self._from_cassette is not None else 0,
            gave_way=self._from_cassette.replay.order.gave_way if self._from_cassette else 0,
            ended_by_silence=self._runner.ended_by_silence,
            cassette=self.cassette,
        )
        if self._deck is None:
            return
        self._deck.finish(keep=keep, ended="silence" if self._runner.ended_by_silence else "test")
        self.summary = summary.with_recording(self._deck.recorded, self._deck.kept, kept=keep)

    # The cassette and the real world

    def _insert_cassette(self) -> None:
        settings = self._settings
        if settings.cassette is None and settings.mode == "none":
            return
        from wsfake.harness.recording import CassetteDeck  # noqa: PLC0415 - it takes msgpack

        self._deck = deck = CassetteDeck(settings, self.redactor)
        cassette = deck.load()
        if deck.replays and cassette is not None:
            if cassette.cut:
                warnings.warn(
                    WsfakeWarning(f"{cassette.path} is cut off: it is played as far as it goes"),
                    stacklevel=4,
                )
            replay = Replay(cassette.entries, self._matching)
            self._from_cassette = FromCassette(self._network, replay, self._source())
            self._network.answerers.append(self._from_cassette)
            self._host.servers.on_listen = self._act_clients
        if deck.connects:
            self._network.answerers.append(_WhenNeeded(self))
            self._host.servers.listen_for_real = self._listen_for_real
            self._host.servers.on_unlisten = self._unlisten

    def _act_clients(self, server: script_api.WebSocketServer) -> None:
        assert self._from_cassette is not None
        self._from_cassette.act_clients(server, self._host.servers.name(server))

    def real_world(self) -> RealWorld:
        """Return what makes real connections; asked for with the first of them."""
        if self._real is None:
            from wsfake.harness.real import RealWorld  # noqa: PLC0415 - it takes websockets

            deck = self._deck
            assert deck is not None
            self._real = RealWorld(
                self._network, self._clock, self._aliases, deck, self._settings.ssl_context
            )
            self._runner.pump = self._real
            if deck.recorder is not None:
                self._network.on_entry = deck.recorder.note
        return self._real

    def _listen_for_real(self, server: script_api.WebSocketServer, port: int) -> int:
        return self.real_world().listen(server, port, self._host.servers.name(server))

    def _unlisten(self, port: int) -> None:
        if self._real is not None:
            self._real.unlisten(port)

    # How messages are compared and shown

    @cached_property
    def redactor(self) -> Redactor:
        """What takes secrets out of recordings and of what is shown."""
        from wsfake.cassette import Redactor  # noqa: PLC0415 - most tests show nothing

        settings = self._settings
        return Redactor(
            headers=settings.redact_headers,
            query=settings.redact_query,
            json_keys=settings.redact_json,
        )

    @cached_property
    def _matching(self) -> Matching:
        settings = self._settings
        return Matching(settings.match, settings.volatile, self._network.redaction.text)

    def _matching_with(self, match: str | None, volatile: Sequence[str] | None) -> Matching:
        if match is None and volatile is None:
            return self._matching
        settings = self._settings
        return Matching(
            settings.match if match is None else match,
            settings.volatile if volatile is None else volatile,
            self._network.redaction.text,
        )

    # What the runner and the verdicts ask

    def _expects(self) -> bool:
        """Whether a recurring timer of the script could still say what is expected of it."""
        if not self._clock.recurring:
            return False
        players = [player for served in self._services.served for player in served.players]
        players += [player for _, player in self._clients]
        if self._from_cassette is not None:
            players += self._from_cassette.replay.players
        return any(player.waits_for_script() for player in players)

    def _give_way(self) -> bool:
        player = None if self._from_cassette is None else self._from_cassette.replay.held()
        if self._from_cassette is None or player is None:
            return False
        network = self._network
        if self._settings.order == "strict":
            player.fail()
            network.report(network.fail(OutOfOrder(f"{_GAVE_WAY}, and the order is strict")))
        else:
            network.remark(_GAVE_WAY)
            self._from_cassette.give_way(player)
        return True

    def _source(self) -> str:
        path = self.cassette
        if path is None:
            return ""
        try:
            return str(path.relative_to(Path.cwd()))
        except ValueError:
            return str(path)

    def _advice(self, connection: Any) -> str:
        return f"to accept it: {self._how_to_record}" if connection.source else ""

    def _explain(self) -> list[str]:
        from wsfake.network.failures import field_lines  # noqa: PLC0415 - only for a failure

        url = self._network.redaction.url
        served = [url(str(served.pattern)) for served in self._services.served]
        fields = {
            "mode": f"{self._settings.mode} (the network is closed)",
            "served": "\n".join(dict.fromkeys(served)) or "nothing",
            "cassette": self._cassette_in_words(),
        }
        return [*field_lines(fields), "", f"  to record it: {self._how_to_record}"]

    def _cassette_in_words(self) -> str:
        source = self._source()
        if not source:
            return "none"
        if self._from_cassette is None:
            return f"{source} (there is none)"
        held = [
            f"{connection.url} ({'opened' if connection.player else 'not opened'})"
            for connection in self._from_cassette.replay.connections
        ]
        return "\n".join([source, *held])


_MOST_SHOWN = 100
_GAVE_WAY = "the order across connections is not that of the recording: nothing else could happen"


class _Secrets:
    """Takes secrets out; what that takes is loaded when something is to be shown."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness

    def text(self, text: str) -> str:
        return self._harness.redactor.text(text)

    def url(self, url: str) -> str:
        return self._harness.redactor.url(url)

    def entry(self, entry: Entry) -> Entry:
        return self._harness.redactor.entry(entry)


class _WhenNeeded:
    """Connects for real, and loads what that takes with the first connection."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness

    def answer(self, connection: Any) -> Any:
        return self._harness.real_world().answer(connection)


def _delay(seconds: float) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds != seconds:  # noqa: PLR0124 - NaN
        raise UsageError(f"expected a number of seconds, got {seconds!r}")
    return max(0, microseconds(min(seconds, 10**9)))


def _in_event_loop() -> bool:
    """Tell whether a running event loop would be blocked, without importing asyncio."""
    import sys  # noqa: PLC0415

    asyncio_events = sys.modules.get("asyncio.events")
    return asyncio_events is not None and asyncio_events._get_running_loop() is not None
