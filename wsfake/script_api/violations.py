"""What is wrong with bytes that are no well-formed frames, by their first frame."""

from __future__ import annotations

__all__ = ["VIOLATIONS", "name_violation"]

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
)
"""RFC 6455 sections 5.2 to 5.6 and 8.1."""


def name_violation(data: bytes) -> str:
    """Return which rule of RFC 6455 the frame at the beginning of `data` breaks.

    `data` begins with the offending frame; a data frame with nothing wrong in itself is one too
    many, or too few, of a fragmented message.
    """
    first, second = (data + b"\0\0")[:2]
    opcode, length = first & 0x0F, second & 0x7F
    if first & 0x70:
        return "reserved bit"
    if opcode in (3, 4, 5, 6, 7) or opcode > 10:
        return "reserved opcode"
    if opcode >= 8:
        return _control(first, opcode, length, data)
    return "nothing to continue" if opcode == 0 else _data(opcode, length, data)


def _control(first: int, opcode: int, length: int, data: bytes) -> str:
    if not first & 0x80:
        return "fragmented control frame"
    if length > 125:
        return "long control frame"
    return "short close" if opcode == 8 and length == 1 else "close reason not utf-8"


def _data(opcode: int, length: int, data: bytes) -> str:
    start = 2 + {126: 2, 127: 8}.get(length, 0)
    if opcode == 1:
        try:
            data[start:].decode()
        except UnicodeDecodeError:
            return "text not utf-8"
    return "new message inside a message"
