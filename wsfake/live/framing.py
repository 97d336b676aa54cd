"""Frames: from bytes to what was said, and back (RFC 6455 sections 5 to 8), without I/O.

`websockets` parses and writes the single frame. Its `Protocol` class is not used: it hides wire
facts (which close code was really sent) and forbids others (sending 0 or 1005).
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterable

from websockets.exceptions import ProtocolError
from websockets.extensions.base import Extension
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader
from websockets.utils import apply_mask

from wsfake.errors import UsageError
from wsfake.model import Close, Drop, End, Event, Message, Ping, Pong, Raw, Side, Stall
from wsfake.wire.payloads import close_payload, encode_text

__all__ = ["Framing", "encode_text"]

_FIN, _RSV1, _RSV23, _CONTROL = 0x80, 0x40, 0x30, 0x08
_LARGEST_CONTROL = 125
_SHORTEST = {126: 126, 127: 65536}
"""The smallest length that each longer form of the length may hold (RFC 6455 section 5.2)."""


class Framing:
    """The frames of one open connection, seen from one of its sides.

    `side` is the side that speaks by `encode`; what the other side sends goes into `receive`.
    `deflate` is the negotiated permessage-deflate (RFC 7692), or None.
    """

    def __init__(self, side: Side, deflate: Extension | None = None) -> None:
        self._masks = side is Side.CLIENT
        self._extensions = [] if deflate is None else [deflate]
        self._reader = StreamReader()
        self._taken: list[bytes | bytearray] = []
        self._fragments: _Fragments | None = None
        self._events: list[Event] = []
        self._over = False
        self._parser = self._parse()

    def receive(self, data: bytes) -> list[Event]:
        """Return what was said by the bytes that came, together with those before them.

        The events are `str`, `bytes`, `Ping`, `Pong`, `Close` with any 16-bit code, and `Raw` for
        bytes that are no frame: the offending frame, the earlier fragments of its message and
        whatever came after it so far. After a `Close` or a `Raw` nothing more is parsed (RFC 6455
        sections 5.5.1 and 7.1.7). Takes time linear in the bytes, in segments of any size.
        """
        if self._over:
            return []
        self._reader.feed_data(data)
        next(self._parser, None)
        events, self._events = self._events, []
        return events

    def inside(self) -> Message | None:
        """Return how much of a message had come, if the stream ends here, or None between two.

        Unmasked and decompressed; of text, what is not UTF-8 is replaced by U+FFFD.
        """
        if self._over:
            return None
        opcode, payload = self._cut_frame()
        if self._fragments is not None:
            opcode, payload = self._fragments.opcode, self._fragments.payload() + payload
        if opcode is Opcode.TEXT:
            return payload.decode(errors="replace")
        return payload if opcode is Opcode.BINARY else None

    def encode(self, what: Event) -> bytes:
        """Return the bytes by which this side says `what`.

        A `Close` goes out with its code as it is. A `Drop` gives the cut-off frame of its `inside`,
        and like `End` and `Stall` no bytes without one.

        Raises `UsageError` for a control frame over 125 bytes, a close code that has no 16 bits,
        and whatever is not said by frames.
        """
        match what:
            case str():
                return self._frame(Opcode.TEXT, encode_text(what))
            case bytes():
                return self._frame(Opcode.BINARY, what)
            case Ping(payload):
                return self._frame(Opcode.PING, payload)
            case Pong(payload):
                return self._frame(Opcode.PONG, payload)
            case Close(code, reason):
                return self._frame(Opcode.CLOSE, close_payload(code, reason))
            case Raw(data):
                return data
            case Drop(inside=None) | End() | Stall():
                return b""
            case Drop(inside=message) if message is not None:
                return self._cut(message)
        raise UsageError(f"an open connection cannot say {what!r}")

    def _frame(self, opcode: Opcode, payload: bytes) -> bytes:
        try:
            return Frame(opcode, payload).serialize(mask=self._masks, extensions=self._extensions)
        except ProtocolError as error:
            raise UsageError(f"{opcode.name.lower()} of {len(payload)} bytes: {error}") from None

    def _cut(self, message: Message) -> bytes:
        # A frame that announces one byte more than it has.
        text = isinstance(message, str)
        payload = encode_text(message) if isinstance(message, str) else message
        frame = Frame(Opcode.TEXT if text else Opcode.BINARY, payload + b"\0")
        return frame.serialize(mask=self._masks)[:-1]

    def _parse(self) -> Generator[None, None, None]:
        try:
            while not self._over:
                self._taken = []
                frame = yield from Frame.parse(
                    self._read_exact, mask=not self._masks, extensions=self._extensions
                )
                self._hear(frame)
        except (ProtocolError, UnicodeDecodeError):
            self._over = True
            held = [] if self._fragments is None else self._fragments.raw
            self._events.append(Raw(b"".join([*held, *self._taken, self._reader.buffer])))

    def _read_exact(self, count: int) -> Generator[None, None, bytearray]:
        data = yield from self._reader.read_exact(count)
        self._taken.append(data)
        self._check_header()
        return data

    def _check_header(self) -> None:
        # At the header, and not once the payload is there: it may never come.
        head = self._taken[0]
        length = head[1] & 0x7F
        if len(self._taken) == 1:
            self._check_flags(head[0], length)
        elif len(self._taken) == 2 and length in _SHORTEST:
            number = int.from_bytes(self._taken[1])
            if not _SHORTEST[length] <= number < 1 << 63:
                raise ProtocolError("length not in its shortest form, or over 63 bits")

    def _check_flags(self, flags: int, length: int) -> None:
        opcode = flags & 0x0F
        starts = opcode in {Opcode.TEXT, Opcode.BINARY}
        if flags & _RSV23 or (flags & _RSV1 and not (starts and self._extensions)):
            raise ProtocolError("reserved bits must be 0")
        if opcode & _CONTROL:
            if length > _LARGEST_CONTROL or not flags & _FIN:
                raise ProtocolError("control frame too long or fragmented")
        elif starts is (self._fragments is not None):
            raise ProtocolError("fragments out of order")

    def _hear(self, frame: Frame) -> None:
        data = bytes(frame.data)
        if frame.opcode is Opcode.PING:
            self._events.append(Ping(data))
        elif frame.opcode is Opcode.PONG:
            self._events.append(Pong(data))
        elif frame.opcode is Opcode.CLOSE:
            self._events.append(_parse_close(data))
            self._over = True
        elif self._fragments is None and frame.fin:
            self._events.append(data.decode() if frame.opcode is Opcode.TEXT else data)
        else:
            self._hear_fragment(frame, data)

    def _hear_fragment(self, frame: Frame, data: bytes) -> None:
        if self._fragments is None:
            self._fragments = _Fragments(frame.opcode)
        self._fragments.add(data, self._taken, last=frame.fin)
        if frame.fin:
            payload = self._fragments.payload()
            text = self._fragments.opcode is Opcode.TEXT
            self._events.append(payload.decode() if text else payload)
            self._fragments = None

    def _cut_frame(self) -> tuple[Opcode | None, bytes]:
        raw = b"".join([*self._taken, self._reader.buffer])
        if len(raw) < 2 or raw[0] & _CONTROL:
            return None, b""
        opcode = Opcode(raw[0] & 0x0F)
        start = 2 + {126: 2, 127: 8}.get(raw[1] & 0x7F, 0)
        mask, payload = b"", raw[start:]
        if not self._masks:
            mask, payload = raw[start : start + 4], raw[start + 4 :]
        if mask and payload:
            payload = apply_mask(payload, mask)
        return opcode, self._inflate(opcode, payload, compressed=bool(raw[0] & _RSV1))

    def _inflate(self, opcode: Opcode, payload: bytes, *, compressed: bool) -> bytes:
        frame = Frame(opcode, payload, fin=False, rsv1=compressed)
        try:
            for extension in self._extensions:
                frame = extension.decode(frame)
        except ProtocolError:
            return b""
        return bytes(frame.data)


class _Fragments:
    """The fragments of a message so far (RFC 6455 section 5.4)."""

    def __init__(self, opcode: Opcode) -> None:
        self.opcode = opcode
        self.raw: list[bytes | bytearray] = []
        self._parts: list[bytes] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, data: bytes, raw: Iterable[bytes | bytearray], *, last: bool) -> None:
        """Raise `UnicodeDecodeError` as soon as text cannot become UTF-8 any more."""
        if self.opcode is Opcode.TEXT:
            self._decoder.decode(data, final=last)
        self._parts.append(data)
        self.raw.extend(raw)

    def payload(self) -> bytes:
        return b"".join(self._parts)


def _parse_close(payload: bytes) -> Close:
    if not payload:
        return Close()
    if len(payload) == 1:
        raise ProtocolError("close frame too short")
    return Close(int.from_bytes(payload[:2]), payload[2:].decode())
