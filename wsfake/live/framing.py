"""Frames: from bytes to what was said, and back (RFC 6455 sections 5 to 8), without I/O.

Frames are read by hand: `websockets` reads one in seven times the time, and a proxy reads every
frame of two programs. It inflates, unmasks and writes them. Its `Protocol` class is not used: it
hides wire facts (which close code was really sent) and forbids others (sending 0 or 1005).
"""

from __future__ import annotations

import codecs

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.extensions.base import Extension
from websockets.frames import Frame, Opcode

from wsfake.errors import UsageError
from wsfake.model import Close, Drop, End, Event, Gap, Message, Ping, Pong, Raw, Side, Stall
from wsfake.wire.payloads import close_payload, encode_text

try:  # a hundred times as fast, where there is a wheel of websockets
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

__all__ = ["Framing", "encode_text"]

_FIN, _RSV1, _RSV23, _CONTROL, _MASK = 0x80, 0x40, 0x30, 0x08, 0x80
_TEXT, _BINARY = 0x81, 0x82
"""First bytes of a message of one frame that is not compressed."""
_OPCODES = {int(opcode): opcode for opcode in Opcode}
_LARGEST_CONTROL = 125
_LENGTHS = {126: (2, 126), 127: (8, 65536)}
"""Bytes of each longer form of the length, and the least that it may hold (section 5.2)."""
_NO_COPY = 1 << 16
"""Bytes from which on a view is cheaper than a copy."""


