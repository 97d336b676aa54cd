"""What a player says of a script that does not keep to the transcript."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

__all__ = ["Mismatch"]


class Mismatch(NamedTuple):
    """Something came that was not expected.

    `kind` is `"message"` (another one was expected), `"extra"` (nothing more was), `"close"` (too
    early, or with another code or reason) or `"handshake"`.
    """

    kind: Literal["message", "extra", "close", "handshake"]
    expected: tuple[Any, ...]
    actual: Any
    number: int
    """Which message of the script this is, from 1."""
    place: int
    """The index on the timeline of a recording of what was expected, or -1."""
