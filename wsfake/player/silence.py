"""Where a recorded server has answered no more, and so does not answer in replay.

Of pings and closes that were answered nothing of this holds: they are answered as they come.
"""

from __future__ import annotations

from wsfake.model import Close, Drop, End, Gap, Ping, Side
from wsfake.player.plan import CLOSINGS, Plan

__all__ = ["answered_pings", "is_left_unanswered"]


def answered_pings(plan: Plan, own: Side) -> int | None:
    """Return how many pings of the script a recorded server answered; None for all of them.

    It has left one unanswered where it has said nothing after it, though the script went on until
    it had enough: libraries close then, or drop the connection. Where nobody did, the recording may
    only have ended before the answer.
    """
    if not _is_recorded_server(plan, own):
        return None
    heard = [i for i in range(len(plan)) if plan.sides[i] is own and _is_word(plan.whats[i])]
    pings = [i for i, what in enumerate(plan.whats) if type(what) is Ping and _of_script(plan, i)]
    answered = sum(i < heard[-1] for i in pings) if heard else 0
    if answered == len(pings):
        return None
    rest = range(pings[answered], len(plan))
    left = any(isinstance(plan.whats[i], Close | Drop) and _of_script(plan, i) for i in rest)
    return answered if left else None


def is_left_unanswered(plan: Plan, own: Side, met: int) -> bool:
    """Whether a Close of the script, at a step that it has met, had no answer of the server."""
    return _is_recorded_server(plan, own) and not any(
        plan.sides[i] is own and isinstance(plan.whats[i], CLOSINGS) for i in range(met, len(plan))
    )


def _is_recorded_server(plan: Plan, own: Side) -> bool:
    return own is Side.SERVER and plan.indexes[0] >= 0


def _of_script(plan: Plan, i: int) -> bool:
    return plan.sides[i] is Side.CLIENT


def _is_word(what: object) -> bool:
    return not isinstance(what, End | Gap)
