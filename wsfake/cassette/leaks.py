"""Searching a cassette for secrets that are known by their values or by their shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgpack

from wsfake.cassette.schema import encode
from wsfake.cassette.tokens import SHORTEST_SECRET, check_secrets, spellings, token_kinds
from wsfake.model import Entry

__all__ = ["SHORTEST_SECRET", "Leak", "Needles", "find_leaks", "find_tokens"]


class Leak(NamedTuple):
    name: str
    """The secret's name; its value is told to no one."""

    entry: int
    """The entry in which it stands, counted from 1."""


class Needles:
    """What named secrets look like in the bytes of an entry: as they are, in JSON, in a URL."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Take secrets by name. Raise `UsageError` for a value that is too short to search for."""
        check_secrets(secrets)
        self._forms = [(name, _forms_of(value)) for name, value in secrets.items()]

    def found_in(self, data: bytes) -> list[str]:
        """Return the names of the secrets that stand in these bytes."""
        return [name for name, forms in self._forms if any(form in data for form in forms)]


def find_leaks(entries: Iterable[Entry], secrets: Mapping[str, str]) -> Iterator[Leak]:
    """Tell where the values of named secrets stand in entries, in any of their texts and bytes.

    Raises `UsageError` for a secret of fewer than eight characters.
    """
    needles = Needles(secrets)
    return (
        Leak(name, number)
        for number, entry in enumerate(entries, 1)
        for name in needles.found_in(msgpack.packb(encode(entry)))
    )


def _forms_of(value: str) -> tuple[bytes, ...]:
    return tuple(form.encode(errors="surrogatepass") for form in spellings(value))


def find_tokens(entries: Iterable[Entry]) -> Iterator[Leak]:
    """Tell where tokens of a known shape stand in entries, in any of their texts and bytes."""
    return (
        Leak(name, number)
        for number, entry in enumerate(entries, 1)
        for name in dict.fromkeys(
            kind for text in _texts(encode(entry)) for kind in token_kinds(text)
        )
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
