"""The steps that a player plays: a transcript, unfolded as far as it has been reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from attrs import evolve

from wsfake.model import (
    Accept,
    End,
    Entry,
    Gap,
    Message,
    Open,
    Ping,
    Pong,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.transcript import AnyOrder, Fault, Group, Optional, Repeat, Step, Transcript
from wsfake.transcript.matchers import Reply

__all__ = ["NOT_YET", "SKIPPED", "Plan", "may_be_left_out"]

NOT_YET = -1
SKIPPED = -2

_OPENINGS = (Accept, Reject, Refuse)

Accepts = Callable[[Any], bool]
Branch = tuple[Sequence[Step], Group | None]


class Plan:
    """Parallel lists, one item per step: who, what, how long after the one before, and when it was.

    `happened` holds the time of each step in microseconds, `NOT_YET`, or `SKIPPED`. `indexes` holds
    its place on the timeline of a recording, or -1.
    """

    __slots__ = ("endless", "happened", "indexes", "intervals", "sides", "whats")

    def __init__(self) -> None:
        self.sides: list[Side | None] = []
        self.whats: list[Any] = []
        self.intervals: list[int] = []
        self.indexes: list[int] = []
        self.happened: list[int] = []
        self.endless = False
        """Whether a group that has no end was entered."""

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
        for side, what, interval in _timed(steps):
            plan._append(side, what, interval)
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

    def time_before(self, i: int) -> int:
        """When the step before this one was done, groups apart; negative where it was not."""
        before = i - 1
        while before >= 0 and self.sides[before] is None:
            before -= 1
        return self.happened[before] if before >= 0 else 0

    def bind_replies(self, i: int, message: Message) -> None:
        """Let the replies to step `i` answer its message, and not one that comes meanwhile."""
        for n in range(i + 1, len(self)):
            if self.sides[n] is self.sides[i] or self.sides[n] is None:
                return
            if isinstance(self.whats[n], Reply):
                self.whats[n] = evolve(self.whats[n], last=message)

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
            if self.happened[i] != NOT_YET or side is script.other or not _is_asked(what):
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
            if self.happened[i] != NOT_YET or not _is_asked(what):
                continue
            if self.sides[i] is script:
                return i
            if self.sides[i] is None and not may_be_left_out(what) and _firsts(what, script):
                return i
        return -1

    # Groups

    def unfold(self, i: int, steps: Sequence[Step], then: Group | None) -> None:
        """Put `steps` in place of the group at `i`, and after them what is left of the group."""
        group, interval = self.whats[i], self.intervals[i]
        self.endless = self.endless or (isinstance(group, Repeat) and group.times is None)
        rows = list(_timed(steps))
        if then is not None:
            rows.append((None, then, 0))
        sides = [side for side, _, _ in rows]
        intervals = [late for _, _, late in rows]
        first = _count_to_step(sides)
        for n in range(first):
            intervals[n] += interval
        if any(side is not None for side in sides):
            # what comes after the group counts from the group's last step now
            after = i + 1
            for n in range(after, after + _count_to_step(self.sides[after:])):
                self.intervals[n] = max(0, self.intervals[n] - interval)
        self.sides[i : i + 1] = sides
        self.whats[i : i + 1] = [what for _, what, _ in rows]
        self.intervals[i : i + 1] = intervals
        self.indexes[i : i + 1] = [-1] * len(rows)
        self.happened[i : i + 1] = [NOT_YET] * len(rows)

    def unfold_own(self, i: int, own: Side) -> bool:
        """Unfold the group at `i` where its next part begins with a step of the player itself."""
        for steps, then in _branches(self.whats[i]):
            if _begins_own(steps, own):
                self.unfold(i, steps, then)
                return True
        return False


_UNASKED = (Open, Accept, Pong, End, Gap, Stall, Fault)


def _is_asked(what: Any) -> bool:
    """Whether the script is waited for to do this.

    Not what hosts do by themselves, nor silence; a pong that comes is met all the same.
    """
    return not isinstance(what, _UNASKED)


def _timed(steps: Sequence[Step]) -> Iterator[tuple[Side | None, Any, int]]:
    """Yield steps with how long each comes after the last step before it that is no group.

    So a pause before a group that is left out is kept by what comes after.
    """
    before = 0
    for at, side, what in steps:
        yield side, what, at - before
        before = at if side is not None else before


def _count_to_step(sides: Sequence[Side | None]) -> int:
    """Return how many items there are up to the first that is no group, and with it."""
    for count, side in enumerate(sides, 1):
        if side is not None:
            return count
    return len(sides)


def _answers_handshake(what: Any) -> bool:
    return isinstance(what, _OPENINGS) or (isinstance(what, Fault) and what.phase == "handshake")


def may_be_left_out(group: Group) -> bool:
    """Whether the dialogue may go on without this group."""
    if isinstance(group, Repeat):
        return not group.times or _may_be_nothing(group.part.steps)
    return isinstance(group, Optional) or all(_may_be_nothing(p.steps) for p in group.parts)


def _may_be_nothing(steps: Sequence[Step]) -> bool:
    return all(step.side is None and may_be_left_out(step.what) for step in steps)


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
        if step.side is script and _is_asked(step.what):
            return accepts(step.what)
        if step.side is None:
            if _branch_for(step.what, script, accepts) is not None:
                return True
            if not may_be_left_out(step.what):
                return False
    return False


def _begins_own(steps: Sequence[Step], own: Side) -> bool:
    """Whether these steps can go on without a word of the script."""
    if not steps or steps[0].side is not None:
        return not steps or steps[0].side is own
    return any(_begins_own(branch, own) for branch, _ in _branches(steps[0].what))


def _firsts(group: Group, script: Side) -> list[Any]:
    """Return what the script might say first in each part of a group."""
    firsts = []
    for steps, _ in _branches(group):
        for step in steps:
            if step.side is script and _is_asked(step.what):
                firsts.append(step.what)
                break
            if step.side is None:
                firsts += _firsts(step.what, script)
                if not may_be_left_out(step.what):
                    break
    return firsts
