"""How time passes in an event loop: it jumps where nothing real is waited for."""

from __future__ import annotations

import asyncio
import selectors
import time

from wsfake.clock import VirtualClock, microseconds
from wsfake.errors import NeverIdle, NotHappened
from wsfake.intercept.between import Holding
from wsfake.intercept.threads import others_at_work
from wsfake.intercept.world import Pump, World
from wsfake.network.failures import field_lines, write_seconds
from wsfake.real_time import seconds_now

__all__ = ["Passing", "Ready", "Work"]

Ready = list[tuple[selectors.SelectorKey, int]]

_PATIENCE_SECONDS = 5.0
"""How much real time passes with nothing real happening, before virtual time jumps on."""

_BUSY = 0.02
_MOST_STRETCHED_SECONDS = 60.0
"""Where calls in executors compute, for at least this part of the time, they are waited for so
much longer: a machine may be a loaded one."""

_POLL_SECONDS = 0.005
_TURN = 1_000
_MOST_JUMPS = 1_000_000
_MOST_ENTRIES = 100_000
"""What may be said in this time while no transcript has anything to come: pings, as most clients
that wait for a message in vain go on with."""

_MOST_CONNECTIONS = 20_000
_MOST_JUMPS_AFTER_FAILURE = 500
"""The test has failed by then: a client that connects again and again is not let do so for long."""

_MOST_IN_VAIN = 100
"""So often a host may be looked for that nobody knows: each time takes its time in reality."""

_MOST_AT_ONCE = 1_000_000
_MOST_TASKS = 5
_LAST_ENTRIES = 10


class Work:
    """What an event loop does outside of virtual time: sockets, threads, processes."""

    def __init__(self) -> None:
        self.jobs = 0
        """How many calls are out in executors."""
        self.processes: list[asyncio.SubprocessTransport] = []
        self._left = _PATIENCE_SECONDS
        self._stretched = 0.0

    def begin(self) -> None:
        self.jobs += 1
        self.renew()

    def end(self) -> None:
        self.jobs -= 1

    def renew(self) -> None:
        """Have patience again: something real has happened."""
        self._left = _PATIENCE_SECONDS
        self._stretched = 0.0

    def patience(self, sockets: int, *, stuck: bool) -> float:
        """Return how many seconds to wait for something real.

        `stuck` is where nothing is due on the clock, so that another thread is the only hope. Then
        it is not for long: nobody tells when that has done its work.
        """
        if self.processes:
            self.processes = [each for each in self.processes if each.get_returncode() is None]
        if sockets or self.jobs or self.processes:
            return self._left
        return min(self._left, _POLL_SECONDS) if stuck and others_at_work() else 0.0

    def spend(self, seconds: float, computed: float) -> None:
        """Have so many seconds less of patience, unless a call that is out has computed meanwhile.

        `computed` is for how much of them this process had a processor: little on a loaded machine.
        """
        busy = self.jobs and computed > _BUSY * seconds
        if busy and self._stretched < _MOST_STRETCHED_SECONDS:
            self._stretched += seconds
        else:
            self._left = max(0.0, self._left - seconds)


