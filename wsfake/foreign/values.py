"""Values of an untrusted file, each of which knows where it stands, and says what it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from wsfake.errors import ForeignFileError

__all__ = ["Value"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEAR_10000 = 253_402_300_800_000_000
"""In microseconds since 1970; the last date that can be written is before it."""

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


class Value:
    """One value of a file: an object, a list, a text, a number, true, false or null.

    What is asked of it is what the file should hold there: anything else is a `ForeignFileError`
    that begins with the file and the place. What a container holds is either plain, or has a place
    of its own already (a line, where the file's format has lines).
    """

    __slots__ = ("path", "place", "raw")

    def __init__(self, raw: Any, path: str, place: str) -> None:
        self.raw = raw
        self.path = path
        self.place = place

    def get(self, name: str) -> Value | None:
        """Return a member of this object; None where it has none, or null."""
        member = self._of(dict).get(name)
        if isinstance(member, Value):
            return None if member.raw is None else member
        return None if member is None else Value(member, self.path, f"{self.place}.{name}")

    def need(self, name: str) -> Value:
        """Return a member that must be there."""
        member = self.get(name)
        if member is None:
            self.wrong(f"an object with {name}", "one without")
        return member

    def items(self) -> Iterator[Value]:
        """Yield the items of this list."""
        for index, item in enumerate(self._of(list)):
            yield (
                item
                if isinstance(item, Value)
                else Value(item, self.path, f"{self.place}[{index}]")
            )

    def members(self) -> Iterator[tuple[str, Value]]:
        """Yield the names and values of this object."""
        for name in self._of(dict):
            member = self.get(name)
            if member is not None:
                yield name, member

    def text(self) -> str:
        """Return this text, which no WebSocket could carry with a lone surrogate in it."""
        text: str = self._of(str)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            self.wrong("a text in Unicode", f"a lone surrogate at character {error.start}")
        return text

    def one_of(self, *texts: str) -> str:
        text = self.text()
        if text not in texts:
            self.wrong(f"one of {', '.join(texts)}", repr(text[:40]))
        return text

    def integer(self) -> int:
        if type(self.raw) is not int or abs(self.raw) >= 1 << 53:
            self.wrong("a whole number", _show(self.raw))
        return self.raw

    def number(self) -> float:
        number = self.raw
        if type(number) not in (int, float) or (
            type(number) is float and not math.isfinite(number)
        ):
            self.wrong("a number", _show(number))
        if abs(number) >= 1 << 53:
            self.wrong("a number that counts time", _show(number))
        return float(number)

    def date(self) -> int:
        """Return this date and time of ISO 8601 in microseconds since 1970."""
        text = self.text()
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            self.wrong("a date and time of ISO 8601", repr(text[:40]))
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        microseconds = (date - _EPOCH) // _MICROSECOND
        if not 0 <= microseconds < _YEAR_10000:
            self.wrong("a date and time from 1970 to 9999", repr(text[:40]))
        return microseconds

    def wrong(self, expected: str, actual: str) -> NoReturn:
        """Raise the error for this place."""
        raise ForeignFileError(
            f"{self.path}: {self.place}: expected {expected}, got {actual}"
        ) from None

    def _of(self, kind: type) -> Any:
        if not isinstance(self.raw, kind):
            self.wrong(_KINDS[kind], _show(self.raw))
        return self.raw


def _show(raw: object) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return repr(raw) if abs(raw) < 10**20 or isinstance(raw, float) else "a larger one"
    return "null" if raw is None else _KINDS[str if isinstance(raw, str) else type(raw)]
