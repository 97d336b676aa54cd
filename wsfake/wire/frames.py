"""Frames in memory: read as hosts read them, and written (RFC 6455 section 5).

`live.framing` is as strict as the RFC and gives up at the first violation, as whoever records must.
A host is not: it names what is wrong in its own order, and some violations are none to it.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from typing import NamedTuple

from wsfake.errors import UsageError
from wsfake.model import Close, Drop, Event, Message, Ping, Pong, Raw
from wsfake.wire.payloads import close_payload, encode_text

__all__ = ["FrameReader", "Violation", "encode"]

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_FIN, _RESERVED, _CONTROL, _MASK = 0x80, 0x70, 0x08, 0x80
_OPCODES = frozenset({0, _TEXT, _BINARY, _CLOSE, _PING, _PONG})
_KEY = bytes(4)
"""Masks to itself: in memory there is nobody from whom a payload is to be hidden."""


class Violation(NamedTuple):
    """A rule of RFC 6455 that bytes break."""

    name: str


class _Frame(NamedTuple):
    first: int
    payload: bytes


class FrameReader:
    """Reads what one side sends.

    `masked` is whether its frames should be; `tolerated` are the violations that are none to this
    host, and `largest` is the most bytes that it takes in a frame.
    """

    def __init__(self, *, masked: bool, tolerated: Collection[str], largest: int) -> None:
        self._masked = masked
        self._tolerated = tolerated
        self._largest = largest
        self._buffer = bytearray()
        self._parts: list[bytes] | None = None
        self._opcode = 0
        self._size = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._over = False

    @property
    def pending(self) -> bool:
        """Whether a frame, or a message of several, is not complete."""
        return not self._over and (bool(self._buffer) or self._parts is not None)

    def feed(self, data: bytes) -> Iterator[Event | Violation]:
        """Yield what is said by these bytes, one at a time; after a violation nothing more."""
        self._buffer += data
        while not self._over:
            taken = self._take()
            if taken is None:
                return
            heard = taken if isinstance(taken, Violation) else self._hear(taken)
            self._over = isinstance(heard, Violation)
            if heard is not None:
                yield heard

    # One frame

    def _take(self) -> _Frame | Violation | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        wrong = self._check_head(buffer[0], buffer[1])
        if wrong is not None:
            return Violation(wrong)
        short = buffer[1] & 0x7F
        start = 2 + {126: 2, 127: 8}.get(short, 0)
        if len(buffer) < start:
            return None
        length = int.from_bytes(buffer[2:start]) if short > 125 else short
        wrong = self._check_length(short, length)
        if wrong is not None:
            return Violation(wrong)
        key = b""
        if buffer[1] & _MASK:
            key = bytes(buffer[start : start + 4])
            start += 4
        if len(buffer) < start + length:
            return None
        frame = _Frame(buffer[0], _unmask(bytes(buffer[start : start + length]), key))
        del buffer[: start + length]
        return frame

    def _check_head(self, first: int, second: int) -> str | None:
        opcode, length = first & 0x0F, second & 0x7F
        if first & _RESERVED:
            return "reserved bit"
        if opcode not in _OPCODES:
            return "reserved opcode"
        if opcode & _CONTROL and length > 125:
            return "long control frame"
        if opcode & _CONTROL and not first & _FIN:
            return "fragmented control frame"
        if bool(second & _MASK) is not self._masked:
            return self._unless_tolerated("wrong masking")
        return None

    def _check_length(self, short: int, length: int) -> str | None:
        if short == 127 and length >> 63:
            return "length with its highest bit set"
        if (short == 126 and length < 126) or (short == 127 and length < 65536):
            wrong = f"length of {16 if short == 126 else 64} bits that was not needed"
            return self._unless_tolerated(wrong)
        return "frame too big" if length > self._largest else None

    def _unless_tolerated(self, name: str) -> str | None:
        return None if name in self._tolerated else name

    # What frames say

    def _hear(self, frame: _Frame) -> Event | Violation | None:
        opcode = frame.first & 0x0F
        if opcode == _PING:
            return Ping(frame.payload)
        if opcode == _PONG:
            return Pong(frame.payload)
        return _hear_close(frame.payload) if opcode == _CLOSE else self._hear_data(opcode, frame)

    def _hear_data(self, opcode: int, frame: _Frame) -> Message | Violation | None:
        if self._parts is None:
            if opcode == 0:
                return Violation("nothing to continue")
            self._opcode, self._parts, self._size = opcode, [], 0
        elif opcode != 0:
            return Violation("new message inside a message")
        self._size += len(frame.payload)
        if self._size > self._largest:
            return Violation("message too big")
        self._parts.append(frame.payload)
        last = bool(frame.first & _FIN)
        if self._opcode == _TEXT:
            try:
                self._decoder.decode(frame.payload, final=last)
            except UnicodeDecodeError:
                return Violation("text not utf-8")
        if not last:
            return None
        whole, self._parts = b"".join(self._parts), None
        return whole.decode() if self._opcode == _TEXT else whole


def _hear_close(payload: bytes) -> Close | Violation:
    if not payload:
        return Close()
    if len(payload) == 1:
        return Violation("short close")
    # Bytes that are no text are kept: which rule a host checks first is the host's.
    return Close(int.from_bytes(payload[:2]), payload[2:].decode(errors="surrogateescape"))


def _unmask(payload: bytes, key: bytes) -> bytes:
    if not any(key):
        return payload
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(len(payload))


def encode(what: Event, *, masked: bool) -> bytes:
    """Return the bytes of what one side of an open connection says.

    A `Drop` gives the frame of its `inside`, cut off, and no bytes without one. Raises `UsageError`
    for a control frame over 125 bytes, and for what is not said by frames.
    """
    match what:
        case str():
            return _frame(_TEXT, encode_text(what), masked=masked)
        case bytes():
            return _frame(_BINARY, what, masked=masked)
        case Ping(payload):
            return _frame(_PING, payload, masked=masked)
        case Pong(payload):
            return _frame(_PONG, payload, masked=masked)
        case Close(code, reason):
            return _frame(_CLOSE, close_payload(code, reason), masked=masked)
        case Raw(data):
            return data
        case Drop(inside=None):
            return b""
        case Drop(inside=message) if message is not None:
            opcode = _TEXT if isinstance(message, str) else _BINARY
            payload = encode_text(message) if isinstance(message, str) else message
            return _frame(opcode, payload + b"\0", masked=masked)[:-1]
    raise UsageError(f"an open connection cannot say {what!r}")


def _frame(opcode: int, payload: bytes, *, masked: bool) -> bytes:
    length = len(payload)
    bit = _MASK if masked else 0
    if opcode & _CONTROL and length > 125:
        raise UsageError(f"a control frame has at most 125 bytes, got {length}")
    if length < 126:
        head = bytes((_FIN | opcode, bit | length))
    elif length < 65536:
        head = bytes((_FIN | opcode, bit | 126)) + length.to_bytes(2)
    else:
        head = bytes((_FIN | opcode, bit | 127)) + length.to_bytes(8)
    return head + _KEY + payload if masked else head + payload
