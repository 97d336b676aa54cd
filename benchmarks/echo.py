"""An echo round trip of 200 B text: through the fake, over loopback, and through a bare queue."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.measuring import Row, compare
from wsfake import Harness, Transcript

__all__ = ["MESSAGE", "echo", "rows", "transcript_of"]

MESSAGE = "x" * 200
_PAIRS = 20_000
_LOOPBACK_PAIRS = 2_000


def transcript_of(pairs: int) -> Transcript:
    """Return the transcript of so many messages and their echoes."""
    transcript = Transcript()
    for _ in range(pairs):
        transcript = transcript.client(MESSAGE).server(MESSAGE)
    assert transcript.steps
    return transcript


def echo(transcript: Transcript, pairs: int) -> int:
    """Say every message of the transcript, each when the echo of the one before has come."""
    left = pairs
    with Harness() as ws_fake:
        ws_fake.serve("ws://echo.example", transcript)
        socket = ws_fake.WebSocket("ws://echo.example")
        socket.onopen = lambda: socket.send(MESSAGE)

        def on_message(message: object) -> None:
            nonlocal left
            left -= 1
            if left:
                socket.send(MESSAGE)

        socket.onmessage = on_message
        ws_fake.run()
    assert left == 0
    return pairs


def _loopback() -> int:
    async def answer(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async def main() -> None:
        async with serve(answer, "127.0.0.1", 0, compression=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with connect(f"ws://127.0.0.1:{port}", compression=None) as client:
                for _ in range(_LOOPBACK_PAIRS):
                    await client.send(MESSAGE)
                    await client.recv()

    asyncio.run(main())
    return _LOOPBACK_PAIRS


def _bare() -> int:
    queue: deque[Callable[[], None]] = deque()
    left = _PAIRS * 10

    def client() -> None:
        nonlocal left
        left -= 1
        if left:
            queue.append(server)

    def server() -> None:
        queue.append(client)

    queue.append(server)
    while queue:
        queue.popleft()()
    return _PAIRS * 10


def rows() -> Iterator[Row]:
    transcript = transcript_of(_PAIRS)
    what = "echo through ws_fake.WebSocket and a transcript"

    def ours() -> int:
        return echo(transcript, _PAIRS)

    yield compare(what, ours, "websockets over loopback", _loopback, goal=40)
    yield compare(what, ours, "a bare deque of callbacks", _bare, goal=0.1)
