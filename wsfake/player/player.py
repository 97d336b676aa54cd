"""The player: acts one side of a transcript, and judges what the other side says.

It does no I/O, reads no clock and never sleeps. Whoever drives it hands it what the script did
(`receive`), asks when it wants to be woken (`due`), and then takes what it says (`take`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Event,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.player import closing
from wsfake.player.answers import (
    NO_MESSAGE,
    is_the_same,
    missed_header,
    missed_in_answer,
    same_close,
)
from wsfake.player.groups import Accepts
from wsfake.player.mismatch import Mismatch
from wsfake.player.order import Order
from wsfake.player.part import LATER, Part
from wsfake.player.plan import CLOSINGS, NOT_YET, SKIPPED, Plan
from wsfake.player.speech import Speech
from wsfake.transcript import Matching

__all__ = ["Choose", "Player"]


class Player:
    """Acts `side` of one connection.

    After a mismatch it says nothing more: one failure, no cascade. Nor does it after an error of a
    matcher or of a reply, which comes out of `receive` or `take` as it is.

    What is known to the letter is played from its `part`; all else (what comes early, groups,
    matchers, closes) is looked for in the plan.
    """

    def __init__(
        self,
        plan: Plan,
        side: Side,
        matching: Matching | None = None,
        *,
        order: Order | None = None,
        expected_headers: tuple[tuple[str, Any], ...] = (),
        choose: Choose | None = None,
    ) -> None:
        """`choose` is asked where the first word of the script does not fit: see `Choose`."""
        self.side = side
        self.stopped = False
        """It plays nothing more: after a mismatch, a stall, or the end of the connection."""
        self.matching = matching or Matching()
        self._order = order
        self._expected_headers = expected_headers
        self.part = Part(plan, side, Speech(side, self.matching), alone=order is None)
        """What it plays straight away; whoever drives it may ask this first."""
        self._asides = self.part.asides
        self._closing = False
        self._failed = False
        self._pings = 0
        self._choose = choose
        self._tell_skipped(plan)

    def _tell_skipped(self, plan: Plan) -> None:
        if self._order is not None:
            for i, time in enumerate(plan.happened):
                if time == SKIPPED:
                    self._order.happen(plan.indexes[i], SKIPPED)

    # What the script does

    def receive(self, what: Event, now: int) -> Mismatch | None:
        """Take note of what the other side has done; return a verdict if it should not have."""
        if self.part.hear(what, now) is not None:
            if self._order is not None:
                self._order.happen(self.part.plan.indexes[self.part.turn - 1], now)
            return None
        try:
            if isinstance(what, _MESSAGES):
                return self._message(what, now)
            return None if self.stopped else _RECEIVERS[type(what)](self, what, now)
        except BaseException:
            self.fail()  # by a matcher that raises: nobody knows what is to come now
            raise

    def _message(self, message: Message, now: int) -> Mismatch | None:
        speech = self.part.recall()
        speech.heard.append(message)
        if self.stopped or self._closing:
            return None
        plan, matching = self.part.plan, self.matching

        def accepts(expected: Any) -> bool:
            return not isinstance(expected, NO_MESSAGE) and matching.fits(expected, message)

        i, candidates = plan.find(self.side.other, accepts)
        if i is None:
            if not candidates and closing.is_silence(plan, self._next_own()):
                return None
            i = self._met_elsewhere(accepts)
            if i is None:
                return self._mismatch("message" if candidates else "extra", candidates, message)
            plan = self.part.plan
        speech.learn(plan.whats[i], message)
        self._meet(i, now)
        plan.bind_replies(i, message)
        return None

    def _met_elsewhere(self, accepts: Accepts) -> int | None:
        """Return the step that a first word meets in another plan, which is played from then on."""
        if self._choose is None or self.has_heard or not self._choose(self, accepts):
            return None
        return self.part.plan.find(self.side.other, accepts)[0]

    @property
    def has_heard(self) -> bool:
        """Whether the script has said something, or can no longer."""
        return self.stopped or self._closing or self.part.plan.script > 1

    @property
    def begun(self) -> int:
        """How many of its first steps there are up to the last one that has happened."""
        happened = self.part.plan.happened
        return max((i + 1 for i, time in enumerate(happened) if time >= 0), default=0)

    def take_over(self, plan: Plan, done: int) -> None:
        """Play another plan from now on, of which so many first steps are the same as of its own.

        Only before it has heard something.
        """
        self.part.take_over(plan, done)
        self._tell_skipped(plan)

    def _meet(self, i: int, now: int) -> None:
        self.part.plan.pass_by(i, self.side)
        self._happen(i, now)

    def _happen(self, i: int, now: int) -> None:
        self.part.happen(i, now)
        if self._order is not None:
            self._order.happen(self.part.plan.indexes[i], now)

    def _mismatch(self, kind: Any, candidates: list[Any], actual: Any) -> Mismatch:
        place = self.part.plan.awaited(self.side.other)
        self.fail()
        return Mismatch(kind, tuple(candidates), actual, len(self.part.recall().heard), place)

    @property
    def failed(self) -> bool:
        """Whether it has given up: after a mismatch, or an error of a matcher or a reply."""
        return self._failed

    def fail(self) -> None:
        """Play nothing more, and leave nothing unplayed: the failure is told elsewhere."""
        self._failed = True
        self._stop()

    def interrupt(self) -> None:
        """Say nothing more, because the test has ended the connection by itself.

        What the script has not said until then it still owes.
        """
        self._fall_silent()
        self._asides.clear()

    def _fall_silent(self) -> None:
        self.stopped = True
        self.part.leave()

    def _stop(self) -> None:
        self._fall_silent()
        self._asides.clear()
        self._skip_rest()

    def _skip_rest(self, spare: Callable[[int], bool] = lambda _: False) -> None:
        """Skip what can no longer happen, so that other connections do not wait for it."""
        for i in self._left():
            if not spare(i):
                self._happen(i, SKIPPED)

    def _left(self) -> list[int]:
        """Return the steps that have neither happened nor were skipped."""
        return closing.pending(self.part.plan, self.part.turn)

    def _ping(self, what: Ping, now: int) -> None:
        if self._closing:
            return
        plan = self.part.plan
        if plan.is_recorded:  # whose pings are no steps, and whose pongs answer nobody
            if not self._is_left_unanswered():
                self._asides.append(Pong(what.payload))
            return
        i, _ = plan.find(self.side.other, is_the_same(what))
        if i is not None:
            self._meet(i, now)
        own = self._next_own()
        if own is None or not isinstance(plan.whats[own], Pong):
            self._asides.append(Pong(what.payload))

    def _is_left_unanswered(self) -> bool:
        """Whether a ping that comes now is one of those that a recorded server did not answer."""
        plan = self.part.plan
        self._pings += 1
        if plan.answered_pings is None or self._pings <= plan.answered_pings:
            return False
        return not any(plan.sides[i] is self.side for i in self._left())

    def _pong(self, what: Pong, now: int) -> None:
        plan, script = self.part.plan, self.side.other
        for i in range(plan.script, len(plan)):
            if plan.happened[i] == NOT_YET and plan.sides[i] is script:
                if is_the_same(what)(plan.whats[i]):
                    self._happen(i, now)
                return

    def _raw(self, what: Raw, now: int) -> Mismatch | None:
        i, candidates = self.part.plan.find(self.side.other, is_the_same(what))
        if i is None:
            return self._mismatch("message" if candidates else "extra", candidates, what)
        self._meet(i, now)
        return None

    def _open(self, what: Open, now: int) -> Mismatch | None:
        self._happen(0, now)
        self.part.plan.script = max(self.part.plan.script, 1)
        missed = missed_header(self._expected_headers, what)
        return None if missed is None else self._mismatch("handshake", [missed], what)

    def _answer(self, what: Accept | Reject | Refuse, now: int) -> Mismatch | None:
        """Judge the answer of a server under test to the opening handshake."""
        plan = self.part.plan
        i = next((i for i in range(len(plan)) if plan.sides[i] is Side.SERVER), None)
        if i is None:
            return None
        missed = missed_in_answer(plan.whats[i], what, recorded=plan.indexes[i] >= 0)
        if missed is not None:
            return self._mismatch("handshake", [missed], what)
        self._meet(i, now)
        if not isinstance(what, Accept):
            self._stop()
        return None

    def _close(self, what: Close | Drop, now: int) -> Mismatch | None:
        """A close of the script is always allowed, unless something else was to come before it."""
        if self._closing:
            self._close_again(what, now)
            return None

        def accepts(expected: Any) -> bool:
            return isinstance(expected, CLOSINGS) and same_close(expected, what, self.matching)

        plan = self.part.plan
        if isinstance(what, Close) and closing.is_echo_left(plan, self.side, self._left()):
            self._answer_close(what, None, now)
            return None
        i, candidates = plan.find(self.side.other, accepts)
        if i is None and plan.last_asked(self.side.other, self.part.turn) >= 0:
            i = self._met_elsewhere(accepts)
            if i is None:
                return self._mismatch("close", candidates, what)
        if i is not None:
            self._meet(i, now)
        self._answer_close(what, i, now)
        return None

    def _close_again(self, what: Close | Drop, now: int) -> None:
        """It answers our Close; TCP may still end in a way of its own."""
        plan, script = self.part.plan, self.side.other
        i = next((i for i in self._left() if plan.sides[i] is script), None)
        if i is not None:
            self._happen(i, now)
        if isinstance(what, Drop) or self._next_own() is None:
            self._stop()

    def _answer_close(self, what: Close | Drop, met: int | None, now: int) -> None:
        """Discard what was in flight; go on with the answer to the Close, ours or the recorded."""
        plan, side = self.part.plan, self.side
        due = self.due()
        soon = self._next_own() if due is not None and due <= now else None
        left, answer = self._left(), None
        if left and isinstance(what, Close):
            answer = closing.answer(plan, side, left, met=met, soon=soon)
        self.part.latest = now
        self._closing = True
        self.part.leave()
        self._asides.clear()
        if answer is not None:
            self._skip_rest(spare=lambda i: closing.is_answer_or_tail(plan, side, i, answer))
            plan.whats[answer] = closing.effect_of(plan.whats[answer])
            self.part.turn = answer
            return
        self._skip_rest()
        unanswered = met is not None and closing.is_left_unanswered(plan, side, met)
        if isinstance(what, Close) and closing.is_open(plan) and not unanswered:
            self._asides.append(Close(what.code))
        else:
            self._fall_silent()

    def _end(self, what: End, now: int) -> None:
        self._fall_silent()

    # What the player says

    def due(self) -> int | None:
        """When the player wants to speak, or None while it waits, or has nothing more to say."""
        part = self.part
        if part.asides:
            return part.latest
        due = part.due()
        if due != LATER:
            return due
        i, plan = self._next_own(), self.part.plan
        if i is None:
            return None
        order = self._order
        if order is not None:
            index = plan.indexes[i]
            if not order.clear(index):
                return None
            before = order.time_before(index)
        else:
            before = plan.time_before(i)
        return (before if before >= 0 else part.latest) + plan.intervals[i]

    def held(self) -> bool:
        """Whether the player would speak, but for an entry of another connection before it."""
        i = None if self._order is None or self._asides else self._next_own()
        return i is not None and not self._order.clear(self.part.plan.indexes[i])  # type: ignore[union-attr]

    def place(self) -> int:
        """The index on the timeline of what the player would say next."""
        i = self._next_own()
        return -1 if i is None else self.part.plan.indexes[i]

    def upcoming(self) -> Any:
        """Return what the player would say next, before it is taken; None for an aside."""
        i = None if self._asides else self._next_own()
        return None if i is None else self.part.plan.whats[i]

    @property
    def refuses(self) -> bool:
        """Whether it refuses the connection, so that TCP is never up."""
        return Refuse in map(type, self.part.plan.whats[:2])

    def _next_own(self) -> int | None:
        """Return the step that the player may say next; it is the first that is not done."""
        if self.stopped:
            return None
        plan = self.part.plan
        i, happened = self.part.turn, plan.happened
        if i < len(happened) and happened[i] != NOT_YET:
            while i < len(happened) and happened[i] != NOT_YET:
                i += 1
            self.part.turn = i
        return plan.find_own(i, self.side)

    def take(self, now: int) -> Event | None:
        """Return what is due by now, and count it as said; None where nothing is.

        None also where it is silence that begins. After calling this you must ask `due` again.
        """
        line = self.part.speak(now)
        if line is not None:
            return line
        due = self.due()
        return None if due is None or due > now else self._take(now)

    def _take(self, now: int) -> Event | None:
        if self._asides:
            aside = self._asides.popleft()
            if isinstance(aside, Close):
                self._fall_silent()
            return aside
        i = self._next_own()
        assert i is not None
        speech = self.part.recall()
        try:
            what = speech.say(self.part.plan.whats[i])
        except BaseException:
            self.fail()  # a reply that cannot be made would be asked for again and again
            raise
        self._happen(i, now)
        if isinstance(what, _MESSAGES):
            speech.spoken.append(what)
        elif isinstance(what, Close):
            self._after_close()
        elif isinstance(what, Drop | Refuse):
            self._skip_rest()
            self._fall_silent()
        elif isinstance(what, Stall):
            self._skip_rest()
            self._fall_silent()
            return None
        return what

    def _after_close(self) -> None:
        """Skip all but the answer to our Close, a drop and a stall: words mean nothing more."""
        answers, self._closing = self._closing, True
        self.part.leave()
        self._skip_rest(spare=lambda i: closing.may_follow(self.part.plan, self.side, i))
        if self._order is not None:  # hosts answer by themselves, and each when it pleases
            for i in self._left():
                self._order.happen(self.part.plan.indexes[i], SKIPPED)
        self.stopped = answers and self._next_own() is None

    # What is left

    @property
    def steps(self) -> int:
        """How many steps were played, but for what is repeated any number of times."""
        return self.part.steps

    def waits_for_script(self) -> bool:
        """Whether the dialogue cannot go on before the script has said something."""
        return (
            not self.stopped
            and not self._closing
            and not self._asides
            and self._next_own() is None
            and self.part.plan.last_asked(self.side.other, self.part.turn) >= 0
        )

    def unplayed(self) -> list[tuple[Side | None, Any]]:
        """Return what the script did not say, and what stands before it on the player's side."""
        if self._failed or self._closing or self.part.turn == len(self.part.plan):
            return []
        return self.part.plan.unplayed(self.side.other)


Choose = Callable[[Player, Accepts], bool]
"""Gives a player another plan, of which the script's first word is accepted; tells whether."""

_MESSAGES = (str, bytes)

_RECEIVERS: dict[type, Callable[[Player, Any, int], Mismatch | None]] = {
    Open: Player._open,
    Accept: Player._answer,
    Reject: Player._answer,
    Refuse: Player._answer,
    Ping: Player._ping,
    Pong: Player._pong,
    Close: Player._close,
    Drop: Player._close,
    Raw: Player._raw,
    End: Player._end,
}
