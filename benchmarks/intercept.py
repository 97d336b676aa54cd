"""Unchanged clients: intercepted in replay, beside the same ones with a loopback server."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.measuring import Row, compare, compare_seconds, cpu_seconds
from benchmarks.one_test import cassette_of_echo
from wsfake import Harness, Transcript

__all__ = ["rows"]

_PAIRS = 2_000
_DAY = 86_400

Client = Callable[[str, int], Awaitable[None]]
"""Says so many messages, each once the echo of the one before has come."""


async def _websockets(url: str, pairs: int) -> None:
    async with connect(url, compression=None) as client:
        for number in range(pairs):
            await client.send(f"message {number}")
            await client.recv()


async def _aiohttp(url: str, pairs: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as client:
        for number in range(pairs):
            await client.send_str(f"message {number}")
            await client.receive()


CLIENTS: dict[str, Client] = {"websockets": _websockets, "aiohttp": _aiohttp}


@contextmanager
def _loopback() -> Iterator[str]:
    """Serve an echo in a thread; yield its URL."""
    ready = threading.Event()
    told: list[str] = []
    stop: list[Callable[[], object]] = []

    async def answer(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async def main() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        stop.append(lambda: loop.call_soon_threadsafe(over.set))
        async with serve(answer, "127.0.0.1", 0, compression=None) as server:
            told.append(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    ready.wait()
    try:
        yield told[0]
    finally:
        stop[0]()
        thread.join()


def _intercepted(client: Client, cassette: Path) -> int:
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        asyncio.run(client("ws://echo.example", _PAIRS))  # type: ignore[arg-type]
    return _PAIRS


def _in_memory(client: Client, cassette: Path) -> int:
    with (
        Harness(cassette) as ws_fake,
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
    ):
        runner.run(client("ws://echo.example", _PAIRS))  # type: ignore[arg-type]
    return _PAIRS


def _real(client: Client, url: str) -> int:
    asyncio.run(client(url, _PAIRS))  # type: ignore[arg-type]
    return _PAIRS


async def _day_of_websockets(url: str) -> None:
    async with connect(url, ping_interval=20) as client:
        await client.send("wake me tomorrow")
        await client.recv()


async def _day_of_aiohttp(url: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, heartbeat=20) as client,
    ):
        await client.send_str("wake me tomorrow")
        await client.receive()


DAYS = {"websockets": _day_of_websockets, "aiohttp": _day_of_aiohttp}


def _day(client: Callable[[str], Awaitable[None]]) -> None:
    with Harness() as ws_fake:
        transcript = Transcript().client("wake me tomorrow").pause(_DAY).server("good morning")
        ws_fake.serve("ws://echo.example", transcript)
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            runner.run(client("ws://echo.example"))  # type: ignore[arg-type]
        assert ws_fake.now >= _DAY


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, _loopback() as url:
        path = Path(folder, "echo.msgpack")
        path.write_bytes(cassette_of_echo(_PAIRS))
        for name, client in CLIENTS.items():
            against = f"{name} and a loopback server"
            yield compare(
                f"{name}, intercepted, in replay",
                lambda client=client: _intercepted(client, path),  # type: ignore[misc]
                against,
                lambda client=client: _real(client, url),  # type: ignore[misc]
                goal=0.7,
            )
            yield compare(
                f"{name} in memory, in replay",
                lambda client=client: _in_memory(client, path),  # type: ignore[misc]
                against,
                lambda client=client: _real(client, url),  # type: ignore[misc]
                goal=2,
            )
    for name, day in DAYS.items():
        yield compare_seconds(
            f"24 virtual hours of heartbeats of {name}",
            lambda day=day: cpu_seconds(lambda: _day(day)),  # type: ignore[misc]
            "a second of a processor",
            lambda: 1.0,
            goal=1,
        )
