"""When what a script said is what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from wsfake.errors import UsageError
from wsfake.model.urls import PLACEHOLDER
from wsfake.transcript.matchers import (
    DecodedJson,
    Json,
    PartialJson,
    decode_json,
    json_equal,
    part_of,
)
from wsfake.transcript.selectors import Path, Selector
from wsfake.values import Value
from wsfake.wire.payloads import cut_reason

__all__ = ["MATCH_KINDS", "PLACEHOLDER", "Matching"]

MATCH_KINDS = ("exact", "json")

_MASK = PLACEHOLDER.encode()


def _kind(kind: str | None) -> str | None:
    if kind is not None and kind not in MATCH_KINDS:
        raise UsageError(f"expected match to be one of {', '.join(MATCH_KINDS)}, got {kind!r}")
    return kind


def _selectors(volatile: object) -> tuple[Selector, ...]:
    if isinstance(volatile, str) or not isinstance(volatile, list | tuple | set | frozenset):
        raise UsageError(
            f'expected volatile to be a list such as ["id", "$.meta.ts"], got {volatile!r}'
        )
    return tuple(map(Selector.parse, volatile))


class Matching(Value):
    """How messages are compared.

    `kind` is `"exact"`, or `"json"`, which is also what None means where something is volatile.
    `redact` is what a recording went through: a script's message goes through it too.
    """

    __slots__ = ("kind", "redact", "volatile")

    def __init__(
        self,
        kind: str | None = None,
        volatile: Iterable[str] = (),
        redact: Callable[[str], str] | None = None,
    ) -> None:
        self.kind: Final = _kind(kind)
        self.volatile: Final = _selectors(volatile)
        self.redact: Final = redact

    @property
    def as_json(self) -> bool:
        """Whether texts that are JSON are compared by their value."""
        return self.kind == "json" or (self.kind is None and self.volatile != ())

    def fits(self, expected: Any, actual: str | bytes) -> bool:
        """Tell whether a message is what was expected; text is never binary."""
        if isinstance(expected, bytes):
            return isinstance(actual, bytes) and (
                expected == actual or self._fits_binary(expected, actual)
            )
        if isinstance(expected, str):
            return isinstance(actual, str) and (
                expected == actual or self._fits_text(expected, actual)
            )
        if self.volatile and isinstance(expected, _OF_JSON):
            return self._fits_value(expected, actual)
        return bool(expected == actual)

    def fits_reason(self, expected: str, actual: str) -> bool:
        """Tell whether a close reason is what was expected, but for its secrets."""
        if expected == actual:
            return True
        masked = cut_reason(self._redacted(actual))
        return expected == masked or (
            PLACEHOLDER in expected and fits_placeholder(expected, masked)
        )

    def _redacted(self, text: str) -> str:
        return text if self.redact is None else self.redact(text)

    def _fits_binary(self, expected: bytes, actual: bytes) -> bool:
        """Compare binary messages of which the recorded one is JSON without its secrets."""
        if _MASK not in expected:
            return False
        try:
            return self._fits_text(expected.decode(), actual.decode())
        except UnicodeDecodeError:
            return False

    def _fits_text(self, expected: str, actual: str) -> bool:
        masked = PLACEHOLDER in expected
        if not masked and not self.as_json:
            return False
        if masked:
            actual = self._redacted(actual)
        found = self._fits_json(expected, actual)
        if found is not None and (self.as_json or not found):
            return found
        return masked and fits_placeholder(expected, actual)

    def _fits_value(self, expected: Any, actual: str | bytes) -> bool:
        """Compare what matches JSON without what is volatile."""
        found = decode_json(actual)
        if found is None:
            return False
        if isinstance(expected, Json):
            return next(self.walk(expected.value, found[0]), None) is None
        compare = part_of if isinstance(expected, PartialJson) else json_equal
        return compare(*_without(self.volatile, expected.value, found[0], ()))

    def _fits_json(self, expected: str, actual: str) -> bool | None:
        """Return None where one of the two is no JSON."""
        one, other = decode_json(expected), decode_json(actual)
        if one is None or other is None:
            return None
        return next(self.walk(one[0], other[0]), None) is None

    def pairs(self, expected: Any, actual: object) -> Iterator[tuple[Any, Any]]:
        """Yield the volatile values of two messages that fit, where they differ."""
        one = (expected.value,) if isinstance(expected, _OF_JSON) else decode_json(expected)
        other = decode_json(actual)
        if one is not None and other is not None:
            yield from _volatile_pairs(self.volatile, one[0], other[0], ())

    def walk(self, expected: Any, actual: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
        """Yield each place where two JSON values differ, with what is there; `...` for nothing."""
        if any(selector.selects(path) for selector in self.volatile):
            return
        if isinstance(expected, dict) and isinstance(actual, dict):
            for key in expected | actual:
                one, other = expected.get(key, ...), actual.get(key, ...)
                yield from self._walk_into(one, other, (*path, key))
        elif isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                yield path, expected, actual
                return
            for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from self._walk_into(one, other, (*path, index))
        elif not _same(expected, actual):
            yield path, expected, actual

    def _walk_into(self, one: Any, other: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
        if one is ... or other is ...:
            yield path, one, other
        else:
            yield from self.walk(one, other, path)


_OF_JSON = (Json, PartialJson, DecodedJson)


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, str) and PLACEHOLDER in expected:
        return expected == PLACEHOLDER or (
            isinstance(actual, str) and fits_placeholder(expected, actual)
        )
    return json_equal(expected, actual)


def fits_placeholder(expected: str, actual: str) -> bool:
    """Compare texts of which the expected one holds placeholders: there, anything matches."""
    first, *middle, last = expected.split(PLACEHOLDER)
    if len(actual) < len(first) + len(last):
        return False
    if not (actual.startswith(first) and actual.endswith(last)):
        return False
    # The leftmost place of each part is enough: no way back, so that long texts cost little.
    at, end = len(first), len(actual) - len(last)
    for part in middle:
        found = actual.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _without(
    volatile: tuple[Selector, ...], expected: Any, actual: Any, path: Path
) -> tuple[Any, Any]:
    """Return two JSON values with null for what is volatile and in both."""
    if any(selector.selects(path) for selector in volatile):
        return None, None
    if isinstance(expected, dict) and isinstance(actual, dict):
        pairs = {
            key: _without(volatile, expected[key], actual[key], (*path, key))
            for key in expected.keys() & actual.keys()
        }
        return (
            expected | {key: one for key, (one, _) in pairs.items()},
            actual | {key: other for key, (_, other) in pairs.items()},
        )
    lists = isinstance(expected, list | tuple) and isinstance(actual, list)
    if lists and len(expected) == len(actual):
        items = [
            _without(volatile, one, other, (*path, index))
            for index, (one, other) in enumerate(zip(expected, actual, strict=True))
        ]
        return [one for one, _ in items], [other for _, other in items]
    return expected, actual


def _volatile_pairs(
    volatile: tuple[Selector, ...], expected: Any, actual: Any, path: Path
) -> Iterator[tuple[Any, Any]]:
    if any(selector.selects(path) for selector in volatile):
        if not json_equal(expected, actual):
            yield expected, actual
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key in expected:  # in its order, which is the same in every process
            if key in actual:
                yield from _volatile_pairs(volatile, expected[key], actual[key], (*path, key))
    elif isinstance(expected, list) and isinstance(actual, list):
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from _volatile_pairs(volatile, one, other, (*path, index))
