"""What the steps of a transcript are given, checked and brought into one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from wsfake.errors import TranscriptError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Gap,
    Headers,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.transcript.matchers import AnyClose, Json, Regex, Reply
from wsfake.transcript.steps import AnyOrder, Fault, Optional, Repeat
from wsfake.wire.payloads import MOST_CONTROL, MOST_REASON, reason_bytes, well_formed

__all__ = [
    "TOKEN",
    "as_accept",
    "as_bytes",
    "as_close",
    "as_control",
    "as_drop",
    "as_expected",
    "as_headers",
    "as_message",
    "as_opening",
    "as_side",
    "check_answer",
    "no_message",
    "sayable",
    "sayable_close",
]

_NO_MESSAGES = (
    bool | int | float | Open | Accept | Reject | Refuse | Ping | Pong | Close | Drop | Raw | Stall
    | Gap | End | Fault | AnyOrder | Repeat | Optional
)  # fmt: skip
_EQ = attrgetter("__eq__")

_REFUSALS = ("refused", "not found", "tls", "unreachable", "timeout")

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2


def as_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Headers:
    """Return headers as a tuple of pairs, in their order.

    Raises `TranscriptError` where a name is no token, or a value no text or more than one line.
    """
    pairs = _as_pairs(headers)
    for pair in pairs:
        if not (
            isinstance(pair, tuple)
            and len(pair) == 2
            and all(isinstance(part, str) for part in pair)
            and TOKEN.fullmatch(pair[0])
            and not re.search(r"[\r\n]", pair[1])
        ):
            raise TranscriptError(
                "expected the name of a header, which is a token, and its value, a str of one line,"
                f" got {pair!r}"
            )
    return pairs


def as_expected(
    headers: Mapping[str, Any] | Iterable[tuple[str, Any]],
) -> tuple[tuple[str, Any], ...]:
    """Return headers that are expected, with any values; raises as `as_headers` does for names."""
    pairs = _as_pairs(headers)
    for pair in pairs:
        if not (
            isinstance(pair, tuple)
            and len(pair) == 2
            and isinstance(pair[0], str)
            and TOKEN.fullmatch(pair[0])
        ):
            raise TranscriptError(
                f"expected the name of a header, which is a token, and its value, got {pair!r}"
            )
    return tuple(
        (name, Regex(value) if isinstance(value, re.Pattern) else value) for name, value in pairs
    )


def _as_pairs(headers: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[Any, ...]:
    """Return names with values; raises `TranscriptError` for what is neither mapping nor list."""
    try:
        return tuple(headers.items() if isinstance(headers, Mapping) else headers)
    except TypeError:
        raise TranscriptError(
            f"expected headers, as in {{'Origin': '...'}}, got {headers!r}"
        ) from None


def as_message(message: Any) -> Any:
    """Return what a step holds for a message, a matcher or a callable.

    In a text each lone surrogate is U+FFFD, as on any wire.

    Raises `TranscriptError` for what can never be a message.
    """
    if isinstance(message, str):
        return well_formed(
            str.__str__(message)
        )  # a member of an enumeration is the text that it is
    if isinstance(message, bytes | bytearray | memoryview):
        return as_bytes(message)
    if isinstance(message, dict | list):
        return Json(message)
    if isinstance(message, re.Pattern):
        return Regex(message)
    if message is None or isinstance(message, _NO_MESSAGES):
        raise no_message(message)
    # A matcher may happen to be callable, or to be a class whose metaclass has an __eq__; a
    # function has none of its own. A bound method has one, and a name.
    plain = _EQ(type(message)) is object.__eq__ or (
        hasattr(message, "__name__") and not isinstance(message, type)
    )
    return Reply(message) if callable(message) and plain else message


def no_message(message: object) -> TranscriptError:
    """Return the error for what can never be a message."""
    return TranscriptError(
        "expected a str (text), bytes (binary), dict or list (JSON), a matcher or a callable,"
        f" got {type(message).__name__}: {message!r}"
    )


def as_bytes(data: object) -> bytes:
    if isinstance(data, bytes):
        return bytes(memoryview(data)) if type(data) is not bytes else data
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    raise TranscriptError(f"expected bytes, got {type(data).__name__}: {data!r}")


def as_accept(
    subprotocol: str | None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    extensions: Iterable[str],
) -> Accept:
    if subprotocol is not None and (
        not isinstance(subprotocol, str) or re.search(r"[\r\n]", subprotocol)
    ):
        raise TranscriptError(
            f"expected the name of a subprotocol, a str of one line, got {subprotocol!r}"
        )
    names = () if isinstance(extensions, str) else tuple(extensions)
    if isinstance(extensions, str) or not all(isinstance(name, str) for name in names):
        raise TranscriptError(f"expected a list of extensions (each a str), got {extensions!r}")
    return Accept(subprotocol, as_headers(headers), names)


def as_opening(opening: Open | None) -> Open | None:
    """Return what a transcript holds for the client's handshake; raises as `as_headers` does."""
    if opening is not None:
        as_headers(opening.headers)
    return opening


