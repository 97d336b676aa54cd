"""Strict replay of a recording: every message compared, the cassette's loading included."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cassetter import PAIRS, cassetter
from benchmarks.children import Unavailable
from benchmarks.measuring import Row, Skipped, compare_seconds, seconds
from benchmarks.one_test import cassette_of_echo
from wsfake import Harness

__all__ = ["rows"]

_PAIRS = 10_000


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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "echo.msgpack")
        path.write_bytes(cassette_of_echo(_PAIRS))
        try:
            with cassetter(Path(folder, "echo.yaml")) as ask:
                yield compare_seconds(
                    what,
                    lambda: seconds(lambda: _replay(path)) / _PAIRS,
                    peer,
                    lambda: ask("replay") / PAIRS,
                    goal=goal,
                )
        except Unavailable as error:
            yield Skipped(what, peer, goal, "seconds", str(error))
