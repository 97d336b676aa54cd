"""What a player knows by heart, and where in it the dialogue is."""

from __future__ import annotations

from array import array
from collections import deque

from wsfake.model import Event, Side
from wsfake.player.plan import Plan, Word
from wsfake.player.speech import Speech

__all__ = ["LATER", "Part"]

LATER = -1
"""In place of the time when a line is due: not before what stands before it was looked for."""


class Part:
    """The cues and the lines of a player, as an actor has them.

    Nearly every step is known to the letter, a message or the acceptance, and comes when it is its
    turn: when everything before it is done. Then the player only has to know its cues, the script's
    words, and its own lines: `hear` and `speak` play these straight away. What they do not take
    (what comes early, groups, matchers, closes) the player looks for in its `plan`, which is told
    only then of what was played by heart.
    """

    __slots__ = (
        *("_cued_by", "_happened", "_instead", "_intervals", "_others", "_own", "_plan"),
        *("_recalled", "_script", "_sides", "_speech", "_told", "_turn", "_words"),
        *("asides", "latest"),
    )

    def __init__(self, plan: Plan, side: Side, speech: Speech, *, alone: bool) -> None:
        """Take the part of a side; `alone`, where no other connection can hold up its lines."""
        self._speech = speech
        self._instead = speech.instead
        self._script = side.other
        self._cued_by: Side | None = side.other
        """Whose words are cues; nobody's, once it has stopped, or the connection closes."""
        self._own: Side | None = side if alone else None
        """Whose lines it says by heart; nobody's, where another connection can hold them up."""
        self._learn(plan)
        self._others = 0
        self.latest = 0
        """When something was done last, in microseconds."""
        self.asides: deque[Event] = deque()
        """What it is to say beside the plan, before anything else."""

    def _learn(self, plan: Plan) -> None:
        self._plan = plan
        self._words, self._sides = plan.words, plan.sides
        self._happened, self._intervals = plan.happened, plan.intervals
        self._turn = 0  # the first step that is not done, or one before it
        self._told = 0  # those from here to the turn were played by heart
        self._recalled = 0

    def hear(self, message: Event, now: int) -> int | None:
        """Play the step that is the script's, if this message is the cue; None where it is not.

        Returns when its next line is due then, or `LATER`.
        """
        i = self._turn
        word = self._words[i]
        if (
            type(message) is type(word)
            and message == word  # which fits, whatever else would
            and self._sides[i] is self._cued_by
        ):
            self.latest = now
            self._turn = i = i + 1
            if self._words[i] is None or self._sides[i] is not self._own:
                return LATER
            return now + self._intervals[i]
        return None

    def speak(self, now: int) -> Word | None:
        """Return the line that is due, and count it as said; None where it is not as simple."""
        i = self._turn
        line = self._words[i]
        if line is None or self._sides[i] is not self._own:
            return None
        before = self.latest if i > self._told else self._happened[i - 1]
        if not 0 <= before <= now - self._intervals[i] or self.asides or self._instead:
            return None
        self.latest = now
        self._turn = i + 1
        return line

    def due(self) -> int:
        """Return when its next line is due, if what stands before it is done; else `LATER`."""
        i = self._turn
        if self._words[i] is None or self._sides[i] is not self._own:
            return LATER
        before = self.latest if i > self._told else self._happened[i - 1]
        return before + self._intervals[i] if before >= 0 else LATER

    def leave(self) -> None:
        """Take no more cues, and say no more lines."""
        self._cued_by = self._own = None

    # What is played in another way

    @property
    def turn(self) -> int:
        """The first step that is not done, or one before it; to be set after the plan was told."""
        return self._turn

    @turn.setter
    def turn(self, i: int) -> None:
        self._turn = self._told = i

    @property
    def plan(self) -> Plan:
        """The plan, which knows from now on of all that was played by heart."""
        told, turn, plan = self._told, self._turn, self._plan
        if told < turn:
            self._told = turn
            self._others += turn - told
            plan.happened[told:turn] = array("q", [self.latest]) * (
                turn - told
            )  # of which the last counts
            cue = turn - 1
            while cue > told and plan.sides[cue] is not self._script:
                cue -= 1
            if plan.sides[cue] is self._script:
                plan.script = cue + 1
        return plan

    def happen(self, i: int, now: int) -> None:
        """Note that a step was played in another way, or (with a negative time) was skipped."""
        plan = self.plan
        plan.happened[i] = now
        self._words[i] = None
        if i == self._turn:
            self.turn = i + 1
        if now >= 0:
            self.latest = now
            self._others += not plan.endless[i]

    def take_over(self, plan: Plan, done: int) -> None:
        """Go on with another plan, of which the first steps, so many, are the same as of this one.

        What has happened of these has happened. The script has said nothing yet.
        """
        self.recall()
        happened = self.plan.happened
        plan.script = self.plan.script
        self._learn(plan)
        for i in range(done):
            if happened[i] >= 0:
                plan.happened[i] = happened[i]
                plan.words[i] = None

    @property
    def steps(self) -> int:
        """How many steps were played, but for what is repeated any number of times."""
        return self._others + self._turn - self._told

    def recall(self) -> Speech:
        """Return what was said so far, with what was played by heart."""
        first, turn, speech = self._recalled, self._turn, self._speech
        self._recalled = turn
        for side, word in zip(self._sides[first:turn], self._words[first:turn], strict=True):
            if isinstance(word, str | bytes):
                (speech.heard if side is self._script else speech.spoken).append(word)
        return speech
