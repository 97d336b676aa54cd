"""What binary data is in a browser: `Blob` and `ArrayBuffer` (File API; ECMAScript)."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Self

from wsfake.script_api.browser.strings import to_usv_string
from wsfake.script_api.conversions import to_string

__all__ = ["ArrayBuffer", "Blob", "bytes_of"]


class _Ready:
    """A value that code in a browser awaits; it is there at once."""

    def __await__(self) -> Generator[Any, None, Self]:
        yield from ()
        return self


class ArrayBuffer(_Ready, bytes):
    """Bytes, with the names by which code in a browser knows them."""

    @property
    def byteLength(self) -> int:
        return len(self)

    def to_py(self) -> memoryview:
        """Return what Pyodide makes of it."""
        return memoryview(self)

    def to_bytes(self) -> bytes:
        """Return a copy, as Pyodide does."""
        return bytes(self)


class _Text(_Ready, str):
    """A text that may be awaited."""

    __slots__ = ()


class Blob:
    """Immutable bytes with a media type: `Blob([b"...", "text"], {"type": "text/plain"})`.

    What returns a promise in a browser returns its value here, which may be awaited as well.
    """

    __slots__ = ("_data", "_type")

    def __init__(self, parts: Iterable[object] = (), options: object = None) -> None:
        if isinstance(parts, str | bytes | bytearray | memoryview):
            raise TypeError("expected a list of the parts of a Blob, as in: Blob([b'...'])")
        named = options if isinstance(options, dict) else {}
        self._data = b"".join(map(_part, parts))
        media_type = to_string(named.get("type", ""))
        self._type = media_type.lower() if _PRINTABLE.issuperset(media_type) else ""

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self._data)

    @property
    def type(self) -> str:
        """The media type in lower case, or ""."""
        return self._type

    def arrayBuffer(self) -> ArrayBuffer:
        return ArrayBuffer(self._data)

    def bytes(self) -> ArrayBuffer:
        return ArrayBuffer(self._data)

    def text(self) -> str:
        """Return it decoded as UTF-8, without a BOM; what is not UTF-8 becomes U+FFFD."""
        return _Text(self._data.decode("utf-8", "replace").removeprefix("\ufeff"))

    def slice(self, start: int = 0, end: int | None = None, contentType: str = "") -> Blob:  # noqa: N803 - the standard's name
        return Blob([self._data[start:end]], {"type": contentType})

    def __repr__(self) -> str:
        return f"<Blob size={self.size} type={self._type!r}>"


def bytes_of(value: object) -> bytes | None:
    """Return the bytes of a Blob or of anything that is a buffer; None for all else."""
    if isinstance(value, Blob):
        return value._data
    try:
        return memoryview(value).tobytes()  # type: ignore[arg-type]
    except TypeError:
        return None


def _part(part: object) -> bytes:
    """Return what a part comes to (File API section 3.1, "process blob parts")."""
    data = bytes_of(part)
    return to_usv_string(part).encode() if data is None else data


_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
"""What a media type may have in it; with anything else it is none (File API section 3.1)."""
