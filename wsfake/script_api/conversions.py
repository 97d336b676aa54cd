"""What JavaScript and its hosts make of the values that a script hands them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from wsfake.model import Message
from wsfake.wire.payloads import MOST_REASON, encode_text, well_formed

__all__ = ["CLOSE_ARGUMENTS", "CONVERTERS", "REASONS", "UNDEFINED", "to_string", "to_uint16"]


class Undefined:
    """JavaScript's undefined, where it is not the same as null; Python's None is null."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()


def to_string(value: object) -> str:
    """Return what `String(value)` gives: None is "null", True "true", 1.0 "1", a list "1,2,3"."""
    if isinstance(value, str):
        return value
    if value is None or value is UNDEFINED:
        return "null" if value is None else "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list | tuple):
        return ",".join("" if item is None else to_string(item) for item in value)
    if isinstance(value, bytes | bytearray):
        return "[object ArrayBuffer]"
    if isinstance(value, memoryview):
        return ",".join(map(to_string, value.tolist()))
    return "[object Object]"


def _number(value: float) -> str:
    """Number::toString of ECMAScript for radix 10."""
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    digits, _, exponent = f"{abs(number)!r}".partition("e")
    whole, _, fraction = digits.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    mantissa = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(mantissa)
    mantissa = mantissa.rstrip("0")
    return sign + _place_point(mantissa, point)


def _place_point(digits: str, point: int) -> str:
    length = len(digits)
    if length <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    exponent = point - 1
    mantissa = digits if length == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


# What ECMAScript takes for space and for a number in a text (StringToNumber); Python takes more.
_SPACE = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DECIMAL = r"[+-]?(?:Infinity|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_INTEGER = r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)"


def to_number(value: object) -> float:
    """Return what `Number(value)` gives for the values that scripts pass."""
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    text = (to_string(value) if value is not None else "").strip(_SPACE)
    if text == "":
        return 0.0
    if re.fullmatch(_INTEGER, text):
        return to_number(int(text, 0))
    return float(text) if re.fullmatch(_DECIMAL, text) else math.nan


def to_uint16(value: object) -> int:
    """Return what ToUint16 of ECMAScript gives: undefined, None, "abc" and NaN are 0."""
    number = to_number(value)
    return int(math.fmod(math.trunc(number), 65536)) % 65536 if math.isfinite(number) else 0


# send()


def to_text(value: object) -> str:
    """Return `String(value)` as a frame can hold it: each lone surrogate is U+FFFD."""
    return well_formed(to_string(value))


def convert_overte(value: object) -> Message:
    """An object that is no ArrayBuffer is binary, and holds its text (V8; read in the source).

    Of an ArrayBuffer the bytes are sent, as Vircadia did and the feature's documentation says;
    Overte's own build sends the text "[object ArrayBuffer]", which no script can rely on.
    """
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    return to_text(value) if _is_primitive(value) else encode_text(to_string(value))


def convert_vircadia(value: object) -> Message:
    """An object that is no ArrayBuffer is binary, and empty (QtScript; read in the source)."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    return to_text(value) if _is_primitive(value) else b""


def _is_primitive(value: object) -> bool:
    return value is None or value is UNDEFINED or isinstance(value, str | bool | int | float)


CONVERTERS: dict[str, Callable[[object], Message]] = {
    "overte": convert_overte,
    "string": to_text,
    "vircadia": convert_vircadia,
}


# close()


def close_as_uint16(*arguments: Any) -> tuple[int, str]:
    """Nothing is checked; a reason is cut to the 123 bytes that fit."""
    if not arguments:
        return 1000, ""
    code = to_uint16(arguments[0])
    reason = to_string(arguments[1]) if len(arguments) > 1 else ""
    return code, cut_reason(reason)


def cut_reason(reason: str) -> str:
    """Cut a reason to what fits, and up to the end of the character that the cut is in.

    `reason_bytes` cuts that one as the hosts do.
    """
    text = encode_text(reason)
    end = MOST_REASON
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end += 1
    return text[:end].decode()


CLOSE_ARGUMENTS: dict[str, Callable[..., tuple[int | None, str]]] = {"uint16": close_as_uint16}


# What is shown of a reason


def show_reason_qt(payload: bytes) -> str:
    """A cut character is one U+FFFD for each of its bytes, and a reason is shown up to a NUL."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        cut = len(payload) - error.start
        text = payload[: error.start].decode() + "\ufffd" * cut
    return text.partition("\0")[0]


REASONS: dict[str, Callable[[bytes], str]] = {"qt": show_reason_qt}
