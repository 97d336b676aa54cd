"""The steps of a transcript that are more than one event: groups, and faults with their phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

from attrs import frozen

from wsfake.errors import TranscriptError
from wsfake.model import Drop, Raw, Refuse, Reject, Side, Stall

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
    "check_effect",
    "check_fault",
    "says_nothing",
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


@frozen
class Fault:
    """An effect in a phase that its place in the transcript does not tell."""

    phase: str
    effect: Effect


REFUSALS = ("refused", "not found", "tls", "unreachable", "timeout")


def check_effect(effect: Effect) -> None:
    """Raise `TranscriptError` for an effect whose parts no wire can carry."""
    if isinstance(effect, Refuse) and effect.why not in REFUSALS:
        raise TranscriptError(
            f"expected a reason, one of {', '.join(REFUSALS)}, got {effect.why!r}"
        )
    if isinstance(effect, Reject):
        if type(effect.status) is not int or not 100 <= effect.status <= 599:
            raise TranscriptError(f"expected an HTTP status from 100 to 599, got {effect.status!r}")
        if not isinstance(effect.body, bytes):
            raise TranscriptError(f"expected a body (str or bytes), got {effect.body!r}")
    if isinstance(effect, Raw) and not isinstance(effect.data, bytes):
        raise TranscriptError(f"expected bytes to put on the wire, got {effect.data!r}")
    if isinstance(effect, Drop) and not isinstance(effect.inside, str | bytes | None):
        raise TranscriptError(
            f"expected the part of a message that came (str or bytes), got {effect.inside!r}"
        )


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
    check_effect(effect)  # type: ignore[arg-type]
    if side is Side.CLIENT and phase in ("connect", "handshake"):
        raise TranscriptError(f"a fault in phase {phase!r} is the server's, not the client's")


@frozen
class AnyOrder:
    """Parts that come in whatever order the script begins them; each is played whole."""

    parts: tuple[Transcript, ...]


@frozen
class Repeat:
    """A part that comes `times` times, or any number of times where that is None."""

    times: int | None
    part: Transcript


@frozen
class Optional:
    """A part that comes or does not."""

    part: Transcript


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


def says_nothing(part: Transcript) -> bool:
    """Whether there is no step in a part, nor in the groups in it."""
    return all(step.side is None and _holds_nothing(step.what) for step in part.steps)


def _holds_nothing(group: Group) -> bool:
    parts = group.parts if isinstance(group, AnyOrder) else (group.part,)
    return all(map(says_nothing, parts))
