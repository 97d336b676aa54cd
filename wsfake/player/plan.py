"""The steps that a player plays: a transcript, unfolded as far as it has been reached."""

from __future__ import annotations

from array import array
from collections.abc import MutableSequence, Sequence
from itertools import repeat
from typing import Any

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Gap,
    Message,
    Open,
    Ping,
    Pong,
    Refuse,
    Reject,
    Side,
)
from wsfake.player.groups import (
    UNASKED,
    UNHEARD,
    Accepts,
    branch_for,
    branches,
    can_begin,
    demands,
    firsts,
    is_begun_by,
)
from wsfake.player.pings import answered_pings, unasked_pongs
from wsfake.transcript import Fault, Group, Repeat, Step, Transcript
from wsfake.transcript.matchers import AnyClose, Reply

__all__ = ["CLOSINGS", "NOT_YET", "SKIPPED", "Plan", "Word"]

NOT_YET = -1
SKIPPED = -2

CLOSINGS = (Close, AnyClose, Drop)
Word = Message | Accept
_OPENINGS = (Accept, Reject, Refuse)


class Plan:
    """Parallel lists, one item per step: who, what, how long after the one before, and when it was.

    `happened` holds the time of each step in microseconds, `NOT_YET`, or `SKIPPED`. `indexes` holds
    its place on the timeline of a recording, or -1. `endless` are steps of what is repeated any
    number of times: they are no progress towards an end. `words` holds what is known to the letter,
    which are messages and the acceptance, else None, with one item more, for what is behind the
    end.
    """

    __slots__ = (
        *("answered_pings", "endless", "happened", "indexes", "intervals", "script", "sides"),
        *("whats", "words"),
    )

    def __init__(
        self,
        sides: list[Side | None],
        whats: list[Any],
        intervals: list[int],
        indexes: MutableSequence[int] | None = None,
    ) -> None:
        self.sides = sides
        self.whats = whats
        self.intervals = intervals
        # arrays are nothing that the garbage collector has to look through
        self.indexes = array("q", [-1]) * len(whats) if indexes is None else indexes
        self.happened = array("q", [NOT_YET]) * len(whats)
        self.endless = bytearray(len(whats))
        self.words = _words(whats)
        self.script = 0
        """The first step that the script may still do."""
        self.answered_pings: int | None = None
        """How many pings of the script a recorded server answered; None for all of them."""

    def __len__(self) -> int:
        return len(self.whats)

    @property
    def is_recorded(self) -> bool:
        """Whether it is of a recording, and not of a transcript."""
        return self.indexes[0] >= 0

    @classmethod
    def of_transcript(cls, transcript: Transcript) -> Plan:
        """Return the plan of a transcript; its handshake is accepted unless it says more."""
        steps = transcript.columns
        sides: list[Side | None] = [Side.CLIENT]
        whats: list[Any] = [transcript.opening or Open("")]
        if not steps.whats or not _answers_handshake(steps.whats[0]):
            sides.append(Side.SERVER)
            whats.append(Accept())
        intervals = [0] * len(whats) + _intervals(steps.ats, steps.sides)
        steps.sides[:0], steps.whats[:0] = sides, whats
        return cls(steps.sides, steps.whats, intervals)

    @classmethod
    def of_recording(
        cls,
        sides: list[Side],
        whats: list[Any],
        intervals: list[int],
        indexes: MutableSequence[int],
        script: Side,
    ) -> Plan:
        """Return the plan of one connection of a recording, in which `script` is the script's side.

        The lists are of its entries: `intervals` are the microseconds since the entry before on
        the timeline, where `indexes` are their places. What hosts do by themselves is skipped:
        pings and their pongs, and to end TCP behind a rejection, where some wait until the server
        does.
        """
        plan = cls([*sides], [*whats], intervals, indexes)
        if Reject in map(type, whats[:_HANDSHAKE]):
            for i, what in enumerate(whats):
                if type(what) is Drop and sides[i] is script:
                    plan.happened[i] = SKIPPED
        if not _BY_HOST.isdisjoint(map(type, whats)):
            plan._skip_what_hosts_do(script)
        return plan

    def _skip_what_hosts_do(self, script: Side) -> None:
        if script is Side.CLIENT:
            self.answered_pings = answered_pings(self.sides, self.whats)
        unasked = unasked_pongs(repeat(0), self.sides, self.whats)
        for i, what in enumerate(self.whats):
            played = type(what) is Ping or i in unasked
            if type(what) in _BY_HOST and not (played and self.sides[i] is script.other):
                self.happened[i] = SKIPPED

    def time_before(self, i: int) -> int:
        """When the step before this one was done; negative where it was not.

        A group, and what is skipped, are no steps of this kind.
        """
        before = i - 1
        while before >= 0 and (self.sides[before] is None or self.happened[before] == SKIPPED):
            before -= 1
        return self.happened[before] if before >= 0 else 0

    def pass_by(self, i: int, own: Side) -> None:
        """Let the script go on from step `i`, so that no group before it is entered later.

        But for those that the player itself can begin.
        """
        for n in range(self.script, i):
            if self.sides[n] is None and not can_begin(self.whats[n], own):
                self.happened[n] = SKIPPED
        self.script = i + 1

    def bind_replies(self, i: int, message: Message) -> None:
        """Let the replies to step `i` answer its message, and not one that comes meanwhile."""
        for n in range(i + 1, len(self)):
            if self.sides[n] is self.sides[i] or self.sides[n] is None:
                return
            if isinstance(self.whats[n], Reply):
                self.whats[n] = self.whats[n].replace(last=message)

    # What the script may do next

    def find(self, script: Side, accepts: Accepts) -> tuple[int | None, list[Any]]:
        """Return the next step of the script's side, if `accepts` says it is met.

        Groups are unfolded along the branch that is entered. The list is of what else, or what
        instead, might have come.
        """
        candidates: list[Any] = []
        i = self.script
        while i < len(self.whats):
            side, what = self.sides[i], self.whats[i]
            if self.happened[i] != NOT_YET or side is script.other or isinstance(what, UNASKED):
                i += 1
            elif side is script:
                if accepts(what):
                    return i, candidates
                return None, [*candidates, what]
            elif (branch := branch_for(what, script, accepts)) is not None:
                self.unfold(i, *branch)
            else:
                candidates += firsts(what, script)
                if demands(what, script):
                    return None, candidates
                i += 1
        return None, candidates

    def awaited(self, script: Side) -> int:
        """Return the index on a recording's timeline of what the script was to do next, or -1."""
        for i in range(self.script, len(self)):
            if self.happened[i] == NOT_YET and self.sides[i] in (script, None):
                return self.indexes[i]
        return -1

    def last_asked(self, script: Side, first: int = 0) -> int:
        """Return the index of the last step that waits for the script, or -1.

        All before `first` are known to be done.
        """
        for i in range(len(self.whats) - 1, first - 1, -1):
            what = self.whats[i]
            if self.happened[i] != NOT_YET or isinstance(what, UNASKED):
                continue
            if self.sides[i] is script:
                return i
            if self.sides[i] is None and demands(what, script):
                return i
        return -1

    def unplayed(self, script: Side) -> list[tuple[Side | None, Any]]:
        """Return what the script did not say, and what stands before it on the other side.

        Where the other side is a client that was never let go, that is its opening.
        """
        if self.happened[0] == NOT_YET and self.sides[0] is script.other:
            return [(self.sides[0], self.whats[0])]
        left: list[tuple[Side | None, Any]] = []
        for i in range(self.last_asked(script) + 1):
            side, what = self.sides[i], self.whats[i]
            if self.happened[i] != NOT_YET or isinstance(what, Open | Pong):
                continue
            if side is not None:
                left.append((side, what))
            elif demands(what, script):
                left += [(script, first) for first in firsts(what, script)]
        return left

    def was_cut_short(self) -> bool:
        """Tell whether a message was skipped that comes before the first close or drop.

        What comes after one was in flight, and is skipped where the other side is the faster.
        """
        for what, time in zip(self.whats, self.happened, strict=True):
            if isinstance(what, CLOSINGS):
                return False
            if time == SKIPPED and isinstance(what, str | bytes):
                return True
        return False

    # What the player may do next

    def find_own(self, i: int, own: Side) -> int | None:
        """Return the player's next step from this one on, if nothing stands before it.

        Groups that the player itself can begin are unfolded.
        """
        while i < len(self.whats):
            what = self.whats[i]
            if self.happened[i] != NOT_YET or (type(what) is Fault and what.phase == "close"):
                i += 1
            elif self.sides[i] is own:
                return i
            elif self.sides[i] is None:
                if self._unfold_own(i, own):
                    continue
                if demands(what, own.other):
                    return None
                i += 1
            elif isinstance(what, UNHEARD):
                i += 1
            else:
                return None
        return None

    # Groups

    def unfold(self, i: int, steps: Sequence[Step], then: Group | None) -> None:
        """Put `steps` in place of the group at `i`, and after them what is left of the group."""
        interval = self.intervals[i]
        sides: list[Side | None] = [step.side for step in steps]
        whats: list[Any] = [step.what for step in steps]
        intervals = _intervals([step.at for step in steps], sides)
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
        if i < self.script:
            self.script += len(whats) - 1
        self.sides[i : i + 1] = sides
        self.whats[i : i + 1] = whats
        self.intervals[i : i + 1] = intervals
        self.indexes[i : i + 1] = array("q", [-1]) * len(whats)
        self.happened[i : i + 1] = array("q", [NOT_YET]) * len(whats)
        self.endless[i : i + 1] = bytes([endless]) * len(whats)
        self.words[i : i + 1] = [None] * len(whats)

    def _unfold_own(self, i: int, own: Side) -> bool:
        """Unfold the group at `i` where its next part begins with a step of the player itself."""
        for steps, then in branches(self.whats[i]):
            if not steps or is_begun_by(steps, own):
                self.unfold(i, steps, then)
                return True
        return False


