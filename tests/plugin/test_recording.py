"""What becomes of a recording, by how its test ended."""

# ruff: noqa: E501 - reports are asserted as they are printed

import re
from pathlib import Path

import pytest

from tests.plugin.reports import block, run, summary, text
from wsfake.cassette import load, write_cassette

HEAD = """
import os
import pytest
from wsfake import Transcript

URL = "ws://feed.test/echo"


def talk(ws_fake, *messages):
    ws_fake.alias(URL, to=lambda: os.environ["SERVER"] + "/echo")
    received = []
    socket = ws_fake.WebSocket(URL)
    socket.onopen = lambda: [socket.send(message) for message in messages]
    socket.onmessage = lambda message: received.append(message.data)
    ws_fake.run(until=lambda: len(received) == len(messages))
    return received
"""
GOOD = HEAD + 'def test_it(ws_fake): assert talk(ws_fake, "a", "b") == ["a", "b"]\n'


@pytest.fixture
def project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str
) -> pytest.Pytester:
    monkeypatch.setenv("SERVER", server)
    return pytester


@pytest.fixture
def recorded(project: pytest.Pytester) -> pytest.Pytester:
    """A project with one good cassette."""
    project.makepyfile(test_feed=GOOD)
    run(project, "--ws-record").assert_outcomes(passed=1)
    return project


def cassette(project: pytest.Pytester, name: str = "test_it") -> Path:
    return project.path / "cassettes" / "test_feed" / f"{name}.msgpack"


