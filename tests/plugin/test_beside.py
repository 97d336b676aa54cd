"""The plugin as its users load it: beside others, and costing nothing where it is not used."""

import pytest

from tests.plugin.reports import summary
from tests.plugin.test_recording import HEAD, cassette

MINE = ("-p", "pytest_wsfake.plugin", "-p", "no:cacheprovider")


@pytest.fixture
def project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str
) -> pytest.Pytester:
    monkeypatch.setenv("SERVER", server)
    return pytester


def test_the_plugin_is_found_by_its_entry_point(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_it(ws_fake): pass")

    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_a_run_that_does_not_use_it_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    pytester.makeconftest(
        """
import sys

def pytest_unconfigure():
    heavy = {"websockets", "attrs", "attr", "msgpack", "asyncio", "ssl"}
    print("imported:", sorted(heavy & set(sys.modules)))
"""
    )

    result = pytester.runpytest_subprocess(*MINE, "-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*imported: []"])


def test_a_scripted_test_imports_no_event_loop_and_no_cassette(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys
from wsfake import Transcript

def test_it(ws_fake):
    ws_fake.serve("ws://a.test", Transcript().client("x"))
    socket = ws_fake.WebSocket("ws://a.test")
    socket.onopen = lambda: socket.send("x")
    ws_fake.run()
    assert not {"asyncio", "websockets", "ssl"} & set(sys.modules)
"""
    )

    pytester.runpytest_subprocess(*MINE).assert_outcomes(passed=1)


def test_two_workers_record_replay_and_gather_their_summary(project: pytest.Pytester) -> None:
    tests = "".join(f'def test_{n}(ws_fake): talk(ws_fake, "{n}")\n' for n in range(4))
    project.makepyfile(test_feed=HEAD + tests)
    options = (*MINE, "-p", "xdist.plugin", "-n", "2")

    recorded = project.runpytest_subprocess(*options, "--ws-record")
    replayed = project.runpytest_subprocess(*options)

    recorded.assert_outcomes(passed=4)
    assert summary(recorded) == [
        "ws_fake: 4 cassettes recorded",
        *(f"  recorded cassettes/test_feed/test_{n}.msgpack" for n in range(4)),
    ]
    replayed.assert_outcomes(passed=4)
    assert summary(replayed) == ["ws_fake: 4 connections replayed"]
    assert cassette(project, "test_3").exists()


ASYNC = """
async def test_async(ws_fake):
    ws_fake.serve("ws://a.test", Transcript().client("x").server("y"))
    got = []
    socket = ws_fake.WebSocket("ws://a.test")
    socket.onopen = lambda: socket.send("x")
    socket.onmessage = lambda message: got.append(message.data)
    await ws_fake.run_async(until=lambda: got)
    with pytest.raises(ValueError, match="await run_async"):
        ws_fake.run()
    assert got == ["y"]
"""


def test_beside_pytest_asyncio(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(HEAD + "\n@pytest.mark.asyncio" + ASYNC)

    result = pytester.runpytest_subprocess(*MINE, "-p", "pytest_asyncio.plugin")

    result.assert_outcomes(passed=1)


def test_beside_anyio(pytester: pytest.Pytester) -> None:
    fixture = '\n@pytest.fixture\ndef anyio_backend(): return "asyncio"\n'
    pytester.makepyfile(HEAD + fixture + "\n@pytest.mark.anyio" + ASYNC)

    result = pytester.runpytest_subprocess(*MINE, "-p", "anyio.pytest_plugin")

    result.assert_outcomes(passed=1)


def test_beside_pytest_recording_and_with_sockets_disabled(project: pytest.Pytester) -> None:
    source = '@pytest.mark.vcr\ndef test_it(ws_fake): assert talk(ws_fake, "a") == ["a"]\n'
    project.makepyfile(test_feed=HEAD + source)
    options = (*MINE, "-p", "pytest_recording.plugin")
    project.runpytest_subprocess(*options, "--ws-record").assert_outcomes(passed=1)

    replayed = project.runpytest_subprocess(*options, "-p", "pytest_socket", "--disable-socket")

    replayed.assert_outcomes(passed=1)
    assert summary(replayed) == ["ws_fake: 1 connection replayed"]
