"""What Web IDL makes of the values that a script hands a browser's `WebSocket`.

`None` is JavaScript's null where a value is asked for, and undefined, that is left out, in place of
an argument that may be left out: so Python code passes on what it was not given.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from wsfake.model import Message
from wsfake.script_api.browser.binary import ArrayBuffer, Blob, bytes_of
from wsfake.script_api.browser.exceptions import DOMException
from wsfake.script_api.browser.strings import to_usv_string
from wsfake.script_api.conversions import CLOSE_ARGUMENTS, CONVERTERS, REASONS, to_number, to_string
from wsfake.transcript.checks import TOKEN
from wsfake.wire.payloads import MOST_REASON

__all__ = [
    "clamp_code",
    "close_arguments",
    "protocols_of",
    "to_data",
    "to_message",
]


def to_message(value: object) -> Message:
    """Return what `send` sends: a text, or the bytes of a Blob or of anything that is a buffer.

    WebSockets Standard, section 3.1, `send(data)`.
    """
    if isinstance(value, str):
        return to_usv_string(value)
    data = bytes_of(value)
    return to_usv_string(value) if data is None else data


CONVERTERS["browser"] = to_message  # so that a profile finds it by this name


def clamp_code(value: object) -> int:
    """Return a number as `[Clamp] unsigned short`: to the nearest, halves to the even one."""
    number = to_number(value)
    if math.isnan(number):
        return 0
    return round(min(max(number, 0), 65535))


def close_arguments(code: object = None, reason: object = None) -> tuple[int | None, str]:
    """Check what `close` was given (WebSockets Standard, "validate close code and reason").

    Raises `DOMException`: InvalidAccessError for a code that is neither 1000 nor 3000 to 4999,
    SyntaxError for a reason of more than 123 bytes.
    """
    number = None if code is None else clamp_code(code)
    text = "" if reason is None else to_usv_string(reason)
    if number is not None and number != 1000 and not 3000 <= number <= 4999:
        raise DOMException(
            f"expected a close code, 1000 or 3000 to 4999, got {number}", "InvalidAccessError"
        )
    length = len(text.encode())
    if length > MOST_REASON:
        raise DOMException(
            f"expected a reason of at most {MOST_REASON} bytes of utf-8, got {length}",
            "SyntaxError",
        )
    return (1000, text) if number is None and text else (number, text)


CLOSE_ARGUMENTS["clamp"] = close_arguments
REASONS["utf-8"] = lambda payload: payload.decode("utf-8", "replace")


def protocols_of(value: object) -> tuple[str, ...]:
    """Return the subprotocols to ask for: of a text one, of a list each.

    Raises `DOMException`, a SyntaxError, for what is no token (RFC 6455 section 4.1) and for one
    that comes twice; upper and lower case do not make two (WebSockets Standard, the constructor,
    step 6).
    """
    if value is None:
        return ()
    listed = isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray)
    names = tuple(map(to_string, value)) if listed else (to_string(value),)  # type: ignore[call-overload]
    for name in names:
        if not TOKEN.fullmatch(name):
            raise DOMException(f"expected a subprotocol, a token, got {name!r}", "SyntaxError")
    if len({name.lower() for name in names}) != len(names):
        raise DOMException(
            f"expected every subprotocol once, got {', '.join(names)}", "SyntaxError"
        )
    return names


def to_data(message: Message, binary_type: str) -> str | ArrayBuffer | Blob:
    """Return the `data` of a message event."""
    if isinstance(message, str):
        return message
    return Blob([message]) if binary_type == "blob" else ArrayBuffer(message)
