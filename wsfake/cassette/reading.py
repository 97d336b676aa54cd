"""Reading a cassette, as a stream in constant memory or whole; also one that is cut or damaged."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from itertools import chain
from os import PathLike, fspath
from typing import BinaryIO, NoReturn

from wsfake.cassette.blocks import unpack_entries
from wsfake.cassette.contents import FORMAT_VERSION, Cassette, Damage, Footer, Header, part_name
from wsfake.cassette.frames import FOOTER, HEADER, MARK
from wsfake.cassette.framing import Broken, Frame, FrameReader, open_file
from wsfake.cassette.paths import SUFFIX
from wsfake.errors import DamagedCassette, NewerCassette, NoCassette
from wsfake.model import Entries, Entry

__all__ = ["CassetteReader", "is_cassette", "load", "read_cassette"]


class CassetteReader:
    """Reads one cassette as a stream, forwards only; iterate it once, for its entries.

    `header` is there at once. `footer` and `cut` are right once the entries are exhausted. With
    `recover`, damage is passed over and told in `damage` and `missing`; else it raises
    `DamagedCassette` where it is met. Use it in a `with` statement, which closes the file.
    """

    def __init__(self, file: BinaryIO, path: str, *, recover: bool = False) -> None:
        """Read the header of a file that is open for reading, can seek, and is at its beginning.

        Raises `NewerCassette` for a later format, and `DamagedCassette` where there is no sound
        header: `NoCassette` where there is nothing sound behind it either, also with `recover`.
        """
        self.path = path
        self.footer: Footer | None = None
        self.cut = False
        self.damage: list[Damage] = []
        self.missing: list[range] = []
        self._file = file
        self._recover = recover
        self._frames = FrameReader(file, path)
        self._block = 0
        self._seen = 0
        self._last = 0
        self._digest = hashlib.sha256()
        self._ahead: Frame | Broken | None = None
        self.header = self._read_header()

    def __enter__(self) -> CassetteReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(map(self._entries, self._bodies()))

    def rest(self) -> Entries:
        """Return all entries at once, by columns, instead of one after the other."""
        entries = Entries()
        for frame in self._bodies():
            self._unpack(frame, entries)
        return entries

    # The header.

    def _read_header(self) -> Header:
        frame = self._frames.read()
        if isinstance(frame, Frame) and frame.whole and frame.head.kind == HEADER:
            try:
                header = Header.unpack(frame.body)
            except ValueError as error:
                frame = Broken(0, "a header of format wsfake", str(error))
            else:
                return header if isinstance(header, Header) else self._newer(header)
        elif frame is None or (isinstance(frame, Frame) and not frame.whole):
            raise self._no_cassette(f"{self._frames.rest() + self._frames.offset} bytes of it")
        return self._lost_header(frame)

    def _lost_header(self, frame: Frame | Broken) -> Header:
        if isinstance(frame, Frame):
            self._ahead = frame
            frame = Broken(0, "a header", f"a frame of kind {frame.head.kind}")
        while not isinstance(self._ahead, Frame):
            self._ahead = self._frames.read()
            if self._ahead is None:
                raise self._no_cassette(frame.actual)
        if not self._recover:
            raise DamagedCassette(f"{self._header_wanted(frame.actual)}\n{self._how_to_keep()}")
        self.damage.append(Damage(0, 0, frame.actual))
        return Header()

    def _newer(self, version: int) -> NoReturn:
        raise NewerCassette(
            f"{self.path}: a later version of wsfake wrote this cassette\n"
            f"  expected  format {FORMAT_VERSION}\n"
            f"  actual    format {version}\n"
            "  to read it: pip install --upgrade wsfake"
        )

    def _no_cassette(self, actual: str) -> NoCassette:
        text = self._header_wanted(actual)
        if not self.path.endswith(SUFFIX):
            text += (
                "\n  to make a cassette of a text form or of a HAR file:"
                f" wsfake convert {self.path} made{SUFFIX}"
            )
        return NoCassette(text)

    def _header_wanted(self, actual: str) -> str:
        return (
            f"{self.path}: this is not a cassette, or its header is damaged\n"
            "  expected  a whole header of format wsfake\n"
            f"  actual    {actual}\n"
            "  to record it again: pytest --ws-record"
        )

    def _how_to_keep(self) -> str:
        return f"  to keep what is whole: wsfake convert --recover {self.path} recovered{SUFFIX}"

    # What follows it.

    def _bodies(self) -> Iterator[Frame]:
        """Give the blocks in turn, and take the footer, the end, and damage on the way."""
        lost = False
        while self.footer is None:
            frame = self._ahead or self._frames.read()
            self._ahead = None
            if frame is None or (
                isinstance(frame, Frame) and not frame.whole and frame.head.kind == FOOTER
            ):
                self.cut = True
                if lost:
                    self.missing.append(range(self._seen, sys.maxsize))
                return
            self._block += 1
            problem = self._out_of_place(frame)
            if problem is not None:
                self._damaged(problem)
            lost = problem is not None
            if isinstance(frame, Frame) and problem is None:
                if frame.head.kind == FOOTER:
                    self._take_footer(frame)
                else:
                    self._digest.update(frame.head.checksum.to_bytes(4, "big"))
                    yield frame
                    if not frame.whole:
                        self.cut = True
                        return

    def _out_of_place(self, frame: Frame | Broken) -> Broken | None:
        """Tell what is wrong with what stands here; note the entries that are missing before it."""
        if isinstance(frame, Broken):
            return frame
        head = frame.head
        if head.kind == HEADER:
            return Broken(head.offset, "a block or the footer", "one more header")
        if head.first > self._seen and self._recover:
            self.missing.append(range(self._seen, head.first))
            self._seen = head.first
        if head.first != self._seen:
            expected = f"the entries from {self._seen + 1} on"
            return Broken(head.offset, expected, f"those from {head.first + 1} on")
        return None

    def _entries(self, frame: Frame) -> Entries:
        entries = Entries()
        self._unpack(frame, entries)
        return entries

    def _unpack(self, frame: Frame, entries: Entries) -> None:
        """Put the entries of a block behind others."""
        head, ats = frame.head, entries.ats
        before = len(ats)
        problem = unpack_entries(entries, frame.body, self._last, head.entries, whole=frame.whole)
        if len(ats) > before:
            self._seen += len(ats) - before
            self._last = ats[-1]
        if problem is not None:
            self._damaged(Broken(head.offset, f"{head.entries} sound entries", problem))
            if self._seen < head.first + head.entries:
                self.missing.append(range(self._seen, head.first + head.entries))
                self._seen = head.first + head.entries

    def _take_footer(self, frame: Frame) -> None:
        try:
            footer = Footer.unpack(frame.body)
        except ValueError as error:
            self._damaged(Broken(frame.head.offset, "a footer", str(error)))
            return
        self.footer = footer
        digest = self._digest.digest()
        whole = not self.damage and not self.missing
        if whole and (footer.entries, footer.digest) != (self._seen, digest):
            expected = f"{footer.entries} entries with digest {footer.digest.hex()[:16]}"
            actual = f"{self._seen} entries with digest {digest.hex()[:16]}"
            self._damaged(Broken(frame.head.offset, expected, actual))
        if rest := self._frames.rest():
            self._damaged(Broken(self._frames.offset, "the end of the file", f"{rest} bytes more"))

    def _damaged(self, broken: Broken) -> None:
        if self._recover:
            why = f"expected {broken.expected}, got {broken.actual}"
            self.damage.append(Damage(self._block, broken.offset, why))
            return
        raise DamagedCassette(
            f"{self.path}: {part_name(self._block)} is damaged, at byte {broken.offset}\n"
            f"  expected  {broken.expected}\n"
            f"  actual    {broken.actual}\n"
            "  to record it again: pytest --ws-record\n"
            f"{self._how_to_keep()}"
        )


def is_cassette(path: str | PathLike[str]) -> bool:
    """Tell whether a file is to be read as a cassette: by its name, or by how it begins."""
    if fspath(path).endswith(SUFFIX):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(len(MARK)) == MARK
    except (OSError, ValueError):  # which whoever reads it tells
        return False


def read_cassette(path: str | PathLike[str], *, recover: bool = False) -> CassetteReader:
    """Open a cassette and read its header; see `CassetteReader` for the rest.

    Raises `CassetteError` for a file that cannot be opened, and what `CassetteReader` raises.
    """
    name = fspath(path)
    file = open_file(name)
    try:
        return CassetteReader(file, name, recover=recover)
    except BaseException:
        file.close()
        raise


def load(path: str | PathLike[str], *, recover: bool = False) -> Cassette:
    """Return a whole cassette; of one that is cut, what stands before the cut (`Cassette.cut`).

    Raises what `read_cassette` and iterating it raise.
    """
    with read_cassette(path, recover=recover) as reader:
        entries = reader.rest()
        return Cassette(
            path=reader.path,
            header=reader.header,
            entries=entries,
            footer=reader.footer,
            cut=reader.cut,
            damage=tuple(reader.damage),
            missing=tuple(reader.missing),
        )
