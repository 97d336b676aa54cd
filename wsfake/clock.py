"""A queue of things to do, in the order of their times, with no time of its own.

Times are integer microseconds. `VirtualClock` jumps from one deadline to the next; a clock that
follows real time only has to answer `now` differently. Nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush

__all__ = ["Clock", "Timer", "VirtualClock", "microseconds"]

Callback = Callable[[], object]

_MANY = 100
"""So many cancelled timers may wait until they are due, or as many as there are others, if more."""


def microseconds(seconds: float) -> int:
    """Return a time in seconds, as the API has it, as the integer that is kept inside."""
    return round(seconds * 1_000_000)


class Timer:
    """Something that is to be done at a time, and may be cancelled.

    Once its time has come it is called, in its turn; what is done before it can still cancel it.
    """

    __slots__ = ("callback", "cancelled", "clock", "due", "recurring")

    def __init__(self, clock: Clock, due: int, callback: Callback, recurring: bool) -> None:
        self.clock = clock
        self.due = due
        self.callback = callback
        self.recurring = recurring
        self.cancelled = False

    def __call__(self) -> object:
        if self.cancelled:
            return None
        self.cancelled = True
        if not self.recurring:
            self.clock._pending -= 1
        return self.callback()


class Clock:
    """Keeps what is due when; things due at the same time come in the order they were asked for.

    A *recurring* timer (an interval, an update signal) does not count in `pending`: it alone never
    keeps a run going.
    """

    now: int
    """The present time in microseconds."""

    call_soon: Callable[[Callback], None]
    """Ask for a callback at this instant, after what is already due."""

    def __init__(self) -> None:
        self.now = 0
        self.ready: deque[Callback] = deque()
        """What is due now; look into it after `collect`, where nothing is."""
        self._heap: list[tuple[int, int, Timer]] = []
        self.asked = 0
        """How many timers were asked for so far."""
        self._pending = 0
        self._cancelled = 0  # since these were taken out last, those that were due by now too
        self.call_soon = self.ready.append

    def call_at(self, due: int, callback: Callback, *, recurring: bool = False) -> Timer:
        """Ask for a callback at a time; one in the past is due now."""
        timer = Timer(self, due, callback, recurring)
        if not recurring:
            self._pending += 1
            if due <= self.now:  # in line with what `call_soon` asks for from now on
                self.collect()
                self.ready.append(timer)
                return timer
        self.asked = asked = self.asked + 1
        heappush(self._heap, (due, asked, timer))
        return timer

    def timer(self, callback: Callback) -> Timer:
        """Return a timer that nobody has asked for yet; see `call_again`."""
        timer = Timer(self, self.now, callback, False)
        timer.cancelled = True
        return timer

    def call_again(self, timer: Timer, due: int) -> None:
        """Ask for a timer whose time has come, at a later one: in less time than for a new one."""
        timer.due = due
        timer.cancelled = False
        self._pending += 1
        self.asked = asked = self.asked + 1
        heappush(self._heap, (due, asked, timer))

    def next_is_asked_after(self, asked: int) -> bool:
        """Whether the next timer was asked for when already so many had been."""
        return bool(self._heap) and self._heap[0][1] > asked

    def put_back(self, timer: Timer) -> None:
        """Ask again, at its `due`, for a recurring timer whose time has just come."""
        timer.cancelled = False
        self.asked += 1
        heappush(self._heap, (timer.due, self.asked, timer))

    def cancel(self, timer: Timer) -> None:
        """Take back what was asked for. Twice, or after it was done, is nothing."""
        if not timer.cancelled:
            timer.cancelled = True
            if not timer.recurring:
                self._pending -= 1
            self._cancelled = cancelled = self._cancelled + 1
            if cancelled > _MANY and 2 * cancelled > len(self._heap):
                self._clear_away()

    def _clear_away(self) -> None:
        """Take out what is cancelled, as `asyncio` does: with time-outs, nearly all of it is."""
        live = [each for each in self._heap if not each[2].cancelled]
        heapify(live)
        self._heap = live  # a new one, as another thread may be looking at what is due
        self._cancelled = 0

    @property
    def pending(self) -> bool:
        """Whether anything but recurring timers is to be done."""
        return self._pending > 0 or bool(self.ready)

    @property
    def recurring(self) -> bool:
        """Whether a recurring timer is set."""
        return any(not timer.cancelled and timer.recurring for _, _, timer in self._heap)

    @property
    def next_due(self) -> int | None:
        """When the next thing is due, or None where nothing is asked for."""
        if self.ready:
            return self.now
        heap = self._heap
        while heap and heap[0][2].cancelled:
            heappop(heap)
        return heap[0][0] if heap else None

    def stop(self) -> None:
        """Forget everything that was asked for."""
        for due in self.ready:
            if isinstance(due, Timer):
                due.cancelled = True
        for _, _, timer in self._heap:
            timer.cancelled = True  # so that cancelling it later takes nothing from `pending`
        self.ready.clear()
        self._heap.clear()
        self._pending = 0

    def take(self) -> Callback | None:
        """Return the next thing that is due by now, or None; it is then no longer in the queue."""
        ready = self.ready
        return ready.popleft() if ready or self.collect() else None

    def collect(self) -> bool:
        """Put the timers that are due by now into `ready`; tell whether anything is in it."""
        heap, now = self._heap, self.now
        while heap and heap[0][0] <= now:
            timer = heappop(heap)[2]
            if not timer.cancelled:
                self.ready.append(timer)
        return bool(self.ready)


class VirtualClock(Clock):
    """A clock that stands still until it is told to jump, or, once real, follows another clock.

    As long as it stands still its time is a plain attribute, because it is read several times for
    every message; so one that follows another clock is of a class of its own.
    """

    real = False
    """Whether it follows another clock, and cannot jump."""

    def advance_to(self, time: int) -> None:
        """Jump forward to a time; a time in the past is no jump."""
        self.now = max(self.now, time)
        self.collect()

    def jump(self, latest: int) -> Callback | None:
        """Jump to the next timer, if it is due by then, and return what is to be done.

        Only where nothing is in `ready`. None says no more than that it has to be looked closer:
        it is due already, was cancelled, or there are but recurring timers.
        """
        heap = self._heap
        if not self._pending or not heap:
            return None
        due, _, timer = heap[0]
        if not self.now < due <= latest or timer.cancelled:
            return None
        self.now = due
        heappop(heap)
        if heap and heap[0][0] == due:
            self.ready.append(timer)
            self.collect()
            return self.ready.popleft()
        timer.cancelled = True  # as it does when it is called
        if not timer.recurring:
            self._pending -= 1
        return timer.callback

    def follow(self, source: Callable[[], int]) -> None:
        """From now on go with a clock that gives microseconds from any origin."""
        offset = self.now - source()
        self._elapsed = lambda: source() + offset
        self.__class__ = _FollowingClock


class _FollowingClock(VirtualClock):
    """A clock that has become real."""

    real = True
    _elapsed: Callable[[], int]

    @property
    def now(self) -> int:  # type: ignore[override]  # nobody else sets it any more
        return self._elapsed()

    def jump(self, latest: int) -> Callback | None:
        """Never jump."""
        return None

    def advance_to(self, time: int) -> None:
        """Stay with the other clock, which alone moves it."""
        self.collect()
