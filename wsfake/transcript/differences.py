"""Where two messages differ, told so that the eye finds it."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any
from unicodedata import normalize

from wsfake.transcript.literals import abbreviate, write_message
from wsfake.transcript.matchers import Json, PartialJson, decode_json, encode_json
from wsfake.transcript.matching import Matching
from wsfake.transcript.selectors import write_path

__all__ = ["as_compared", "differences"]

_MOST = 5
_AROUND = 20


def as_compared(expected: Any, actual: Any) -> tuple[Any, Any]:
    """Return two messages without what is not compared: of JSON, what is not asked for."""
    if isinstance(expected, Json):
        return expected.text, actual
    if isinstance(expected, PartialJson) and (found := decode_json(actual)) is not None:
        try:
            return encode_json(expected.value), encode_json(_asked_for(expected.value, found[0]))
        except (TypeError, ValueError, RecursionError):  # with matchers in it
            return expected, actual
    return expected, actual


def _asked_for(expected: Any, actual: Any) -> Any:
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {
            key: _asked_for(expected[key], value)
            for key, value in actual.items()
            if key in expected
        }
    lists = isinstance(expected, list | tuple) and isinstance(actual, list)
    if lists and len(expected) == len(actual):
        return list(map(_asked_for, expected, actual))
    return actual


def differences(expected: Any, actual: object, matching: Matching) -> list[str]:
    """Return a few lines that say where a message differs from a literal or a JSON value."""
    text = expected.text if isinstance(expected, Json) else expected
    if isinstance(text, str) and isinstance(actual, str):
        one, other = decode_json(text), decode_json(actual)
        if one is not None and other is not None:
            return _json_differences(one[0], other[0], matching)
        return [_text_difference(text, actual)]
    if isinstance(text, bytes) and isinstance(actual, bytes):
        return [_binary_difference(text, actual)]
    if isinstance(text, str | bytes) and isinstance(actual, str | bytes):
        return [f"{_kind(text)} expected, {_kind(actual)} came"]
    return []


def _kind(message: str | bytes) -> str:
    return "text" if isinstance(message, str) else "binary"


def _json_differences(expected: Any, actual: Any, matching: Matching) -> list[str]:
    found = matching.walk(expected, actual)
    lines = [
        f"{write_path(path)}: {_json_difference(one, other)}"
        for path, one, other in islice(found, _MOST)
    ]
    more = sum(1 for _ in found)
    if more:
        lines.append(f"and {more} more")
    return lines or ["only the text: the JSON value is the same (match it with json)"]


def _json_difference(expected: Any, actual: Any) -> str:
    if actual is ...:
        return f"{_short(expected)} expected, nothing came"
    if expected is ...:
        return f"nothing expected, {_short(actual)} came"
    if isinstance(expected, list) and isinstance(actual, list):
        plural = "" if len(expected) == 1 else "s"
        items = f"{len(expected)} item{plural} expected, {len(actual)} came"
        detail = [
            f"{word} {', '.join(names)}"
            for word, names in (
                ("missing", _surplus(expected, actual)),
                ("extra", _surplus(actual, expected)),
            )
            if names
        ]
        return f"{items} ({'; '.join(detail)})" if detail else items
    return f"{_short(expected)} expected, {_short(actual)} came"


def _surplus(some: list[Any], others: list[Any]) -> list[str]:
    left = Counter(map(_short, some)) - Counter(map(_short, others))
    return list(left.elements())[:_MOST]


def _short(value: Any) -> str:
    return abbreviate(encode_json(value), 80)


def _text_difference(expected: str, actual: str) -> str:
    at = _first_difference(expected, actual)
    one, other = _near(expected, at), _near(actual, at)
    if normalize("NFKC", one) == normalize("NFKC", other):  # which look the same
        one, other = (near.encode("ascii", "backslashreplace").decode() for near in (one, other))
    return f"at character {at}: {one} expected, {other} came"


def _binary_difference(expected: bytes, actual: bytes) -> str:
    at = _first_difference(expected, actual)
    sizes = f" ({len(expected)} bytes expected, {len(actual)} came)"
    near = f"at byte {at}: {_near(expected, at)} expected, {_near(actual, at)} came"
    return near + (sizes if len(expected) != len(actual) else "")


def _first_difference(expected: str | bytes, actual: str | bytes) -> int:
    shared = zip(expected, actual, strict=False)
    unlike = (i for i, (one, other) in enumerate(shared) if one != other)
    return next(unlike, min(len(expected), len(actual)))


def _near(message: str | bytes, at: int) -> str:
    if at == len(message):
        return "the end"
    return write_message(message[at : at + _AROUND])
