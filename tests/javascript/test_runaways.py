"""A script that would go on for ever, or take all memory: it is stopped, and the next test runs."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.javascript.writing import Write
from wsfake import Harness, Transcript
from wsfake.errors import RunawayScript, ScriptError
from wsfake.javascript import Script, stacks

LIMIT = 0.1
AMPLE = 60  # seconds, on a slow and busy machine
URL = "ws://peer.example"

ENDLESS = {
    "at top level": "while (true) {}",
    "at top level, where all is caught": "while (1) { try { while (1) {} } catch (e) {} }",
    "in a handler": f'var s = new WebSocket("{URL}"); s.onopen = () => {{ while (true) {{}} }};',
    "in a timer": "Script.setTimeout(function () { while (true) {} }, 10);",
    "in a promise job": "Promise.resolve().then(function () { while (true) {} });",
    "in promise jobs without end": "function again() { Promise.resolve().then(again); } again();",
    "in an async function": "(async function () { while (true) { await null; } })();",
    "in a signal": "Script.update.connect(function f() { Script.update.disconnect(f); for(;;); });",
    "in a regular expression": '/^(a+)+$/.test("a".repeat(40) + "b");',
    "in a sort": "[3, 2, 1].sort(function () { while (true) {} });",
}


@pytest.mark.parametrize("where", ENDLESS)
def test_an_endless_loop_is_stopped_and_told(where: str, write: Write) -> None:
    path = write(ENDLESS[where])
    began = time.process_time()
    with Harness() as ws_fake:
        ws_fake.serve(URL, connections=None)
        script = ws_fake.load_script(path, time_limit=LIMIT)
        with pytest.raises(RunawayScript) as caught:
            ws_fake.advance(1)

        assert script.eval("1 + 1") == 2  # and lives
    assert time.process_time() - began < AMPLE
    headline, where_it_was, *_ = str(caught.value).splitlines()
    assert headline == "the script was stopped: one turn took 0.1 s of CPU time"
    assert where_it_was.startswith("  script  script.js")


def test_what_was_done_before_the_loop_is_done(write: Write) -> None:
    path = write(
        f'var s = new WebSocket("{URL}"); s.onopen = () => {{ s.send("one"); while (true) {{}} }};'
        's.onmessage = function (m) { s.send("two"); };'
    )
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("one").server("go on").client("two"))
        ws_fake.load_script(path, time_limit=LIMIT)
        with pytest.raises(RunawayScript):
            ws_fake.run()
        ws_fake.run()


EXHAUSTING = {
    "recursion": ("(function f() { f(); })();", "RangeError: Maximum call stack size exceeded"),
    "recursion in a handler": (
        f'var s = new WebSocket("{URL}"); s.onopen = function f() {{ f(); }};',
        "RangeError: Maximum call stack size exceeded",
    ),
    "a text of 2 GB": ('"x".repeat(2 ** 31)', "RangeError: invalid repeat count"),
    "a text that doubles": ('var t = "x"; while (true) t += t;', "InternalError: string too long"),
    "an array of all memory": (
        "new Array(2 ** 31).fill(0)",
        "InternalError: out of memory",
    ),
    "objects without end": (
        "var all = []; while (true) all.push({});",
        "InternalError: out of memory",
    ),
    "buffers without end": (
        "var all = []; while (true) all.push(new ArrayBuffer(1 << 20));",
        "InternalError: out of memory",
    ),
    "a wait": (
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
        "TypeError: cannot block in this thread",
    ),
}


@pytest.mark.parametrize("what", EXHAUSTING)
def test_what_takes_too_much_is_an_error(what: str, write: Write) -> None:
    source, told = EXHAUSTING[what]
    with Harness() as ws_fake:
        ws_fake.serve(URL, connections=None)
        ws_fake.load_script(write(source), memory_limit=64 * 2**20)
        with pytest.raises(ScriptError) as caught:
            ws_fake.run()
    assert str(caught.value).splitlines()[0] == told


RECURSION = """
var depth = 0;
function list(n) { return n === 0 ? null : { next: list(n - 1) }; }
function visit(n) { if (n > 0) [n].forEach(() => visit(n - 1)); return n; }
function endless() { depth += 1; endless(); }
function caught(f) { depth = 0; try { f(); } catch (error) { return String(error); } }
"""
OVERFLOW = "RangeError: Maximum call stack size exceeded"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is the engine's own")
def test_recursion_may_be_two_thousand_calls_deep(write: Write) -> None:
    with Harness() as ws_fake:
        script = ws_fake.load_script(write(RECURSION))
        assert script.eval("typeof list(2000)") == "object"
        assert script.eval("visit(700)") == 700


def test_where_nobody_knows_the_stack_the_limit_is_the_engines_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert type(stacks.STACK)().limit == 2**20


@pytest.mark.parametrize("size", [0, 128 * 2**10, 2**20, 64 * 2**20])
def test_endless_recursion_is_an_error_in_a_thread_of_any_stack(size: int, write: Write) -> None:
    path = write(RECURSION)

    def overflow(script: Script) -> list[object]:
        waits = "Promise.resolve().then(() => print(caught(endless)))"
        script.eval(waits)
        return [script.eval("caught(endless)"), script.printed.pop(), script.eval("depth > 5")]

    def load() -> list[object]:
        with Harness() as ws_fake:
            return overflow(ws_fake.load_script(path))

    before = threading.stack_size(size)
    try:
        with Harness() as ws_fake, ThreadPoolExecutor(1) as thread:
            script = ws_fake.load_script(path)
            told = [thread.submit(overflow, script).result(), thread.submit(load).result()]
            told.append(overflow(script))
    finally:
        threading.stack_size(before)
    assert told == [[OVERFLOW, OVERFLOW, True]] * 3


def test_endless_recursion_is_an_error_far_within_calls_of_python(write: Write) -> None:
    path = write(RECURSION)
    with Harness() as ws_fake:

        def go_on(text: str) -> None:
            if text != "0":
                script.eval(f"print({text} - 1)")
            else:
                told.append(script.eval("caught(endless)"))

        told: list[str] = []
        script = ws_fake.load_script(path, on_print=go_on)
        script.eval("print(30)")
    assert told == [OVERFLOW]


def test_an_endless_loop_at_the_end_is_told_too(write: Write) -> None:
    path = write("Script.scriptEnding.connect(function () { while (true) {} });")
    with pytest.raises(RunawayScript), Harness() as ws_fake:
        ws_fake.load_script(path, time_limit=LIMIT)


def test_the_next_script_runs_as_if_nothing_had_been(write: Write) -> None:
    runaway, well = write("while (true) {}", "runaway.js"), write("print(1)", "well.js")
    with pytest.raises(RunawayScript), Harness() as ws_fake:
        ws_fake.load_script(runaway, time_limit=LIMIT)
    with Harness() as ws_fake:
        assert ws_fake.load_script(well).printed == ["1"]


def test_a_script_needs_some_memory(write: Write) -> None:
    with Harness() as ws_fake, pytest.raises(ValueError, match="memory_limit is too little for"):
        ws_fake.load_script(write(""), memory_limit=100_000)


def test_other_limits_are_refused(write: Write) -> None:
    path = write("")
    with Harness() as ws_fake:
        for wrong in (0, -1, "10", True):
            with pytest.raises(ValueError, match="expected time_limit to be a number more than 0"):
                ws_fake.load_script(path, time_limit=wrong)  # type: ignore[arg-type]
