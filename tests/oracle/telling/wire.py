"""The bytes that a raw end writes, from the items of a `write` step, and frames read back."""

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import Any

Item = list[Any]

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# One key for every masked frame: a log must not depend on chance.
MASK = b"\x01\x02\x03\x04"
OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
KINDS = {opcode: kind for kind, opcode in OPCODES.items()}


def text_of(value: Any) -> str:
    """A text of the data: itself, or `{"repeat": "x", "times": n}`."""
    if isinstance(value, dict):
        return str(value["repeat"]) * int(value["times"])
    return str(value)


def apply_mask(payload: bytes, key: bytes) -> bytes:
    repeated = key * (len(payload) // 4 + 1)
    whole = int.from_bytes(payload, "big") ^ int.from_bytes(repeated[: len(payload)], "big")
    return whole.to_bytes(len(payload), "big")


def frame(first_byte: int, payload: bytes, *, masked: bool, claimed: int | None = None) -> bytes:
    """One frame; `claimed` is a length that need not be true."""
    length = len(payload) if claimed is None else claimed
    bit = 0x80 if masked else 0
    if length < 126:
        head = struct.pack("!BB", first_byte, bit | length)
    elif length < 65536:
        head = struct.pack("!BBH", first_byte, bit | 126, length)
    else:
        head = struct.pack("!BBQ", first_byte, bit | 127, length)
    return head + MASK + apply_mask(payload, MASK) if masked else head + payload


def close_payload(code: int | None = None, reason: Any = "") -> bytes:
    return b"" if code is None else struct.pack("!H", code) + text_of(reason).encode()


def accept_reply(request: bytes, *, wrong: bool = False, headers: list[str] | None = None) -> bytes:
    key = header(request, "Sec-WebSocket-Key").encode()
    digest = hashlib.sha1(key + GUID + (b"wrong" if wrong else b"")).digest()
    given = headers or []
    lines = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Accept: " + base64.b64encode(digest).decode(),
    ]
    names = {line.partition(":")[0] for line in given}
    kept = [line for line in lines if line.partition(":")[0] not in names]
    lines = ["HTTP/1.1 101 Switching Protocols", *kept, *given]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def header(head: bytes, name: str) -> str:
    """The first header of that name, or an empty string."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        field, _, value = line.partition(":")
        if field.lower() == name.lower():
            return value.strip()
    return ""


def item_bytes(item: Item, request: bytes, *, masked: bool) -> bytes:
    """The bytes of one item; `request` is the head of the client's opening handshake."""
    kind, rest = item[0], item[1:]
    if kind in {"masked", "unmasked"}:
        return item_bytes(rest[0], request, masked=kind == "masked")
    if kind == "cut":
        return item_bytes(rest[0], request, masked=masked)[: rest[1]]
    if kind == "rest":
        return item_bytes(rest[0], request, masked=masked)[rest[1] :]
    if kind == "accept":
        return accept_reply(request, headers=rest[0] if rest else None)
    if kind == "accept-wrong-key":
        return accept_reply(request, wrong=True)
    if kind == "http":
        return ("\r\n".join(rest[0]) + "\r\n\r\n" + (rest[1] if len(rest) > 1 else "")).encode()
    if kind == "hex":
        return bytes.fromhex(rest[0])
    first_byte, payload, claimed = framed(kind, rest)
    return frame(first_byte, payload, masked=masked, claimed=claimed)


def framed(kind: str, rest: list[Any]) -> tuple[int, bytes, int | None]:
    """First byte, payload and claimed length of an item that is one frame."""
    if kind == "text":
        return 0x81, text_of(rest[0]).encode(), None
    if kind == "binary":
        payload = bytes.fromhex(text_of(rest[0]))
        return 0x82, payload, None
    if kind == "close":
        return 0x88, close_payload(*rest), None
    if kind in {"ping", "pong"}:
        return 0x80 | OPCODES[kind], bytes.fromhex(text_of(rest[0])) if rest else b"", None
    if kind == "frame":
        return int(rest[0], 16), bytes.fromhex(text_of(rest[1])), rest[2] if len(rest) > 2 else None
    message = f"no such item: {kind}"
    raise ValueError(message)


@dataclass(frozen=True)
class Frame:
    first_byte: int
    payload: bytes
    masked: bool

    @property
    def kind(self) -> str:
        return KINDS.get(self.first_byte & 15, "other")


def take_frame(buffer: bytearray) -> Frame | None:
    """The first whole frame, removed from the buffer; None when it is not whole yet."""
    if len(buffer) < 2:
        return None
    length, start = buffer[1] & 127, 2
    if length >= 126:
        start = 4 if length == 126 else 10
        if len(buffer) < start:
            return None
        length = int.from_bytes(buffer[2:start], "big")
    masked = bool(buffer[1] & 128)
    key = bytes(buffer[start : start + 4]) if masked else b""
    start += len(key)
    if len(buffer) < start + length:
        return None
    payload = bytes(buffer[start : start + length])
    found = Frame(buffer[0], apply_mask(payload, key) if masked else payload, masked)
    del buffer[: start + length]
    return found
