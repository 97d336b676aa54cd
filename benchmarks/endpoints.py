"""The two ends of a connection that a proxy is measured by: fast ones, made with picows."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable

from attrs import frozen
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect, ws_create_server

__all__ = ["Flight", "one_in_flight", "serve", "stream"]

_BATCH = 1000
_WINDOW = 20 * _BATCH
"""So many messages are on their way at most, so that nobody's memory is measured."""


class _Server(WSListener):
    """Echoes, or after a first message `count` answers each thousandth of those that come."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._echo: bool | None = None
        self._count = 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if self._echo is None:
            self._echo = payload != b"count"
        elif self._echo:
            transport.send(frame.msg_type, payload)
        else:
            self._count += 1
            if self._count % _BATCH == 0:
                transport.send(WSMsgType.BINARY, b"")


class _Client(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        self.on_frame: Callable[[], None] = lambda: None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self.on_frame()


async def serve() -> None:
    """Serve for ever; print the URL."""
    server = await ws_create_server(lambda _: _Server(), "127.0.0.1", 0)
    print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


def stream(url: str, count: int) -> float:
    """Send so many texts of 200 B as fast as they go; return the seconds until all are there."""

    async def main() -> float:
        done = asyncio.get_running_loop().create_future()
        transport, client = await ws_connect(_Client, url, max_frame_size=1 << 30)
        payload = b"x" * 200
        sent = answered = 0

        def send() -> None:
            nonlocal sent
            while sent < count and sent - answered < _WINDOW:
                for _ in range(_BATCH):
                    transport.send(WSMsgType.TEXT, payload)
                sent += _BATCH

        def on_frame() -> None:
            nonlocal answered
            answered += _BATCH
            if answered < count:
                send()
            elif not done.done():
                done.set_result(None)

        assert isinstance(client, _Client)
        client.on_frame = on_frame
        transport.send(WSMsgType.BINARY, b"count")
        begin = time.perf_counter()
        send()
        await done
        taken = time.perf_counter() - begin
        transport.disconnect()
        return taken

    return asyncio.run(main())


@frozen
class Flight:
    seconds: float
    median: float
    """Seconds of one round trip."""


def one_in_flight(url: str, count: int, size: int) -> Flight:
    """Send so many binary messages, each once the echo of the one before it is there."""

    async def main() -> Flight:
        done = asyncio.get_running_loop().create_future()
        transport, client = await ws_connect(_Client, url, max_frame_size=1 << 30)
        payload = bytes(size)
        taken: list[float] = []
        at = 0.0

        def send() -> None:
            nonlocal at
            at = time.perf_counter()
            transport.send(WSMsgType.BINARY, payload)

        def on_frame() -> None:
            taken.append(time.perf_counter() - at)
            if len(taken) < count:
                send()
            elif not done.done():
                done.set_result(None)

        assert isinstance(client, _Client)
        client.on_frame = on_frame
        transport.send(WSMsgType.BINARY, b"echo")
        begin = time.perf_counter()
        send()
        await done
        seconds = time.perf_counter() - begin
        transport.disconnect()
        return Flight(seconds, statistics.median(taken))

    return asyncio.run(main())
