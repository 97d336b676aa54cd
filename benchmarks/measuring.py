"""Timing two things side by side, and telling the ratio.

The machine may be shared and noisy: the two sides take turns in one process, and what is told is
the median of the ratios, turn by turn, so that a machine that slows down slows both.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

from attrs import frozen

__all__ = [
    "RUNS",
    "Row",
    "Skipped",
    "compare",
    "compare_rates",
    "compare_seconds",
    "cpu_seconds",
    "in_one_go",
    "seconds",
]

RUNS = 5

Work = Callable[[], int]
"""Does something some number of times, and returns that number."""


@frozen
class Row:
    """One line of the table: ours in relation to theirs.

    `ours` and `theirs` are medians in `unit`: `"per second"`, where more is better and the goal
    is the least ratio, or `"seconds"`, where less is better and the goal is the most.
    """

    what: str
    against: str
    goal: float | None
    unit: str
    ours: float
    theirs: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool | None:
        """Whether it is as good as its goal; None where it has none."""
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.unit == "per second" else self.ratio <= self.goal


@frozen
class Skipped:
    """A line that could not be measured here, and why."""

    what: str
    against: str
    goal: float | None
    unit: str
    why: str


def compare(
    what: str, ours: Work, against: str, theirs: Work, *, goal: float | None = None, runs: int = 0
) -> Row:
    """Return how many times as often per second ours is done: at least `goal`.

    Both are done in turn, after one run each that does not count.
    """
    return compare_rates(
        what, lambda: _rate(ours), against, lambda: _rate(theirs), goal=goal, runs=runs
    )


def compare_rates(
    what: str,
    ours: Callable[[], float],
    against: str,
    theirs: Callable[[], float],
    *,
    goal: float | None = None,
    runs: int = 0,
) -> Row:
    """Do as `compare`, with what is done and timed elsewhere: both return times per second."""
    return _row((what, against), ours, theirs, "per second", goal=goal, runs=runs)


def compare_seconds(
    what: str,
    ours: Callable[[], float],
    against: str,
    theirs: Callable[[], float],
    *,
    goal: float | None = None,
    runs: int = 0,
) -> Row:
    """Return how many times as long ours takes: at most `goal`. Both return seconds."""
    return _row((what, against), ours, theirs, "seconds", goal=goal, runs=runs)


def in_one_go(
    what: str, against: str, measured: Sequence[tuple[float, float]], *, goal: float | None = None
) -> Row:
    """Return the same of what was measured together: the seconds that ours took, and theirs."""
    return _row_of((what, against), measured, "seconds", goal=goal)


def seconds(work: Callable[[], object]) -> float:
    """Return for how long something is done."""
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return how much of a processor something takes in this process."""
    gc.collect()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _row(
    pair: tuple[str, str],
    ours: Callable[[], float],
    theirs: Callable[[], float],
    unit: str,
    *,
    goal: float | None,
    runs: int,
) -> Row:
    ours(), theirs()
    measured = [(ours(), theirs()) for _ in range(runs or RUNS)]
    return _row_of(pair, measured, unit, goal=goal)


def _row_of(
    pair: tuple[str, str],
    measured: Sequence[tuple[float, float]],
    unit: str,
    *,
    goal: float | None,
) -> Row:
    return Row(
        *pair,
        goal,
        unit,
        statistics.median(one for one, _ in measured),
        statistics.median(other for _, other in measured),
        tuple(one / other for one, other in measured),
    )


def _rate(work: Work) -> float:
    gc.collect()
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)
