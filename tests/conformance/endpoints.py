"""The two ends that are tested by the Autobahn|Testsuite, made with `websockets`.

    python tests/conformance/endpoints.py server             # prints its URL
    python tests/conformance/endpoints.py client URL AGENT   # does all cases of a fuzzing server
    python tests/conformance/endpoints.py library-server | library-client URL AGENT

The first two echo a message before they look at what comes behind it, so what they say follows
from the bytes that they get, however these come apart. The other two are the asyncio ends of the
library: there an echo is a task's business, and may lose against a violation that comes behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

OPTIONS: Any = {"max_size": None, "open_timeout": 30, "ping_interval": None}


class Echo(Protocol):
    """Answers each message as soon as its last frame is read."""

    first: Frame | None = None
    data = b""

    def recv_frame(self, frame: Frame) -> None:
        super().recv_frame(frame)
        if frame.opcode not in DATA_OPCODES:
            return
        self.first = self.first or frame
        self.data += frame.data
        if not frame.fin:
            return
        data, text = self.data, self.first.opcode is Opcode.TEXT
        self.first, self.data = None, b""
        if text:
            data.decode()  # what cannot be is a violation (RFC 6455 section 8.1)
        (self.send_text if text else self.send_binary)(data)


class EchoServer(Echo, ServerProtocol):
    pass


class EchoClient(Echo, ClientProtocol):
    pass


class Wire(asyncio.Protocol):
    """Moves the bytes of a protocol."""

    def __init__(self, protocol: EchoServer | EchoClient) -> None:
        self.protocol = protocol
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if isinstance(self.protocol, EchoClient):
            self.protocol.send_request(self.protocol.connect())
            self.send()

    def data_received(self, data: bytes) -> None:
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Request) and isinstance(self.protocol, EchoServer):
                self.protocol.send_response(self.protocol.accept(event))
        self.send()

    def eof_received(self) -> None:
        self.protocol.receive_eof()
        self.send()

    def connection_lost(self, _: Exception | None) -> None:
        self.over.set_result(None)

    def send(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                self.transport.write_eof()


async def run_server() -> None:
    loop = asyncio.get_running_loop()
    deflate = [ServerPerMessageDeflateFactory()]
    server = await loop.create_server(
        lambda: Wire(EchoServer(max_size=None, extensions=deflate)), "127.0.0.1", 0
    )
    print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


async def run_library_server() -> None:
    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, **OPTIONS) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


async def run_case(url: str) -> None:
    parts = urlsplit(url)
    protocol = EchoClient(
        parse_uri(url),
        max_size=None,
        extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)],
    )
    _, wire = await asyncio.get_running_loop().create_connection(
        lambda: Wire(protocol), str(parts.hostname), int(parts.port or 80)
    )
    await wire.over


async def run_library_case(url: str) -> None:
    with contextlib.suppress(ConnectionClosed, InvalidMessage):
        async with connect(url, **OPTIONS) as client:
            async for message in client:
                await client.send(message)


async def run_cases(run: Callable[[str], Awaitable[None]], url: str, agent: str) -> None:
    async with connect(f"{url}/getCaseCount", **OPTIONS) as client:
        count = int(await client.recv())
    for number in range(1, count + 1):
        await run(f"{url}/runCase?case={number}&agent={agent}")
    async with connect(f"{url}/updateReports?agent={agent}", **OPTIONS) as client:
        await client.wait_closed()


WHAT: dict[str, Callable[..., Awaitable[None]]] = {
    "server": run_server,
    "client": lambda url, agent: run_cases(run_case, url, agent),
    "library-server": run_library_server,
    "library-client": lambda url, agent: run_cases(run_library_case, url, agent),
}


async def main(what: str, *arguments: str) -> None:
    await WHAT[what](*arguments)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
