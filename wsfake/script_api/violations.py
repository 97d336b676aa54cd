"""What can be wrong with the frames that come, by name (RFC 6455 sections 5.1 to 5.6 and 8.1)."""

from __future__ import annotations

__all__ = ["VIOLATIONS"]

VIOLATIONS = (
    "reserved bit",
    "reserved opcode",
    "fragmented control frame",
    "long control frame",
    "short close",
    "close reason not utf-8",
    "nothing to continue",
    "new message inside a message",
    "text not utf-8",
    "wrong masking",
    "length of 16 bits that was not needed",
    "length of 64 bits that was not needed",
    "length with its highest bit set",
    "frame too big",
    "message too big",
)
"""The names that `wire.FrameReader` gives them. What each comes to is the profile's to say."""
