"""A process that forks while its ports are open: the parent serves both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ECHO_SERVER, running

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

HEAD = """
import os, sys
from websockets.sync.client import connect
from wsfake import Harness, Transcript

def talk(url):
    with connect(url) as connection:
        connection.send("hi")
        assert connection.recv() == "hello"

def in_child(call):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error, flush=True)
        os._exit(1)
    os._exit(0)

"""


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HEAD + program],
        capture_output=True, check=False, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_forked_processes_are_answered_by_their_parent() -> None:
    printed = run("""
with Harness() as ws_fake:
    ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"), connections=20)
    with ws_fake.intercept():
        for _ in range(10):
            talk("ws://feed.example")
            print(in_child(lambda: talk("ws://feed.example")))
""")
    assert printed == ["0"] * 10


def test_a_forked_process_opens_no_port_that_nobody_would_serve() -> None:
    printed = run("""
with Harness() as ws_fake:
    for name in ("one", "two"):
        ws_fake.serve(f"ws://{name}.example", Transcript().client("hi").server("hello"))
    with ws_fake.intercept():
        talk("ws://one.example")
        print(in_child(lambda: talk("ws://two.example")))
        talk("ws://two.example")
""")
    assert len(printed) == 2
    assert printed[0].startswith(
        "UsageError expected a port that was open before this process was forked"
    )
    assert printed[1] == "1"


def test_a_process_that_is_forked_before_any_port_is_open_does_not_serve_itself() -> None:
    printed = run("""
with Harness() as ws_fake:
    ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"))
    with ws_fake.intercept():
        print(in_child(lambda: talk("ws://feed.example")))
        print(in_child(lambda: ws_fake.url_for("ws://feed.example")))
        talk("ws://feed.example")
""")
    refused = "UsageError expected a port that was open before this process was forked"
    assert [line[: len(refused)] for line in printed] == [refused, "1", refused, "1"]


def test_so_it_is_while_recording(tmp_path: Path) -> None:
    with running(ECHO_SERVER) as server:
        printed = run(f"""
with Harness({str(tmp_path / "echo.msgpack")!r}, mode="rewrite") as ws_fake:
    with ws_fake.intercept():
        print(in_child(lambda: connect({server!r}).__enter__()))
""")
    assert printed[0].startswith("UsageError expected a port that was open before")
    assert printed[1:] == ["1"]


def test_a_harness_that_a_forked_process_makes_is_its_own() -> None:
    printed = run("""
def test():
    with Harness(intercept=True) as ws_fake:
        ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"))
        talk("ws://feed.example")

with Harness(intercept=True):
    print(in_child(test))
""")
    assert printed == ["0"]


def test_a_forked_process_that_ends_its_harness_leaves_the_ports_to_its_parent() -> None:
    printed = run("""
LEFT = (SystemExit, SystemExit(), None)
harness = Harness()
with harness as ws_fake:
    ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"), connections=2)
    url = ws_fake.url_for("ws://feed.example")
    talk(url)
    with connect(url) as connection:
        print(in_child(lambda: harness.__exit__(*LEFT)))
        connection.send("hi")
        print(connection.recv())
""")
    assert printed == ["0", "hello"]
