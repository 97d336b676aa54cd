"""Recording through the script API, beside the same client without a recording.

A cassette that is kept is written through to the disk, once and however long it is, which takes a
busy disk longer than the whole dialogue: what is timed is the dialogue, and of the end only what it
costs the processor.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from attrs import frozen

from benchmarks.children import worker
from benchmarks.measuring import Row, compare_rates, compare_seconds
from wsfake import Harness

__all__ = ["rows"]

_PAIRS = 2_000
_RUNS = 11
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


@frozen
class _Taken:
    rate: float
    """Pairs of messages per second, from the first message to the last."""

    cpu_seconds: float
    """Of all of it: connecting, the dialogue, and what becomes of the recording."""


def _talk(real: str, cassette: Path | None) -> _Taken:
    left = _PAIRS
    begin = end = 0.0
    mode = "live" if cassette is None else "rewrite"
    gc.collect()
    cpu = time.process_time()
    with Harness(cassette, mode=mode) as ws_fake:
        ws_fake.alias(_URL, to=real)
        socket = ws_fake.WebSocket(_URL)

        def on_open() -> None:
            nonlocal begin
            begin = time.perf_counter()
            socket.send(_MESSAGE)

        def on_message(message: object) -> None:
            nonlocal left, end
            left -= 1
            if left:
                socket.send(_MESSAGE)
            else:
                end = time.perf_counter()
                socket.close()

        socket.onopen = on_open
        socket.onmessage = on_message
        ws_fake.run()
    assert left == 0
    return _Taken(_PAIRS / (end - begin), time.process_time() - cpu)


def rows() -> Iterator[Row]:
    what, against = "recording through the script API", "the same without recording"
    with tempfile.TemporaryDirectory() as name, worker(_SERVER) as server:
        assert server.stdout is not None
        real = f"ws://127.0.0.1:{int(server.stdout.readline())}/"
        numbers = count()

        def recorded() -> _Taken:
            return _talk(real, Path(name, f"{next(numbers)}.msgpack"))

        yield compare_rates(
            what,
            lambda: recorded().rate,
            against,
            lambda: _talk(real, None).rate,
            goal=0.9,
            runs=_RUNS,
        )
        yield compare_seconds(
            f"{what}, CPU seconds with its end",
            lambda: recorded().cpu_seconds,
            against,
            lambda: _talk(real, None).cpu_seconds,
            runs=_RUNS,
        )
