"""Values that cross the border: JSON, and what JSON has not, as `{"$wsfake": [kind, text]}`.

An object that looks like that is `{"$wsfake": ["object", [[name, value], ...]]}`.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

from wsfake.errors import UsageError

__all__ = ["decode", "encode"]

_TAG = "$wsfake"


def decode(text: str) -> Any:
    """Return a value of JavaScript in Python: null and undefined are None, buffers `bytes`."""
    return json.loads(text, object_hook=_untag, parse_int=_whole)


def _whole(text: str) -> int | float:
    """Return a number without a fraction; a large one is a float in JavaScript, and so here."""
    number = int(text)
    return number if abs(number) <= 2**53 else float(text)


def _untag(value: dict[str, Any]) -> Any:
    if value.keys() != {_TAG}:
        return value
    kind, what = value[_TAG]
    return _DECODERS[kind](what)


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "bytes": base64.b64decode,
    "number": lambda text: float(text.replace("Infinity", "inf")),
    "bigint": int,
    "object": dict,
}


def encode(value: Any) -> Any:
    """Return a value of Python in the form that crosses; bytes are an ArrayBuffer.

    Raises `UsageError` for what JavaScript has not.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else _tagged("bigint", str(value))
    if isinstance(value, float):
        return _encode_float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _tagged("bytes", base64.b64encode(value).decode())
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        encoded = {str(name): encode(item) for name, item in value.items()}
        return _tagged("object", list(encoded.items())) if _TAG in encoded else encoded
    raise UsageError(f"expected a value that JavaScript has, got {type(value).__name__}: {value!r}")


def _encode_float(value: float) -> Any:
    if math.isnan(value):
        return _tagged("number", "NaN")
    if math.isinf(value):
        return _tagged("number", "Infinity" if value > 0 else "-Infinity")
    return _tagged("number", "-0") if value == 0 and math.copysign(1, value) < 0 else value


def _tagged(kind: str, what: object) -> dict[str, Any]:
    return {_TAG: [kind, what]}
