"""The golden cassettes: sound ones with their text form, and broken ones with their error.

They change only with the version of the format. `python -m tests.cassette.golden` writes them.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgpack
from attrs import field, frozen

from wsfake.cassette import CassetteReader, CassetteWriter, Footer, Header
from wsfake.cassette.frames import BLOCK, FOOTER, HEAD_SIZE, HEADER, Head, pack_head
from wsfake.errors import CassetteError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.network import write_dialogue

__all__ = ["DIALOGUE", "FOLDER", "SOUND", "Golden", "conformance", "frame", "invalid", "small"]

FOLDER = Path(__file__).parents[2] / "cassettes"

C, S = Side.CLIENT, Side.SERVER
OPEN, ACCEPT = Open("ws://echo.example/"), Accept()

DIALOGUE = [
    Entry(0, 1, C, Open("ws://a/")),
    Entry(900, 1, S, Accept()),
    Entry(1000, 1, C, "hello"),
    Entry(2000, 1, S, b"\x00\xff"),
    Entry(3000, 1, C, "ünï"),
    Entry(4000, 1, C, Close(1000, "")),
]


@frozen
class Golden:
    entries: Sequence[Entry]
    header: Header = field(factory=Header)
    ended: str = "test"

    def pack(self) -> bytes:
        file = io.BytesIO()
        writer = CassetteWriter(file, self.header, "golden")
        writer.extend(self.entries)
        writer.finish(self.ended, {"note": "golden", "runs": 1} if self.ended != "test" else {})
        return file.getvalue()

    def text(self) -> bytes:
        return "".join(f"{line}\n" for line in write_dialogue(self.entries)).encode()


def _spoken(*said: tuple[Side, Any], connection: int = 1) -> list[Entry]:
    """One connection that opens and says this, each 1.5 ms after the other."""
    steps = [(C, OPEN), (S, ACCEPT), *said]
    return [Entry(n * 1500, connection, side, what) for n, (side, what) in enumerate(steps)]


def _each(*endings: tuple[Side, Any]) -> list[Entry]:
    """Connections in turn, of which each ends in one of these ways."""
    entries: list[Entry] = []
    for number, ending in enumerate(endings, 1):
        start = (number - 1) * 1_000_000
        one = _spoken(ending, connection=number)
        entries += [entry._replace(at=entry.at + start) for entry in one]
    return entries


SOUND = {
    "echo": Golden(
        [
            Entry(
                0,
                1,
                C,
                Open(
                    "ws://echo.example/?token=<redacted>",
                    (("Host", "echo.example"), ("Authorization", "<redacted>"), ("X-Empty", "")),
                    ("chat", "superchat"),
                    ("permessage-deflate; client_max_window_bits",),
                ),
            ),
            Entry(
                38_001,
                1,
                S,
                Accept("chat", (("Server", "golden/1"),), ("permessage-deflate",)),
            ),
            Entry(38_500, 1, C, "Test message"),
            Entry(76_000, 1, S, "Test message"),
            Entry(76_020, 1, C, Close(1000)),
            Entry(114_000, 1, S, Close(1000)),
            Entry(114_100, 1, S, Drop()),
        ],
        Header("2024-05-01T12:30:00Z", ("headers", "json", "query", "subprotocols", "user info")),
        "silence",
    ),
    "messages": Golden(
        _spoken(
            (C, ""),
            (S, b""),
            (C, b"\x00\x01\xfe\xff"),
            (S, "ünï 日本 🙂 \x00 \u2028 \"quoted\" \\ 'single'"),
            (C, '{"json": [1, 2.50, null], "ü": ""}'),
            (S, "x" * 31),
            (C, "x" * 32),
            (S, "x" * 256),
            (C, bytes(256)),
            (S, "x" * 65_536),
        )
    ),
    "rejections": Golden(
        [
            Entry(0, 1, C, OPEN),
            Entry(
                900,
                1,
                S,
                Reject(503, (("Retry-After", "1"), ("Content-Type", "text/html")), b"<p>\xff\n"),
            ),
            Entry(950, 1, S, Drop()),
            Entry(2000, 2, C, OPEN),
            Entry(2900, 2, S, Reject(401)),
        ]
    ),
    "refusals": Golden(
        [
            entry
            for n, why in enumerate(("refused", "not found", "tls", "unreachable", "timeout"), 1)
            for entry in (Entry(n * 10, n, C, OPEN), Entry(n * 10 + 5, n, S, Refuse(why)))
        ]
    ),
    "drops": Golden(
        _each(
            (S, Drop()),
            (C, Drop(reset=True)),
            (S, Drop(inside="hel")),
            (C, Drop(reset=True, inside=b"\x00\x01")),
            (S, Drop(inside="")),
            (S, Drop(inside=b"")),
        )
    ),
    "closes": Golden(
        _each(
            (C, Close()),
            (S, Close(1000)),
            (C, Close(1001, "going away")),
            (S, Close(1011, 'ünï "quoted"')),
            (C, Close(3000)),
            (S, Close(4999, "x" * 123)),
            (C, Close(0)),
            (S, Close(65535)),
            (C, End()),
        )
    ),
    "connections": Golden(
        [
            Entry(0, 1, C, OPEN),
            Entry(0, 2, C, Open("wss://feed.example:8443/v1")),
            Entry(10, 2, S, ACCEPT),
            Entry(10, 1, S, ACCEPT),
            Entry(11, 1, C, "one"),
            Entry(12, 2, C, "two"),
            Entry(13, 2, S, "two back"),
            Entry(14, 1, S, "one back"),
            Entry(2**31 - 1, 2147483647, C, Open("ws://server 1/")),
            Entry(2**53 - 1, 2147483647, S, ACCEPT),
        ]
    ),
    "frames": Golden(
        _spoken(
            (S, Ping()),
            (C, Pong()),
            (C, Ping(b"\x00ping")),
            (S, Pong(b"x" * 125)),
            (S, Raw(b"\xff\xff\xff")),
            (S, Gap("what came here was not recorded")),
            (S, Stall()),
            (C, End()),
        )
    ),
    "blocks": Golden(_spoken(*((C if n % 2 else S, f"message {n}") for n in range(600)))),
    "nothing": Golden([]),
}


def frame(kind: int, offset: int, first: int, count: int, body: bytes) -> bytes:
    """A frame whose checksums are right, whatever it holds."""
    return pack_head(Head(kind, offset, first, count, len(body), zlib.crc32(body))) + body


def small() -> tuple[bytes, list[int]]:
    """A cassette of two blocks, and where each of its frames begins."""
    file = io.BytesIO()
    writer = CassetteWriter(file, Header(redacted=("json",)), "small")
    begins = [0, file.tell()]
    for entry in DIALOGUE[:4]:
        writer.append(entry)
    writer.flush()
    begins.append(file.tell())
    for entry in DIALOGUE[4:]:
        writer.append(entry)
    writer.flush()
    begins.append(file.tell())
    writer.finish()
    return file.getvalue(), begins


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _broken() -> dict[str, bytes]:
    data, begins = small()
    head = data[: begins[1]]
    at = len(head)
    newer = {"format": "wsfake", "version": 2, "compression": "zstd"}
    message = b"\x95\x05\x01\x00\x00\xa0"
    earlier = b"\x95\x04\x01\x00\x00\xa0"
    return {
        "empty": b"",
        "other-format": b"version: 1\ninteractions: []\n" * 3,
        "cut-header": data[: begins[1] - 1],
        "newer-format": frame(HEADER, 0, 0, 0, msgpack.packb(newer)),
        "damaged-header": _flip(data, HEAD_SIZE + 5),
        "unknown-header-field": frame(
            HEADER,
            0,
            0,
            0,
            msgpack.packb({"format": "wsfake", "version": 1, "redacted": [], "x": 1}),
        ),
        "damaged-head": _flip(data, begins[1] + 30),
        "damaged-block": _flip(data, begins[2] + HEAD_SIZE + 5),
        "damaged-mark": _flip(data, begins[2]),
        "damaged-footer": _flip(data, len(data) - 1),
        "lost-block": data[: begins[1]] + data[begins[2] :],
        "two-headers": head + frame(HEADER, at, 0, 0, Header().pack()),
        "block-of-too-many": head + frame(BLOCK, at, 0, 257, message * 257),
        "huge-body": head + pack_head(Head(BLOCK, at, 0, 1, 2**32 - 1, 0)),
        "wrong-count": head + frame(BLOCK, at, 0, 2, message),
        "unknown-kind": head + frame(BLOCK, at, 0, 1, b"\x94\x00\x01\x00\x0d"),
        "backwards": head + frame(BLOCK, at, 0, 2, message + earlier),
        "no-msgpack": head + frame(BLOCK, at, 0, 1, b"\xc1"),
        "too-deep": head + frame(BLOCK, at, 0, 1, b"\x91" * 2000),
        "huge-array": head + frame(BLOCK, at, 0, 1, b"\xdd\xff\xff\xff\xff"),
        "extension-type": head + frame(BLOCK, at, 0, 1, b"\xd4\x01\x00"),
        "no-utf8": head + frame(BLOCK, at, 0, 1, b"\x95\x00\x01\x00\x00\xa1\xff"),
        "wrong-digest": head
        + frame(BLOCK, at, 0, 1, message)
        + frame(FOOTER, at + HEAD_SIZE + len(message), 1, 0, Footer(1, bytes(32)).pack()),
        "more-than-a-footer": data + b"more",
    }


def conformance() -> dict[str, bytes]:
    """The files of `cassettes/conformance`, by name."""
    files = {f"{name}.msgpack": golden.pack() for name, golden in SOUND.items()}
    return files | {f"{name}.txt": golden.text() for name, golden in SOUND.items()}


def error_of(data: bytes, name: str) -> str:
    """The error that reading these bytes gives; empty if none."""
    try:
        for _ in CassetteReader(io.BytesIO(data), name):
            pass
    except CassetteError as error:
        return str(error)
    return ""


def invalid() -> dict[str, bytes]:
    """The files of `cassettes/invalid`, by name."""
    broken = _broken()
    files = {f"{name}.msgpack": data for name, data in broken.items()}
    return files | {
        f"{name}.error.txt": f"{error_of(data, f'{name}.msgpack')}\n".encode()
        for name, data in broken.items()
    }


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    _write(FOLDER / "conformance", conformance())
    _write(FOLDER / "invalid", invalid())
