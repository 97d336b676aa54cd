"""Cassettes of cassetter, as far as they hold WebSockets: YAML with `ws_interactions`.

What cassetter does not keep is not invented: how the client closed, pings, refused handshakes and
the order of its connections are not in its files. A connection that was lost has the close code
1006, which no frame can carry, and becomes a drop.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from attrs import define, field

from wsfake.foreign.closes import as_close
from wsfake.foreign.handshakes import as_accept, as_open, header_name, named
from wsfake.foreign.timeline import Told
from wsfake.foreign.values import Value
from wsfake.foreign.yaml_events import plain_value
from wsfake.model import Close, Drop, Event, Gap, Side
from wsfake.transcript.matching import PLACEHOLDER

__all__ = ["FILTERED", "Read", "read_cassetter"]

FILTERED = "[FILTERED]"
"""What cassetter writes in the place of a secret, unless it is told another text."""

_SIDES = {"send": Side.CLIENT, "recv": Side.SERVER}
_LEFT = "how the client left is not in a cassette of cassetter"
_OTHERS = ("interactions", "grpc_interactions")


@define
class Read:
    """The connections of a file, and what its user should know of them."""

    connections: list[Told] = field(factory=list)
    notes: list[str] = field(factory=list)
    respelt: int = 0
    """Messages of which the file holds a JSON value, and not how it was spelt."""


def read_cassetter(document: Value, filtered: str = FILTERED) -> Read:
    """Return the connections of a cassette. Raises `ForeignFileError`.

    `filtered` is what stands for a secret in it; at replay anything will match there.
    """
    version = document.get("version")
    if version is not None and version.text() != "1":
        version.wrong("a cassette of version 1", f"version {version.raw[:20]}")
    interactions = document.get("ws_interactions")
    found = [] if interactions is None else list(interactions.items())
    if not found:
        document.wrong("ws_interactions, the WebSockets of a cassette", "none")
    read = Read()
    read.connections = [_Connection(each, read, filtered).told() for each in found]
    read.notes = list(_notes(document, read))
    return read


def _notes(document: Value, read: Read) -> Iterator[str]:
    others = sum(len(list(each.items())) for each in map(document.get, _OTHERS) if each is not None)
    if others:
        yield f"{others} interactions of other protocols are left out"
    if len(read.connections) > 1:
        yield (
            f"the order of its {len(read.connections)} connections is not in the file:"
            " taken from when each was written"
        )
    if read.respelt:
        yield (
            f"{read.respelt} messages are kept as JSON values, and not as they were spelt:"
            ' replay them with match="json"'
        )


class _Connection:
    def __init__(self, interaction: Value, read: Read, filtered: str) -> None:
        self._interaction = interaction
        self._read = read
        self._filtered = filtered

    def told(self) -> Told:
        interaction = self._interaction
        headers = tuple(self._headers())
        uri = interaction.need("uri")
        frames = interaction.get("frames")
        said = list(self._frames(frames)) if frames is not None else []
        told = Told(
            interaction,
            as_open(Value(self._clean(uri.text()), uri.path, uri.place), headers),
            self._start(max((at for at, _, _ in said), default=0)),
        )
        chosen = named(headers, "sec-websocket-protocol")
        answer = (("sec-websocket-protocol", chosen),) if chosen else ()
        told.say(told.start, Side.SERVER, as_accept(answer))
        for at, side, what in said:
            told.say(at + (told.start or 0), side, what)
        if not any(isinstance(what, Close | Drop) for _, _, what in said):
            told.say(None, Side.CLIENT, Gap(_LEFT))
        return told

    def _start(self, longest: int) -> int | None:
        """Return when it was opened, at the latest: it was written once it had ended."""
        written = self._interaction.get("recorded_at")
        return None if written is None or not written.text() else written.date() - longest

    def _headers(self) -> Iterator[tuple[str, str]]:
        headers = self._interaction.get("headers")
        for name, values in () if headers is None else headers.members():
            for value in values.items():
                yield header_name(name, value), self._clean(value.text())

    def _frames(self, frames: Value) -> Iterator[tuple[int, Side, Event]]:
        last = 0
        for frame in frames.items():
            side = _SIDES[frame.need("direction").one_of(*_SIDES)]
            last = max(last, _offset(frame))
            yield last, side, self._what(frame)

    def _what(self, frame: Value) -> Event:
        kind = frame.need("frame_type").one_of("text", "binary", "close")
        body = frame.get("body")
        payload: str | bytes = "" if body is None else self._payload(body)
        if kind == "text":
            if isinstance(payload, bytes):
                frame.wrong("a text in a text frame", "bytes")
            return payload
        data = payload.encode() if isinstance(payload, str) else payload
        if kind == "binary":
            return data
        return _closing(frame, data)

    def _payload(self, body: Value) -> str | bytes:
        kind = body.need("type").one_of("text", "json", "binary", "none")
        content = body.get("content")
        if kind == "none" or content is None:
            return ""
        if kind == "binary":
            try:
                return binascii.unhexlify(content.text())
            except (binascii.Error, ValueError):
                content.wrong("bytes as hexadecimal digits", "a text that is not")
        if kind == "json":
            self._read.respelt += 1
            return self._clean(plain_value(content))
        return self._clean(content.text())

    def _clean(self, text: str) -> str:
        return text.replace(self._filtered, PLACEHOLDER) if self._filtered else text


def _offset(frame: Value) -> int:
    """Return the microseconds of a frame since its connection began."""
    offset = frame.get("offset_ms")
    if offset is None:
        return 0
    if not (offset.text().isdecimal() and len(offset.text()) <= 12):
        offset.wrong("milliseconds", repr(offset.text()[:40]))
    return int(offset.text()) * 1000


def _closing(frame: Value, data: bytes) -> Event:
    close = as_close(frame, data)
    if close.code == 1006:  # which says that none came (RFC 6455 section 7.1.5)
        return Drop()
    return Close() if close.code == 1005 else close