class Framing:
    """The frames of one open connection, seen from one of its sides.

    `side` is the side that speaks by `encode`; what the other side sends goes into `receive`.
    `deflate` is the negotiated permessage-deflate (RFC 7692), or None. `largest` is the most bytes
    that a message may have, compressed or not; None is no limit.
    """

    def __init__(
        self, side: Side, deflate: Extension | None = None, *, largest: int | None = None
    ) -> None:
        self._masks = side is Side.CLIENT
        self._mask_bit = 0 if self._masks else _MASK  # of what is heard
        self._deflate = deflate
        self._extensions: list[Extension] = [] if deflate is None else [deflate]
        self._plainly = deflate is None and not self._masks
        """Whether a message goes out as a head, and its bytes as they are."""

        self._largest = largest
        self._plain_most = 65535 if largest is None else min(largest, 65535)
        self._held: list[bytes] = []  # of one frame that is not whole, from its first byte on
        self._held_bytes = 0
        self._needed = 0  # so many bytes from there on tell more
        self._fragments: _Fragments | None = None
        self._events: list[Event] = []
        self._over = False

    def receive(self, data: bytes) -> list[Event]:
        """Return what was said by the bytes that came, together with those before them.

        The events are `str`, `bytes`, `Ping`, `Pong`, `Close` with any 16-bit code, and `Raw` for
        bytes that are no frame: the offending frame, the earlier fragments of its message and
        whatever came after it so far. After a `Close` or a `Raw` nothing more is parsed (RFC 6455
        sections 5.5.1 and 7.1.7), nor after the `Gap` of a message over `largest`. Takes time
        linear in the bytes, in segments of any size.
        """
        if self._over:
            return []
        if self._held:
            self._held.append(data)
            self._held_bytes += len(data)
            if self._held_bytes < self._needed:
                return []
            data = b"".join(self._held)
            self._held = []
        self._hear_frames(data)
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
        if self._plainly and (type(what) is str or type(what) is bytes):
            return _plain(what)
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

    def _hear_frames(self, data: bytes) -> None:
        position = 0
        try:
            while not self._over:
                if self._fragments is None:
                    position = self._hear_plain(data, position)
                    if position == len(data):
                        return
                end = self._hear_frame(data, position)
                if end < 0:
                    self._held = [data[position:]] if position < len(data) else []
                    self._held_bytes = len(data) - position
                    return
                position = end
        except (ProtocolError, UnicodeDecodeError):
            held = [] if self._fragments is None else self._fragments.raw
            self._events.append(Raw(b"".join([*held, data[position:]])))
            self._over = True
        except PayloadTooBig:
            self._events.append(
                Gap(f"a message of more than {self._largest} bytes, and what came behind it")
            )
            self._over = True

    def _hear_plain(self, data: bytes, position: int) -> int:
        """Hear messages of one frame each, up to 65535 bytes long; return where they end.

        What is not as simple is left to `_hear_frame`: this is only faster, by a half.
        """
        events, bit, last = self._events, self._mask_bit, len(data) - 4
        head, most = 6 if bit else 2, self._plain_most
        while position <= last:
            kind, length, start = data[position], data[position + 1] - bit, position + head
            if length > 125:
                if length != 126:
                    break
                length = data[position + 2] << 8 | data[position + 3]
                start += 2
                if length < 126:
                    break
            stop = start + length
            if not 0 <= length <= most or stop > last + 4 or not _TEXT <= kind <= _BINARY:
                break
            payload = data[start:stop]
            if bit:
                payload = apply_mask(payload, data[start - 4 : start])
            try:
                events.append(payload if kind == _BINARY else payload.decode())
            except UnicodeDecodeError:
                break
            position = stop
        return position

    def _hear_frame(self, data: bytes, position: int) -> int:
        """Hear the frame at a place; return where it ends, or -1 if it is not whole.

        Checks at the header, and not once the payload is there: it may never come.
        """
        have = len(data) - position
        self._needed = 2
        if have < 2:
            return -1
        first, length, start = data[position], data[position + 1] & ~_MASK, 2
        self._check_flags(first, data[position + 1])
        if length in _LENGTHS:
            size, least = _LENGTHS[length]
            start += size
            self._needed = start
            if have < start:
                return -1
            length = int.from_bytes(data[position + 2 : position + start])
            if not least <= length < 1 << 63:
                raise ProtocolError("length not in its shortest form, or over 63 bits")
        self._check_size(length)
        start += 4 if self._mask_bit else 0
        self._needed = start + length
        if have < self._needed:
            return -1
        stop = position + self._needed
        view: bytes | memoryview = data if length < _NO_COPY else memoryview(data)
        payload = view[position + start : stop]
        if self._mask_bit:
            payload = apply_mask(payload, data[position + start - 4 : position + start])
        frame = Frame(_OPCODES[first & 0x0F], payload, bool(first & _FIN), bool(first & _RSV1))
        self._hear(frame, data, position, stop)
        return stop

    def _check_flags(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        starts = opcode in {Opcode.TEXT, Opcode.BINARY}
        if first & _RSV23 or (first & _RSV1 and not (starts and self._extensions)):
            raise ProtocolError("reserved bits must be 0")
        if opcode not in _OPCODES:
            raise ProtocolError("reserved opcode")
        if second & _MASK != self._mask_bit:
            raise ProtocolError("incorrect masking")
        if opcode & _CONTROL:
            if second & ~_MASK > _LARGEST_CONTROL or not first & _FIN:
                raise ProtocolError("control frame too long or fragmented")
        elif starts is (self._fragments is not None):
            raise ProtocolError("fragments out of order")

    def _room(self) -> int | None:
        if self._largest is None:
            return None
        return self._largest - (0 if self._fragments is None else self._fragments.size)

    def _check_size(self, length: int) -> None:
        room = self._room()
        if room is not None and length > room:
            raise PayloadTooBig(length, self._largest)

    def _hear(self, frame: Frame, data: bytes, begin: int, end: int) -> None:
        if self._deflate is not None:
            room = self._room()  # 0 is no limit there
            frame = self._deflate.decode(frame, max_size=None if room is None else max(room, 1))
        payload = bytes(frame.data)
        if frame.opcode is Opcode.PING:
            self._events.append(Ping(payload))
        elif frame.opcode is Opcode.PONG:
            self._events.append(Pong(payload))
        elif frame.opcode is Opcode.CLOSE:
            self._events.append(_parse_close(payload))
            self._over = True
        elif self._fragments is None and frame.fin:
            self._events.append(payload.decode() if frame.opcode is Opcode.TEXT else payload)
        else:
            self._hear_fragment(frame, payload, data[begin:end])

    def _hear_fragment(self, frame: Frame, payload: bytes, raw: bytes) -> None:
        if self._fragments is None:
            self._fragments = _Fragments(frame.opcode)
        self._fragments.add(payload, raw, last=frame.fin)
        if frame.fin:
            whole = self._fragments.payload()
            text = self._fragments.opcode is Opcode.TEXT
            self._events.append(whole.decode() if text else whole)
            self._fragments = None

    def _cut_frame(self) -> tuple[Opcode | None, bytes]:
        raw = b"".join(self._held)
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


def _plain(message: Message) -> bytes:
    """Return a message in one frame of a server, which masks nothing."""
    if isinstance(message, str):
        first, payload = _TEXT, encode_text(message)
    else:
        first, payload = _BINARY, message
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


class _Fragments:
    """The fragments of a message so far (RFC 6455 section 5.4)."""

    def __init__(self, opcode: Opcode) -> None:
        self.opcode = opcode
        self.raw: list[bytes] = []
        self.size = 0
        self._parts: list[bytes] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, data: bytes, raw: bytes, *, last: bool) -> None:
        """Raise `UnicodeDecodeError` as soon as text cannot become UTF-8 any more."""
        if self.opcode is Opcode.TEXT:
            self._decoder.decode(data, final=last)
        self.raw.append(raw)
        self._parts.append(data)
        self.size += len(data)

    def payload(self) -> bytes:
        return b"".join(self._parts)


def _parse_close(payload: bytes) -> Close:
    if not payload:
        return Close()
    if len(payload) == 1:
        raise ProtocolError("close frame too short")
    return Close(int.from_bytes(payload[:2]), payload[2:].decode())
