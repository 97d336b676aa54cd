"""Tests that freeze their time: reality goes on, and so do sockets and recordings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.plugin.reports import run
from wsfake.cassette import load

FREEZERS = {
    "freezegun": "from freezegun import freeze_time",
    "time_machine": """
import time_machine

def freeze_time(when):
    return time_machine.travel(when, tick=False)
""",
}

HEAD = """
import os
import time
import pytest
from websockets.sync.client import connect
from wsfake import Transcript

URL = "ws://feed.test/echo"
"""


@pytest.fixture(params=FREEZERS)
def head(request: pytest.FixtureRequest) -> str:
    return HEAD + FREEZERS[request.param]


@pytest.mark.parametrize("client", ["script", "intercepted", "port"])
def test_a_recording_under_frozen_time_is_timed_in_reality(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str, head: str, client: str
) -> None:
    monkeypatch.setenv("SERVER", server)
    pytester.makepyfile(
        head
        + f"""
def script(ws_fake):
    received = []
    socket = ws_fake.WebSocket(URL)
    socket.onopen = lambda: socket.send("hi")
    socket.onmessage = lambda message: received.append(message.data)
    ws_fake.run(until=lambda: received)
    return received[0]

def intercepted(ws_fake):
    with ws_fake.intercept(), connect(URL) as client:
        client.send("hi")
        return client.recv(timeout=10)

def port(ws_fake):
    with connect(ws_fake.url_for(URL)) as client:
        client.send("hi")
        return client.recv(timeout=10)

@freeze_time("2001-02-03")
def test_it(ws_fake):
    ws_fake.alias(URL, to=lambda: os.environ["SERVER"] + "/echo")
    assert {client}(ws_fake) == "hi"
    assert time.strftime("%Y") == "2001"
"""
    )
    begin = datetime.now(UTC).replace(microsecond=0)

    run(pytester, "--ws-record").assert_outcomes(passed=1)

    [path] = Path(pytester.path).rglob("*.msgpack")
    tape = load(path)
    recorded = datetime.fromisoformat(str(tape.header.recorded))
    if "freezegun" in head:  # the other one reaches into the functions themselves
        assert begin <= recorded <= datetime.now(UTC)
    assert 0 < tape.entries[-1].at < 60_000_000
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "way", ["ws_fake.intercept(), connect(URL)", "connect(ws_fake.url_for(URL))"]
)
def test_a_pause_passes_while_time_is_frozen(
    pytester: pytest.Pytester, head: str, way: str
) -> None:
    pytester.makepyfile(
        head
        + f"""
@freeze_time("2001-02-03")
def test_it(ws_fake):
    ws_fake.serve(URL, Transcript().client("hi").pause(0.05).server("there"))
    with {way} as client:
        client.send("hi")
        assert client.recv(timeout=10) == "there"
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_time_may_be_frozen_before_anything_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        HEAD
        + FREEZERS["freezegun"]
        + """
@pytest.fixture
def frozen():
    with freeze_time("2001-02-03"):
        yield

def test_it(frozen, ws_fake):
    ws_fake.serve(URL, Transcript().client("hi").pause(0.05).server("there"))
    with connect(ws_fake.url_for(URL)) as client:
        client.send("hi")
        assert client.recv(timeout=10) == "there"
"""
    )

    pytester.runpytest_subprocess("-p", "pytest_wsfake.plugin").assert_outcomes(passed=1)
