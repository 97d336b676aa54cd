"""Reading the frames of a file one after the other, and finding the next one after damage."""

from __future__ import annotations

import os
import zlib
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO, NamedTuple

from wsfake.cassette.frames import HEAD_SIZE, MARK, Head, begins_head, parse_head
from wsfake.errors import CassetteError

__all__ = ["Broken", "Frame", "FrameReader", "is_there", "open_file"]

_CHUNK = 1 << 20
_SMALL = 1 << 16
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""The second is on Windows only; the third on others, where without it a pipe is waited for."""

_new_frame = tuple.__new__  # the constructor of a named tuple takes three times as long


def is_there(path: Path | str) -> bool:
    """Tell whether there is anything at a path. Raises `CassetteError` where nobody can tell."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise CassetteError(_unreadable(str(path), error)) from None
    return True


def open_file(path: str) -> BinaryIO:
    """Open a file to be read; what is small is read at once, which takes half the system calls.

    Raises `CassetteError` for a file that cannot be opened or read, and for what is none.
    """
    try:
        number = os.open(path, _READ)
        try:
            mode = os.fstat(number).st_mode
            if not (S_ISREG(mode) or S_ISDIR(mode)):  # which the system refuses to read
                raise ValueError("it is a pipe or a device, and no file")
            data = os.read(number, _SMALL)
            if os.lseek(number, 0, os.SEEK_END) == len(data):
                return BytesIO(data)
        finally:
            os.close(number)
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise CassetteError(_unreadable(path, error)) from None


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

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._file = file
        self._path = path
        self._lost = False
        self.offset = 0
        """The byte at which the next frame begins, or should."""

    def read(self) -> Frame | Broken | None:
        """Return the next frame, or what stands in its place; None where the file ends.

        The file can end within a head. After a broken head the next call searches for a frame.
        Raises `CassetteError` where the file cannot be read.
        """
        try:
            if self._lost:
                self._lost = False
                self._search(self.offset + 1)
            start = self.offset
            data = self._file.read(HEAD_SIZE)
            if len(data) < HEAD_SIZE:
                return self._end(data)
            head = parse_head(data, start)
            if isinstance(head, str):
                return self._lose(head)
            length = head.length
            body = self._file.read(length) if length <= _CHUNK else self._read_long(length)
        except OSError as error:
            raise CassetteError(_unreadable(self._path, error)) from error
        size = len(body)
        self.offset = start + HEAD_SIZE + size
        if size < length:
            return Frame(head, body, whole=False)
        actual = zlib.crc32(body)
        if actual != head.checksum:
            expected = f"{length} bytes with checksum {head.checksum:08x}"
            return Broken(start, expected, f"bytes with checksum {actual:08x}")
        return _new_frame(Frame, (head, body, True))

    def rest(self) -> int:
        """Return the number of bytes from here to the end of the file."""
        return self._file.seek(0, os.SEEK_END) - self.offset

    def _read_long(self, length: int) -> bytes:
        """Return the next bytes of the file, fewer than `length` only at its end.

        Memory grows with what comes, never with a length that a damaged file claims.
        """
        parts = []
        while length and (part := self._file.read(min(length, _CHUNK))):
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _end(self, data: bytes) -> Broken | None:
        if begins_head(data, self.offset):
            return None
        return self._lose(f"{len(data)} bytes that begin no head: {data[:8].hex(' ')}")

    def _lose(self, actual: str) -> Broken:
        self._lost = True
        return Broken(self.offset, "the head of a frame", actual)

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


def _unreadable(path: str, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or error
    shown = path if path.isprintable() else repr(path)
    return f"{shown}: this cassette cannot be read: {reason}"
