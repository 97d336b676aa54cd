"""The closing handshake in a plan: what answers a Close, and what may still come after one."""

from __future__ import annotations

from typing import Any

from wsfake.model import Accept, Close, Drop, Reject, Side, Stall
from wsfake.player.plan import CLOSINGS, NOT_YET, Plan
from wsfake.transcript import Fault

__all__ = [
    "answer",
    "effect_of",
    "is_answer_or_tail",
    "is_answer_to_close",
    "is_echo_left",
    "is_left_unanswered",
    "is_open",
    "is_silence",
    "may_follow",
    "pending",
]


def is_answer_to_close(what: Any) -> bool:
    return isinstance(what, Fault) and what.phase == "close"


def effect_of(what: Any) -> Any:
    return what.effect if is_answer_to_close(what) else what


def pending(plan: Plan, first: int) -> list[int]:
    """Return the steps that have neither happened nor were skipped; all before `first` are done."""
    happened = plan.happened
    return [i for i in range(first, len(happened)) if happened[i] == NOT_YET]


def is_echo_left(plan: Plan, own: Side, left: list[int]) -> bool:
    """Whether a recorded script was only to answer a Close that this side has not said yet.

    Of the steps that are `left`. It need not close as it answered then: echoes do not count.
    """
    closes = False
    for i in left if plan.is_recorded else ():
        what = plan.whats[i]
        if plan.sides[i] is not own:
            return closes and isinstance(what, CLOSINGS)
        closes = closes or isinstance(what, Close)
    return False


def is_left_unanswered(plan: Plan, own: Side, met: int) -> bool:
    """Whether a Close of the script, at a step that it has met, had no answer of its server."""
    return (
        plan.is_recorded
        and own is Side.SERVER
        and not any(
            plan.sides[i] is own and isinstance(plan.whats[i], CLOSINGS)
            for i in range(met, len(plan))
        )
    )


def is_open(plan: Plan) -> bool:
    """Whether the handshake was answered, and not by a refusal: then a Close is echoed."""
    for i, what in enumerate(plan.whats):
        if isinstance(what, _ANSWERS):
            return plan.happened[i] >= 0 and not isinstance(what, Reject)
    return True


_ANSWERS = (Accept, Reject, Fault)


def answer(
    plan: Plan, side: Side, left: list[int], *, met: int | None, soon: int | None
) -> int | None:
    """Return the step with which a side answers a Close, or None where the plan has none.

    Of those that are `left`: one of phase "close"; after a Close that the plan has (`met`), the
    next end of this side; and else what is due anyway (`soon`), if it is an end.
    """
    mine = [i for i in left if plan.sides[i] is side]
    in_phase = next((i for i in mine if is_answer_to_close(plan.whats[i])), None)
    if in_phase is not None:
        return in_phase
    ends = (*CLOSINGS, Stall)
    if met is not None:
        return next((i for i in mine if i > met and isinstance(plan.whats[i], ends)), None)
    return soon if soon is not None and isinstance(plan.whats[soon], ends) else None


def is_answer_or_tail(plan: Plan, side: Side, i: int, answer: int) -> bool:
    """Whether a step is this answer to a Close, or how TCP ends after it."""
    return i == answer or (i > answer and _is_tail(plan, side, i))


def may_follow(plan: Plan, side: Side, i: int) -> bool:
    """Whether a step may come after a Close of this side: how TCP ends, or the answer to it."""
    answers = plan.sides[i] is side.other and isinstance(plan.whats[i], CLOSINGS)
    return answers or _is_tail(plan, side, i)


def _is_tail(plan: Plan, side: Side, i: int) -> bool:
    return plan.sides[i] is side and isinstance(plan.whats[i], Drop | Stall)


def is_silence(plan: Plan, own: int | None) -> bool:
    """Whether all that is left, from this side's next step on, is silence: anything may be said."""
    return own is not None and isinstance(plan.whats[-1], Stall)
