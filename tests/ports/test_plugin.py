"""Real ports under pytest, as users run it."""

from __future__ import annotations

import signal

import pytest

from tests.servers import no_ci, server
from wsfake.cassette import load
from wsfake.model import Side

__all__ = ["no_ci", "server"]

MINE = ("-p", "no:cacheprovider", "-p", "pytest_wsfake.plugin")

TEST = """
import os, subprocess, sys
import pytest

CLIENT = '''
import sys
from websockets.sync.client import connect
with connect(sys.argv[1], proxy=None) as connection:
    for word in sys.argv[2:]:
        connection.send(word)
        print(connection.recv())
'''

def talk(ws_fake, *words):
    ws_fake.alias("wss://shout.test", to=lambda: os.environ["REAL_URL"])
    url = ws_fake.url_for("wss://shout.test/shout")
    command = [sys.executable, "-c", CLIENT, url, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()
"""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_workers_record_at_ports_of_their_own(
    pytester: pytest.Pytester, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = "".join(
        f'def test_{n}(ws_fake): assert talk(ws_fake, "a{n}", "b") == ["A{n}", "B"]\n'
        for n in range(2)
    )
    pytester.makepyfile(TEST + tests)
    monkeypatch.setenv("REAL_URL", server)
    options = (*MINE, "-p", "xdist.plugin", "-n", "2")
    recorded = pytester.runpytest_subprocess(*options, "--ws-record")
    recorded.assert_outcomes(passed=2)
    monkeypatch.delenv("REAL_URL")

    replayed = pytester.runpytest_subprocess(*MINE)

    replayed.assert_outcomes(passed=2)
    replayed.stdout.fnmatch_lines(["*2 connections replayed*"])


def test_a_mismatch_fails_the_test_that_blocked_meanwhile(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        TEST
        + """
from wsfake import Transcript

def test_it(ws_fake):
    ws_fake.serve("wss://shout.test/shout", Transcript().client("x").server("X"))
    assert talk(ws_fake, "y") == []
"""
    )
    result = pytester.runpytest_subprocess(*MINE)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["client message #1 does not match the transcript*", "*actual*y*"])


def test_the_speed_is_that_of_the_command_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import pytest

@pytest.mark.ws_fake(speed=3)
def test_it(ws_fake):
    assert ws_fake._settings.speed == 2.5
"""
    )
    pytester.runpytest_subprocess(*MINE, "--ws-speed=2.5").assert_outcomes(passed=1)
    wrong = pytester.runpytest_subprocess(*MINE, "--ws-speed=-1")
    wrong.stdout.fnmatch_lines(
        ["*command line: expected speed to be 0 (at once), 1 (as recorded)*"]
    )


def test_a_kill_inside_a_test_that_records_costs_what_was_said_last(
    pytester: pytest.Pytester, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(
        """
import os, signal, time
from websockets.sync.client import connect

def test_it(ws_fake):
    with connect(ws_fake.url_for(os.environ["REAL_URL"] + "/shout"), proxy=None) as connection:
        answered = []
        for number in range(1_000_000):
            connection.send(f"n{number}")
            assert connection.recv() == f"N{number}"
            answered.append(time.monotonic())
            if time.monotonic() - answered[0] > 1:
                break
        with open("due", "w") as file:
            now = time.monotonic()
            file.write(str(sum(at < now - 0.5 for at in answered)))  # 0.1, but for load
        os.kill(os.getpid(), signal.SIGKILL)
"""
    )
    monkeypatch.setenv("REAL_URL", server)
    killed = pytester.runpytest_subprocess(*MINE, "--ws-record")
    assert killed.ret == -signal.SIGKILL
    (part,) = pytester.path.glob("cassettes/**/*.msgpack")
    assert part.name.endswith(".part.msgpack")
    cassette = load(part)
    assert cassette.cut
    answers = [
        entry.what
        for entry in cassette.entries
        if isinstance(entry.what, str) and entry.side is Side.SERVER
    ]
    assert answers == [f"N{number}" for number in range(len(answers))]
    assert 0 < int((pytester.path / "due").read_text()) <= len(answers)
