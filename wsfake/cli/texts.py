"""A dialogue in its text form, read from a file that a person may have written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wsfake.errors import TranscriptSyntaxError, UsageError
from wsfake.model import Accept, Close, Entry, Event, Open, Ping, Pong, Side
from wsfake.transcript.parsing import parse_entries

__all__ = ["read_text"]

_IN_FRAMES = (str, bytes, Ping, Pong, Close)


def read_text(path: Path) -> list[Entry]:
    """Return what is said in a text.

    Where `server accepts` is left out, it comes at once and says nothing more. Raises `UsageError`
    that names the file, for a text that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: this text cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: expected a text in UTF-8: {error}") from None
    try:
        return list(_answered(parse_entries(text)))
    except TranscriptSyntaxError as error:
        raise UsageError(f"{path}, {error}") from None


def _answered(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries, with the acceptances that what is said in frames needs before it.

    A client's Close needs none: hosts send theirs before they are answered, too.
    """
    first: dict[int, Event] = {}
    for entry in entries:
        early = isinstance(entry.what, Close) and entry.side is Side.CLIENT
        if not early and not isinstance(entry.what, Open):
            first.setdefault(entry.connection, entry.what)
    for entry in entries:
        yield entry
        if isinstance(entry.what, Open) and isinstance(first.get(entry.connection), _IN_FRAMES):
            yield entry._replace(side=Side.SERVER, what=Accept())
