"""What a cassette holds beside its entries, as values: header, footer, damage, and the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgpack

from wsfake.model import Entry

__all__ = ["FORMAT_VERSION", "Cassette", "Damage", "Footer", "Header"]

FORMAT_NAME = "wsfake"
FORMAT_VERSION = 1
"""The version of the format, which is not that of the package."""

_MAX_NAMES = 1024
_HEADER_KEYS = {"format", "version", "recorded", "redacted"}
_FOOTER_KEYS = {"entries", "digest", "ended", "extras"}
_are_texts = {str}.issuperset
_are_small = {str, int}.issuperset


class Header(NamedTuple):
    """What a cassette says before its first entry."""

    recorded: str | None = None
    """The ISO 8601 date, or date and time, of a recording of the real world; else None, so that
    the same dialogue gives the same bytes."""

    redacted: tuple[str, ...] = ()
    """The names of the rules by which secrets were taken out; never a secret."""

    def pack(self) -> bytes:
        """Raise `ValueError` for a header that could not be read again."""
        fields: dict[str, Any] = {"format": FORMAT_NAME, "version": FORMAT_VERSION}
        if self.recorded is not None:
            fields["recorded"] = self.recorded
        fields["redacted"] = list(self.redacted)
        body = msgpack.packb(fields)
        Header.unpack(body)
        return bytes(body)

    @classmethod
    def unpack(cls, body: bytes) -> Header | int:
        """Return the header, or the number of the later format that it is of.

        Raises `ValueError` for anything else.
        """
        fields = _unpack_map(body)
        if fields.get("format") != FORMAT_NAME:
            raise ValueError("a header that names no format")
        version = fields.get("version")
        if type(version) is not int or version < 1:
            raise ValueError("a header without a version of the format")
        if version > FORMAT_VERSION:
            return version
        redacted = fields.get("redacted")
        if type(redacted) is not tuple or not _are_texts(map(type, redacted)):
            raise ValueError("a header that does not say what was redacted")
        if not fields.keys() <= _HEADER_KEYS:
            extra = _names(fields.keys() - _HEADER_KEYS)
            raise ValueError(f"a header with {extra}, which format 1 does not have")
        recorded = fields.get("recorded")
        if recorded is not None:
            _check_date(recorded)
        return cls(recorded, redacted)


class Footer(NamedTuple):
    """What a cassette says after its last entry."""

    entries: int
    digest: bytes
    """SHA-256 of the checksums of all blocks, in order, each as four bytes, big-endian."""

    ended: str = "test"
    """How the recording ended: `test` (with the test), `silence`, `interrupted`."""

    extras: Mapping[str, str | int] = {}
    """Anything small to remember that has no place in the order of entries."""

    def pack(self) -> bytes:
        """Raise `ValueError` for a footer that could not be read again."""
        fields = {
            "entries": self.entries,
            "digest": self.digest,
            "ended": self.ended,
            "extras": dict(sorted(self.extras.items())),
        }
        body = msgpack.packb(fields)
        Footer.unpack(body)
        return bytes(body)

    @classmethod
    def unpack(cls, body: bytes) -> Footer:
        """Raise `ValueError` for anything but a footer."""
        fields = _unpack_map(body)
        if fields.keys() != _FOOTER_KEYS:
            raise ValueError(f"a footer with {_names(fields)}")
        entries, digest = fields["entries"], fields["digest"]
        ended, extras = fields["ended"], fields["extras"]
        if type(entries) is not int or type(digest) is not bytes or len(digest) != 32:
            raise ValueError("a footer without a count of entries and a digest of 32 bytes")
        if type(ended) is not str or type(extras) is not dict:
            raise ValueError("a footer that does not say how the recording ended")
        if not (_are_texts(map(type, extras)) and _are_small(map(type, extras.values()))):
            raise ValueError("a footer with extras that are neither texts nor integers")
        return cls(entries, digest, ended, extras)


class Damage(NamedTuple):
    """A part of a cassette that could not be read, in `recover` mode."""

    block: int
    """Counted from 1; 0 is the header."""

    offset: int
    """The byte of the file at which the damage begins."""

    why: str

    def __str__(self) -> str:
        return f"{part_name(self.block)} at byte {self.offset}: {self.why}"


class Cassette(NamedTuple):
    """A whole cassette in memory."""

    path: str
    header: Header
    entries: Sequence[Entry]
    footer: Footer | None
    """None where the file was cut."""

    cut: bool = False
    """Whether the file ends before its footer: the recording was killed, or the file shortened."""

    damage: tuple[Damage, ...] = ()
    """Empty unless read in `recover` mode."""

    missing: tuple[range, ...] = ()
    """The entries, counted from 0, that a damaged cassette held and that are lost; one that stops
    at `sys.maxsize` is open: nothing says how many there were."""


def part_name(block: int) -> str:
    return f"block {block}" if block else "the header"


def _unpack_map(body: bytes) -> dict[Any, Any]:
    """Return the map that these bytes are, with nothing behind it."""
    try:
        fields = msgpack.unpackb(
            body, use_list=False, max_array_len=_MAX_NAMES, max_map_len=_MAX_NAMES, max_ext_len=0
        )
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise ValueError(f"bytes that are no map of msgpack ({type(error).__name__})") from None
    if type(fields) is not dict:
        raise ValueError(f"{type(fields).__name__} where a map should be")
    return fields


def _check_date(value: Any) -> None:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a header whose date is not in ISO 8601") from None


def _names(names: object) -> str:
    return ", ".join(sorted(map(str, names))) or "nothing"  # type: ignore[call-overload]
