"""Waiting for real sockets, in one thread and only when asked to."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from wsfake.errors import UsageError
from wsfake.real_time import seconds_now

__all__ = ["Closable", "Reactor", "Timer"]


class Closable(Protocol):
    """What a reactor closes when it is closed itself."""

    def abort(self) -> None:
        """Free every socket at once, without a word and without a callback."""


class Timer:
    """A call that is due at `deadline`, in seconds of `seconds_now()`."""

    def __init__(self, deadline: float, call: Callable[[], None]) -> None:
        self.deadline = deadline
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        """Forget the call; without effect once it was made."""
        self.cancelled = True

    def fire(self) -> None:
        """Make the call, unless it was cancelled in the meantime."""
        if not self.cancelled:
            self.call()


class Reactor:
    """Calls back when sockets are ready and deadlines are over, inside `wait()` and nowhere else.

    Everything is called from one thread, except `call_soon_threadsafe`; or, with a `lock`, by
    whoever holds that. `wait()` takes it for all but the waiting itself, and has to be woken by
    `call_soon_threadsafe` when a deadline or a socket was added meanwhile.
    """

    def __init__(self, lock: AbstractContextManager[object] | None = None) -> None:
        self._lock = threading.RLock() if lock is None else lock
        self._selector = selectors.DefaultSelector()
        self._soon: deque[Callable[[], None]] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._errors: list[Exception] = []
        self._owned: set[Closable] = set()
        self._closed = False
        self._wake_lock = threading.Lock()
        self._wake_receive, self._wake_send = socket.socketpair()
        self._wake_receive.setblocking(False)
        self._wake_send.setblocking(False)
        self._selector.register(self._wake_receive, selectors.EVENT_READ, self._woken)

    def wait(self, timeout_seconds: float) -> bool:
        """Handle whatever is ready; return whether anything was.

        Blocks until something is ready, but not longer than `timeout_seconds`. What raised in a
        callback is raised at the end, when all callbacks were made: one error as itself, several
        as an `ExceptionGroup`. What is no `Exception` is raised at once, and the callbacks after
        it are made by the next call.
        """
        if self._closed:
            return False
        with self._lock:
            patience = self._patience(timeout_seconds)
        ready = self._selector.select(patience)
        with self._lock:
            self._queue_what_is_due(ready)
            happened = bool(self._soon)
            self._run_soon()
            if self._soon:
                self._run_soon()  # what those have queued: told in the turn it came in
            if self._errors:
                self._raise_errors()
        return happened

    def call_soon(self, call: Callable[[], None]) -> None:
        """Call from this or the next `wait()`, in order."""
        self._soon.append(call)

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        """Do as `call_soon`, from any thread; wakes a `wait()` that blocks.

        Ignored once the reactor is closed.
        """
        with self._wake_lock:
            if self._closed:
                return
            self._soon.append(call)
            with contextlib.suppress(BlockingIOError):  # full of wake-ups: one is enough
                self._wake_send.send(b"\0")

    def hold(self) -> AbstractContextManager[object]:
        """Return what no other thread queues or wakes anything in, as long as it is entered."""
        return self._wake_lock

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call when `seconds` of real time are over, unless it is cancelled."""
        timer = Timer(seconds_now() + seconds, call)
        heapq.heappush(self._timers, (timer.deadline, next(self._order), timer))
        return timer

    def next_deadline(self) -> float | None:
        """Return when the next timer is due, in seconds of `seconds_now()`, or None."""
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def watch(
        self, sock: socket.socket, call: Callable[[], None], *, read: bool, write: bool
    ) -> None:
        """Call whenever `sock` is ready, in place of what was asked for it before.

        `call` may come once after the wish has changed, and has to bear that.
        """
        if self._closed:
            raise UsageError("the reactor is closed")
        interest = (selectors.EVENT_READ if read else 0) | (selectors.EVENT_WRITE if write else 0)
        known = sock in self._selector.get_map()
        if not interest:
            self.unwatch(sock)
        elif known:
            self._selector.modify(sock, interest, call)
        else:
            self._selector.register(sock, interest, call)

    def unwatch(self, sock: socket.socket) -> None:
        """Call no more; has to come before `sock` is closed."""
        if not self._closed and sock in self._selector.get_map():
            self._selector.unregister(sock)

    def own(self, closable: Closable) -> None:
        """Close it together with the reactor."""
        if self._closed:
            raise UsageError("the reactor is closed")
        self._owned.add(closable)

    def disown(self, closable: Closable) -> None:
        """Do not close it: it is closed."""
        self._owned.discard(closable)

    def close(self) -> None:
        """Close every socket, and call nobody any more; may be called again."""
        with self._wake_lock:
            if self._closed:
                return
            for closable in list(self._owned):
                closable.abort()
            self._closed = True
            self._selector.close()
            self._wake_receive.close()
            self._wake_send.close()
        self._owned.clear()
        self._soon.clear()
        self._timers.clear()

    def _patience(self, timeout_seconds: float) -> float:
        if self._soon:
            return 0
        deadline = self.next_deadline()
        if deadline is None:
            return max(timeout_seconds, 0)
        return max(min(timeout_seconds, deadline - seconds_now()), 0)

    def _queue_what_is_due(self, ready: list[tuple[selectors.SelectorKey, int]]) -> None:
        for key, _ in ready:
            if key.fileobj is self._wake_receive:
                self._woken()  # no event in itself: what woke us is in the queue
            else:
                self._soon.append(key.data)
        if not self._timers:
            return
        now = seconds_now()
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            timer = heapq.heappop(self._timers)[2]
            self._soon.append(timer.fire)

    def _run_soon(self) -> None:
        for _ in range(len(self._soon)):
            if not self._soon:
                return  # closed by one of the calls
            call = self._soon.popleft()
            try:
                call()
            except Exception as error:  # noqa: BLE001 - the others have to be called first
                self._errors.append(error)

    def _raise_errors(self) -> None:
        errors, self._errors = self._errors, []
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup("several callbacks failed", errors)

    def _woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_receive.recv(4096):
                pass
