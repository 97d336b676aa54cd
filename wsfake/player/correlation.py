"""Putting the values of this run in place of the recorded ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wsfake.transcript import Matching
from wsfake.transcript.matchers import decode_json, encode_json
from wsfake.transcript.selectors import Selector

if TYPE_CHECKING:
    from wsfake.transcript.json_text import Span

__all__ = ["Correlation"]

_LONG_ENOUGH = 8


class Correlation:
    """Learns which volatile value of the script stands for which recorded one.

    What the player says later has whole JSON values replaced, of the same type: at the volatile
    places, and, for strings of eight characters and more, anywhere. Parts of strings are never
    touched, nor is the rest of the text.
    """

    __slots__ = ("_volatile", "instead")

    def __init__(self, volatile: tuple[Selector, ...]) -> None:
        self._volatile = volatile
        self.instead: dict[str, str] = {}
        """What is said in place of a recorded value: both as JSON."""

    def learn(self, matching: Matching, expected: Any, actual: object) -> None:
        """Compare the volatile values of two messages that fit."""
        for recorded, fresh in matching.pairs(expected, actual):
            if type(recorded) is type(fresh):
                self.instead[_canonical(recorded)] = encode_json(fresh)

    def apply(self, text: str) -> str:
        """Return a text that the player is to say, with the values of this run."""
        if not self.instead:
            return text
        from wsfake.transcript.json_text import spans  # noqa: PLC0415 - few recordings are volatile

        found = spans(text)
        if found is None:
            return text
        pieces, end = [], 0
        for span in found:
            if span.start < end:
                continue
            value = decode_json(text[span.start : span.end])  # none where it nests too deep
            fresh = None if value is None else self._fresh(span, value[0])
            if fresh is not None:
                pieces += [text[end : span.start], fresh]
                end = span.end
        return "".join([*pieces, text[end:]])

    def _fresh(self, span: Span, value: Any) -> str | None:
        fresh = self.instead.get(_canonical(value))
        if fresh is None:
            return None
        anywhere = isinstance(value, str) and len(value) >= _LONG_ENOUGH
        if anywhere or any(selector.selects(span.path) for selector in self._volatile):
            return fresh
        return None


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
