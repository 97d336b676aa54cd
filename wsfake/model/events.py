"""What one side of a connection can do, as it is seen on the wire.

A text message is a `str` and a binary message is `bytes`: they need no wrapping, and cost none.
Everything else is a small value of its own.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

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


@frozen
class Open:
    """The client's opening handshake (RFC 6455 section 4.1): it connects and asks for `url`."""

    url: str
    headers: Headers = ()
    subprotocols: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


@frozen
class Accept:
    """The server's answer 101 (RFC 6455 section 4.2.2): the connection is open."""

    subprotocol: str | None = None
    headers: Headers = ()
    extensions: tuple[str, ...] = ()


@frozen
class Reject:
    """An HTTP answer other than a valid 101.

    A `Drop` that follows says that TCP ended too; without one the server keeps it open.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""


@frozen
class Refuse:
    """No connection could be made at all.

    `why` is `"refused"`, `"not found"` (the name does not resolve), `"tls"` (the TLS handshake or
    the certificate), `"unreachable"` or `"timeout"`.
    """

    why: str = "refused"


@frozen
class Ping:
    """RFC 6455 section 5.5.2; at most 125 bytes."""

    payload: bytes = b""


@frozen
class Pong:
    """RFC 6455 section 5.5.3; at most 125 bytes."""

    payload: bytes = b""


@frozen
class Close:
    """A Close frame (RFC 6455 section 5.5.1) as it is on the wire.

    `code` is None for a frame with an empty payload. Any 16-bit code is possible: hosts send what
    their scripts ask for.
    """

    code: int | None = None
    reason: str = ""


@frozen
class Drop:
    """TCP ended with no Close from this side: by end of stream, or by a reset.

    `inside` is as much of a message's payload as had come when it was cut off.
    """

    reset: bool = False
    inside: Message | None = None


@frozen
class Raw:
    """Bytes that are not well-formed frames, put on the wire as they are."""

    data: bytes


@frozen
class Stall:
    """From here on this side says nothing more and answers nothing, with TCP kept open."""


@frozen
class Gap:
    """A part of the dialogue that the recording does not hold, and why."""

    why: str


@frozen
class End:
    """The test ended while the connection was open; what its host did then is not the script's."""


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
