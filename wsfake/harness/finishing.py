"""What of a harness ends a test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

from wsfake.clock import VirtualClock
from wsfake.errors import CassetteError, UsageError
from wsfake.harness.advice import Advice
from wsfake.harness.doors import Doors
from wsfake.harness.ending import Ending, Verdicts
from wsfake.harness.running import Runner
from wsfake.harness.settings import Settings
from wsfake.harness.sources import Sources
from wsfake.harness.summary import Summary
from wsfake.network import Network, Services
from wsfake.player import Player
from wsfake.script_api import Host

if TYPE_CHECKING:
    from wsfake.javascript import Script

__all__ = ["Finishing", "Outcome"]

Outcome = Literal["passed", "failed", "skipped", "retried", "interrupted"]
"""How a test ended, as far as it knows by itself."""

_CHECKED = ("passed", "retried")


class Finishing(ABC):
    """The checks at the end of a test, and where its recording goes."""

    summary: Summary
    _settings: Settings
    _clock: VirtualClock
    _network: Network
    _services: Services
    _sources: Sources
    _doors: Doors
    _host: Host
    _runner: Runner
    _clients: list[tuple[str, Player]]
    _scripts: list[Script]
    _finished: bool
    _advice: Advice
    _warn: Callable[[str], None]

    def finish(self, outcome: Outcome = "passed") -> None:
        """End the test: stop its scripts, check what is left, keep or set aside the recording.

        Where the test has passed by itself, raises what it has not seen: the verdicts that its
        script swallowed, what handlers raised, and what was not played. A recording becomes the
        cassette only of a test that passed and was not `retried`; of one that was `skipped` it is
        forgotten, of others it is set aside. Twice is nothing.
        """
        if self._finished:
            return
        self._finished = True
        try:
            try:
                self._stop_scripts()
            finally:
                stuck = self._doors.close()
            ending = self._verdicts().ending(self._settings.unplayed, checked=outcome in _CHECKED)
        except CassetteError as error:  # of a full disk, which is to cost nothing that it holds
            raise self._sources.rescue(error) from None
        except BaseException:
            self._sources.discard()
            raise
        if stuck:
            ending.warnings.append(stuck)
        self._put_away(ending, outcome)
        ending.tell(self._warn)

    def _stop_scripts(self) -> None:
        self._stop_intercepting()
        try:
            self._doors.settle()
        except UsageError:  # nothing can be said any more, as somebody keeps the network's lock
            self._sources.abort()
            raise
        with ExitStack() as parts:  # the last is ended first; each, whatever another raises
            parts.callback(self._sources.close)
            parts.callback(self._doors.leave)
            parts.callback(self._leave_sockets)
            for script in reversed(self._scripts):
                parts.callback(script.finish)

    def _leave_sockets(self) -> None:
        with self._network.lock, ExitStack() as sockets:
            for socket in reversed(self._host.sockets):
                sockets.callback(socket.leave)
            self._clock.stop()

    def _put_away(self, ending: Ending, outcome: Outcome) -> None:
        silence = self._runner.ended_by_silence
        why = "failed" if outcome == "passed" and ending.problems else outcome
        try:
            if why == "skipped":
                self._sources.discard()
            else:
                ended = "silence" if silence else "test"
                self._sources.put_away(why, "interrupted" if why == "interrupted" else ended)
        except CassetteError as error:
            ending.problems.append(error)
        self.summary = self._sources.summary(
            unplayed=ending.unplayed,
            ended_by_silence=silence and self._sources.is_recording,
            set_aside=why,
        )

    def untold(self, error: BaseException | None) -> list[Exception]:
        """Return what has gone wrong so far that this error of the test does not tell.

        A script may have swallowed it, and the test have failed by what followed.
        """
        return self._verdicts().untold(error)

    def hint(self, *, met_network: bool) -> str:
        """Say what client code may be missing, in a test that has failed; or nothing.

        `met_network` is whether it has failed with an error of the real network.
        """
        unanswered = self._sources.unanswered
        if unanswered.intercepts or not met_network:
            return unanswered.nobody_found()
        from wsfake.harness import verdicts  # noqa: PLC0415 - only for a failure

        return verdicts.nobody_connected(self._network, self._services, self._advice)

    def _verdicts(self) -> Verdicts:
        return Verdicts(self._network, self._services, self._sources, self._clients, self._advice)

    @abstractmethod
    def _stop_intercepting(self) -> None:
        """Give client libraries their own network back."""