def test_a_recording_is_replayed_with_no_server(
    recorded: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERVER")

    result = run(recorded)

    result.assert_outcomes(passed=1)
    assert summary(result) == ["ws_fake: 1 connection replayed"]


def test_the_summary_says_what_was_recorded(project: pytest.Pytester) -> None:
    project.makepyfile(test_feed=GOOD)

    result = run(project, "--ws-record")

    assert summary(result) == [
        "ws_fake: 1 cassette recorded",
        "  recorded cassettes/test_feed/test_it.msgpack",
    ]
    assert [path.name for path in cassette(project).parent.iterdir()] == ["test_it.msgpack"]


def test_a_message_that_differs_from_the_cassette_is_told_with_how_to_accept_it(
    recorded: pytest.Pytester,
) -> None:
    recorded.makepyfile(test_feed=HEAD + 'def test_it(ws_fake): talk(ws_fake, "a", "c")')

    result = run(recorded, "--tb=short")

    result.assert_outcomes(failed=1)
    told = block(result, "test_it")
    told = re.sub(r" +[\d.]+ ms|t=[\d.]+ s", " 0 ms", told[told.index("E   wsfake") :]).replace(
        "E          0", "E     0"
    )
    lines = [line for line in told.splitlines() if "  header " not in line]
    assert [line for line in lines if "  extension " not in line] == text("""
        E   wsfake.errors.UnexpectedMessage: client message #2 does not match the recording (connection 1,  0 ms)
        E     cassette  cassettes/test_feed/test_it.msgpack, entry 4
        E     url       ws://feed.test/echo
        E     expected  "b"
        E     actual    "c"
        E     differs   at character 0: "b" expected, "c" came
        E
        E     connect ws://feed.test/echo
        E 0 ms  server  accepts
        E 0 ms  client  "a"
        E   > 0 ms  client  "b"
        E
        E     to accept it: pytest --ws-record test_feed.py::test_it
        """).splitlines()


def test_a_disk_that_is_full_while_a_port_is_recorded_is_told_once_and_plainly(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        test_feed=HEAD
        + """
from websockets.sync.client import connect
resource = pytest.importorskip("resource")

def test_it(ws_fake):
    ws_fake.alias(URL, to=lambda: os.environ["SERVER"] + "/echo")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with connect(ws_fake.url_for(URL)) as client:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            for _ in range(2000):
                client.send("x" * 100)
                client.recv(timeout=20)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
"""
    )

    result = run(project, "--ws-record")

    result.assert_outcomes(passed=1, errors=1)
    whole, part = cassette(project), cassette(project, "test_it.part")
    told = block(result, "ERROR at teardown of test_it").partition("---")[0]
    assert told == text(f"""
        {part}: this cassette cannot be written: File too large
          what was recorded is in {part}
          to make a cassette of it: wsfake convert --recover {part} {whole}
        """)
    assert part.exists()


NOT_GOOD = {
    "failed": 'talk(ws_fake, "new"); assert 0',
    "xfailed": 'talk(ws_fake, "new"); pytest.xfail("known")',
    "skipped": 'talk(ws_fake, "new"); pytest.skip("not today")',
    "interrupted": 'talk(ws_fake, "new"); raise KeyboardInterrupt',
    "failed by its end": (
        'ws_fake.serve("ws://a", Transcript().client("x")); talk(ws_fake, "new")'
    ),
}


@pytest.mark.parametrize("how", NOT_GOOD)
def test_a_test_that_has_not_passed_leaves_the_cassette_as_it_was(
    recorded: pytest.Pytester, how: str
) -> None:
    before = cassette(recorded).read_bytes()
    recorded.makepyfile(test_feed=HEAD + f"def test_it(ws_fake): {NOT_GOOD[how]}")

    result = recorded.runpytest_subprocess("-p", "pytest_wsfake.plugin", "--ws-record")

    assert cassette(recorded).read_bytes() == before
    files = {path.name for path in cassette(recorded).parent.iterdir()}
    if how == "skipped":
        assert summary(result) == []
        assert files == {"test_it.msgpack"}
        return
    why = "interrupted" if how == "interrupted" else "failed"
    verb = "was interrupted" if how == "interrupted" else "failed"
    aside = f"  the test {verb}, so its recording was set aside: "
    assert f"{aside}cassettes/test_feed/test_it.{why}.msgpack" in summary(result)
    assert files == {"test_it.msgpack", f"test_it.{why}.msgpack"}
    kept = load(cassette(recorded, f"test_it.{why}"))
    assert "new" in [entry.what for entry in kept.entries]
    assert kept.footer is not None
    assert kept.footer.ended == ("interrupted" if how == "interrupted" else "test")


def test_a_recording_that_failed_is_named_where_the_cassette_is_missing(
    project: pytest.Pytester,
) -> None:
    source = HEAD + "def test_it(ws_fake):\n talk(ws_fake, 'a')\n assert 0\n"
    project.makepyfile(test_feed=source)
    run(project, "--ws-record").assert_outcomes(failed=1)

    run(project).stdout.fnmatch_lines(
        "*test_it.msgpack (there is none, but test_it.failed.msgpack of a recording that failed)"
    )


def test_a_test_that_is_retried_leaves_the_cassette_as_it_was(recorded: pytest.Pytester) -> None:
    before = cassette(recorded).read_bytes()
    recorded.makeconftest(
        """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if all(report.passed for report in reports):
            break
        item._initrequest()
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
    )
    flaky = 'tries = []\ndef test_it(ws_fake):\n talk(ws_fake, "new")\n tries.append(1)\n'
    recorded.makepyfile(test_feed=HEAD + flaky + " assert len(tries) == 2")

    result = run(recorded, "--ws-record")

    result.assert_outcomes(passed=1)
    assert cassette(recorded).read_bytes() == before
    assert summary(result)[-1] == (
        "  the test was retried, so its recording was set aside:"
        " cassettes/test_feed/test_it.retried.msgpack"
    )


def test_a_test_that_serves_everything_writes_no_cassette(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
from wsfake import Transcript

def test_scripted(ws_fake):
    ws_fake.serve("ws://a.test", Transcript().client("x"))
    socket = ws_fake.WebSocket("ws://a.test")
    socket.onopen = lambda: socket.send("x")
    ws_fake.run()

def test_pair(ws_fake):
    server = ws_fake.WebSocketServer()
"""
    )

    result = run(project, "--ws-record", "-k", "scripted")

    result.assert_outcomes(passed=1, deselected=1)
    assert summary(result) == []
    assert not (project.path / "cassettes").exists()


def test_a_served_url_is_neither_contacted_nor_recorded(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_feed=HEAD
        + """
def test_it(ws_fake):
    served = os.environ["SERVER"] + "/greet"
    ws_fake.serve(served, Transcript().server("from the test"))
    got = []
    ws_fake.WebSocket(served).onmessage = lambda message: got.append(message.data)
    talk(ws_fake, "real")
    ws_fake.run(until=lambda: got)
    assert got == ["from the test"]
"""
    )

    run(project, "--ws-record").assert_outcomes(passed=1)

    story = load(cassette(project)).entries
    assert {entry.connection for entry in story} == {1}
    assert [entry.what for entry in story if isinstance(entry.what, str)] == ["real", "real"]
    run(project).assert_outcomes(passed=1)


def test_two_tests_that_record_one_cassette_are_refused(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_feed=HEAD
        + """
@pytest.mark.parametrize("n", ["1", "2"])
@pytest.mark.ws_fake(cassette="same")
def test_it(ws_fake, n):
    talk(ws_fake, n)
"""
    )

    result = run(project, "--ws-record")

    result.assert_outcomes(passed=1, errors=1)
    assert block(result, "ERROR at setup of test_it[2]") == text(f"""
        {project.path}/cassettes/same.msgpack: two tests record this cassette
          first   test_feed.py::test_it[1]
          second  test_feed.py::test_it[2]
          to do: give each a cassette of its own, with ws_fake(cassette=...)
        """)


@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_nothing_is_recorded_by_itself_in_continuous_integration(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("CI", "true")
    project.makepyfile(test_feed=GOOD)

    result = run(project, f"--ws-mode={mode}", "--tb=short")

    result.assert_outcomes(failed=1)
    told = block(result, "test_it")
    assert told[told.index("E   wsfake") :] == text(f"""
        E   wsfake.errors.ConnectionNotAnswered: nothing answers ws://feed.test/echo
        E     mode      {mode} (CI is set, so nothing is recorded: the network is closed)
        E     served    nothing
        E     cassette  cassettes/test_feed/test_it.msgpack (there is none)
        E
        E     to record it: pytest --ws-record test_feed.py::test_it
        E     to script it: ws_fake.serve('ws://feed.test/echo', Transcript()...)
        """)
    assert not (project.path / "cassettes").exists()


def test_a_cut_cassette_is_played_to_the_cut_and_said_to_be_cut(recorded: pytest.Pytester) -> None:
    whole = cassette(recorded).read_bytes()
    cassette(recorded).write_bytes(whole[:-10])
    recorded.makeini("[pytest]\nfilterwarnings = always")

    result = run(recorded)

    result.assert_outcomes(passed=1, warnings=1)
    count = len(load(cassette(recorded)).entries)
    result.stdout.fnmatch_lines(
        [
            "test_feed.py::test_it",
            "  test_feed.py:16: WsfakeWarning: cassettes/test_feed/test_it.msgpack: this cassette is"
            f" cut off after entry {count}; it is played as far as it goes",
        ]
    )


def test_a_cut_cassette_fails_a_run_whose_warnings_are_errors(recorded: pytest.Pytester) -> None:
    cassette(recorded).write_bytes(cassette(recorded).read_bytes()[:-10])

    result = run(recorded, "-W", "error")

    result.assert_outcomes(errors=1)
    count = len(load(cassette(recorded)).entries)
    assert block(result, "ERROR at setup of test_it") == (
        f"cassettes/test_feed/test_it.msgpack: this cassette is cut off after entry {count};"
        " it is played as far as it goes\n"
    )


def test_a_damaged_cassette_is_refused_without_a_traceback(recorded: pytest.Pytester) -> None:
    path = cassette(recorded)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"feed.test", b"feed.tesu"))

    result = run(recorded)

    result.assert_outcomes(errors=1)
    told = block(result, "ERROR at setup of test_it").splitlines()
    assert told[0].startswith(f"{path}: block 1 is damaged, at byte ")
    assert told[-2:] == [
        "  to record it again: pytest --ws-record",
        f"  to keep what is whole: wsfake convert --recover {path} recovered.msgpack",
    ]


