"""Where the bytes go, and how much of them is held."""

from __future__ import annotations

import ssl
from functools import cache
from urllib.parse import urlsplit

from attrs import frozen

from wsfake.live.http import ascii_host
from wsfake.model.urls import DEFAULT_PORTS

__all__ = ["MEBIBYTE", "Limits", "Upstream"]

MEBIBYTE = 1 << 20


@frozen
class Upstream:
    """The real server, and what is changed in the request that goes there.

    `url` is its `ws` or `wss` URL with the path and the query to ask for. `ssl_context` is for
    `wss`; None is the system's, by which certificates are checked. `origin` stands in the place of
    the client's `Origin` header; None leaves that as it is.
    """

    url: str
    ssl_context: ssl.SSLContext | None = None
    origin: str | None = None

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme.lower() == "wss"

    @property
    def host(self) -> str:
        """The host to look up and to check the certificate for, in ASCII.

        Raises `UsageError` for a name that cannot be one.
        """
        return ascii_host(self.url)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or DEFAULT_PORTS["wss" if self.secure else "ws"]

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The context of the connection to it; None in clear."""
        if not self.secure:
            return None
        return self.ssl_context or _of_the_system()


@cache
def _of_the_system() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads hundreds of certificates: once is enough


@frozen
class Limits:
    """What one relay takes at most; times are seconds, sizes are bytes."""

    connect_seconds: float = 20.0
    """How long the name, TCP and TLS to the real server may take in all."""

    linger_seconds: float = 10.0
    """How long a side is given to take what it was sent, once the other side has gone."""

    message_bytes: int = 256 * MEBIBYTE
    """A message that is larger passes, and with all that its side says behind it is told as a
    `Gap`; so much fits into a cassette."""

    delayed_bytes: int = 16 * MEBIBYTE
    """What a fault that takes time may hold of each direction; then reading stops."""
