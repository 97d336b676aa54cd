"""A line that takes its time: latency, jitter, and a limit of bytes per second."""

from __future__ import annotations

import random
from collections import deque

from wsfake.live.reactor import Reactor, Timer
from wsfake.proxy.faults import Faults
from wsfake.proxy.halves import Half
from wsfake.real_time import seconds_now

__all__ = ["Delay"]

_PIECES_PER_SECOND = 50
_SMALLEST_PIECE = 64


class Delay:
    """A `Way` that holds what comes until it is due; nothing overtakes.

    A limited line sends one piece after the other, each for as long as it takes at that rate.
    """

    def __init__(self, reactor: Reactor, half: Half, faults: Faults, most_bytes: int) -> None:
        self._reactor = reactor
        self._half = half
        self._faults = faults
        self._most_bytes = most_bytes
        self._random = random.Random(f"{faults.seed} {half.side}")  # noqa: S311 - no secret
        self._queue: deque[tuple[float, bytes | bool]] = deque()
        self._bytes = 0
        self._free_at = 0.0
        self._last_due = 0.0
        self._timer: Timer | None = None

    @property
    def full(self) -> bool:
        return self._bytes >= self._most_bytes

    def take(self, data: bytes) -> None:
        bandwidth = self._faults.bandwidth
        size = len(data)
        if bandwidth is not None:
            size = max(_SMALLEST_PIECE, int(bandwidth / _PIECES_PER_SECOND))
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            self._bytes += len(piece)
            self._put(piece, 0 if bandwidth is None else len(piece) / bandwidth)

    def end(self, *, reset: bool) -> None:
        self._put(reset, 0)

    def _put(self, what: bytes | bool, seconds: float) -> None:
        now = seconds_now()
        self._free_at = max(self._free_at, now) + seconds
        late = self._faults.latency + self._random.uniform(0, self._faults.jitter)
        self._last_due = max(self._last_due, self._free_at + late)
        self._queue.append((self._last_due, what))
        if self._timer is None:
            self._timer = self._reactor.call_later(self._last_due - now, self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        while self._queue and self._queue[0][0] <= seconds_now():
            what = self._queue.popleft()[1]
            if isinstance(what, bytes):
                self._bytes -= len(what)
                self._half.pass_on(what)
            else:
                self._half.pass_end(reset=what)
        if self._queue:
            wait = self._queue[0][0] - seconds_now()
            self._timer = self._reactor.call_later(wait, self._deliver)
        self._half.read_on()
