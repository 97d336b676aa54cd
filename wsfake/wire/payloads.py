"""The payloads of frames that hold text (RFC 6455 sections 5.5.1 and 5.6)."""

from __future__ import annotations

from wsfake.errors import UsageError

__all__ = [
    "MOST_CONTROL",
    "MOST_REASON",
    "close_payload",
    "cut_reason",
    "encode_text",
    "reason_bytes",
    "well_formed",
]

MOST_CONTROL = 125
"""Bytes that a control frame holds (RFC 6455 section 5.5)."""

MOST_REASON = MOST_CONTROL - 2
"""Bytes of a close reason: the code takes two."""


def well_formed(text: str) -> str:
    """Return text with each lone surrogate as U+FFFD (Web IDL: a USVString).

    Two surrogates that make a pair are the character that they stand for, as in JavaScript.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            units = text.encode("utf-16-le", "surrogatepass")
            return units.decode("utf-16-le", "replace")
    return text


def encode_text(text: str) -> bytes:
    """Return text as UTF-8, when it is `well_formed`."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return well_formed(text).encode()


def reason_bytes(reason: str) -> bytes:
    """Return a close reason as it is on the wire.

    Its last character may be cut, as hosts cut it: a `Close` holds that character whole, so that it
    stays text. A reason that is longer by more than that is not cut: it fits into no frame. Bytes
    that were no text when they came are kept by `surrogateescape`.
    """
    try:
        encoded = reason.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        encoded = encode_text(reason)
    if len(encoded) > MOST_REASON and len(reason[:-1].encode(errors="replace")) < MOST_REASON:
        return encoded[:MOST_REASON]
    return encoded


def cut_reason(reason: str) -> str:
    """Return as many characters of a close reason as fit into a frame."""
    return encode_text(reason)[:MOST_REASON].decode(errors="ignore")


def close_payload(code: int | None, reason: str) -> bytes:
    """Return the payload of a Close; without a code it is empty.

    Raises `UsageError` for a code that has no 16 bits.
    """
    if code is None:
        return b""
    if not 0 <= code <= 0xFFFF:
        raise UsageError(f"a close code has 16 bits, got {code}")
    return code.to_bytes(2) + reason_bytes(reason)