class Passing:
    """Does what is due on the clock of a test, and lets its time pass."""

    def __init__(self, world: World, work: Work) -> None:
        self._world = world
        self._work = work
        self._clock: VirtualClock = world.clock
        self._limit = microseconds(world.timeout)
        self._jumps = 0
        self._noted = 0
        self._connections = 0
        self._jumps_after_failure = 0
        self._in_vain = 0
        self._at_once = 0
        self._progress = -1
        self._last_progress = 0
        self._silent_since: int | None = None
        """Since when, in real time, nothing has happened; None while time is virtual."""

    @property
    def is_real(self) -> bool:
        """Whether time is real, and not to be jumped over."""
        return self._clock.real

    def do_due(self) -> bool:
        """Do what is due; tell whether anything was."""
        clock, network = self._clock, self._world.network
        if not clock.ready and not clock.collect():
            return False
        with Holding(network):
            for _ in range(_TURN):
                callback = clock.take()
                if callback is None:
                    break
                try:
                    callback()
                except Exception as error:  # noqa: BLE001 - told at the end of the test
                    network.report(error)
        return True

    def count_turn(self) -> None:
        """Raise `NeverIdle` where the loop turns and turns at one instant."""
        self._at_once += 1
        if self._at_once > _MOST_AT_ONCE and not self._work.jobs:
            self._look_for_progress()
            self._at_once = 0

    def pass_time(self, selector: selectors.BaseSelector) -> Ready:
        """Go on to what comes next, in reality or on the clock; return what is ready.

        Raises `NotHappened` where nothing can come any more, and `NeverIdle` where it would go on
        for ever.
        """
        self._at_once = 0
        pump = self._world.pump
        if self._clock.real:
            return self._pass_real_time(selector, pump)
        due = self._clock.next_due
        seconds = self._work.patience(len(selector.get_map()) - 1, stuck=due is None)
        if seconds > 0:
            return self._wait(selector, seconds, due)
        if due is None and (ready := selector.select(0)):
            return ready  # a thread had its last word before it was found idle
        self._jump(due)
        return []

    def _wait(self, selector: selectors.BaseSelector, seconds: float, due: int | None) -> Ready:
        """Wait for something real, and let virtual time go with real time meanwhile."""
        clock = self._clock
        before, begin, computed = clock.now, seconds_now(), time.process_time()
        if due is not None:
            seconds = min(seconds, (due - before) / 1_000_000)
        ready = selector.select(seconds)
        passed = seconds_now() - begin
        if ready:
            self._work.renew()
        else:
            passed = max(passed, seconds)
            self._work.spend(passed, time.process_time() - computed)
        then = before + microseconds(passed)
        clock.advance_to(then if due is None else min(due, then))
        return ready

    def _jump(self, due: int | None) -> None:
        clock, world = self._clock, self._world
        progress = world.network.progress
        if progress != self._progress:
            self._progress, self._last_progress = progress, clock.now
            self._begin_to_count()
        if due is None:
            if not world.give_way():
                raise self._stuck()
            return
        silent = due - self._last_progress
        if not clock.pending and world.give_way_to_timers(silent):
            return
        self._jumps += 1
        too_much = self._too_much()
        if too_much:
            raise self._never_idle(too_much)
        if errors := world.network.failures or world.network.errors:
            self._count_after_failure(errors[0])
        clock.advance_to(due)
        self.do_due()

    def _begin_to_count(self) -> None:
        """Something was played: what comes next has all the patience again."""
        world = self._world
        self._jumps, self._in_vain = 0, world.sought_in_vain
        self._noted, self._connections = len(world.network.noted), len(world.network.connections)

    def _too_much(self) -> str:
        """Say what there was too much of since anything was played; or nothing."""
        network = self._world.network
        if self._jumps > _MOST_JUMPS:
            return f"{_MOST_JUMPS} timers in turn, with nothing played"
        if not self._clock.pending and len(network.noted) - self._noted > _MOST_ENTRIES:
            return f"{_MOST_ENTRIES} entries, with nothing played"
        if len(network.connections) - self._connections > _MOST_CONNECTIONS:
            return f"{_MOST_CONNECTIONS} connections, with nothing new played"
        if self._world.sought_in_vain - self._in_vain > _MOST_IN_VAIN:
            return f"{_MOST_IN_VAIN} times a host was looked for that nobody knows"
        return ""

    def _count_after_failure(self, error: Exception) -> None:
        """Count whatever else is played: what begins anew with each connection is no progress."""
        self._jumps_after_failure += 1
        if self._jumps_after_failure > _MOST_JUMPS_AFTER_FAILURE:
            raise self._never_idle(
                f"{_MOST_JUMPS_AFTER_FAILURE} timers in turn after a failure"
            ) from error

    def _pass_real_time(self, selector: selectors.BaseSelector, pump: Pump) -> Ready:
        if pump.wait(0) or self._silent_since is None:
            self._silent_since = self._clock.now
            return []
        due = self._clock.next_due
        if due is None and self._clock.now - self._silent_since > self._limit:
            raise self._stuck()
        left = _POLL_SECONDS if due is None else (due - self._clock.now) / 1_000_000
        ready = selector.select(max(0.0, min(left, _POLL_SECONDS)))
        if self.do_due() or ready:
            self._silent_since = self._clock.now
        return ready

    # Verdicts

    def _look_for_progress(self) -> None:
        progress = self._world.network.progress
        if progress == self._progress:
            turns = f"{_MOST_AT_ONCE} turns of the event loop at one instant"
            raise self._never_idle(f"{turns}, with nothing played")
        self._progress = progress

    def _never_idle(self, what: str) -> NeverIdle:
        text = [
            f"the event loop never becomes idle: {what}",
            "  expected  an end of what is waited for",
            f"  actual    it goes on, at t={write_seconds(self._world.network.time())} s",
            *self._waiting(),
            *self._last_words(),
            "",
            "  to stop it in time: asyncio.timeout(...), or a transcript that ends",
        ]
        return NeverIdle(self._world.network.redaction.text("\n".join(text)))

    def _stuck(self) -> NotHappened:
        text = [
            "the event loop waits for ever: nothing more can happen",
            "  expected  something that comes",
            f"  actual    nothing is due, at t={write_seconds(self._world.network.time())} s",
            *self._waiting(),
            *self._last_words(),
            "",
            "  to make it happen: a transcript that says more, or asyncio.timeout(...)",
        ]
        return NotHappened(self._world.network.redaction.text("\n".join(text)))

    def _waiting(self) -> list[str]:
        tasks = sorted(asyncio.all_tasks(asyncio.get_running_loop()), key=asyncio.Task.get_name)
        places = [_place(task) for task in tasks[:_MOST_TASKS]]
        if len(tasks) > _MOST_TASKS:
            places.append(f"and {len(tasks) - _MOST_TASKS} more")
        return field_lines({"waits": "\n".join(places), "expected": ""}) if places else []

    def _last_words(self) -> list[str]:
        lines = self._world.network.lines(last=_LAST_ENTRIES)
        return ["", *(f"  {line}" for line in lines)] if lines else []


def _place(task: asyncio.Task[object]) -> str:
    """Say where a task waits."""
    stack = task.get_stack(limit=1)
    if not stack:
        return f"task {task.get_name()}"
    code = stack[-1].f_code
    return f"task {task.get_name()} in {code.co_name}, line {stack[-1].f_lineno}"
