"""The behaviours: what a program sees of a server, in one line of text each.

A program is written as its library's documentation has it, and knows nothing of recorders. It is
run live, while it is recorded, and while it is replayed with the server gone; what it sees must be
the same. Where `phase` is looked at, the program does something else at replay than it did when it
was recorded, and the recorder must say so.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx_ws
import picows
import websocket
import websockets
import websockets.sync.client
from websockets import connect as connect_from_package
from websockets.asyncio.client import connect as connect_from_module
from websockets.exceptions import ConnectionClosed, InvalidStatus

from comparison.server import ODD

__all__ = ["BEHAVIOURS", "FAILS", "Behaviour"]

FAILS = "fails, and says why"

Program = Callable[[str, str], Any]
"""Takes the URL of the server and the phase; returns what it saw, or a coroutine that does."""


class Behaviour:
    """One row of the table."""

    def __init__(self, name: str, expected: str, program: Program, **more: Any) -> None:
        self.name = name
        self.expected = expected
        self.program = program
        self.seconds: float = more.pop("seconds", 20)
        """After which it hangs."""

        self.secret: str | None = more.pop("secret", None)
        """What must not be in the file."""

        self.says: str = more.pop("says", "")
        """A pattern for what must stand in the error where the recorder is to complain."""

        self.cassetter: dict[str, Any] = {"intercept": ["websockets"], **more.pop("cassetter", {})}
        """The arguments of `use_cassette`; those of WebSockets unless another library is meant."""

        self.workers: int = more.pop("workers", 1)
        """Processes that replay one cassette at the same time."""

        assert not more


BEHAVIOURS: list[Behaviour] = []


def behaviour(name: str, expected: str, **more: Any) -> Callable[[Program], Program]:
    def add(program: Program) -> Program:
        BEHAVIOURS.append(Behaviour(name, expected, program, **more))
        return program

    return add


def shown(*values: object) -> str:
    return ", ".join(map(repr, values))


def closed(error: ConnectionClosed) -> str:
    """Say how a connection ended, as the library tells it."""
    if error.rcvd is None:
        return f"{type(error).__name__}, no close received"
    return f"{type(error).__name__}, {error.rcvd.code} {error.rcvd.reason}".rstrip()


async def end_of(connection: Any) -> str:
    """Receive until the connection is closed."""
    try:
        while True:
            await connection.recv()
    except ConnectionClosed as error:
        return closed(error)


async def echoed(connection: Any, *messages: str | bytes) -> list[str | bytes]:
    heard = []
    for message in messages:
        await connection.send(message)
        heard.append(await connection.recv())
    return heard


# How the name was imported


@behaviour("`websockets.connect(...)`, named in full", "'hi'")
async def named_in_full(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        return shown(*await echoed(connection, "hi"))


@behaviour("`from websockets import connect`, before the recorder starts", "'hi'")
async def imported_from_package(url: str, phase: str) -> str:
    async with connect_from_package(f"{url}/echo") as connection:
        return shown(*await echoed(connection, "hi"))


@behaviour("`from websockets.asyncio.client import connect`, before", "'hi'")
async def imported_from_module(url: str, phase: str) -> str:
    async with connect_from_module(f"{url}/echo") as connection:
        return shown(*await echoed(connection, "hi"))


@behaviour("`async for connection in connect(...)`: it connects again", "'a', 'b'")
async def reconnecting(url: str, phase: str) -> str:
    heard: list[str | bytes] = []
    async for connection in websockets.connect(f"{url}/echo"):
        heard += await echoed(connection, "a" if not heard else "b")
        if len(heard) == 2:
            break
        await connection.close()
    return shown(*heard)


# Libraries


@behaviour("`websockets.sync.client`", "'hi'")
def synchronous(url: str, phase: str) -> str:
    with websockets.sync.client.connect(f"{url}/echo") as connection:
        connection.send("hi")
        return shown(connection.recv())


@behaviour("`aiohttp`", "'hi'", cassetter={"intercept": ["aiohttp"]})
async def with_aiohttp(url: str, phase: str) -> str:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/echo") as socket:
        await socket.send_str("hi")
        return shown((await socket.receive()).data)


@behaviour("`httpx-ws`, async", "'hi'", cassetter={"intercept": ["httpx"]})
async def with_httpx_ws(url: str, phase: str) -> str:
    socket: Any
    async with httpx_ws.aconnect_ws(f"{url}/echo") as socket:
        await socket.send_text("hi")
        return shown(await socket.receive_text())


@behaviour("`websocket-client`", "'hi'", cassetter={"intercept": None})
def with_websocket_client(url: str, phase: str) -> str:
    socket: Any = websocket.create_connection(f"{url}/echo")
    socket.send("hi")
    heard = socket.recv()
    socket.close()
    return shown(heard)


class _Listener(picows.WSListener):
    def __init__(self) -> None:
        self.heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        transport.send(picows.WSMsgType.TEXT, b"hi")

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self.heard.set_result(frame.get_payload_as_utf8_text())
            transport.send_close(1000)
            transport.disconnect()


@behaviour("`picows`", "'hi'", cassetter={"intercept": None})
async def with_picows(url: str, phase: str) -> str:
    listener: Any
    transport, listener = await picows.ws_connect(_Listener, f"{url}/echo")
    heard = await listener.heard
    await transport.wait_disconnected()
    return shown(heard)


# Closes


@behaviour("the server's close code and reason", "ConnectionClosedError, 4000 gone")
async def close_code(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/close") as connection:
        return await end_of(connection)


@behaviour("a Close frame without a code", "ConnectionClosedOK, 1005")
async def empty_close(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/empty-close") as connection:
        return await end_of(connection)


@behaviour("a connection that is lost", "ConnectionClosedError, no close received")
async def lost(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/drop") as connection:
        return await end_of(connection)


@behaviour("iteration that ends in an error", "'hello', ConnectionClosedError, 1011 failed")
async def iterating(url: str, phase: str) -> str:
    heard: list[Any] = []
    async with websockets.connect(f"{url}/fail") as connection:
        try:
            async for message in connection:
                heard.append(message)
        except ConnectionClosed as error:
            return f"{heard[0]!r}, {closed(error)}"
    return f"{heard[0]!r}, and no error"


@behaviour("the client closes with 4001, and at replay with 4002", FAILS, says="4001")
async def own_close(url: str, phase: str) -> str:
    connection = await websockets.connect(f"{url}/echo")
    await echoed(connection, "hi")
    await connection.close(4002 if phase == "replay" else 4001, "mine")
    return "nothing"


@behaviour("a server that is silent: `recv` waits", "waits")
async def silence(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        await echoed(connection, "hi")
        try:
            async with asyncio.timeout(1):
                await connection.recv()
        except TimeoutError:
            return "waits"
        except ConnectionClosed as error:
            return closed(error)
    return "nothing"


# Pings, handshakes, refusals


@behaviour("`await (await connection.ping())`", "a pong")
async def pinged(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        await (await connection.ping())
        await echoed(connection, "hi")
        return "a pong"


@behaviour("the headers of the server's answer", "'feed/1'")
async def response_headers(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        await echoed(connection, "hi")
        assert connection.response is not None
        return shown(connection.response.headers["Server"])


@behaviour("the subprotocol that was chosen", "'v2'")
async def subprotocol(url: str, phase: str) -> str:
    protocols = [websockets.Subprotocol("v1"), websockets.Subprotocol("v2")]
    async with websockets.connect(f"{url}/echo", subprotocols=protocols) as connection:
        await echoed(connection, "hi")
        return shown(connection.subprotocol)


@behaviour("a handshake that is rejected, then one that is not", "401 no key, 'hi'")
async def rejected(url: str, phase: str) -> str:
    try:
        async with websockets.connect(f"{url}/reject"):
            pass
        seen = "no error"
    except InvalidStatus as error:
        seen = f"{error.response.status_code} {error.response.headers['X-Why']}"
    async with websockets.connect(f"{url}/echo") as connection:
        return f"{seen}, {shown(*await echoed(connection, 'hi'))}"


# Several connections


@behaviour("two connections to one URL, closed in the other order", "'1', '2'")
async def two(url: str, phase: str) -> str:
    first = await websockets.connect(f"{url}/number")
    one = await first.recv()
    second = await websockets.connect(f"{url}/number")
    other = await second.recv()
    await second.close()
    await first.close()
    return shown(one, other)


@behaviour("three connections at once", "'a', 'b', 'c'")
async def three(url: str, phase: str) -> str:
    async def one(name: str) -> Any:
        async with websockets.connect(f"{url}/{name}/echo") as connection:
            return (await echoed(connection, "x", name))[1]

    return shown(*await asyncio.gather(*map(one, "abc")))


@behaviour("a connection in another thread", "'hi'")
async def threaded(url: str, phase: str) -> str:
    heard: list[Any] = []

    async def talk() -> None:
        async with websockets.connect(f"{url}/echo") as connection:
            heard.extend(await echoed(connection, "hi"))

    thread = threading.Thread(target=lambda: asyncio.run(talk()), daemon=True)
    thread.start()
    await asyncio.to_thread(thread.join, 15)
    return shown(*heard) if heard else "nothing"


# What is sent is checked


NO_MATCH = "does not match the recording"
STRICT = {"match_on": ["method", "uri", "body"]}
"""With which cassetter compares what is sent."""


async def buy(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        await echoed(connection, "sell" if phase == "replay" else "buy")
    return "nothing"


behaviour("at replay another message is sent; nothing is set", FAILS, says=NO_MATCH)(buy)
behaviour(
    "the same; cassetter with `match_on=[..., 'body']`", FAILS, says=NO_MATCH, cassetter=STRICT
)(buy)


@behaviour(
    "at replay a message is left out, and its answer waited for; as above",
    FAILS,
    says="buy|unsent",
    cassetter=STRICT,
)
async def left_out(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        if phase != "replay":
            await connection.send("buy")
        try:
            async with asyncio.timeout(5):
                await connection.recv()
        except TimeoutError:
            pass
    return "nothing"


# What was said


@behaviour(f"{len(ODD)} odd texts, and an empty binary message", "as they were sent")
async def odd(url: str, phase: str) -> str:
    heard = []
    async with websockets.connect(f"{url}/odd") as connection:
        async for message in connection:
            heard.append(message)
    wrong = [sent for sent, came in zip([*ODD, b""], heard, strict=False) if sent != came]
    if len(heard) != len(ODD) + 1:
        return f"{len(heard)} messages of {len(ODD) + 1}"
    return f"changed: {wrong}" if wrong else "as they were sent"


@behaviour("10,000 messages, each with its answer", "20000 messages", seconds=180)
async def many(url: str, phase: str) -> str:
    count = 0
    async with websockets.connect(f"{url}/echo") as connection:
        for number in range(10_000):
            await connection.send(f"{number}")
            assert await connection.recv() == f"{number}"
            count += 2
    return f"{count} messages"


@behaviour("four processes replay one cassette at once", "'hi'", workers=4)
async def parallel(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/echo") as connection:
        return shown(*await echoed(connection, "hi"))


# Secrets


@behaviour("a token in the server's JSON", "not in the file", secret="t-ann-5f2a")
async def token_in_json(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/login") as connection:
        (heard,) = await echoed(connection, json.dumps({"user": "ann", "password": "hunter2"}))
        return "not in the file" if "ann" in str(heard) else shown(heard)


@behaviour("an API key in a text that is no JSON", "not in the file", secret="sk-proj-Ab12")
async def key_in_text(url: str, phase: str) -> str:
    async with websockets.connect(f"{url}/key") as connection:
        (heard,) = await echoed(connection, "my key?")
        return "not in the file" if str(heard).startswith("your key is") else shown(heard)
