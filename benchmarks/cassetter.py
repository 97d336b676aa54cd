"""A peer that records too: cassetter, in an environment and a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.children import environment, one_processor, worker

__all__ = ["PAIRS", "REQUIREMENTS", "cassette_of_cassetter", "cassetter"]

REQUIREMENTS = ("cassetter", "websockets", "pytest")
PAIRS = 9_000
"""About as many messages and echoes as it can load."""

_PROGRAM = """
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


def cassette_of_cassetter(pairs: int, text: str = "message {}") -> bytes:
    """Return so many messages, which are `text` with their number, and their echoes."""
    frames = "".join(
        f"  - direction: {direction}\n    frame_type: text\n    body:\n      type: text\n"
        f'      content: "{text.format(i)}"\n    offset_ms: 0\n'
        for i in range(pairs)
        for direction in ("send", "recv")
    )
    head = "version: 1\ninteractions: []\nws_interactions:\n- uri: ws://echo.example/\n"
    return f"{head}  headers: {{}}\n  frames:\n{frames}".encode()


@contextmanager
def cassetter(path: Path, text: str = "message {}") -> Iterator[Callable[[str], float]]:
    """Return what lets it `load` or `replay` a cassette of `PAIRS`, and tells the seconds it took.

    Meanwhile both processes stay on one processor. Raises `Unavailable` where it cannot be had.
    """
    python = environment(*REQUIREMENTS)
    path.write_bytes(cassette_of_cassetter(PAIRS, text))
    with one_processor(), worker(_PROGRAM, str(path), str(PAIRS), python=python) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        talk, hear = process.stdin, process.stdout

        def ask(what: str) -> float:
            print(what, file=talk, flush=True)
            return float(hear.readline())

        yield ask
