"""The steps of a transcript that are more than one event: groups, and faults with their phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, get_args

from wsfake.errors import TranscriptError
from wsfake.model import Drop, Raw, Refuse, Reject, Side, Stall
from wsfake.values import Value

if TYPE_CHECKING:
    from wsfake.transcript.builder import Transcript

__all__ = [
    "EFFECTS",
    "PHASES",
    "AnyOrder",
    "Effect",
    "Fault",
    "Group",
    "Optional",
    "Phase",
    "Repeat",
    "Step",
    "check_fault",
]

Phase: TypeAlias = Literal["connect", "handshake", "message", "close"]
PHASES: tuple[str, ...] = get_args(Phase)
"""When a fault happens: instead of TCP, instead of the server's answer to the opening handshake,
at this point of the dialogue, or instead of the answer to the script's Close."""

Effect: TypeAlias = Refuse | Reject | Stall | Drop | Raw

EFFECTS: dict[type, tuple[str, ...]] = {
    Refuse: ("connect",),
    Reject: ("handshake",),
    Stall: ("handshake", "message", "close"),
    Drop: ("handshake", "message", "close"),
    Raw: ("handshake", "message", "close"),
}
"""In which phases each effect can be."""


class Fault(Value):
    """An effect in a phase that its place in the transcript does not tell."""

    __slots__ = __match_args__ = ("phase", "effect")

    def __init__(self, phase: str, effect: Effect) -> None:
        self.phase: Final = phase
        self.effect: Final = effect


def check_fault(phase: object, effect: object, side: Side) -> None:
    """Raise `TranscriptError` for a phase and an effect that do not go together."""
    if phase not in PHASES:
        raise TranscriptError(f"expected a phase, one of {', '.join(PHASES)}, got {phase!r}")
    allowed = EFFECTS.get(type(effect))
    if allowed is None:
        names = ", ".join(f"{kind.__name__}(...)" for kind in EFFECTS)
        raise TranscriptError(f"expected an effect, one of {names}, got {effect!r}")
    if phase not in allowed:
        raise TranscriptError(
            f"{type(effect).__name__} cannot happen in phase {phase!r},"
            f" only in {' or '.join(allowed)}"
        )
    if side is Side.CLIENT and phase in ("connect", "handshake"):
        raise TranscriptError(f"a fault in phase {phase!r} is the server's, not the client's")


class AnyOrder(Value):
    """Parts that come in whatever order the script begins them; each is played whole."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Transcript, ...]) -> None:
        self.parts: Final = parts


class Repeat(Value):
    """A part that comes `times` times, or any number of times where that is None."""

    __slots__ = ("part", "times")

    def __init__(self, times: int | None, part: Transcript) -> None:
        self.times: Final = times
        self.part: Final = part


class Optional(Value):
    """A part that comes or does not."""

    __slots__ = ("part",)

    def __init__(self, part: Transcript) -> None:
        self.part: Final = part


Group: TypeAlias = AnyOrder | Repeat | Optional


class Step(NamedTuple):
    """One line of a transcript.

    `what` is an event, a `Fault`, a `Group` (whose `side` is None), or, for what a side says, any
    matcher or `Reply`.
    """

    at: int
    """Microseconds since the transcript began, if every pause is kept."""

    side: Side | None
    what: Any
