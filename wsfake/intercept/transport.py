"""The client's half of a TCP connection in memory, as asyncio's protocols see it."""

from __future__ import annotations

import asyncio
import contextvars
import socket
import ssl
from collections.abc import Callable
from typing import Any

from wsfake.errors import UsageError
from wsfake.intercept.between import Between
from wsfake.intercept.pipe import Far, ServerSocket

__all__ = ["MemoryTls", "MemoryTransport"]


class MemoryTls:
    """What a client is told of TLS that is skipped in memory: of the kind that it asked for."""

    def __init__(self, context: ssl.SSLContext, server_hostname: str | None) -> None:
        self.context = context
        self.server_hostname = server_hostname
        self.server_side = False

    def version(self) -> str:
        return "TLSv1.3"

    def cipher(self) -> tuple[str, str, int]:
        return ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)

    def compression(self) -> None:
        return None

    def selected_alpn_protocol(self) -> str | None:
        return None

    def getpeercert(self, binary_form: bool = False) -> Any:
        return b"" if binary_form else {}

    def get_channel_binding(self, kind: str = "tls-unique") -> None:
        return None

    def facts(self) -> dict[str, Any]:
        """Return what `get_extra_info` answers."""
        return {
            "ssl_object": self,
            "sslcontext": self.context,
            "cipher": self.cipher(),
            "compression": None,
            "peercert": self.getpeercert(),
        }


class MemorySocket:
    """What a client is told of the socket that there is not."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def fileno(self) -> int:
        return -1

    def getpeername(self) -> tuple[str, int]:
        return self._address

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 0)

    def setsockopt(self, *arguments: Any) -> None:
        """Take any option: there is nothing that it could change."""

    def getsockopt(self, *arguments: Any) -> int:
        return 0

    def gettimeout(self) -> float:
        return 0.0


class MemoryTransport(asyncio.Transport, Far):
    """Gives a protocol what the server's half of the connection sends, between the loop's turns.

    Nothing is limited: the server's half takes at once what is written. `sock` is a socket that
    the client has brought along; it is connected to nothing, and closed at the end.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        between: Between,
        address: tuple[str, int],
        tls: MemoryTls | None,
        sock: socket.socket | None = None,
    ) -> None:
        super().__init__({"peername": address, "sockname": ("127.0.0.1", 0)})
        self._loop = loop
        self._call_soon = between.call_soon
        self._context = contextvars.copy_context()
        self._sock = sock
        self._tls = tls
        self._protocol: asyncio.BaseProtocol | None = None
        self._buffers = False
        self._incoming: list[bytes] = []
        self._end: Callable[[], None] | None = None
        self._delivering = False
        self._paused = False
        self._closing = False
        self._lost = False
        self._wrote_eof = False
        self.server = ServerSocket(self)
        if tls is not None:
            self._extra.update(tls.facts())  # type: ignore[attr-defined]
        self._extra["socket"] = MemorySocket(address)  # type: ignore[attr-defined]
        if sock is not None:
            self._extra["socket"] = asyncio.trsock.TransportSocket(sock)  # type: ignore[attr-defined]

    def start(self, protocol: asyncio.BaseProtocol) -> None:
        self.set_protocol(protocol)
        protocol.connection_made(self)

    def upgrade(self, tls: MemoryTls, protocol: asyncio.BaseProtocol) -> None:
        """Be secure from now on."""
        self._tls = tls
        self._extra.update(tls.facts())  # type: ignore[attr-defined]
        self.set_protocol(protocol)

    # From the server's half

    def deliver(self, data: bytes) -> None:
        if self._lost:
            return
        self._incoming.append(data)
        self._deliver_soon()

    def deliver_end(self) -> None:
        if not self._lost and self._end is None:
            self._end = self._tell_end
            self._deliver_soon()

    def deliver_close(self, *, reset: bool) -> None:
        if self._lost:
            return
        if reset:
            self._incoming.clear()
            self._end = self._tell_reset
        elif self._end is None:
            self._end = self._tell_end
        self._deliver_soon()

    def _deliver_soon(self) -> None:
        if not self._delivering and not self._paused:
            self._delivering = True
            self._call_soon(self._deliver_in_context)

    def _deliver_in_context(self) -> None:
        self._context.run(self._deliver)

    def _deliver(self) -> None:
        self._delivering = False
        if self._lost or self._paused:
            return
        if self._incoming:
            data = self._incoming[0] if len(self._incoming) == 1 else b"".join(self._incoming)
            self._incoming.clear()
            if not self._closing:
                self._hand_over(data)
        if self._end is not None and not self._paused and not self._incoming:
            end, self._end = self._end, None
            end()

    def _hand_over(self, data: bytes) -> None:
        protocol = self._protocol
        if self._buffers:
            assert isinstance(protocol, asyncio.BufferedProtocol)
            view = memoryview(data)
            while view:
                buffer = memoryview(protocol.get_buffer(len(view)))
                size = min(len(buffer), len(view))
                buffer[:size] = view[:size]
                protocol.buffer_updated(size)
                view = view[size:]
        else:
            protocol.data_received(data)  # type: ignore[union-attr]

    def _tell_end(self) -> None:
        if self._closing:
            return
        keep = self._protocol.eof_received()  # type: ignore[union-attr]
        if self._tls is not None or not keep:
            self.close()

    def _tell_reset(self) -> None:
        self._lose(ConnectionResetError(104, "Connection reset by peer"))

    # From the protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol is not None
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        self._buffers = isinstance(protocol, asyncio.BufferedProtocol)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._wrote_eof:
            raise RuntimeError("Cannot call write() after write_eof()")
        if data and not self._closing:
            self.server.feed(data)

    def write_eof(self) -> None:
        if not self._closing and not self._wrote_eof:
            self._wrote_eof = True
            self.server.feed_end()

    def can_write_eof(self) -> bool:
        return self._tls is None

    def get_write_buffer_size(self) -> int:
        return 0

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return (16 * 1024, 64 * 1024)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Take what is asked for: nothing is ever buffered."""

    def is_reading(self) -> bool:
        return not self._paused and not self._closing

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            if self._incoming or self._end is not None:
                self._deliver_soon()

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self.server.feed_end()
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        if not self._lost:
            self._closing = True
            self.server.feed_end(reset=True)
            self._loop.call_soon(self._lose, None)

    def _lose(self, error: Exception | None) -> None:
        if self._lost:
            return
        self._lost = self._closing = True
        self._incoming.clear()
        self.server.feed_end()
        try:
            if self._protocol is not None:
                self._protocol.connection_lost(error)
        finally:
            if self._sock is not None:
                self._sock.close()

    def secure_with(self, context: ssl.SSLContext, server_hostname: str | None) -> MemoryTls:
        """Return what is told of TLS that begins now.

        Raises `UsageError` where it has begun already.
        """
        if self._tls is not None:
            raise UsageError("expected a connection in clear to begin TLS on, got one with TLS")
        return MemoryTls(context, server_hostname)
