"""A real server, in a process of its own: what it does is in the path.

It prints the port that it listens at, and the one at which it takes a subprotocol.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

ODD = [
    "", "\x00", "\t tab ", "line\nline\n", "\r\n", "\x7f\x85\u2028", "\ufeffmark", "\ufffe",
    "\uffff", "null", "true", "1.0", "- a", "a: b", "# no comment", "{}", '{"a":1,"a":2}',
    '{"n": 1.0}', "'", '"', "\\", "<<", "😀", "a" * 1000,
]  # fmt: skip
"""Texts that a file format may stumble over."""

COUNTERS: dict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))


async def close(connection: ServerConnection, _: str) -> None:
    await connection.send("hello")
    await connection.close(4000, "gone")


async def fail(connection: ServerConnection, _: str) -> None:
    await connection.send("hello")
    await connection.close(1011, "failed")


async def empty_close(connection: ServerConnection, _: str) -> None:
    async with connection.send_context():
        connection.protocol.send_close()
    await connection.wait_closed()


async def drop(connection: ServerConnection, _: str) -> None:
    await connection.send("hello")
    connection.transport.abort()


async def number(connection: ServerConnection, path: str) -> None:
    await connection.send(str(next(COUNTERS[path])))
    await connection.wait_closed()


async def odd(connection: ServerConnection, _: str) -> None:
    for text in ODD:
        await connection.send(text)
    await connection.send(b"")


async def login(connection: ServerConnection, _: str) -> None:
    async for message in connection:
        name = json.loads(message)["user"]
        await connection.send(f'{{"user": "{name}", "token": "t-{name}-5f2a"}}')


async def key(connection: ServerConnection, _: str) -> None:
    async for _message in connection:
        await connection.send("your key is sk-proj-Ab12Cd34Ef56Gh78Ij90")


async def echo(connection: ServerConnection, _: str) -> None:
    async for message in connection:
        await connection.send(message)


TALKS = {
    "close": close, "fail": fail, "empty-close": empty_close, "drop": drop, "number": number,
    "odd": odd, "login": login, "key": key, "echo": echo,
}  # fmt: skip


async def quietly(connection: ServerConnection) -> None:
    assert connection.request is not None
    url = urlsplit(connection.request.path)
    with suppress(ConnectionClosed):
        await TALKS[url.path.rpartition("/")[2]](connection, url.path)


def answer(connection: ServerConnection, request: Request) -> Response | None:
    if urlsplit(request.path).path.endswith("/reject"):
        response = connection.respond(HTTPStatus.UNAUTHORIZED, "no key\n")
        response.headers["X-Why"] = "no key"
        return response
    return None


def choose(_: ServerConnection, offered: list[Subprotocol]) -> Subprotocol | None:
    return offered[-1] if offered else None


async def main() -> None:
    options = {"process_request": answer, "select_subprotocol": choose, "server_header": "feed/1"}
    async with serve(quietly, "127.0.0.1", 0, **options) as server:  # type: ignore[arg-type]
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
