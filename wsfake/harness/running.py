"""Letting a test's time pass: until nothing more can happen, and never for ever."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from threading import get_ident
from typing import TYPE_CHECKING

from wsfake.clock import VirtualClock, microseconds
from wsfake.errors import NotHappened, UsageError
from wsfake.harness.bounds import Bounds
from wsfake.network import Network
from wsfake.real_time import microseconds_now
from wsfake.transcript.arity import check_function

if TYPE_CHECKING:
    from wsfake.intercept.world import Pump

__all__ = ["Runner", "raise_errors"]

_TURN = 200  # callbacks for which the lock is held: others wait for it so long at most
_POLL_SECONDS = 0.005
_TO_WAIT = "to wait longer: timeout=seconds"
_TO_HAPPEN = "to make it happen: a transcript that says more, or call_later(...)"


def raise_errors(network: Network) -> None:
    """Raise what handlers raised and nobody has seen: one error as itself, several as a group."""
    if not network.errors:
        return
    errors = network.take_errors()
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("several handlers raised", errors)


class Runner:
    """Runs one network's clock."""

    def __init__(
        self,
        network: Network,
        clock: VirtualClock,
        *,
        timeout: float,
        record_idle: float,
        expects: Callable[[], bool],
        give_way: Callable[[], bool],
        intercepts: Callable[[], bool],
        make_safe: Callable[[], None],
    ) -> None:
        self.pump: Pump | None = None
        self.ended_by_silence = False
        self._network = network
        self._clock = clock
        self._timeout = timeout
        self._patience = microseconds(timeout)
        self._idle = microseconds(record_idle)
        self._expects = expects
        self._give_way = give_way
        self._intercepts = intercepts
        self._make_safe = make_safe
        self._running = False

    def run(self, until: Callable[[], object] | None, timeout: float | None) -> None:
        """Run until nothing more can happen, or until a condition is true.

        Raises what handlers raised; `NotHappened` where the condition does not come true;
        `NeverIdle` where it would go on for ever.
        """
        self._check_idle("run")
        self._run(until, timeout)

    def _run(self, until: Callable[[], object] | None, timeout: float | None) -> None:
        for seconds in self.steps(until, timeout, alone=True, clients=self._in_threads):
            if seconds is not None and self.pump is not None:
                self.pump.wait(seconds)
        raise_errors(self._network)

    async def run_async(self, until: Callable[[], object] | None, timeout: float | None) -> None:
        """Do as `run`, and let the other tasks of a running event loop go on meanwhile.

        No coroutine can raise a `StopIteration`: Python makes a `RuntimeError` from it (PEP 479).
        """
        import asyncio  # noqa: PLC0415 - most tests never need it

        self._check_idle("run_async")
        settle = getattr(asyncio.get_running_loop(), "settle", None)  # of a loop on virtual time
        # on virtual time, a loop has let its clients do by now what they can
        clients = self._intercepts if settle is None else _nobody
        for seconds in self.steps(until, timeout, clients=clients):
            pump = self.pump
            if seconds is None or pump is None or pump.wait(0):
                await (asyncio.sleep(0) if settle is None else settle())
            else:
                await asyncio.sleep(min(seconds, _POLL_SECONDS))
        raise_errors(self._network)

    def steps(
        self,
        until: Callable[[], object] | None,
        timeout: float | None,
        *,
        alone: bool = False,
        clients: Callable[[], bool],
    ) -> Iterator[float | None]:
        """Run, and yield for how many seconds real connections are to be waited for.

        None is a moment in which others may have a turn, unless it runs `alone`. `clients` tells
        whether client code may yet connect of which nothing is known. It ends where something was
        raised, which the caller is to raise: a generator cannot pass everything on.
        """
        if until is not None:
            check_function(until, "until=")
        self._running = True
        try:
            yield from _Run(self, until, timeout, alone=alone, clients=clients).go()
        finally:
            self._running = False
            self._rest()

    def _rest(self) -> None:
        """Have what was recorded made safe: the test may do anything else for any time."""
        try:
            with self._network.lock:
                self._make_safe()
        except Exception as error:  # noqa: BLE001 - raised by whoever takes the steps
            self._network.report(error)

    def _in_threads(self) -> bool:
        """Whether client code may yet connect while this thread does nothing but run."""
        if not self._intercepts():
            return False
        from wsfake.intercept.threads import others_at_work  # noqa: PLC0415 - few tests need it

        return others_at_work()

    def _check_idle(self, call: str) -> None:
        if self._running:
            raise UsageError(
                f"{call}() was called while time passes already: in a handler, return instead, and"
                " do in call_later(...) what comes later; in another task or thread, wait until the"
                " first one is done"
            )

    def advance(self, seconds: float) -> None:
        """Let so much time pass, whatever is or is not to happen in it."""
        self._check_idle("advance")
        clock, lock = self._clock, self._network.lock
        end = clock.now + _checked(seconds)
        with lock:
            timer = clock.call_at(end, lambda: None, recurring=True)

        def over() -> bool:  # and what is due at the end is done too
            due = clock.next_due
            return clock.now >= end and (due is None or due > clock.now)

        try:
            self._run(over, seconds + 1)
        finally:
            with lock:
                clock.cancel(timer)


