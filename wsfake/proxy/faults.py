"""What goes wrong on a live connection, on purpose, while it passes through to the real server."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import Attribute, evolve, field, frozen

from wsfake.errors import TranscriptError, UsageError
from wsfake.model import Close, Message, Refuse, Side
from wsfake.transcript.checks import as_close, as_side
from wsfake.transcript.steps import Effect, Phase, check_fault

if TYPE_CHECKING:
    from wsfake.proxy.handle import LiveHandle

__all__ = ["Edit", "Faults", "LiveFault"]

Edit: TypeAlias = Callable[[Side, Message], Message | None]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _not_negative(_: Faults, attribute: Attribute[float], value: Any) -> None:
    if not (_is_number(value) and value >= 0):
        raise UsageError(f"expected {attribute.name} in seconds, 0 or more, got {value!r}")


def _more_than_0(_: Faults, attribute: Attribute[float], value: Any) -> None:
    if value is not None and not (_is_number(value) and value > 0):
        raise UsageError(f"expected {attribute.name} in bytes per second, got {value!r}")


@frozen
class LiveFault:
    """An effect in a phase: on `side`, once it has said `after` messages."""

    phase: Phase
    effect: Effect | Close
    side: Side
    after: int


@frozen
class Faults:
    """The faults of each connection of a port; with none of them, bytes pass as they are.

    They compose. Times are real seconds, and each direction has its own delays. Raises `UsageError`
    for what is no time and no bandwidth.
    """

    latency: float = field(default=0.0, validator=_not_negative)
    """Seconds by which everything arrives later, the opening handshake included."""

    jitter: float = field(default=0.0, validator=_not_negative)
    """At most so many seconds more, evenly spread; nothing overtakes."""

    seed: int = 0
    """What the jitter is drawn from: the same for the same seed, direction and number of pieces."""

    bandwidth: float | None = field(default=None, validator=_more_than_0)
    """Bytes per second in each direction; None is no limit."""

    edit: Edit | None = None
    """Called with who said a message, and the message; what it returns is passed on in its place,
    and None swallows it. An error of it is raised where the port is pumped, and the message passes
    as it is."""

    on_open: Callable[[LiveHandle], object] | None = None
    """Called with a handle for both sides of each connection that is accepted."""

    script: tuple[LiveFault, ...] = ()

    def fault(
        self, phase: Phase, effect: Effect | Close, side: str = "server", *, after: int = 0
    ) -> Faults:
        """Return these faults and one more, in the words of a transcript's `fault`.

        In phase `"message"` it happens once `side` has said `after` messages; there it may be a
        `Close`, too. In phase `"close"` it happens in place of the answer of `side` to a Close.

        Raises `TranscriptError` for a phase and an effect that do not go together, and for a
        `Close` that fits into no frame.
        """
        who = as_side(side)
        if phase == "message" and isinstance(effect, Close):
            as_close(effect.code, effect.reason or None, empty=effect.code is None)
        else:
            check_fault(phase, effect, who)
        if after < 0 or (after and phase != "message"):
            raise TranscriptError(f"expected 0 messages before a fault in {phase!r}, got {after!r}")
        return evolve(self, script=(*self.script, LiveFault(phase, effect, who, after)))

    @property
    def takes_time(self) -> bool:
        return bool(self.latency or self.jitter or self.bandwidth)

    @property
    def about_messages(self) -> bool:
        """Whether the connection has to be taken apart."""
        return (
            self.edit is not None
            or self.on_open is not None
            or any(fault.phase != "connect" for fault in self.script)
        )

    @property
    def refusal(self) -> str | None:
        """Why no connection is made at all, if that is so."""
        for fault in self.script:
            if fault.phase == "connect" and isinstance(fault.effect, Refuse):
                return fault.effect.why
        return None
