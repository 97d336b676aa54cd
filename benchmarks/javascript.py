"""A text round trip of a script in JavaScript: through the border, and through a bare engine."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import quickjs

from benchmarks.measuring import Row, compare
from wsfake import Harness, Transcript

__all__ = ["rows"]

_MESSAGE = "x" * 200
_PAIRS = 10_000

_ECHO = """
var socket = new WebSocket("ws://echo.example");
socket.onmessage = function (event) { socket.send(event.data); };
"""
_MORE = "function unused%d(a, b) { return a.map(function (x) { return x * b + %d; }); }\n"

# What a round trip carries each way, without anything that is done with it.
_BARE = """(function (text) {
    const [told, name, [id, state, event, [data]]] = JSON.parse(text);
    return JSON.stringify([["text", id, data, "    at <anonymous> (<input>:3:46)\\n"]]);
})"""


def _transcript() -> Transcript:
    transcript = Transcript()
    for _ in range(_PAIRS):
        transcript = transcript.server(_MESSAGE).client(_MESSAGE)
    assert transcript.steps
    return transcript


def _through_border(transcript: Transcript, script: Path) -> Callable[[], int]:
    def work() -> int:
        with Harness() as ws_fake:
            ws_fake.serve("ws://echo.example", transcript)
            ws_fake.load_script(script)
            ws_fake.run()
        return _PAIRS

    return work


def _barest() -> int:
    context = quickjs.Context()
    context.set_time_limit(10)
    call = context.eval(_BARE)
    text = json.dumps([0, "fire", [-1, "open", "message", [_MESSAGE]]])
    for _ in range(_PAIRS * 5):
        call(text)
    return _PAIRS * 5


def _bare() -> int:
    context = quickjs.Context()
    context.set_time_limit(10)
    call = context.eval(_BARE)
    for _ in range(_PAIRS * 5):
        json.loads(call(json.dumps([0, "fire", [-1, "open", "message", [_MESSAGE]]])))
    return _PAIRS * 5


def rows() -> Iterator[Row]:
    transcript = _transcript()
    against = "a bare call, in and out as JSON"
    with tempfile.TemporaryDirectory() as folder:
        for name, source in {
            "echo by a script in JavaScript": _ECHO,
            "echo by a script in JavaScript of 5,000 lines": _ECHO
            + "".join(_MORE % (n, n) for n in range(5000)),
        }.items():
            path = Path(folder) / "echo.js"
            path.write_text(source)
            yield compare(name, _through_border(transcript, path), against, _bare, goal=0.3)
        against = "a bare call, with its text made before"
        yield compare(name, _through_border(transcript, path), against, _barest)
