"""Searching a cassette for secrets that are known by their values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import msgpack
from attrs import frozen

from wsfake.cassette.schema import encode
from wsfake.errors import UsageError
from wsfake.model import Entry

__all__ = ["SHORTEST_SECRET", "Leak", "Needles", "find_leaks"]

SHORTEST_SECRET = 8
"""Characters. A shorter value stands in too much that is no secret."""


@frozen
class Leak:
    name: str
    """The secret's name; its value is told to no one."""

    entry: int
    """The entry in which it stands, counted from 1."""


@frozen
class Needles:
    """What named secrets look like in the bytes of an entry: as they are, in JSON, in a URL."""

    _forms: tuple[tuple[str, tuple[bytes, ...]], ...]

    @classmethod
    def of(cls, secrets: Mapping[str, str]) -> Needles:
        """Take secrets by name. Raise `UsageError` for a value that is too short to search for."""
        for name, value in secrets.items():
            if len(value) < SHORTEST_SECRET:
                raise UsageError(
                    f"expected a secret of at least {SHORTEST_SECRET} characters, "
                    f"got {len(value)} characters in {name}"
                )
        return cls(tuple((name, _forms_of(value)) for name, value in secrets.items()))

    def found_in(self, data: bytes) -> list[str]:
        """Return the names of the secrets that stand in these bytes."""
        return [name for name, forms in self._forms if any(form in data for form in forms)]


def find_leaks(entries: Iterable[Entry], secrets: Mapping[str, str]) -> Iterator[Leak]:
    """Tell where the values of named secrets stand in entries, in any of their texts and bytes.

    Raises `UsageError` for a secret of fewer than eight characters.
    """
    needles = Needles.of(secrets)
    return (
        Leak(name, number)
        for number, entry in enumerate(entries, 1)
        for name in needles.found_in(msgpack.packb(encode(entry)))
    )


def _forms_of(value: str) -> tuple[bytes, ...]:
    data = value.encode(errors="surrogatepass")  # an environment can hold any bytes
    forms = {
        value,
        quote(data, safe=""),
        quote(data),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
    }
    return tuple(sorted(form.encode(errors="surrogatepass") for form in forms))
