"""The files of other tools: which one it is, found by what is in it."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

from wsfake.errors import ForeignFileError
from wsfake.foreign.cassetter import FILTERED, read_cassetter
from wsfake.foreign.har import Attachments, read_har
from wsfake.foreign.timeline import Told, date_of, timeline
from wsfake.foreign.values import Value
from wsfake.foreign.yaml_events import parse_yaml
from wsfake.model import Entry

__all__ = ["MAX_BYTES", "Foreign", "is_foreign", "read_foreign"]

MAX_BYTES = 1 << 28
"""Bytes of a file, unpacked, 256 MiB."""

_ZIP = b"PK\x03\x04"
_YAML = re.compile(r"^(?:ws_|grpc_)?interactions:", re.MULTILINE)
_BEGINNING = 1 << 16
_ZLIB = 0x78
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)
"""What `zipfile` raises for damage, for passwords, and for packings that it does not know."""


@frozen
class Foreign:
    """What another tool has recorded."""

    kind: str
    """`"HAR"` or `"cassetter"`."""

    entries: tuple[Entry, ...]
    recorded: str | None
    """The date and time of its first connection, in ISO 8601."""

    notes: tuple[str, ...] = ()
    """What is not in the file, or not taken over, in words."""


def is_foreign(path: Path) -> bool:
    """Tell whether a file is one of those that `read_foreign` reads, by its beginning.

    Raises `ForeignFileError` for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
    except OSError as error:
        raise ForeignFileError(f"{path}: {error.strerror}") from None
    if beginning.startswith(_ZIP) or _is_zlib(beginning):
        return True
    text = beginning.decode("utf-8-sig", errors="replace").lstrip()
    return text.startswith(("{", "version:")) or _YAML.search(text) is not None


def read_foreign(path: Path, *, filtered: str = FILTERED) -> Foreign:
    """Read a HAR file, packed or not, or a cassette of cassetter.

    `filtered` is what cassetter wrote in the place of a secret. Raises `ForeignFileError` for a
    file that is neither, or not as it should be, and `UsageError` where PyYAML is needed and not
    installed.
    """
    data, attached = _unpack(path)
    text = _decode(data, path)
    if text.lstrip().startswith("{"):
        return _har(text, str(path), attached)
    read = read_cassetter(parse_yaml(text, str(path)), filtered)
    return _foreign("cassetter", read.connections, read.notes)


def _foreign(kind: str, connections: list[Told], notes: Iterable[str] = ()) -> Foreign:
    return Foreign(kind, tuple(timeline(connections)), date_of(connections), tuple(notes))


def _har(text: str, path: str, attached: Attachments) -> Foreign:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ForeignFileError(
            f"{path}: line {error.lineno}: expected JSON, got {error.msg[:1].lower()}"
            f"{error.msg[1:]} at column {error.colno}"
        ) from None
    except (ValueError, RecursionError):
        raise ForeignFileError(f"{path}: expected JSON, got one too deep or too long") from None
    return _foreign("HAR", read_har(Value(raw, path, "$"), attached))


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForeignFileError(
            f"{path}: byte {error.start}: expected a text in UTF-8, got other bytes"
        ) from None


# Packed files


def _is_zlib(data: bytes) -> bool:
    """Tell whether bytes begin as RFC 1950 says: mitmproxy packs `.zhar` so."""
    return len(data) > 2 and data[0] == _ZLIB and int.from_bytes(data[:2]) % 31 == 0


def _unpack(path: Path) -> tuple[bytes, Attachments]:
    """Return a HAR file, and how to read what stands beside it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ForeignFileError(f"{path}: {error.strerror}") from None
    _check_size(len(data), path)
    if data.startswith(_ZIP):
        return _open_archive(data, path)
    if _is_zlib(data):
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(data, MAX_BYTES + 1)
        except zlib.error:
            data = b""
        _check_size(len(data), path)
        if not unpacker.eof:
            raise ForeignFileError(f"{path}: expected a packed HAR file, got damage")
    return data, lambda name: _beside(path, name)


def _check_size(size: int, path: Path) -> None:
    if size > MAX_BYTES:
        raise ForeignFileError(f"{path}: expected at most {MAX_BYTES} bytes, got more")


def _beside(path: Path, name: str) -> bytes | None:
    file = path.parent / name
    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        return None
    return file.read_bytes()


def _open_archive(data: bytes, path: Path) -> tuple[bytes, Attachments]:
    """Open what Playwright packs: a HAR file, and the messages in files of their own."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _NO_ARCHIVE:
        raise ForeignFileError(f"{path}: expected an archive, got a damaged one") from None
    names = set(archive.namelist())
    hars = [name for name in names if name.endswith(".har")]
    if len(hars) != 1:
        raise ForeignFileError(f"{path}: expected an archive with one .har, got {len(hars)}")

    def member(name: str) -> bytes | None:
        if name not in names:
            return None
        try:
            with archive.open(name) as file:
                content = file.read(MAX_BYTES + 1)
        except _NO_ARCHIVE:
            raise ForeignFileError(f"{path}: {name}: expected a member, got damage") from None
        _check_size(len(content), path)
        return content

    return member(hars[0]) or b"", member
