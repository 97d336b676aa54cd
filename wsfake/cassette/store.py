"""Recordings in progress, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from os import PathLike
from pathlib import Path

from wsfake.cassette.blocks import split_entries
from wsfake.cassette.contents import Header
from wsfake.cassette.files import (
    file_errors,
    hold,
    is_held,
    make_folder,
    replacing,
    unlink_if_there,
)
from wsfake.cassette.frames import BLOCK
from wsfake.cassette.framing import Frame, FrameReader
from wsfake.cassette.leaks import Needles
from wsfake.cassette.paths import SUFFIX, beside
from wsfake.cassette.reading import read_cassette
from wsfake.cassette.redaction import Redactor
from wsfake.cassette.writing import CassetteWriter
from wsfake.errors import CassetteError, DamagedCassette, UnsafeCassette
from wsfake.model import Entries, Entry

__all__ = ["FLUSH_SECONDS", "Recording", "put_by_killed", "write_cassette"]

_SOME = 4  # entries from which on it costs less to look at them by columns
_CHUNK = 256  # entries that are searched for secrets in one go

FLUSH_SECONDS = 0.05
"""An entry is in the part file after so long. A kill may cost 100 ms in all: what passes through a
proxy has waited before it comes here."""


class Recording:
    """One cassette while it is recorded: a part file beside the cassette that it may become.

    It ends by exactly one of `keep`, `set_aside`, `discard` and `rescue`. It reads no clock: `now`
    is the caller's monotonic time in seconds, and the caller calls `flush` at `due_at` if nothing
    else comes. Not safe for threads: the caller holds a lock. Raises `CassetteError` for whatever
    the file system refuses; nothing more is written then, and the error names what there is.
    """

    def __init__(
        self,
        target: Path,
        header: Header,
        redactor: Redactor,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        """Begin. `secrets` are values by name that the finished file must not hold.

        Raises `UsageError` for a secret of fewer than eight characters.
        """
        self.target = target
        self.part = beside(target, f".part{SUFFIX}")
        self.due_at: float | None = None
        """When what came so far must be in the file; None while all of it is."""

        self._needles = Needles(secrets or {})
        self._redactor = redactor
        self._header = header
        make_folder(self.part)
        if is_held(self.part):
            raise CassetteError(
                f"{target}: this cassette is being recorded already\n"
                f"  expected  one at a time, as each would replace what the other has written\n"
                f"  actual    {self.part} is being written\n"
                "  to do: name another file, or wait until that recording has ended"
            )
        with file_errors(self.part):
            unlink_if_there(self.part)  # of a recording that was killed, and is now made again
            self._file = self.part.open("x+b")
            hold(self._file)
        self._access = file_errors(self.part)
        try:
            self._writer = CassetteWriter(self._file, header, str(self.part), self._access)
            self._sync()
        except BaseException:
            self.discard()
            raise
        self._access.advice = (
            f"\n  what was recorded is in {self.part}"
            f"\n  to make a cassette of it: wsfake convert --recover {self.part} {target}"
        )

    @property
    def entries(self) -> int:
        """The number of entries so far."""
        return self._writer.entries

    @property
    def refusal(self) -> CassetteError | None:
        """What the file system has refused, if it has."""
        return self._access.refusal

    def extend(self, entries: Sequence[Entry], now: float) -> None:
        """Add entries, redacted. Raises `CassetteError` for one that no cassette can hold."""
        if len(entries) < _SOME:
            for entry in entries:
                self._writer.append(self._redactor.entry(entry))
        else:
            columns = entries if isinstance(entries, Entries) else Entries.of(entries)
            for chunk in _chunks(columns):
                self._writer.extend(self._redactor.entries(chunk))
        self._take_note(now)

    def _take_note(self, now: float) -> None:
        written = self._writer.written
        if written != self._synced:
            self._sync()
        if self.due_at is None:
            if self.entries != written:
                self.due_at = now + FLUSH_SECONDS
        elif now >= self.due_at:
            self.flush()

    def flush(self) -> None:
        """Put everything that came so far into the part file."""
        self._writer.flush()
        self._sync()

    def keep(self, ended: str = "test", extras: Mapping[str, str | int] | None = None) -> Path:
        """Make it the cassette, in place of one that is there; return its path.

        Raises `UnsafeCassette` if a named secret stands in it; nothing is kept then. Where the file
        system refuses, as a full one does, the part file stays, and the error names it.
        """
        return self._finish(self.target, ended, extras)

    def set_aside(
        self,
        ended: str = "test",
        extras: Mapping[str, str | int] | None = None,
        why: str = "failed",
    ) -> Path:
        """Keep it beside the cassette, as `<name>.<why>.msgpack`, and leave the cassette alone.

        Returns its path. Raises `UnsafeCassette` as `keep` does.
        """
        return self._finish(beside(self.target, f".{why}{SUFFIX}"), ended, extras)

    def discard(self) -> None:
        """Keep nothing of it."""
        with suppress(OSError):  # of a full disk, to which the rest would still be written
            self._file.close()
        with file_errors(self.part):
            unlink_if_there(self.part)

    def rescue(self, error: CassetteError) -> CassetteError:
        """Let the part file be, with all that fits; return an error that names it besides."""
        with suppress(CassetteError):  # which may be this one
            self.flush()
        with suppress(OSError):  # as above
            self._file.close()
        return error if error is self.refusal else type(error)(f"{error}{self._access.advice}")

    def _sync(self) -> None:
        """Let what the writer has written be what is lost by no kill."""
        with self._access:
            self._file.flush()
        self._synced = self._writer.written
        self.due_at = None

    def _finish(self, path: Path, ended: str, extras: Mapping[str, str | int] | None) -> Path:
        try:
            self.flush()
            with replacing(path) as file:
                writer = CassetteWriter(file, self._header, str(path))
                for frame in self._blocks():
                    self._check(path, frame.body, writer.entries)
                    writer.add_block(frame.body, frame.head.entries)
                self._expect(writer.entries)
                self._refuse(path, repr(extras).encode(), "the footer")
                writer.finish(ended, extras)
        except CassetteError as error:
            recorded = self.entries or self.refusal is not None
            if recorded and not isinstance(error, UnsafeCassette):
                raise self.rescue(error) from None
            self.discard()
            raise
        self.discard()
        return path

    def _blocks(self) -> Iterator[Frame]:
        """Read the blocks that were written, up to one that has not stayed what it was."""
        self._file.seek(0)
        frames = FrameReader(self._file, str(self.part))
        while isinstance(frame := frames.read(), Frame) and frame.whole:
            if frame.head.kind == BLOCK:
                yield frame

    def _expect(self, entries: int) -> None:
        if entries != self.entries:
            raise DamagedCassette(
                f"{self.part}: something else has changed this file while it was written\n"
                f"  expected  {self.entries} sound entries\n"
                f"  actual    {entries} of them"
            )

    def _check(self, path: Path, body: bytes, before: int) -> None:
        """Raise where a named secret stands in a block, and say in which of its entries."""
        if not self._needles.found_in(body):
            return
        for number, entry in enumerate(split_entries(body), before + 1):
            self._refuse(path, entry, f"entry {number}")

    def _refuse(self, path: Path, data: bytes, where: str) -> None:
        for name in self._needles.found_in(data):
            raise UnsafeCassette(
                f"{path}: the value of {name} stands in this recording, which was not kept\n"
                "  expected  no named secret in it\n"
                f"  actual    {name} in {where}\n"
                "  to take it out: name its header, query parameter or JSON key in ws_redact_*"
            )


def _chunks(entries: Entries) -> Iterable[Entries]:
    if len(entries) <= _CHUNK:
        return (entries,)
    return (entries[begin : begin + _CHUNK] for begin in range(0, len(entries), _CHUNK))


def put_by_killed(target: Path) -> Path | None:
    """Rename what a recording of `target` has left that was killed; the next one would replace it.

    Returns its new path, which no file had, or None where no entry of one is left. Raises
    `CassetteError` for what the file system refuses.
    """
    part = beside(target, f".part{SUFFIX}")
    if is_held(part) or not _holds_entries(part):
        return None
    names = ("killed" if number == 1 else f"killed-{number}" for number in count(1))
    free = next(path for name in names if not (path := beside(target, f".{name}{SUFFIX}")).exists())
    with file_errors(part):
        part.rename(free)
    return free


def _holds_entries(path: Path) -> bool:
    try:
        with read_cassette(path, recover=True) as reader:
            return any(True for _ in reader)
    except CassetteError:
        return False


def write_cassette(
    path: str | PathLike[str],
    entries: Iterable[Entry],
    header: Header | None = None,
    ended: str = "test",
    extras: Mapping[str, str | int] | None = None,
) -> Path:
    """Write a finished cassette at once, in place of one that is there; return its path.

    Nothing is redacted here. The same arguments give the same bytes. Raises `CassetteError` for
    entries that no cassette can hold, and for what the file system refuses; what was there stays
    then.
    """
    target = Path(path)
    with replacing(target) as file:
        writer = CassetteWriter(file, header or Header(), str(target))
        writer.extend(entries)
        writer.finish(ended, extras)
    return target
