"""What of a harness lets time pass."""

from __future__ import annotations

import sys
from collections.abc import Callable

from wsfake.clock import Timer, VirtualClock, microseconds
from wsfake.errors import UsageError
from wsfake.harness.running import Runner
from wsfake.network import Network
from wsfake.script_api import Host
from wsfake.transcript.arity import check_function

__all__ = ["Timing", "in_event_loop"]


class Timing:
    """The clock of a test, as the test uses it."""

    _clock: VirtualClock
    _network: Network
    _host: Host
    _runner: Runner

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
        if in_event_loop():
            raise UsageError("run() would block the running event loop: await run_async() instead")
        self._runner.run(until, timeout)

    async def run_async(
        self, until: Callable[[], object] | None = None, *, timeout: float | None = None
    ) -> None:
        """Do as `run` inside a running event loop, whose other tasks go on meanwhile.

        A `StopIteration` of a handler is the cause of a `RuntimeError`, as in every coroutine.
        """
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
        delay = _delay(seconds)
        check_function(function, "call_later(seconds, function)")
        call = self._host.adapt(self._host.lints.carry(function))
        with self._network.lock:
            return self._clock.call_at(self._clock.now + delay, call)

    def call_every(self, seconds: float, function: Callable[[], object]) -> Timer:
        """Call a function again and again; this alone never keeps `run` going."""
        delay = _delay(seconds)
        check_function(function, "call_every(seconds, function)")
        with self._network.lock:
            return self._host.call_every(delay, function)

    def cancel(self, timer: Timer) -> None:
        """Stop what `call_later` or `call_every` began; twice is nothing."""
        if not isinstance(timer, Timer):
            raise UsageError(f"expected what call_later or call_every returned, got {timer!r}")
        with self._network.lock:
            self._clock.cancel(timer)


def _delay(seconds: float) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds != seconds:  # noqa: PLR0124 - NaN
        raise UsageError(f"expected a number of seconds, got {seconds!r}")
    return max(0, microseconds(min(seconds, 10**9)))


def in_event_loop() -> bool:
    """Tell whether a running event loop would be blocked, without importing asyncio."""
    asyncio_events = sys.modules.get("asyncio.events")
    return asyncio_events is not None and asyncio_events._get_running_loop() is not None