def check_answer(what: object) -> None:
    """Raise `TranscriptError` for an answer to the opening handshake that no server gives.

    A status has three digits (RFC 9110 section 15), and some servers make up their own above 599.
    """
    if isinstance(what, Refuse) and what.why not in _REFUSALS:
        raise TranscriptError(f"expected a reason, one of {', '.join(_REFUSALS)}, got {what.why!r}")
    if isinstance(what, Accept | Reject):
        as_headers(what.headers)
    if isinstance(what, Reject) and not (
        isinstance(what.status, int) and 100 <= what.status <= 999
    ):
        raise TranscriptError(f"expected an HTTP status from 100 to 999, got {what.status!r}")


def as_drop(reset: bool, inside: str | bytes | None) -> Drop:
    if inside is not None and not isinstance(inside, str | bytes):
        raise TranscriptError(f"expected a part of a message (str or bytes), got {inside!r}")
    return Drop(bool(reset), inside)


def as_side(name: str) -> Side:
    try:
        return Side(name)
    except ValueError:
        raise TranscriptError(f"expected a side, 'client' or 'server', got {name!r}") from None


def as_control(payload: bytes) -> bytes:
    """Return the payload of a ping or pong; raises `TranscriptError` where it is too long."""
    if not isinstance(payload, bytes) or len(payload) > MOST_CONTROL:
        raise TranscriptError(f"expected at most 125 bytes for a control frame, got {payload!r}")
    return payload


def as_close(code: int | None, reason: str | None, *, empty: bool = False) -> Close | AnyClose:
    """Return what a step holds for a Close.

    A reason may end in a character that is cut on the wire, as hosts cut it.

    Raises `TranscriptError` for a code that has no 16 bits, a reason over 123 bytes of UTF-8 but
    for that, or an empty Close with either.
    """
    if code is not None and not (type(code) is int and 0 <= code <= 65535):
        raise TranscriptError(f"expected a close code from 0 to 65535, got {code!r}")
    if reason is not None and not (
        isinstance(reason, str) and len(reason_bytes(reason)) <= MOST_REASON
    ):
        raise TranscriptError(
            f"expected a close reason of at most 123 bytes of UTF-8, got {reason!r}"
        )
    if not empty:
        exact = code is not None and reason is not None
        return Close(code, reason or "") if exact else AnyClose(code, reason)
    if code is not None or reason is not None:
        raise TranscriptError(f"an empty Close has no code and no reason, got {code!r}, {reason!r}")
    return Close()


def sayable(message: object) -> Message:
    """Return a message that a test says by itself.

    Raises `TranscriptError` for what is no message.
    """
    said = as_message(message)
    if isinstance(said, Json):
        return said.text
    if not isinstance(said, str | bytes):
        raise TranscriptError(f"expected a str, bytes, dict or list to send, got {message!r}")
    return said


def sayable_close(code: int | None, reason: str | None, *, empty: bool = False) -> Close:
    """Return a Close that a test says by itself; raises as `as_close`."""
    close = as_close(code, reason, empty=empty)
    return close.said if isinstance(close, AnyClose) else close