class _Run:
    """One call of `run`."""

    def __init__(
        self,
        runner: Runner,
        until: Callable[[], object] | None,
        timeout: float | None,
        *,
        alone: bool,
        clients: Callable[[], bool],
    ) -> None:
        self.runner = runner
        self.network = runner._network
        self.clock = runner._clock
        self.until = until
        self.limit = runner._timeout if timeout is None else timeout
        self.begin = self.clock.now
        self.deadline = self.begin + _checked(self.limit)
        self.patience = runner._patience
        self.bounded = until is not None or timeout is not None
        self.bounds = Bounds(self.network, self.limit if self.bounded else None)
        self.alone = alone and until is None  # which is asked before each instant
        self.clients = clients
        self.entries = len(self.network.noted)
        self.last_entry = self.begin
        self.end = self.deadline if self.bounded else self.begin + self.patience
        self.asked = self.clock.asked

    def go(self) -> Iterator[float | None]:
        while not self.satisfied():
            if self.take_turn():
                yield None
                continue
            if self.network.errors:
                return
            pump = self.runner.pump
            if pump is not None and self.clock.real:
                going = yield from self.pass_real_time(pump)
            else:
                going = self.jump()
            due = None if going else self.clock.next_due
            yield None
            if going or self.clock.next_due != due:
                continue  # those who had a turn have asked for something
            if self.clock.real or not self.awaits_clients():
                break
            self.clock.follow(microseconds_now)
        else:
            return
        if not (self.until is None or self.network.errors or self.satisfied()):
            raise self.not_happened("nothing more can happen", _TO_HAPPEN)

    def satisfied(self) -> bool:
        """Whether what was waited for is so, or cannot be asked, which ends the run as well."""
        try:
            return self.until is not None and bool(self.until())
        except Exception as error:  # noqa: BLE001 - raised by whoever takes the steps
            self.network.report(error)
            return True

    def take_turn(self) -> bool:
        """Do what is due, as much as is done at a stretch; tell whether more may be due."""
        most = 1 if self.until is not None else min(_TURN, self.bounds.left)
        with self.network.lock:
            outer, self.network.held_by = self.network.held_by, get_ident()
            try:
                if self.clock.real:  # and goes on, also where there always is something to do
                    self.clock.collect()
                count = self.call(most)
            finally:
                self.network.held_by = outer
                self.note_entries()
        self.bounds.count(count)
        return count == most and not self.bounds.has_failed_long_ago

    def call(self, most: int) -> int:
        """Do what is due next, so many times at the most; return how many times it was."""
        clock, network = self.clock, self.network
        ready, noted, entries = clock.ready, network.noted, self.entries
        jumps, bounded, patience = self.jumps(), self.bounded, self.patience
        for count in range(most):
            if ready:
                callback = ready.popleft()
            else:
                ahead = None
                if jumps and not network.errors:  # most go on at the next instant, at once
                    if entries != self.entries:  # as `note_entries` does, which would be a call
                        self.entries = entries
                        self.last_entry = now = clock.now
                        if not bounded:
                            self.end = now + patience
                    ahead = clock.jump(self.end)
                    if ahead is not None:
                        self.bounds.at_once = -count  # to which those of the turn are added
                if ahead is None and (ahead := self.find(count)) is None:
                    return count
                callback = ahead
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - raised at the end of this instant
                network.report(error)
            if (said := len(noted)) != entries:
                entries = said
                self.asked = clock.asked
        return most

    def note_entries(self) -> None:
        if len(self.network.noted) != self.entries:
            self.entries = len(self.network.noted)
            self.goes_on_from(self.clock.now)

    def goes_on_from(self, now: int) -> None:
        """Note that something happened, after which there is patience again."""
        self.last_entry = now
        if not self.bounded:
            self.end = now + self.patience

    # Between two instants

    def jump(self) -> bool:
        """Go on to the next instant; tell whether there is one."""
        due = self.clock.next_due
        if due is None or not self.goes_on():
            return self.runner._give_way()
        if self.is_too_late(due):
            return self.gives_way_late() or self.stop_at_end()
        self.clock.advance_to(due)
        self.bounds.at_once = 0
        return True

    def find(self, count: int) -> Callable[[], object] | None:
        """Return what is to be done after `count` callbacks of a turn, or None.

        At the next instant too, where nobody is to have a turn in between.
        """
        clock = self.clock
        callback = clock.take()
        if callback is not None or not self.jumps():
            return callback
        due = clock.next_due
        if due is None or not self.goes_on() or self.is_too_late(due):
            return None
        clock.advance_to(due)
        self.bounds.at_once = -count
        return clock.take()

    def jumps(self) -> bool:
        """Whether nobody is to have a turn between two instants."""
        return self.alone and self.runner.pump is None and not self.network.errors

    def is_too_late(self, due: int) -> bool:
        """Whether a timer is behind the end; one older than what was said last is in no chain."""
        return due > self.end and (self.bounded or self.clock.next_is_asked_after(self.asked))

    def goes_on(self) -> bool:
        """Whether the next timer matters: a recurring one alone does not keep a run going."""
        return self.clock.pending or self.until is not None or self.runner._expects()

    def gives_way_late(self) -> bool:
        """Whether timers alone went on, and what waits for another connection goes instead."""
        if self.bounded or not self.runner._give_way():
            return False
        self.goes_on_from(self.clock.now)
        return True

    def stop_at_end(self) -> bool:
        self.clock.advance_to(self.end)
        if self.bounded:
            raise self.not_happened(f"{self.limit:g} s have passed", _TO_WAIT)
        self.network.remark(
            f"run() ended: timers went on for {self.runner._timeout:g} s with nothing said"
        )
        return False

    def pass_real_time(self, pump: Pump) -> Generator[float, None, bool]:
        now = self.clock.now
        self.bounds.begin()
        if now >= self.end:
            return self.stop_at_end()
        until = self.end
        due = self.clock.next_due
        if due is not None:
            until = min(until, due)
        elif self.bounded and not (pump.busy or self.awaits_clients()):
            # as on virtual time: nothing is worth waiting for
            return self.runner._give_way()
        if not self.bounded and not self.clock.pending and not pump.settling:
            silent = self.last_entry + self.silence(pump)
            if now >= silent:
                return self.end_in_silence(pump)
            until = min(until, silent)
        yield max(0, until - now) / 1_000_000
        if len(self.network.noted) != self.entries:
            self.note_entries()
            self.asked = self.clock.asked
        return True

    def awaits_clients(self) -> bool:
        """Whether what is waited for may come of client code that has not connected yet."""
        return self.until is not None and self.clients()

    def silence(self, pump: Pump) -> int:
        return self.runner._idle if pump.busy or self.runner._expects() else 0

    def end_in_silence(self, pump: Pump) -> bool:
        if self.runner._give_way():
            return True
        if pump.busy:
            self.runner.ended_by_silence = True
            self.network.remark(
                f"run() ended: nothing was said for {self.runner._idle / 1_000_000:g} s"
            )
        return False

    # Verdicts

    def not_happened(self, why: str, advice: str) -> NotHappened:
        from wsfake.harness import overrunning  # noqa: PLC0415 - only for a failure

        passed = self.clock.now - self.begin
        return overrunning.not_happened(
            self.network, self.until, self.limit, passed, why=why, advice=advice
        )


def _nobody() -> bool:
    return False


def _checked(seconds: float) -> int:
    """Return seconds as microseconds; raise `UsageError` for what is no span of time."""
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not (number and 0 <= seconds < 10**9):
        raise UsageError(f"expected a number of seconds, 0 or more, got {seconds!r}")
    return microseconds(seconds)
