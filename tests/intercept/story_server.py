"""A real server, in a process of its own; what it does is in the path. It prints its URL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

numbers = count(1)


async def close(connection: ServerConnection) -> None:
    await connection.recv()
    await connection.send("hello")
    await connection.close(4000, "gone, été")


async def fail(connection: ServerConnection) -> None:
    await connection.recv()
    await connection.send(b"\x00\xff")
    await connection.close(1011, "failed")


async def leave(connection: ServerConnection) -> None:
    await connection.recv()
    await connection.send("bye")
    await connection.close(1000, "done")


async def empty(connection: ServerConnection) -> None:
    await connection.recv()
    async with connection.send_context():
        connection.protocol.send_close()
    await connection.wait_closed()


async def drop(connection: ServerConnection) -> None:
    await connection.recv()
    await connection.send("hello")
    connection.transport.abort()


async def chat(connection: ServerConnection) -> None:
    await (await connection.ping(b"beat"))
    async for message in connection:
        await connection.send(message)


async def number(connection: ServerConnection) -> None:
    await connection.send(str(next(numbers)))
    async for message in connection:
        await connection.send(message)


TALKS = {
    "close": close, "fail": fail, "leave": leave, "empty": empty, "drop": drop, "chat": chat,
    "number": number,
}  # fmt: skip


async def quietly(connection: ServerConnection) -> None:
    assert connection.request is not None
    with suppress(ConnectionClosed):
        await TALKS[urlsplit(connection.request.path).path.rpartition("/")[2]](connection)


def answer(connection: ServerConnection, request: Request) -> Response | None:
    if urlsplit(request.path).path.endswith("/reject"):
        response = connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "slow down\n")
        response.headers["Retry-After"] = "7"
        return response
    return None


def choose(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return offered[-1] if offered else None


async def main() -> None:
    async with serve(
        quietly, "127.0.0.1", 0,
        process_request=answer, select_subprotocol=choose, server_header="feed/1",
    ) as server:  # fmt: skip
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"ws://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