_BY_HOST = frozenset((Ping, Pong, End, Gap))
_MESSAGES = frozenset((str, bytes))
_HANDSHAKE = 2  # the steps before what is said


def _words(whats: list[Any]) -> list[Word | None]:
    """Return what is known to the letter: messages, and the acceptance; and None for all else.

    None at all where replies are made on the spot: these are to be told what they answer.
    """
    kinds = set(map(type, whats[_HANDSHAKE:]))
    if Reply in kinds:
        return [None] * (len(whats) + 1)
    if kinds <= _MESSAGES:
        words = whats.copy()
    else:
        words = [what if type(what) in _MESSAGES else None for what in whats]
    words[:_HANDSHAKE] = [what if type(what) is Accept else None for what in whats[:_HANDSHAKE]]
    words.append(None)
    return words


def _intervals(ats: list[int], sides: list[Side | None]) -> list[int]:
    """Return how long after the one before each step comes.

    A group may be left out: what follows it is timed from the step before it.
    """
    if not any(ats):
        return [0] * len(ats)
    intervals, before = [], 0
    for at, side in zip(ats, sides, strict=True):
        intervals.append(at - before)
        if side is not None:
            before = at
    return intervals


def _answers_handshake(what: Any) -> bool:
    return isinstance(what, _OPENINGS) or (isinstance(what, Fault) and what.phase == "handshake")
