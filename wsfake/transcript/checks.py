"""What may stand in a transcript: every argument of the builder is checked here, at its step."""

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
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Stall,
)
from wsfake.transcript.matchers import AnyClose, Json, Regex, Reply, check_text
from wsfake.transcript.steps import AnyOrder, Fault, Optional, Repeat

__all__ = ["as_close", "as_control", "as_headers", "as_message", "as_opening", "as_pairs"]

_EVENTS = (
    str | bytes | Open | Accept | Reject | Refuse | Ping | Pong | Close | Drop | Raw | Stall | Gap
    | End | Fault | AnyOrder | Repeat | Optional
)  # fmt: skip


_EQ = attrgetter("__eq__")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def as_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Headers:
    """Return headers as a tuple of pairs, in their order.

    Raises `TranscriptError` for what cannot be a name (a token, RFC 9110 section 5.1) and a value.
    """
    pairs = as_pairs(headers)
    for name, value in pairs:
        if not isinstance(value, str) or re.search(r"[\r\n\0]", value):
            raise TranscriptError(
                f"expected the value of header {name} to be a str of one line, got {value!r}"
            )
    return pairs


def as_pairs(headers: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    listed = headers.items() if isinstance(headers, Mapping) else headers
    if not isinstance(listed, Iterable) or isinstance(listed, str):
        raise TranscriptError(f"expected headers, a dict or a list of pairs, got {headers!r}")
    pairs = tuple(listed)
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TranscriptError(f"expected the name and the value of a header, got {pair!r}")
        if not _TOKEN.fullmatch(pair[0]):
            raise TranscriptError(f"expected a header's name, got {pair[0]!r}")
    return pairs


def as_opening(opening: Open) -> Open:
    names = (*opening.subprotocols, *opening.extensions)
    if not isinstance(opening.url, str) or not all(isinstance(name, str) for name in names):
        raise TranscriptError(f"expected an opening handshake made of texts, got {opening!r}")
    as_headers(opening.headers)
    return opening


def as_message(message: Any) -> Any:
    """Return what a step holds for a message, a matcher or a callable.

    Raises `TranscriptError` for what can never be a message.
    """
    if isinstance(message, str):
        return check_text(message)
    if isinstance(message, bytes):
        return message
    if isinstance(message, bytearray | memoryview):
        return bytes(message)
    if isinstance(message, dict | list):
        return Json(message)
    if isinstance(message, re.Pattern):
        return Regex(message)
    if message is None or isinstance(message, bool | int | float | _EVENTS):
        raise TranscriptError(
            "expected a str (text), bytes (binary), dict or list (JSON), a matcher or a callable,"
            f" got {type(message).__name__}: {message!r}"
        )
    # A matcher may happen to be callable, a function never has an __eq__ of its own.
    plain = hasattr(message, "__name__") or _EQ(type(message)) is object.__eq__
    return Reply(message) if callable(message) and plain else message


def as_control(payload: bytes) -> bytes:
    if not isinstance(payload, bytes) or len(payload) > 125:
        raise TranscriptError(f"expected at most 125 bytes for a control frame, got {payload!r}")
    return payload


def as_close(code: int | None, reason: str | None, *, empty: bool = False) -> Close | AnyClose:
    """Return what a step holds for a Close.

    Raises `TranscriptError` for a code that has no 16 bits, a reason over 123 bytes of UTF-8, or
    an empty Close with either.
    """
    if code is not None and not (type(code) is int and 0 <= code <= 65535):
        raise TranscriptError(f"expected a close code from 0 to 65535, got {code!r}")
    if reason is not None and not (
        isinstance(reason, str) and len(reason.encode("utf-8", "replace")) <= 123
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
