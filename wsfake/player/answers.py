"""When what the script did is what was expected: messages apart, which are matched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Gap,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Stall,
)
from wsfake.transcript import Matching
from wsfake.transcript.matchers import AnyClose
from wsfake.transcript.matching import PLACEHOLDER, fits_placeholder

__all__ = ["NO_MESSAGE", "is_the_same", "missed_header", "missed_in_answer", "same_close"]

NO_MESSAGE = (
    Open,
    Accept,
    Reject,
    Refuse,
    Ping,
    Pong,
    Close,
    AnyClose,
    Drop,
    Raw,
    Stall,
    Gap,
    End,
)
"""What no message of a script is compared with."""


def is_the_same(what: Ping | Pong | Raw) -> Callable[[Any], bool]:
    # not `what.__eq__`, which says NotImplemented of other types, and that counts as true
    return lambda expected: isinstance(expected, type(what)) and expected == what


def same_close(expected: Any, what: Close | Drop, matching: Matching) -> bool:
    if isinstance(expected, AnyClose):
        return (
            isinstance(what, Close)
            and expected.code in (None, what.code)
            and expected.reason in (None, what.reason)
        )
    if isinstance(expected, Drop):
        return isinstance(what, Drop)
    if isinstance(expected, Close) and isinstance(what, Close):
        same = expected.code == what.code
        return same and matching.fits_reason(expected.reason, what.reason)
    return False


def missed_in_answer(
    expected: Any, what: Accept | Reject | Refuse, *, recorded: bool
) -> Accept | Reject | Refuse | tuple[str, Any] | None:
    """Return what the answer to an opening handshake was to be, or the header that it has not.

    Of one that was `recorded`, headers and body are those of that day, and do not count.
    """
    if not _same_answer(expected, what):
        return cast("Accept | Reject | Refuse", expected)
    if recorded or isinstance(what, Refuse):
        return None
    if isinstance(what, Reject) and expected.body not in (b"", what.body):
        return cast("Reject", expected)
    return missed_header(expected.headers, what)


def _same_answer(expected: Any, what: Accept | Reject | Refuse) -> bool:
    if isinstance(expected, Accept):
        return isinstance(what, Accept) and expected.subprotocol in (None, what.subprotocol)
    if isinstance(expected, Reject):
        return isinstance(what, Reject) and expected.status == what.status
    return type(expected) is type(what)


def missed_header(
    expected: tuple[tuple[str, Any], ...], what: Open | Accept | Reject
) -> tuple[str, Any] | None:
    """Return the first of the expected headers that one side's opening handshake does not have."""
    came = [(name.lower(), value) for name, value in what.headers]
    for name, value in expected:
        if not any(name.lower() == n and _fits_value(value, v) for n, v in came):
            return name, value
    return None


def _fits_value(expected: Any, value: str) -> bool:
    masked = isinstance(expected, str) and PLACEHOLDER in expected
    return bool(expected == value) or (masked and fits_placeholder(expected, value))
