"""What may stand in a transcript in place of a message that is known to the letter.

Whatever is expected is compared as `expected == actual` with the message, a `str` or `bytes`. So a
matcher is any object with an `__eq__` of its own; these are the ones most tests need.
"""

from __future__ import annotations

import json as _json
import math
import re
from collections.abc import Callable
from typing import Any, Final

from wsfake.errors import TranscriptError
from wsfake.model import Close, Message
from wsfake.values import Value
from wsfake.wire.payloads import well_formed

__all__ = [
    "AnyClose",
    "DecodedJson",
    "Json",
    "PartialJson",
    "Regex",
    "Reply",
    "decode_json",
    "encode_json",
    "json",
    "json_equal",
    "part_of",
    "partial_json",
    "regex",
]


class _NotJson(ValueError):
    pass


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _NotJson("duplicate keys")
    return value


def _refuse_constant(name: str) -> Any:
    raise _NotJson(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):  # two such numbers are not equal for being too large
        raise _NotJson(digits)
    return value


_decoder = _json.JSONDecoder(
    object_pairs_hook=_object_without_duplicates,
    parse_constant=_refuse_constant,
    parse_float=_finite,
)


def decode_json(message: object) -> tuple[Any] | None:
    """Return the JSON value of a text message in a tuple of one, or None where it has none.

    A text with duplicate keys, NaN or Infinity is not JSON (RFC 8259 sections 4 and 6), and is so
    compared as the text that it is. So is one that nests deeper than 200, or has a number that no
    float can hold.
    """
    if not isinstance(message, str) or _too_deep(message):
        return None
    try:
        return (_decoder.decode(message),)
    except (ValueError, RecursionError):
        return None


_MOST_DEEP = 200
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def _too_deep(text: str) -> bool:
    """Tell whether a text nests deeper than what walks it could follow."""
    if text.count("[") + text.count("{") <= _MOST_DEEP:
        return False
    depth = 0
    for token in _NESTING.finditer(text):
        bracket = token[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > _MOST_DEEP:
            return True
    return False


def encode_json(value: Any) -> str:
    """Return the text in which a JSON value is said; what no frame can hold is escaped in it.

    Raises `TypeError` or `ValueError` for what JSON cannot say.
    """
    text = _json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text == well_formed(text) else _json.dumps(value, allow_nan=False)


def json_equal(expected: Any, actual: Any) -> bool:
    """Compare as JSON does: `True` is not `1`, `1` equals `1.0`, the order of keys is nothing.

    What is expected may have matchers in it.
    """
    if isinstance(expected, bool):
        return expected is actual
    if isinstance(expected, int | float) and isinstance(actual, bool):
        return False
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(json_equal(value, actual[key]) for key, value in expected.items())
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(actual, list | tuple)
            and len(expected) == len(actual)
            and all(map(json_equal, expected, actual))
        )
    return bool(expected == actual)


def part_of(expected: Any, actual: Any) -> bool:
    """Compare as `json_equal`, but for members that are not asked for."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            key in actual and part_of(value, actual[key]) for key, value in expected.items()
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(map(part_of, expected, actual))
        )
    return json_equal(expected, actual)


def _write(value: Any) -> str:
    """Return JSON text with matchers in it, so that secrets by their keys are found there."""
    try:
        if isinstance(value, dict):
            members = (f"{_write(key)}: {_write(each)}" for key, each in value.items())
            return f"{{{', '.join(members)}}}"
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(_write, value))}]"
        return encode_json(value)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


class Json(Value):
    """Equals every text message that has this JSON value; said, it is that value's text.

    Raises `TranscriptError` for what JSON cannot say.
    """

    __slots__ = ("text", "value")

    def __init__(self, value: Any) -> None:
        try:
            text = encode_json(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise TranscriptError(f"expected a value that JSON can say: {error}") from None
        found = decode_json(text)
        if found is None:
            raise TranscriptError(
                "expected a value that JSON can say: two keys are one, or it nests deeper than 200"
            )
        # The value as the other side reads it: keys are text, tuples are lists.
        self.value: Final = found[0]
        self.text: Final = text

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Json):
            return json_equal(self.value, other.value)
        found = decode_json(other)
        return found is not None and json_equal(self.value, found[0])

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"Json(value={self.text})"


class PartialJson(Value):
    """Equals every text message whose JSON value has at least these members, at every depth."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Final = value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PartialJson):
            return json_equal(self.value, other.value)
        found = decode_json(other)
        return found is not None and part_of(self.value, found[0])

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"PartialJson(value={_write(self.value)})"


class DecodedJson(Value):
    """Equals every text message whose JSON value is this one, which has matchers in it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Final = value

    @staticmethod
    def of(value: Any) -> Json | DecodedJson:
        """Return what equals a JSON value; of one without matchers it can be said, too."""
        try:
            return Json(value)
        except TranscriptError:
            return DecodedJson(value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DecodedJson):
            return json_equal(self.value, other.value)
        found = decode_json(other)
        return found is not None and json_equal(self.value, found[0])

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"DecodedJson(value={_write(self.value)})"


class Regex(Value):
    """Equals every message that a regular expression fits from end to end."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: re.Pattern[str] | re.Pattern[bytes]) -> None:
        self.pattern: Final = pattern

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Regex):
            return self.pattern == other.pattern
        text: Any = other
        return isinstance(other, type(self.pattern.pattern)) and (
            self.pattern.fullmatch(text) is not None
        )

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return repr(self.pattern)


class Reply(Value):
    """A message that is made when it is due, from what was said before."""

    __slots__ = ("last", "make")

    def __init__(
        self,
        make: Callable[..., Message | dict[str, Any] | list[Any]],
        last: Message | None = None,
    ) -> None:
        self.make: Final = make
        self.last: Final = last
        """What it replies to; None for whatever was said last."""

    def __repr__(self) -> str:
        return getattr(self.make, "__name__", repr(self.make))


class AnyClose(Value):
    """The script closes: with this code and reason, where they are given (`None`: any)."""

    __slots__ = ("code", "reason")

    def __init__(self, code: int | None = None, reason: str | None = None) -> None:
        self.code: Final = code
        self.reason: Final = reason

    @property
    def said(self) -> Close:
        """What a player says for it: 1000 and "" where they are left out."""
        return Close(1000 if self.code is None else self.code, self.reason or "")


def json(value: Any) -> Json:
    """Match a text message by its JSON value, whatever its spaces and the order of its keys."""
    return Json(value)


def partial_json(value: Any) -> PartialJson:
    """Match a text message that has at least these JSON members, at every depth."""
    return PartialJson(value)


def regex(pattern: str | bytes | re.Pattern[str] | re.Pattern[bytes], flags: int = 0) -> Regex:
    """Match a message that the pattern fits from end to end; one of bytes fits binary ones.

    Raises `TranscriptError` for what is no pattern.
    """
    try:
        return Regex(re.compile(pattern, flags))
    except (re.error, TypeError, ValueError) as error:
        raise TranscriptError(f"expected a regular expression, got {pattern!r}: {error}") from None
