"""Timing two things side by side, and telling the ratio."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

from attrs import frozen

__all__ = ["Comparison", "compare"]

Work = Callable[[], int]
"""Does something some number of times, and returns that number."""


@frozen
class Comparison:
    """How often per second each was done, and how many times as often ours was.

    `ratios` are run by run, so that a machine that slows down slows both.
    """

    what: str
    against: str
    goal: float | None
    ours: float
    theirs: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


def compare(
    what: str, ours: Work, against: str, theirs: Work, *, goal: float | None = None, runs: int = 5
) -> Comparison:
    """Do both in turn, after one run each that does not count."""
    _rate(ours), _rate(theirs)
    pairs = [(_rate(ours), _rate(theirs)) for _ in range(runs)]
    return Comparison(
        what,
        against,
        goal,
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        tuple(one / other for one, other in pairs),
    )


def _rate(work: Work) -> float:
    gc.collect()
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)
