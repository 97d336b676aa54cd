"""Reading the frames of a file one after the other, and finding the next one after damage."""

from __future__ import annotations

import os
import zlib
from typing import BinaryIO, NamedTuple

from wsfake.cassette.frames import (
    HEAD_SIZE,
    MARK,
    Head,
    begins_head,
    parse_head,
    read_up_to,
)

__all__ = ["Broken", "Frame", "FrameReader"]

_CHUNK = 1 << 20


class Frame(NamedTuple):
    head: Head
    body: bytes
    whole: bool
    """False where the file ends within the body, which nothing vouches for then."""


class Broken(NamedTuple):
    """Where a frame should be and is not."""

    offset: int
    expected: str
    actual: str


class FrameReader:
    """Reads frames from a binary file that can seek, holding one in memory at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lost = False
        self.offset = 0
        """The byte at which the next frame begins, or should."""

    def read(self) -> Frame | Broken | None:
        """Return the next frame, or what stands in its place; None where the file ends.

        The file can end within a head. After a broken head the next call searches for a frame.
        """
        if self._lost:
            self._lost = False
            self._search(self.offset + 1)
        start = self.offset
        data = self._file.read(HEAD_SIZE)
        if len(data) < HEAD_SIZE:
            if begins_head(data, start):
                return None
            return self._lose(start, f"{len(data)} bytes that begin no head: {data[:8].hex(' ')}")
        head = parse_head(data, start)
        if isinstance(head, str):
            return self._lose(start, head)
        body = read_up_to(self._file, head.length)
        self.offset = start + HEAD_SIZE + len(body)
        if len(body) < head.length:
            return Frame(head, body, whole=False)
        actual = zlib.crc32(body)
        if actual != head.checksum:
            expected = f"{head.length} bytes with checksum {head.checksum:08x}"
            return Broken(start, expected, f"bytes with checksum {actual:08x}")
        return Frame(head, body, whole=True)

    def rest(self) -> int:
        """Return the number of bytes from here to the end of the file."""
        return self._file.seek(0, os.SEEK_END) - self.offset

    def _lose(self, start: int, actual: str) -> Broken:
        self._lost = True
        return Broken(start, "the head of a frame", actual)

    def _search(self, start: int) -> None:
        """Go to the next byte at which a head stands that is whole and says so; else to the end."""
        self._file.seek(start)
        base, data = start, b""
        while chunk := self._file.read(_CHUNK):
            data += chunk
            found = data.find(MARK)
            while 0 <= found <= len(data) - HEAD_SIZE:
                head = parse_head(data[found : found + HEAD_SIZE], base + found)
                if isinstance(head, Head):
                    self.offset = self._file.seek(base + found)
                    return
                found = data.find(MARK, found + 1)
            kept = min(len(data), HEAD_SIZE - 1)  # a head may begin in this chunk
            base += len(data) - kept
            data = data[len(data) - kept :]
        self.offset = self._file.seek(0, os.SEEK_END)
