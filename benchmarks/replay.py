"""Strict replay of a recording: every message compared, the cassette's loading included."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.children import Unavailable, environment, worker
from benchmarks.measuring import Row, Skipped, compare_seconds, seconds
from benchmarks.one_test import cassette_of_echo, cassetters_cassette
from wsfake import Harness

__all__ = ["rows"]

_PAIRS = 10_000
_THEIR_PAIRS = 9_000  # about as many as it can load

_THEIRS = """
import asyncio, gc, sys, time
import cassetter, websockets
path, pairs = sys.argv[1], int(sys.argv[2])

async def main():
    async with websockets.connect("ws://echo.example/") as client:
        for i in range(pairs):
            await client.send(f"message {i}")
            assert await client.recv() == f"message {i}"

for line in sys.stdin:
    gc.collect()
    begin = time.perf_counter()
    with cassetter.use_cassette(path, record_mode="none", match_on=["uri", "body"],
                                intercept=["websockets"]):
        if line.strip() == "replay":
            asyncio.run(main())
    print(time.perf_counter() - begin, flush=True)
"""


def _replay(path: Path) -> None:
    left = _PAIRS
    with Harness(path) as ws_fake:
        socket = ws_fake.WebSocket("ws://echo.example/")
        socket.onopen = lambda: socket.send("message 0")

        def on_message(message: object) -> None:
            nonlocal left
            left -= 1
            if left:
                socket.send(f"message {_PAIRS - left}")

        socket.onmessage = on_message
        ws_fake.run()
    assert left == 0


def rows() -> Iterator[Row | Skipped]:
    what, peer, goal = f"strict replay of {_PAIRS:,} pairs, per pair", "cassetter", 1 / 10
    try:
        python = environment("cassetter", "websockets", "pytest")
    except Unavailable as error:
        yield Skipped(what, peer, goal, "seconds", str(error))
        return
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "echo.msgpack"), Path(folder, "echo.yaml")
        ours.write_bytes(cassette_of_echo(_PAIRS))
        theirs.write_bytes(cassetters_cassette(_THEIR_PAIRS))
        with worker(_THEIRS, str(theirs), str(_THEIR_PAIRS), python=python) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            talk, hear = process.stdin, process.stdout

            def replay_theirs() -> float:
                print("replay", file=talk, flush=True)
                return float(hear.readline()) / _THEIR_PAIRS

            yield compare_seconds(
                what,
                lambda: seconds(lambda: _replay(ours)) / _PAIRS,
                peer,
                replay_theirs,
                goal=goal,
            )
