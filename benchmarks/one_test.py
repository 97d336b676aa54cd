"""One test over an empty one: a fixture, a replayed echo of twenty messages, checks, the end.

Beside it, fixtures that start a server and connect to it, with the same echo.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cassetter import REQUIREMENTS, cassette_of_cassetter
from benchmarks.children import Unavailable, environment, one_processor
from benchmarks.in_turns import times_over_empty
from benchmarks.measuring import RUNS, Row, Skipped, compare_seconds, in_one_go
from wsfake.cassette import write_cassette
from wsfake.model import Accept, Entry, Event, Open, Side

__all__ = ["rows"]

_OURS = """
import pytest
@MANY
@pytest.mark.ws_fake(cassette="echo")
def test_it(n, ws_fake):
    received = []
    socket = ws_fake.WebSocket("ws://echo.example/")
    socket.onopen = lambda: socket.send("message 0")

    def on_message(message):
        received.append(message.data)
        if len(received) < 10:
            socket.send(f"message {len(received)}")
        else:
            socket.close()

    socket.onmessage = on_message
    ws_fake.run()
    assert received == [f"message {i}" for i in range(10)]
"""

_ASYNCIO = """
import asyncio
import pytest
from contextlib import asynccontextmanager
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

@asynccontextmanager
async def serving():
    async with serve(echo, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as client:
            yield client

@pytest.fixture
def runner_and_client():
    with asyncio.Runner() as runner:
        serves = serving()
        yield runner, runner.run(serves.__aenter__())
        runner.run(serves.__aexit__(None, None, None))

@MANY
def test_it(n, runner_and_client):
    runner, client = runner_and_client

    async def talk():
        received = []
        for i in range(10):
            await client.send(f"message {i}")
            received.append(await client.recv())
        assert received == [f"message {i}" for i in range(10)]

    runner.run(talk())
"""

_SYNC = """
import threading
import pytest
from websockets.sync.client import connect
from websockets.sync.server import serve

def echo(connection):
    for message in connection:
        connection.send(message)

@pytest.fixture
def client():
    with serve(echo, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with connect(f"ws://127.0.0.1:{server.socket.getsockname()[1]}") as client:
            yield client
        server.shutdown()
        thread.join()

@MANY
def test_it(n, client):
    received = []
    for i in range(10):
        client.send(f"message {i}")
        received.append(client.recv())
    assert received == [f"message {i}" for i in range(10)]
"""

_STARLETTE = """
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient

async def echo(websocket):
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message)

@MANY
def test_it(n):
    with TestClient(Starlette(routes=[WebSocketRoute("/", echo)])) as client:
        with client.websocket_connect("/") as socket:
            received = []
            for i in range(10):
                socket.send_text(f"message {i}")
                received.append(socket.receive_text())
            assert received == [f"message {i}" for i in range(10)]
"""

_CASSETTER = """
import asyncio
import cassetter
import websockets

@MANY
def test_it(n):
    async def main():
        received = []
        async with websockets.connect("ws://echo.example/") as client:
            for i in range(10):
                await client.send(f"message {i}")
                received.append(await client.recv())
        assert received == [f"message {i}" for i in range(10)]
    with cassetter.use_cassette("echo.yaml", record_mode="none", match_on=["uri", "body"],
                                intercept=["websockets"]):
        asyncio.run(main())
"""


def cassette_of_echo(pairs: int = 10) -> bytes:
    """Return a cassette of so many messages and their echoes."""
    said: list[tuple[Side, Event]] = [
        (Side.CLIENT, Open("ws://echo.example/")),
        (Side.SERVER, Accept()),
    ]
    for i in range(pairs):
        said += [(Side.CLIENT, f"message {i}"), (Side.SERVER, f"message {i}")]
    entries = [Entry(at * 1000, 1, side, what) for at, (side, what) in enumerate(said)]
    with tempfile.TemporaryDirectory() as folder:
        return write_cassette(Path(folder, "a.msgpack"), entries).read_bytes()


def rows() -> Iterator[Row | Skipped]:
    what = "one test with a cassette of 20 messages"
    files = {"cassettes/echo.msgpack": cassette_of_echo()}

    def measure(**peers: str) -> dict[str, float]:
        kinds = {"ours": _OURS, **peers}
        return times_over_empty(kinds, "-p", "pytest_wsfake.plugin", files=files)

    peers = {"asyncio": _ASYNCIO, "sync": _SYNC, "starlette": _STARLETTE}
    measured = [measure(**peers) for _ in range(RUNS)]
    for kind, peer, goal in (
        ("asyncio", "a websockets server, asyncio", 1 / 8),
        ("sync", "a websockets server in a thread", 1 / 40),
        ("starlette", "starlette's TestClient", 1 / 15),
    ):
        yield in_one_go(what, peer, [(each["ours"], each[kind]) for each in measured], goal=goal)
    peer, goal = "cassetter", 1 / 3
    try:
        python = environment(*REQUIREMENTS)
    except Unavailable as error:
        yield Skipped(what, peer, goal, "seconds", str(error))
        return
    theirs = {"echo.yaml": cassette_of_cassetter(10)}
    with one_processor():
        yield compare_seconds(
            what,
            lambda: measure()["ours"],
            peer,
            lambda: times_over_empty({peer: _CASSETTER}, python=python, files=theirs)[peer],
            goal=goal,
        )