def test_a_file_that_is_no_cassette_is_refused_without_a_traceback(
    recorded: pytest.Pytester,
) -> None:
    cassette(recorded).write_bytes(b"not a cassette, but long enough to hold a whole head" * 9)

    result = run(recorded)

    result.assert_outcomes(errors=1)
    told = block(result, "ERROR at setup of test_it")
    assert told.startswith(
        f"{cassette(recorded)}: this is not a cassette, or its header is damaged"
    )


def test_a_cassette_of_a_later_format_is_refused_without_a_traceback(
    recorded: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cassette(recorded)
    with monkeypatch.context() as later:
        later.setattr("wsfake.cassette.contents.FORMAT_VERSION", 2)
        write_cassette(path, [])

    result = run(recorded)

    result.assert_outcomes(errors=1)
    assert block(result, "ERROR at setup of test_it") == text(f"""
        {path}: a later version of wsfake wrote this cassette
          expected  format 1
          actual    format 2
          to read it: pip install --upgrade wsfake
        """)


def test_damage_does_not_stand_in_the_way_of_recording_afresh(recorded: pytest.Pytester) -> None:
    cassette(recorded).write_bytes(b"nothing")

    run(recorded, "--ws-record").assert_outcomes(passed=1)
    run(recorded).assert_outcomes(passed=1)


def test_unused_cassettes_are_told_on_full_runs_only(recorded: pytest.Pytester) -> None:
    cassette(recorded).with_name("test_gone.msgpack").write_bytes(b"")
    cassette(recorded).with_name("test_it.failed.msgpack").write_bytes(b"")

    assert summary(run(recorded)) == [
        "ws_fake: 1 connection replayed, 1 cassette unused",
        "  no test uses cassettes/test_feed/test_gone.msgpack",
    ]
    assert summary(run(recorded, "test_feed.py")) == ["ws_fake: 1 connection replayed"]
    assert summary(run(recorded, "-k", "it")) == ["ws_fake: 1 connection replayed"]
    assert summary(run(recorded, "--ignore-glob=test_x*")) == ["ws_fake: 1 connection replayed"]


def test_a_run_from_a_folder_further_down_is_no_full_run(
    recorded: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette(recorded).with_name("test_gone.msgpack").write_bytes(b"")
    recorded.makeini("[pytest]")
    below = recorded.mkdir("below")
    (recorded.path / "test_feed.py").rename(below / "test_feed.py")
    monkeypatch.chdir(below)

    assert summary(run(recorded)) == []


def test_the_cassette_of_a_test_that_was_skipped_is_not_unused(recorded: pytest.Pytester) -> None:
    skipped = "\n@pytest.mark.skip\ndef test_it(ws_fake): pass\ndef test_other(ws_fake): pass\n"
    recorded.makepyfile(test_feed=HEAD + skipped)

    assert summary(run(recorded)) == []


def test_the_text_form_is_written_beside_a_cassette_where_that_is_asked_for(
    project: pytest.Pytester,
) -> None:
    project.makeini("[pytest]\nws_text_sidecar = true")
    project.makepyfile(test_feed=GOOD)

    run(project, "--ws-record").assert_outcomes(passed=1)

    sidecar = cassette(project).with_suffix(".txt").read_text(encoding="utf-8")
    assert sidecar.splitlines()[0] == "connect ws://feed.test/echo"
    assert sidecar.endswith("client  ends\n")
    assert '  client  "a"\n' in sidecar


def test_silence_that_ended_a_recording_is_told(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nws_record_idle = 0.2")
    project.makepyfile(
        test_feed=HEAD + 'def test_it(ws_fake):\n talk(ws_fake, "a")\n ws_fake.run()\n'
    )

    result = run(project, "--ws-record")

    assert summary(result) == [
        "ws_fake: 1 cassette recorded",
        "  recorded cassettes/test_feed/test_it.msgpack",
        "  1 test stopped recording after a time of silence",
    ]
    footer = load(cassette(project)).footer
    assert footer is not None
    assert footer.ended == "silence"


def test_a_dead_server_is_told_and_replaces_nothing(
    recorded: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, dead_url: str
) -> None:
    before = cassette(recorded).read_bytes()
    recorded.makepyfile(
        test_feed=HEAD
        + """
def test_it(ws_fake):
    ws_fake.alias(URL, to=os.environ["SERVER"])
    ws_fake.WebSocket(URL)
    ws_fake.run()
"""
    )
    monkeypatch.setenv("SERVER", dead_url)

    result = run(recorded, "--ws-record")

    result.assert_outcomes(passed=1, errors=1)
    told = block(result, "ERROR at teardown of test_it").splitlines()
    assert [line for line in told if " ms  server  refuses" not in line] == text("""
        nothing could be recorded: no server answered at ws://feed.test/echo
          expected  a server that listens there
          actual    connection refused

          connect ws://feed.test/echo
                     extension "permessage-deflate; client_max_window_bits"

          start the server and record again; if a refusal is what the test is about, script it:
          ws_fake.serve('ws://feed.test/echo', Transcript().server_refuses('refused'))
        """).splitlines()
    assert cassette(recorded).read_bytes() == before


def test_a_dead_server_is_told_beside_the_failure_that_follows_from_it(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, dead_url: str
) -> None:
    monkeypatch.setenv("SERVER", dead_url)
    project.makepyfile(test_feed=GOOD)

    result = run(project, "--ws-record")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- ws_fake verdict -*",
            "nothing could be recorded: no server answered at ws://feed.test/echo",
        ]
    )
