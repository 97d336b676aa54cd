"""The steps that a player plays: a transcript, unfolded as far as it has been reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Open,
    Ping,
    Pong,
    Refuse,
    Reject,
    Side,
)
from wsfake.transcript import AnyOrder, Fault, Group, Optional, Repeat, Step, Transcript
from wsfake.transcript.matchers import AnyClose

__all__ = ["CLOSINGS", "NOT_YET", "SKIPPED", "Plan", "may_be_left_out"]

NOT_YET = -1
SKIPPED = -2

CLOSINGS = (Close, AnyClose, Drop)
_OPENINGS = (Accept, Reject, Refuse)

Accepts = Callable[[Any], bool]
Branch = tuple[Sequence[Step], Group | None]


class Plan:
    """Parallel lists, one item per step: who, what, how long after the one before, and when it was.

    `happened` holds the time of each step in microseconds, `NOT_YET`, or `SKIPPED`. `indexes` holds
    its place on the timeline of a recording, or -1.
    """

    __slots__ = ("happened", "indexes", "intervals", "sides", "whats")

    def __init__(self) -> None:
        self.sides: list[Side | None] = []
        self.whats: list[Any] = []
        self.intervals: list[int] = []
        self.indexes: list[int] = []
        self.happened: list[int] = []

    def __len__(self) -> int:
        return len(self.whats)

    @classmethod
    def of_transcript(cls, transcript: Transcript) -> Plan:
        """Return the plan of a transcript; its handshake is accepted unless it says more."""
        plan = cls()
        steps = transcript.steps
        plan._append(Side.CLIENT, transcript.opening or Open(""), 0)
        if not steps or not _answers_handshake(steps[0].what):
            plan._append(Side.SERVER, Accept(), 0)
        before = 0
        for at, side, what in steps:
            plan._append(side, what, at - before)
            before = at if side is not None else before
        return plan

    @classmethod
    def of_recording(cls, entries: Iterable[tuple[int, int, Entry]], script: Side) -> Plan:
        """Return the plan of one connection of a recording, in which `script` is the script's side.

        `entries` are its entries, each with its index on the timeline and the microseconds since
        the entry before it there. What hosts do by themselves, pings and pongs, is skipped.
        """
        plan = cls()
        for index, interval, entry in entries:
            plan._append(entry.side, entry.what, interval, index)
            by_host = (Ping, Pong, End) if entry.side is script else (Pong, End, Gap)
            if isinstance(entry.what, by_host):
                plan.happened[-1] = SKIPPED
        return plan

    def _append(self, side: Side | None, what: Any, interval: int, index: int = -1) -> None:
        self.sides.append(side)
        self.whats.append(what)
        self.intervals.append(interval)
        self.indexes.append(index)
        self.happened.append(NOT_YET)

    # What the script may do next

    def find(self, start: int, script: Side, accepts: Accepts) -> tuple[int | None, list[Any]]:
        """Return the next step of the script's side, if `accepts` says it is met.

        Groups are unfolded along the branch that is entered. The list is of what else, or what
        instead, might have come.
        """
        candidates: list[Any] = []
        i = start
        while i < len(self.whats):
            side, what = self.sides[i], self.whats[i]
            if self.happened[i] != NOT_YET or side is script.other or isinstance(what, _UNASKED):
                i += 1
            elif side is script:
                if accepts(what):
                    return i, candidates
                return None, [*candidates, what]
            elif (branch := _branch_for(what, script, accepts)) is not None:
                self.unfold(i, *branch)
            else:
                candidates += _firsts(what, script)
                if not may_be_left_out(what):
                    return None, candidates
                i += 1
        return None, candidates

    def last_asked(self, script: Side) -> int:
        """Return the index of the last step that waits for the script, or -1."""
        for i in range(len(self.whats) - 1, -1, -1):
            what = self.whats[i]
            if self.happened[i] != NOT_YET or isinstance(what, _UNASKED):
                continue
            if self.sides[i] is script:
                return i
            if self.sides[i] is None and not may_be_left_out(what) and any(_firsts(what, script)):
                return i
        return -1

    # Groups

    def unfold(self, i: int, steps: Sequence[Step], then: Group | None) -> None:
        """Put `steps` in place of the group at `i`, and after them what is left of the group."""
        interval = self.intervals[i]
        sides: list[Side | None] = [step.side for step in steps]
        whats: list[Any] = [step.what for step in steps]
        times = [0, *(step.at for step in steps)]
        intervals = [late - early for early, late in pairwise(times)]
        if intervals:
            intervals[0] += interval
        if then is not None:
            sides.append(None)
            whats.append(then)
            intervals.append(0)
        if i + 1 < len(self):
            self.intervals[i + 1] = max(0, self.intervals[i + 1] - interval)
        self.sides[i : i + 1] = sides
        self.whats[i : i + 1] = whats
        self.intervals[i : i + 1] = intervals
        self.indexes[i : i + 1] = [-1] * len(whats)
        self.happened[i : i + 1] = [NOT_YET] * len(whats)

    def unfold_own(self, i: int, own: Side) -> bool:
        """Unfold the group at `i` where its next part begins with a step of the player itself."""
        for steps, then in _branches(self.whats[i]):
            if not steps or steps[0].side is own:
                self.unfold(i, steps, then)
                return True
        return False


_UNASKED = (Open, Accept, Pong, End, Gap)
"""What a host does by itself is never waited for; a pong that comes is met all the same."""


def _answers_handshake(what: Any) -> bool:
    return isinstance(what, _OPENINGS) or (isinstance(what, Fault) and what.phase == "handshake")


def may_be_left_out(group: Group) -> bool:
    """Whether the dialogue may go on without this group."""
    if isinstance(group, Repeat):
        return not group.times
    return isinstance(group, Optional) or not group.parts


def _branches(group: Group) -> Iterator[Branch]:
    """Yield the ways in which a group can go on: the steps that come next, and what is left."""
    if isinstance(group, Optional):
        yield group.part.steps, None
    elif isinstance(group, Repeat):
        if group.times != 0:
            left = None if group.times is None else group.times - 1
            yield group.part.steps, (None if left == 0 else Repeat(left, group.part))
    else:
        for n, part in enumerate(group.parts):
            others = group.parts[:n] + group.parts[n + 1 :]
            yield part.steps, (AnyOrder(others) if others else None)


def _branch_for(group: Group, script: Side, accepts: Accepts) -> Branch | None:
    return next((b for b in _branches(group) if _begins(b[0], script, accepts)), None)


def _begins(steps: Sequence[Step], script: Side, accepts: Accepts) -> bool:
    for step in steps:
        if step.side is script:
            return accepts(step.what)
        if step.side is None:
            if _branch_for(step.what, script, accepts) is not None:
                return True
            if not may_be_left_out(step.what):
                return False
    return False


def _firsts(group: Group, script: Side) -> list[Any]:
    """Return what the script might say first in each part of a group."""
    firsts = []
    for steps, _ in _branches(group):
        for step in steps:
            if step.side is script:
                firsts.append(step.what)
                break
            if step.side is None:
                firsts += _firsts(step.what, script)
                if not may_be_left_out(step.what):
                    break
    return firsts
