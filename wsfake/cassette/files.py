"""Files that are either the old ones or the new ones, and never half of either."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os.path import samestat
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from weakref import WeakSet

from wsfake.errors import CassetteError

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["file_errors", "hold", "is_held", "make_folder", "replacing", "unlink_if_there"]


class file_errors:  # noqa: N801 - used as a function; as a class it adds no frame to tracebacks
    """Turn what the file system refuses into a `CassetteError` that begins with the path.

    It may be used more than once: after a refusal, which may have left a half of something, each
    use raises that same error.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self.advice = ""
        """What the error says besides."""
        self.refusal: CassetteError | None = None

    def __enter__(self) -> None:
        if self.refusal is not None:
            raise self.refusal.with_traceback(None)  # else each time it is a longer one

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OSError):
            why = error.strerror or error
            text = f"{self._path}: this cassette cannot be written: {why}{self.advice}"
            self.refusal = CassetteError(text)
            raise self.refusal from None


_held: WeakSet[BinaryIO] = WeakSet()
"""What this process writes: its own lock does not stand in its own way, and ends as soon as the
file is opened once more and closed."""

_held_lock = Lock()


def hold(file: BinaryIO) -> None:
    """Let all see that somebody writes this file, until it is closed: other processes, too."""
    if fcntl is not None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with _held_lock:
        _held.add(file)


def is_held(path: Path) -> bool:
    """Whether somebody writes this file, here or in a process that lives; it may not be there."""
    return _is_held_here(path) or _is_held_elsewhere(path)


def _is_held_here(path: Path) -> bool:
    with _held_lock:
        held = [file for file in _held if not file.closed]
    try:
        known = path.stat()
    except OSError:
        return False
    return any(samestat(os.fstat(file.fileno()), known) for file in held)


def _is_held_elsewhere(path: Path) -> bool:
    if fcntl is None:  # where a file that is open cannot be taken away
        return False
    try:
        with path.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def make_folder(path: Path) -> None:
    """Make the folder that a file is to stand in, if it is not there.

    Raises `CassetteError` where that cannot be, and for a path that no file system takes.
    """
    try:
        encoded = os.fsencode(path)
    except UnicodeEncodeError:
        reason = "a lone surrogate in its path"
    else:
        reason = "a NUL in its path" if b"\0" in encoded else ""
    if reason:
        raise CassetteError(f"{str(path)!r}: this cassette cannot be written: {reason}")
    with file_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            reason = f"{path.parent} is no folder"
            raise CassetteError(f"{path}: this cassette cannot be written: {reason}") from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a new file that takes the place of `path` at the end, all at once.

    If the body raises, `path` stays what it was. The folder is made if it is not there. Raises
    `CassetteError` for what the file system refuses.
    """
    make_folder(path)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with file_errors(path):
        unlink_if_there(new)  # left by a process of the same number that was killed
        try:
            with new.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            unlink_if_there(new)
            raise
        _sync_folder(path.parent)


def unlink_if_there(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a loss of power, where folders can be opened (not Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
