"""The frames that a cassette is made of: a head of fixed size, and a body that it vouches for.

Every frame is one msgpack array of nine items. Its head is written with fixed widths, so that it
can be checked before any of its numbers is believed: a length that was damaged is never taken for
a file that was cut. A head says at which byte of the file it stands, so that bytes inside a message
that look like a head are not taken for one when the next frame is searched for after damage.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

__all__ = [
    "BLOCK",
    "BLOCK_BYTES",
    "BLOCK_ENTRIES",
    "FOOTER",
    "HEADER",
    "HEAD_SIZE",
    "MARK",
    "MAX_BODY",
    "MAX_ENTRY",
    "Head",
    "begins_head",
    "pack_head",
    "parse_head",
]

MARK = b"\x99\xa6wsfake"
"""An array of nine items, of which the first is the text `wsfake`."""

HEADER, BLOCK, FOOTER = 0, 1, 2

BLOCK_ENTRIES = 256
BLOCK_BYTES = 1 << 20
"""A block ends with the entry by which it holds so many entries, or so many bytes."""

MAX_ENTRY = 1 << 28
"""Bytes of one entry, 256 MiB."""

MAX_BODY = MAX_ENTRY + BLOCK_BYTES

_HEAD = struct.Struct(">8sB BQ BQ BI BI BI BI BI".replace(" ", ""))
HEAD_SIZE = _HEAD.size
_NUMBERS = struct.Struct(">8xB xQ xQ xI xI xI xI xI".replace(" ", ""))  # without mark and codes
_VOUCHED = HEAD_SIZE - 10  # what the head's own checksum is over: all before it
_U64, _U32, _BIN32 = 0xCF, 0xCE, 0xC6
_CODES = bytes([_U64, _U64, _U32, _U32, _U32, _U32, _BIN32])  # at 9 and 18, and 27 to 47 by five

_new_head = tuple.__new__  # the constructor of a named tuple takes three times as long


class Head(NamedTuple):
    kind: int
    offset: int
    """The byte of the file at which the frame begins."""

    first: int
    """The number of entries before this frame."""

    entries: int
    """The number of entries in it."""

    length: int
    """The bytes of its body."""

    checksum: int
    """CRC-32 (as in zlib and PNG) of its body."""


def pack_head(head: Head) -> bytes:
    """Return the `HEAD_SIZE` bytes of a head, which its body follows."""
    numbers = (head.offset, head.first, head.entries, head.length, head.checksum, 0, head.length)
    coded = [part for pair in zip(_CODES, numbers, strict=True) for part in pair]
    coded[11] = zlib.crc32(_HEAD.pack(MARK, head.kind, *coded)[:_VOUCHED])
    return _HEAD.pack(MARK, head.kind, *coded)


def parse_head(data: bytes, offset: int) -> Head | str:
    """Return the head that these `HEAD_SIZE` bytes at this offset are, or what they are instead."""
    if data[:8] != MARK:
        return f"bytes that begin {data[:8].hex(' ')}"
    kind, at, first, count, length, checksum, own, again = _NUMBERS.unpack(data)
    actual = zlib.crc32(data[:_VOUCHED])
    if own != actual:
        return f"a head with checksum {own:08x} whose bytes give {actual:08x}"
    if data[9:27:9] + data[27::5] != _CODES or length != again:
        return "a head whose parts disagree"
    if at != offset:
        return f"a head that belongs at byte {at}"
    sound = 1 <= count <= BLOCK_ENTRIES if kind == BLOCK else count == 0
    if not sound or kind > FOOTER or length > MAX_BODY:
        return f"a head of kind {kind} for {count} entries in {length} bytes"
    return _new_head(Head, (kind, at, first, count, length, checksum))


def begins_head(data: bytes, offset: int) -> bool:
    """Tell whether these bytes, fewer than `HEAD_SIZE`, can be the beginning of a head."""
    known = len(MARK) + 1 + 9
    return any(
        pack_head(Head(kind, offset, 0, 0, 0, 0))[:known].startswith(data[:known])
        for kind in (HEADER, BLOCK, FOOTER)
    )
