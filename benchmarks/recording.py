"""Recording through the script API, beside the same client without a recording."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks.children import worker
from benchmarks.measuring import Row, compare
from wsfake import Harness

__all__ = ["rows"]

_PAIRS = 2_000
_MESSAGE = "x" * 200
_URL = "ws://echo.example/"

_SERVER = """
import asyncio, sys
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def main():
    async with serve(echo, "127.0.0.1", 0, compression=None) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""


def _talk(real: str, cassette: Path | None) -> int:
    left = _PAIRS
    mode = "live" if cassette is None else "rewrite"
    with Harness(cassette, mode=mode) as ws_fake:
        ws_fake.alias(_URL, to=real)
        socket = ws_fake.WebSocket(_URL)
        socket.onopen = lambda: socket.send(_MESSAGE)

        def on_message(message: object) -> None:
            nonlocal left
            left -= 1
            if left:
                socket.send(_MESSAGE)
            else:
                socket.close()

        socket.onmessage = on_message
        ws_fake.run()
    assert left == 0
    return _PAIRS


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name, worker(_SERVER) as server:
        assert server.stdout is not None
        real = f"ws://127.0.0.1:{int(server.stdout.readline())}/"
        numbers = count()
        yield compare(
            "recording through the script API",
            lambda: _talk(real, Path(name, f"{next(numbers)}.msgpack")),
            "the same without recording",
            lambda: _talk(real, None),
            goal=0.9,
        )
