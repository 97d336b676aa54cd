"""The steps that a player plays: a transcript, unfolded as far as it has been reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import sub
from typing import Any

from attrs import evolve

from wsfake.model import (
    Accept,
    Close,
    Drop,
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
from wsfake.transcript.matchers import AnyClose, Reply

__all__ = ["CLOSINGS", "NOT_YET", "SKIPPED", "UNHEARD", "Plan", "demands", "firsts"]

NOT_YET = -1
SKIPPED = -2

CLOSINGS = (Close, AnyClose, Drop)
_OPENINGS = (Accept, Reject, Refuse)

Accepts = Callable[[Any], bool]
Branch = tuple[Sequence[Step], Group | None]


class Plan:
    """Parallel lists, one item per step: who, what, how long after the one before, and when it was.

    `happened` holds the time of each step in microseconds, `NOT_YET`, or `SKIPPED`. `indexes` holds
    its place on the timeline of a recording, or -1. `endless` are steps of what is repeated any
    number of times: they are no progress towards an end.
    """

    __slots__ = (
        *("cues", "endless", "happened", "indexes", "intervals", "lines", "replies", "sides"),
        "whats",
    )

    def __init__(
        self,
        sides: list[Side | None],
        whats: list[Any],
        intervals: list[int],
        indexes: list[int] | None = None,
    ) -> None:
        self.sides = sides
        self.whats = whats
        self.intervals = intervals
        self.indexes = [-1] * len(whats) if indexes is None else indexes
        self.happened = [NOT_YET] * len(whats)
        self.endless = [False] * len(whats)
        self.replies = Reply in set(map(type, whats))
        """Whether there are replies that are made on the spot: they are told what they answer."""

        self.cues: list[Message | None] = []
        """The messages that the other side is to say to the letter, each at its step; one item
        more, for what is behind the end."""

        self.lines: list[Message | None] = []
        """The same of the player, as far as they are due at once."""

    def __len__(self) -> int:
        return len(self.whats)

    @classmethod
    def of_transcript(cls, transcript: Transcript) -> Plan:
        """Return the plan of a transcript; its handshake is accepted unless it says more."""
        steps = transcript.steps
        sides: list[Side | None] = [Side.CLIENT]
        whats: list[Any] = [transcript.opening or Open("")]
        if not steps or not _answers_handshake(steps[0].what):
            sides.append(Side.SERVER)
            whats.append(Accept())
        intervals = [0] * len(whats)
        sides += [step.side for step in steps]
        whats += [step.what for step in steps]
        intervals += _intervals(steps)
        return cls(sides, whats, intervals)

    @classmethod
    def of_recording(cls, entries: Sequence[tuple[int, int, Entry]], script: Side) -> Plan:
        """Return the plan of one connection of a recording, in which `script` is the script's side.

        `entries` are its entries, each with its index on the timeline and the microseconds since
        the entry before it there. What hosts do by themselves, pings and pongs, is skipped.
        """
        indexes, intervals, said = map(list, zip(*entries, strict=True))
        plan = cls([e.side for e in said], [e.what for e in said], intervals, indexes)
        for i, what in enumerate(plan.whats):
            if type(what) in _BY_HOST or (type(what) is Ping and plan.sides[i] is script):
                plan.happened[i] = SKIPPED
        return plan

    def hand_out(self, own: Side, *, prompt: bool) -> None:
        """Fill in `cues`, and, where nothing else can hold up the player, `lines`."""
        words = [None] * len(self) if self.replies else [*map(_as_word, self.whats)]
        sides, other = self.sides, own.other
        self.cues += [
            word if side is other else None for word, side in zip(words, sides, strict=True)
        ]
        if prompt:
            self.lines += [
                word if side is own and interval == 0 else None
                for word, side, interval in zip(words, sides, self.intervals, strict=True)
            ]
        else:
            self.lines += [None] * len(self)
        self.cues.append(None)
        self.lines.append(None)

    def time_before(self, i: int) -> int:
        """When the step before this one was done, groups apart; negative where it was not."""
        before = i - 1
        while before >= 0 and self.sides[before] is None:
            before -= 1
        return self.happened[before] if before >= 0 else 0

    def leave_out(self, start: int, end: int, own: Side) -> None:
        """Skip the groups between two steps, so that they are not entered later.

        Not those that the player itself can begin.
        """
        for i in range(start, end):
            if self.sides[i] is None and not self.can_begin(self.whats[i], own):
                self.happened[i] = SKIPPED

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
            if self.happened[i] != NOT_YET or side is script.other or isinstance(what, _UNASKED):
                i += 1
            elif side is script:
                if accepts(what):
                    return i, candidates
                return None, [*candidates, what]
            elif (branch := _branch_for(what, script, accepts)) is not None:
                self.unfold(i, *branch)
            else:
                candidates += firsts(what, script)
                if demands(what, script):
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
            if self.sides[i] is None and demands(what, script):
                return i
        return -1

    # Groups

    def unfold(self, i: int, steps: Sequence[Step], then: Group | None) -> None:
        """Put `steps` in place of the group at `i`, and after them what is left of the group."""
        interval = self.intervals[i]
        sides: list[Side | None] = [step.side for step in steps]
        whats: list[Any] = [step.what for step in steps]
        intervals = _intervals(steps)
        if then is not None:
            sides.append(None)
            whats.append(then)
            intervals.append(0)
        for n, side in enumerate(sides):  # a pause before the group is one before its first step
            intervals[n] += interval
            if side is not None:
                break
        told = any(side is not None for side in sides)
        for n in range(i + 1, len(self) if told else 0):  # and no longer one before what follows
            self.intervals[n] = max(0, self.intervals[n] - interval)
            if self.sides[n] is not None:
                break
        endless = self.endless[i] or (isinstance(then, Repeat) and then.times is None)
        self.sides[i : i + 1] = sides
        self.whats[i : i + 1] = whats
        self.intervals[i : i + 1] = intervals
        self.indexes[i : i + 1] = [-1] * len(whats)
        self.happened[i : i + 1] = [NOT_YET] * len(whats)
        self.endless[i : i + 1] = [endless] * len(whats)
        self.cues[i : i + 1] = [None] * len(whats)
        self.lines[i : i + 1] = [None] * len(whats)
        self.replies = self.replies or Reply in set(map(type, whats))

    @staticmethod
    def can_begin(group: Group, own: Side) -> bool:
        """Whether the player itself may begin a group."""
        return any(not steps or _is_begun_by(steps, own) for steps, _ in _branches(group))

    def unfold_own(self, i: int, own: Side) -> bool:
        """Unfold the group at `i` where its next part begins with a step of the player itself."""
        for steps, then in _branches(self.whats[i]):
            if not steps or _is_begun_by(steps, own):
                self.unfold(i, steps, then)
                return True
        return False


UNHEARD = (Pong, End, Gap, Stall)
"""What a host does by itself, or silence: nothing waits for it; a pong that comes is met."""

_BY_HOST = frozenset((Pong, End, Gap))
_UNASKED = (Open, Accept, Fault, *UNHEARD)


def _intervals(steps: Sequence[Step]) -> list[int]:
    """Return how long after the one before each step comes.

    A group may be left out: what follows it is timed from the step before it.
    """
    ats = [step.at for step in steps]
    if None not in [step.side for step in steps]:
        return list(map(sub, ats, [0, *ats]))
    intervals, before = [], 0
    for at, side, _ in steps:
        intervals.append(at - before)
        if side is not None:
            before = at
    return intervals


def _as_word(what: Any) -> Message | None:
    return what if type(what) is str or type(what) is bytes else None


def _answers_handshake(what: Any) -> bool:
    return isinstance(what, _OPENINGS) or (isinstance(what, Fault) and what.phase == "handshake")


def demands(group: Group, script: Side) -> bool:
    """Whether the script must say something of this group before the dialogue can go on."""
    if isinstance(group, Optional) or (isinstance(group, Repeat) and not group.times):
        return False
    parts = (group.part,) if isinstance(group, Repeat) else group.parts
    return any(_is_demanded(step, script) for part in parts for step in part.steps)


def _is_demanded(step: Step, script: Side) -> bool:
    if step.side is None:
        return demands(step.what, script)
    return step.side is script and not isinstance(step.what, _UNASKED)


def _is_begun_by(steps: Sequence[Step], own: Side) -> bool:
    """Whether the player itself can begin these steps."""
    for step in steps:
        if step.side is own:
            return True
        if step.side is None and any(_is_begun_by(b, own) for b, _ in _branches(step.what)):
            return True
        if _is_demanded(step, own.other):
            return False
    return False


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
        if step.side is script and accepts(step.what):
            return True
        if step.side is None and _branch_for(step.what, script, accepts) is not None:
            return True
        if _is_demanded(step, script):
            return False
    return False


def firsts(group: Group, script: Side) -> list[Any]:
    """Return what the script might say first in each part of a group."""
    found: list[Any] = []
    for steps, _ in _branches(group):
        for step in steps:
            if step.side is None:
                found += firsts(step.what, script)
            elif step.side is script and not isinstance(step.what, _UNASKED):
                found.append(step.what)
            if _is_demanded(step, script):
                break
    return found
