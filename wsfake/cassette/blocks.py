"""From the body of a block to its entries."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgpack

from wsfake.cassette.schema import MAX_ITEMS, decode_into, decode_messages
from wsfake.model import Entries

__all__ = ["split_entries", "unpack_entries"]

_LIMITS: dict[str, Any] = {
    "use_list": False,
    "max_array_len": MAX_ITEMS,
    "max_map_len": 0,
    "max_ext_len": 0,
}
_ARRAY = struct.Struct(">BH")  # the head of an array of up to 65,535 items
_MANY = 32  # entries, from which on it pays to look at them by columns


def unpack_entries(
    entries: Entries, body: bytes, last: int, count: int, *, whole: bool
) -> str | None:
    """Put the entries of a block behind others; return what is wrong with the next, if it is.

    `last` is the time of the entry before the block, in microseconds. A block that is not `whole`
    ends within an entry, or between two.
    """
    try:  # to read them as one array, which costs much less than each alone
        arrays = msgpack.unpackb(_ARRAY.pack(0xDC, count) + body, **_LIMITS)
    except (ValueError, TypeError, msgpack.UnpackException):
        return _unpack_singly(entries, body, last, count, whole=whole)
    if count >= _MANY and decode_messages(entries, arrays, last):
        return None
    return _decode(entries, arrays, last)


def _unpack_singly(
    entries: Entries, body: bytes, last: int, count: int, *, whole: bool
) -> str | None:
    before = len(entries)
    unpacker = _unpacker(body)
    problem = _decode(entries, islice(unpacker, count + 1), last)
    found = len(entries) - before
    if problem is None and found > count:
        entries.cut(before + count)
        return f"more than {count} entries"
    if problem is None and whole and (found < count or unpacker.tell() != len(body)):
        return f"{found} entries where its head says {count}"
    return problem


def _decode(entries: Entries, arrays: Iterable[object], last: int) -> str | None:
    """Put what these arrays stand for behind others, up to the first that is wrong; say why."""
    before = len(entries)
    try:
        decode_into(entries, arrays, last)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        return f"{_name(error)} in its entry {len(entries) - before + 1}"
    return None


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
