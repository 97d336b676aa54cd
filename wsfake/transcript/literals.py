"""The text form of one message: how it is written, and read back."""

from __future__ import annotations

import json
import re

from wsfake.transcript.matchers import decode_json

__all__ = [
    "LiteralError",
    "abbreviate",
    "printable",
    "read_binary",
    "read_text",
    "write_message",
    "write_quoted",
]

_ESCAPED = re.compile(r'["\\]')


class LiteralError(ValueError):
    """A literal that cannot be read; the text says what was expected."""


def write_message(message: str | bytes) -> str:
    """Return the literal of a message, on one line and in printable characters.

    A text that is a JSON object or array of printable characters stands for itself.
    """
    return _write_binary(message) if isinstance(message, bytes) else _write_text(message)


def _write_text(text: str) -> str:
    if text.isprintable():
        if text[:1] in ("{", "[") and text[-1:] in ("}", "]") and decode_json(text):
            return text
        if not _ESCAPED.search(text):
            return f'"{text}"'
    return write_quoted(text)


def write_quoted(text: str) -> str:
    """Return a text in double quotes, whatever it is."""
    return printable(json.dumps(text, ensure_ascii=False))


def printable(text: str) -> str:
    """Return a JSON text in which what cannot be printed is escaped."""
    return text if text.isprintable() else "".join(map(_escape, text))


def _escape(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _write_binary(data: bytes) -> str:
    return f'b"{"".join(map(_BYTES.__getitem__, data))}"'


_BYTES = [
    chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}"
    for byte in range(256)
]


def read_text(literal: str) -> str:
    """Return the text of `"..."`, a JSON string, or of a bare JSON object or array.

    Raises `LiteralError`.
    """
    if literal[:1] in ("{", "["):
        if decode_json(literal) is None:
            raise LiteralError("expected JSON, or a text in double quotes")
        return literal
    try:
        text = json.loads(literal)
    except ValueError as error:
        raise LiteralError(f"expected a text in double quotes: {error}") from None
    if not isinstance(text, str):
        raise LiteralError("expected a text in double quotes")
    return text


_BINARY = re.compile(r'b"((?:[ !#-\[\]-~]|\\x[0-9a-fA-F]{2})*)"')
_BYTE = re.compile(rb"\\x([0-9a-fA-F]{2})")


def read_binary(literal: str) -> bytes:
    r"""Return the bytes of `b"..."`: printable ASCII for itself, `\xNN` for all else.

    Raises `LiteralError`.
    """
    found = _BINARY.fullmatch(literal)
    if found is None:
        raise LiteralError(r'expected b"..." of printable ASCII characters and \xNN')
    return _BYTE.sub(lambda byte: bytes.fromhex(byte[1].decode()), found[1].encode())


def abbreviate(literal: str, most: int = 200) -> str:
    """Cut a literal that is too long to be read, and say how long it was."""
    if len(literal) <= most:
        return literal
    return f"{literal[: most - 40]}... ({len(literal)} characters)"
