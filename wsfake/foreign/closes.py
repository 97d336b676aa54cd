"""The payload of a Close frame."""

from __future__ import annotations

from wsfake.foreign.values import Value
from wsfake.model import Close

__all__ = ["as_close"]


def as_close(place: Value, payload: bytes) -> Close:
    """Return the Close frame with this payload (RFC 6455 section 5.5.1)."""
    if payload == b"":
        return Close()
    if len(payload) == 1:
        place.wrong("a close code of two bytes", "one byte")
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        place.wrong("a close reason in UTF-8", "other bytes")
    return Close(int.from_bytes(payload[:2]), reason)
