"""What can follow what in a transcript, and what can be a part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsfake.errors import TranscriptError
from wsfake.model import Accept, Drop, End, Raw, Refuse, Reject, Stall
from wsfake.transcript.matchers import DecodedJson, Json, PartialJson, Regex, Reply
from wsfake.transcript.steps import AnyOrder, Fault, Group, Step

if TYPE_CHECKING:
    from wsfake.transcript.builder import Transcript
    from wsfake.transcript.columns import Columns

__all__ = [
    "MOST_DEEP",
    "TOO_DEEP",
    "check_follows",
    "check_parts",
    "check_said",
    "parts_of",
    "says_nothing",
]

MOST_DEEP = 50
"""How deep groups may stand in one another: what goes through them calls itself for each."""

TOO_DEEP = f"expected groups in one another at most {MOST_DEEP} deep, got one more"

_SAID = str | bytes | Json | PartialJson | DecodedJson | Regex | Reply


def check_follows(what: Any, before: Any) -> None:
    """Raise `TranscriptError` where a step cannot come after the one before it."""
    if _answers_handshake(what):
        raise TranscriptError(
            f"the opening handshake is answered once, and first: {what!r} cannot follow {before!r}"
        )
    ended = isinstance(before, Refuse | Stall) or (
        isinstance(before, Fault)
        and before.phase == "handshake"
        and not isinstance(before.effect, Raw)  # which may be an answer that accepts
    )
    if ended and not isinstance(what, Drop | End):
        raise TranscriptError(f"nothing can follow {before!r}, got {what!r}")
    if isinstance(before, Reject) and not isinstance(what, Drop | End):
        raise TranscriptError(f"only a drop can follow {before!r}, got {what!r}")


def check_said(step: Step, before: Columns, length: int) -> None:
    """Raise `TranscriptError` where a message follows the drop of its own side, or a rejection.

    After another drop it may: the other side does not know of it yet.
    """
    if not isinstance(step.what, _SAID):
        return
    i = length - 1
    rejected = length > 1 and isinstance(before.whats[i - 1], Reject)
    if rejected or before.sides[i] is step.side:
        end = before.whats[i - 1 if rejected else i]
        raise TranscriptError(
            f"nothing can be said after {end!r}, got {step.what!r}: the next connection has a"
            " transcript of its own, as in serve(url, first, second)"
        )


def check_parts(group: Group) -> None:
    """Raise `TranscriptError` where a part of a group is a connection of its own."""
    for part in parts_of(group):
        answer = part.steps[0].what if part.steps else None
        told = part.opening or part.expected_headers or _answers_handshake(answer)
        if told:
            raise TranscriptError(
                "a part of a transcript has no opening handshake, got"
                f" {part.opening or part.expected_headers or answer!r}"
            )


def says_nothing(part: Transcript) -> bool:
    """Whether there is no step in a part, nor in the groups in it."""
    return all(
        step.side is None and all(map(says_nothing, parts_of(step.what))) for step in part.steps
    )


def parts_of(group: Group) -> tuple[Transcript, ...]:
    return group.parts if isinstance(group, AnyOrder) else (group.part,)


def _answers_handshake(what: Any) -> bool:
    return isinstance(what, Accept | Reject | Refuse) or (
        isinstance(what, Fault) and what.phase == "handshake"
    )
