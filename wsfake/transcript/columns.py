"""The steps of a transcript, kept by columns."""

from __future__ import annotations

from typing import Any

from wsfake.model import Side
from wsfake.transcript.steps import Step

__all__ = ["Columns"]


class Columns:
    """When, who and what: one list of each, with one item per step.

    A plan is made of such lists, and copies them whole; a named tuple for each step would have to
    be taken apart again. `Step` says what the items are.
    """

    __slots__ = ("ats", "sides", "whats")

    def __init__(self, ats: list[int], sides: list[Side | None], whats: list[Any]) -> None:
        self.ats = ats
        self.sides = sides
        self.whats = whats

    def __len__(self) -> int:
        return len(self.ats)

    def append(self, step: Step) -> None:
        at, side, what = step
        self.ats.append(at)
        self.sides.append(side)
        self.whats.append(what)

    def first(self, length: int) -> Columns:
        """Return a copy of the first so many steps."""
        return Columns(self.ats[:length], self.sides[:length], self.whats[:length])

    def steps(self, length: int) -> tuple[Step, ...]:
        """Return the first so many steps."""
        rows = zip(self.ats, self.sides, self.whats, range(length), strict=False)
        return tuple(Step(at, side, what) for at, side, what, _ in rows)
