"""Writing a cassette, forwards only and in constant memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import BinaryIO, cast

import msgpack

from wsfake.cassette.contents import Footer, Header
from wsfake.cassette.files import file_errors
from wsfake.cassette.frames import (
    BLOCK,
    BLOCK_BYTES,
    BLOCK_ENTRIES,
    FOOTER,
    HEAD_SIZE,
    HEADER,
    MAX_ENTRY,
    Head,
    pack_head,
)
from wsfake.cassette.schema import encode, encode_messages
from wsfake.errors import CassetteError
from wsfake.model import Entries, Entry, Message

__all__ = ["CassetteWriter"]

_LARGE = 1 << 16
"""Bytes of a message from which on it is written as it is, and not copied before."""


class CassetteWriter:
    """Writes one cassette to a binary file that is open for writing and at its beginning.

    The header is written at once. After `finish` the writer must not be used any more. It never
    closes the file, reads no clock, and holds at most one block and 256 entries in memory. What the
    file refuses is a `CassetteError`; the block that it was is lost, and nothing is written behind
    it.
    """

    def __init__(
        self, file: BinaryIO, header: Header, path: str, access: file_errors | None = None
    ) -> None:
        """Raise `CassetteError` for a header that cannot be written; `path` is for its text.

        `access` is for whoever else uses the file.
        """
        self._file = file
        self._path = path
        self._access = file_errors(path) if access is None else access
        self._offset = 0
        self.written = 0
        """The number of entries in blocks that have ended."""
        self._last = 0
        self._parts: list[bytes] = []
        self._pending = 0
        self._room = BLOCK_ENTRIES
        self._room_bytes = BLOCK_BYTES
        self._holds_large = False
        self._digest = hashlib.sha256()
        self._pack = msgpack.Packer().pack
        try:
            body = header.pack()
        except (ValueError, TypeError) as error:
            raise CassetteError(f"{path}: this header cannot be written: {error}") from None
        self._write(HEADER, 0, body)

    @property
    def entries(self) -> int:
        """The number of entries so far."""
        return self.written + self._pending

    def append(self, entry: Entry) -> None:
        """Add one entry; its time must not be before that of the entry before it.

        Raises `CassetteError` for an entry that a cassette cannot hold. It is left out then, and
        the writer can go on.
        """
        try:
            parts = self._packed(entry)
            size = sum(map(len, parts))
            if entry.at < self._last or size > MAX_ENTRY:
                raise ValueError(_unfit(entry.at, self._last, size))
        except (ValueError, TypeError, OverflowError) as error:
            raise CassetteError(self._refusal(error)) from None
        self._last = entry.at
        self._holds_large |= len(parts) > 1
        self._add(*parts)

    def extend(self, entries: Iterable[Entry]) -> None:
        """Add many entries: what `append` does for each, in a fraction of the time."""
        if isinstance(entries, Entries):
            self._extend(entries)
            return
        source = iter(entries)
        while chunk := Entries.of(islice(source, BLOCK_ENTRIES)):
            self._extend(chunk)

    def _extend(self, entries: Entries) -> None:
        while len(entries) > (room := self._room):
            self._add_together(entries[:room])
            entries = entries[room:]
        if entries:
            self._add_together(entries)

    def _add_together(self, entries: Entries) -> None:
        """Add entries for which the block has room, if their size allows."""
        packed = self._pack_messages(entries)
        if packed:
            self._last = entries.ats[-1]
            self._add(packed, count=len(entries))
        else:
            for entry in entries:
                self.append(entry)

    def _pack_messages(self, entries: Entries) -> bytes:
        """Return the bytes of these entries, or nothing where they need a closer look.

        They are packed as one array, which costs much less than each alone, without its head.
        """
        room = self._room_bytes
        try:
            arrays = encode_messages(entries, self._last)
            if arrays is None or sum(map(len, cast("list[Message]", entries.whats))) >= room:
                return b""
            packed: bytes = self._pack(arrays)[1 if len(arrays) < 16 else 3 :]
        except (ValueError, TypeError):
            return b""
        return packed if len(packed) < room else b""

    def _packed(self, entry: Entry) -> tuple[bytes, ...]:
        """Return the bytes of an entry; those of a large message by themselves."""
        array = encode(entry)
        what = array[-1]
        if type(what) is bytes and len(what) >= _LARGE:
            head: bytes = self._pack((*array[:-1], b""))
            return head[:-2] + b"\xc6" + len(what).to_bytes(4), what
        if type(what) is str and len(what) >= _LARGE:
            data = what.encode()
            head = self._pack((*array[:-1], ""))
            return head[:-1] + b"\xdb" + len(data).to_bytes(4), data
        return (self._pack(array),)

    def _add(self, *parts: bytes, count: int = 1) -> None:
        self._parts += parts
        self._pending += count
        self._room -= count
        self._room_bytes -= sum(map(len, parts))
        if self._room <= 0 or self._room_bytes <= 0:
            self._room, self._room_bytes = BLOCK_ENTRIES, BLOCK_BYTES
            self.flush()

    def add_block(self, body: bytes, count: int) -> None:
        """Add the next block of a part file, which is one of this cassette or a piece of one."""
        self._add(body, count=count)

    def flush(self) -> None:
        """End the block here, so that what it holds is in the file.

        For part files, which lose no more than the current block when they are cut. A finished
        cassette is written without it: its blocks end by count or size alone. The next block of a
        part file ends where this one would have, so that those of the cassette are made of whole
        ones.
        """
        if self._pending:
            parts = self._parts if self._holds_large else [b"".join(self._parts)]
            count = self._pending
            self._parts = []
            self._pending = 0
            self._holds_large = False
            checksum = self._write(BLOCK, count, *parts)
            self._digest.update(checksum.to_bytes(4, "big"))

    def finish(self, ended: str = "test", extras: Mapping[str, str | int] | None = None) -> Footer:
        """Write what is pending and the footer, and return the footer.

        Raises `CassetteError` for a footer that cannot be written.
        """
        self.flush()
        footer = Footer(self.written, self._digest.digest(), ended, dict(extras or {}))
        try:
            body = footer.pack()
        except (ValueError, TypeError, OverflowError) as error:
            raise CassetteError(f"{self._path}: this footer cannot be written: {error}") from None
        self._write(FOOTER, 0, body)
        return footer

    def _write(self, kind: int, count: int, *body: bytes) -> int:
        checksum = 0
        for part in body:
            checksum = zlib.crc32(part, checksum)
        length = sum(map(len, body))
        head = Head(kind, self._offset, self.written, count, length, checksum)
        with self._access:
            self._file.write(pack_head(head))
            for part in body:
                self._file.write(part)
        self._offset += HEAD_SIZE + length
        self.written += count
        return checksum

    def _refusal(self, error: Exception) -> str:
        if isinstance(error, UnicodeEncodeError):
            error = ValueError(
                f"a text with a lone surrogate at character {error.start}, which no WebSocket "
                "can carry (RFC 6455 section 8.1)"
            )
        return f"{self._path}: entry {self.entries + 1} cannot be written: {error}"


def _unfit(at: int, last: int, size: int) -> str:
    if at < last:
        return f"expected a time of {last} us or later, got {at} us"
    return f"expected an entry of at most {MAX_ENTRY} bytes, got {size} bytes"
