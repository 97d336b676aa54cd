"""What a run says that did not end as it was asked to."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.errors import NeverIdle, NotHappened
from wsfake.network import Network
from wsfake.network.failures import write_seconds

__all__ = ["never_idle", "not_happened"]

_LAST_ENTRIES = 10


def not_happened(
    network: Network,
    until: Callable[[], object] | None,
    limit: float,
    passed: int,
    *,
    why: str,
    advice: str,
) -> NotHappened:
    """Return the error of a run that was bounded by `limit` seconds.

    `passed` is how many microseconds of it were used, and `until` what was waited for: None for
    the end of all that is due.
    """
    seconds = write_seconds(passed)
    if until is None:
        call = f"run(timeout={limit:g})"
        headline = f"{call} ended before everything had happened: {why}"
        expected, actual = "that nothing more is due", f"more is due after {seconds} s"
    else:
        name = _name(until)
        headline = f"run(until={name}) ended before it was true: {why}"
        expected, actual = f"{name} to be true", f"not true after {seconds} s"
    return NotHappened(
        network.redaction.text(
            f"{headline}\n"
            f"  expected  {expected}\n"
            f"  actual    {actual}"
            f"{_last_words(network)}\n\n"
            f"  {advice}"
        )
    )


def never_idle(network: Network, what: str) -> NeverIdle:
    """Return the error of a run in which there was too much of something."""
    return NeverIdle(
        network.redaction.text(
            f"the script never becomes idle: {what}\n"
            "  expected  an end of what is said, or a pause in it\n"
            f"  actual    an endless exchange{_last_words(network)}\n\n"
            "  to stop it in time: run(until=...), or a transcript that ends"
        )
    )


def _last_words(network: Network) -> str:
    lines = network.lines(last=_LAST_ENTRIES)
    return "".join(["\n", *(f"\n  {line}" for line in lines)]) if lines else ""


def _name(until: object) -> str:
    name = getattr(until, "__name__", "condition")
    return "condition" if name == "<lambda>" else name
