"""What one side of a connection can do, as it is seen on the wire.

A text message is a `str` and a binary message is `bytes`: they need no wrapping, and cost none.
Everything else is a small value of its own.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from wsfake.values import Value

__all__ = [
    "Accept",
    "Close",
    "Drop",
    "End",
    "Event",
    "Gap",
    "Headers",
    "Message",
    "Open",
    "Ping",
    "Pong",
    "Raw",
    "Refuse",
    "Reject",
    "Stall",
]

Message: TypeAlias = str | bytes
Headers: TypeAlias = tuple[tuple[str, str], ...]


class Open(Value):
    """The client's opening handshake (RFC 6455 section 4.1): it connects and asks for `url`."""

    __slots__ = __match_args__ = ("url", "headers", "subprotocols", "extensions")

    def __init__(
        self,
        url: str,
        headers: Headers = (),
        subprotocols: tuple[str, ...] = (),
        extensions: tuple[str, ...] = (),
    ) -> None:
        self.url: Final = url
        self.headers: Final = headers
        self.subprotocols: Final = subprotocols
        self.extensions: Final = extensions


class Accept(Value):
    """The server's answer 101 (RFC 6455 section 4.2.2): the connection is open."""

    __slots__ = __match_args__ = ("subprotocol", "headers", "extensions")

    def __init__(
        self,
        subprotocol: str | None = None,
        headers: Headers = (),
        extensions: tuple[str, ...] = (),
    ) -> None:
        self.subprotocol: Final = subprotocol
        self.headers: Final = headers
        self.extensions: Final = extensions


class Reject(Value):
    """An HTTP answer other than a valid 101.

    A `Drop` that follows says that TCP ended too; without one the server keeps it open.
    """

    __slots__ = __match_args__ = ("status", "headers", "body")

    def __init__(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        self.status: Final = status
        self.headers: Final = headers
        self.body: Final = body


class Refuse(Value):
    """No connection could be made at all.

    `why` is `"refused"`, `"not found"` (the name does not resolve), `"tls"` (the TLS handshake or
    the certificate), `"unreachable"` or `"timeout"`.
    """

    __slots__ = __match_args__ = ("why",)

    def __init__(self, why: str = "refused") -> None:
        self.why: Final = why


class Ping(Value):
    """RFC 6455 section 5.5.2; at most 125 bytes."""

    __slots__ = __match_args__ = ("payload",)

    def __init__(self, payload: bytes = b"") -> None:
        self.payload: Final = payload


class Pong(Value):
    """RFC 6455 section 5.5.3; at most 125 bytes."""

    __slots__ = __match_args__ = ("payload",)

    def __init__(self, payload: bytes = b"") -> None:
        self.payload: Final = payload


class Close(Value):
    """A Close frame (RFC 6455 section 5.5.1) as it is on the wire.

    `code` is None for a frame with an empty payload. Any 16-bit code is possible: hosts send what
    their scripts ask for.
    """

    __slots__ = __match_args__ = ("code", "reason")

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        self.code: Final = code
        self.reason: Final = reason


class Drop(Value):
    """TCP ended with no Close from this side: by end of stream, or by a reset.

    `inside` is as much of a message's payload as had come when it was cut off.
    """

    __slots__ = __match_args__ = ("reset", "inside")

    def __init__(self, reset: bool = False, inside: Message | None = None) -> None:
        self.reset: Final = reset
        self.inside: Final = inside


class Raw(Value):
    """Bytes that are not well-formed frames, put on the wire as they are."""

    __slots__ = __match_args__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data: Final = data


class Stall(Value):
    """From here on this side says nothing more and answers nothing, with TCP kept open."""

    __slots__ = ()


class Gap(Value):
    """A part of the dialogue that the recording does not hold, and why."""

    __slots__ = __match_args__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why: Final = why


class End(Value):
    """The test ended while the connection was open; what its host did then is not the script's."""

    __slots__ = ()


Event: TypeAlias = (
    str
    | bytes
    | Open
    | Accept
    | Reject
    | Refuse
    | Ping
    | Pong
    | Close
    | Drop
    | Raw
    | Stall
    | Gap
    | End
)
