"""Groups of steps: how each can go on, and who can begin it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wsfake.model import Accept, End, Gap, Open, Pong, Side, Stall
from wsfake.transcript import AnyOrder, Fault, Group, Optional, Repeat, Step

__all__ = [
    "UNASKED",
    "UNHEARD",
    "Accepts",
    "branch_for",
    "branches",
    "can_begin",
    "demands",
    "firsts",
    "is_begun_by",
]

Accepts = Callable[[Any], bool]
Branch = tuple[Sequence[Step], Group | None]

UNHEARD = (Pong, End, Gap, Stall)
"""What a host does by itself, or silence: nothing waits for it; a pong that comes is met."""

UNASKED = (Open, Accept, Fault, *UNHEARD)
"""What the script need not say."""


def demands(group: Group, script: Side) -> bool:
    """Whether the script must say something of this group before the dialogue can go on."""
    if isinstance(group, Optional) or (isinstance(group, Repeat) and not group.times):
        return False
    parts = (group.part,) if isinstance(group, Repeat) else group.parts
    return any(_is_demanded(step, script) for part in parts for step in part.steps)


def _is_demanded(step: Step, script: Side) -> bool:
    if step.side is None:
        return demands(step.what, script)
    return step.side is script and not isinstance(step.what, UNASKED)


def is_begun_by(steps: Sequence[Step], own: Side) -> bool:
    """Whether the player itself can begin these steps."""
    for step in steps:
        if step.side is own:
            return True
        if step.side is None and any(is_begun_by(b, own) for b, _ in branches(step.what)):
            return True
        if _is_demanded(step, own.other):
            return False
    return False


def can_begin(group: Group, own: Side) -> bool:
    """Whether the player itself may begin a group."""
    return any(not steps or is_begun_by(steps, own) for steps, _ in branches(group))


def branches(group: Group) -> Iterator[Branch]:
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


def branch_for(group: Group, script: Side, accepts: Accepts) -> Branch | None:
    """Return the first way to go on that `accepts` lets the script begin; there is no way back."""
    return next((b for b in branches(group) if _begins(b[0], script, accepts)), None)


def _begins(steps: Sequence[Step], script: Side, accepts: Accepts) -> bool:
    for step in steps:
        if step.side is script and accepts(step.what):
            return True
        if step.side is None and branch_for(step.what, script, accepts) is not None:
            return True
        if _is_demanded(step, script):
            return False
    return False


def firsts(group: Group, script: Side) -> list[Any]:
    """Return what the script might say first in each part of a group."""
    found: list[Any] = []
    for steps, _ in branches(group):
        for step in steps:
            if step.side is None:
                found += firsts(step.what, script)
            elif step.side is script and not isinstance(step.what, UNASKED):
                found.append(step.what)
            if _is_demanded(step, script):
                break
    return found
