"""Where the values of a JSON text stand in it, so that one can be replaced and the rest kept.

Strict (RFC 8259): what two readers could understand differently is not JSON here, such as NaN and
an object with one key twice. Nothing recurses, so that no text is too deep.
"""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]

__all__ = ["Span", "spans", "value_end"]

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ENDS = {"{": "}", "[": "]"}


class Span:
    """One value of a JSON text: `text[start:end]`.

    Not frozen, and linked to what holds it: a container is made before its end is known, and a
    path in each value would take memory by the square of the depth.
    """

    __slots__ = ("end", "key", "parent", "start")

    def __init__(self, start: int, end: int, parent: Span | None, key: str | int) -> None:
        self.start = start
        self.end = end
        self.parent = parent
        """The object or array that holds it; None at the root."""
        self.key = key
        """Its name or its index there; "" at the root."""

    @property
    def path(self) -> tuple[str | int, ...]:
        """Keys and indexes from the root, which is `()`."""
        steps = []
        span = self
        while span.parent is not None:
            steps.append(span.key)
            span = span.parent
        return tuple(reversed(steps))


class _NotJson(Exception):
    pass


class _Container:
    """An object or array that is still open."""

    __slots__ = ("index", "keys", "sign", "span")

    def __init__(self, sign: str, span: Span) -> None:
        self.sign = sign
        self.span = span
        self.keys: set[str] = set()
        self.index = -1


def spans(text: str) -> list[Span] | None:
    """Return every value of a JSON text, containers before what they hold; None for other texts.

    None as well for NaN, Infinity and duplicate keys.
    """
    try:
        found, end = _scan(text, _SPACE.match(text).end(), strict=True)  # type: ignore[union-attr]
    except _NotJson:
        return None
    return found if end == len(text) else None


def value_end(text: str, start: int) -> int | None:
    """Return where the JSON value ends that begins at `start`; None where none does.

    What stands before and behind it need not be JSON, and duplicate keys in it are passed over.
    """
    try:
        return _scan(text, start, strict=False)[0][0].end
    except _NotJson:
        return None


def _scan(text: str, at: int, *, strict: bool) -> tuple[list[Span], int]:
    """Return the values from `at` on, and where the space behind them ends."""
    found: list[Span] = []
    still_open: list[_Container] = []
    key: str | int = ""
    while True:
        sign = text[at : at + 1]
        span = Span(at, at, still_open[-1].span if still_open else None, key)
        found.append(span)
        if sign in ("{", "["):
            at = _skip(text, at + 1)
            still_open.append(_Container(sign, span))
            more = text[at : at + 1] != _ENDS[sign]
        else:
            at = span.end = _scalar_end(text, at)
            more = False
        if not more:
            at, more = _leave(text, at, still_open)
        if not more:
            return found, at
        key, at = _enter(text, at, still_open[-1], strict)


def _leave(text: str, at: int, still_open: list[_Container]) -> tuple[int, bool]:
    """Close every container that ends here; tell whether one more value follows."""
    while still_open:
        at = _skip(text, at)
        sign = text[at : at + 1]
        if sign == ",":
            return _skip(text, at + 1), True
        if sign != _ENDS[still_open[-1].sign]:
            raise _NotJson
        at += 1
        still_open.pop().span.end = at
    return _skip(text, at), False


def _enter(text: str, at: int, container: _Container, strict: bool) -> tuple[str | int, int]:
    """Go to a value of a container: return its key, and where it begins."""
    if container.sign == "[":
        container.index += 1
        return container.index, at
    if text[at : at + 1] != '"':
        raise _NotJson
    key, at = _string(text, at)
    if strict and key in container.keys:
        raise _NotJson
    container.keys.add(key)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise _NotJson
    return key, _skip(text, at + 1)


def _scalar_end(text: str, at: int) -> int:
    if text[at : at + 1] == '"':
        return _string(text, at)[1]
    found = _SCALAR.match(text, at)
    if found is None:
        raise _NotJson
    return found.end()


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        value, end = scanstring(text, at + 1, True)
    except ValueError:
        raise _NotJson from None
    return value, end


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]
