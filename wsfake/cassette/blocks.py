"""From the body of a block to its entries."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgpack

from wsfake.cassette.schema import MAX_ITEMS, decode, decode_all, decode_messages
from wsfake.model import Entries, Entry

__all__ = ["Unpacked", "split_entries", "unpack_entries"]

_LIMITS: dict[str, Any] = {
    "use_list": False,
    "max_array_len": MAX_ITEMS,
    "max_map_len": 0,
    "max_ext_len": 0,
}
_ARRAY = struct.Struct(">BH")  # the head of an array of up to 65,535 items

Unpacked = tuple[Entries, str | None]


def unpack_entries(body: bytes, last: int, count: int, *, whole: bool) -> Unpacked:
    """Return the entries of a block, and what is wrong with the one behind them, if anything is.

    `last` is the time of the entry before the block, in microseconds. A block that is not `whole`
    ends within an entry, or between two.
    """
    with suppress(ValueError, TypeError, LookupError, msgpack.UnpackException):
        # read as one array, which costs much less than each alone
        arrays = msgpack.unpackb(_ARRAY.pack(0xDC, count) + body, **_LIMITS)
        return decode_messages(arrays, last) or decode_all(arrays, last), None
    entries, problem = _unpack_singly(body, last, count, whole=whole)
    return Entries.of(entries), problem


def _unpack_singly(
    body: bytes, last: int, count: int, *, whole: bool
) -> tuple[list[Entry], str | None]:
    entries: list[Entry] = []
    add = entries.append
    unpacker = _unpacker(body)
    try:
        for array in unpacker:
            entry = decode(array)
            at = entry[0]
            if at < last:
                raise ValueError(f"expected a time of {last} us or later, got {at} us")
            last = at
            add(entry)
            if len(entries) > count:
                return entries[:count], f"more than {count} entries"
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        return entries, f"{_name(error)} in its entry {len(entries) + 1}"
    if whole and (len(entries) != count or unpacker.tell() != len(body)):
        return entries, f"{len(entries)} entries where its head says {count}"
    return entries, None


def split_entries(body: bytes) -> Iterator[bytes]:
    """Cut the body of a sound block into the bytes of each entry, without decoding them."""
    unpacker = _unpacker(body)
    start = 0
    while start < len(body):
        unpacker.skip()
        end = unpacker.tell()
        yield body[start:end]
        start = end


def _unpacker(body: bytes) -> msgpack.Unpacker:
    """Return an unpacker that makes nothing but what an entry is made of.

    What it makes is at most a constant multiple of the body, and 32 MiB: no length that the bytes
    claim is believed beyond `MAX_ITEMS`, and its stack has a limit of its own (1024).
    """
    unpacker = msgpack.Unpacker(max_buffer_size=max(len(body), 1), **_LIMITS)
    unpacker.feed(body)
    return unpacker


def _name(error: Exception) -> str:
    if type(error) is ValueError:
        return str(error)
    return f"bytes that are no msgpack ({type(error).__name__})"
