"""What the recording proxy is measured against, each in a process of its own.

`python -m benchmarks.relays server | forwarder URL | websockets URL` prints the URL of its port.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection, serve

from benchmarks import endpoints


class _Side(asyncio.Protocol):
    """Writes what it reads to the other side, with asyncio's own backpressure."""

    def __init__(self) -> None:
        self.other: _Side | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        assert self.other.transport is not None
        self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, _: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


async def _forward(host: str, port: int) -> None:
    """Pass bytes, and nothing else: the least that a proxy in asyncio can do."""
    loop = asyncio.get_running_loop()
    tasks = set()

    class Accepted(_Side):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            assert self.transport is not None
            self.transport.pause_reading()
            task = loop.create_task(self.connect())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        async def connect(self) -> None:
            _, self.other = await loop.create_connection(_Side, host, port)
            self.other.other = self
            assert self.transport is not None
            self.transport.resume_reading()

    server = await loop.create_server(Accepted, "127.0.0.1", 0)
    print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


async def _relay(url: str) -> None:
    """Receive messages and send them again, as one writes a proxy with a library."""
    options = {"compression": None, "max_size": None, "ping_interval": None}

    async def pass_on(source: Connection, sink: Connection) -> None:
        async for message in source:
            await sink.send(message)
        await sink.close()

    async def handle(client: ServerConnection) -> None:
        async with connect(url, **options) as upstream, asyncio.TaskGroup() as group:  # type: ignore[arg-type]
            group.create_task(pass_on(client, upstream))
            group.create_task(pass_on(upstream, client))

    async with serve(handle, "127.0.0.1", 0, **options) as server:  # type: ignore[arg-type]
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await server.serve_forever()


def main() -> None:
    what, *arguments = sys.argv[1:]
    if what == "server":
        asyncio.run(endpoints.serve())
    elif what == "forwarder":
        parts = urlsplit(arguments[0])
        asyncio.run(_forward(str(parts.hostname), int(parts.port or 0)))
    else:
        asyncio.run(_relay(arguments[0]))


if __name__ == "__main__":
    main()
