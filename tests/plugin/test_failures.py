"""What a failing test shows: whole reports, as pytest prints them."""

# ruff: noqa: E501 - reports are asserted as they are printed

import pytest

from tests.plugin.reports import block, run, summary, text

HEAD = """
import pytest
from wsfake import Transcript

URL = "ws://echo.example"
"""


def test_a_wrong_message_is_told_at_the_line_that_said_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_wrong(ws_fake):
    ws_fake.serve(URL, Transcript().client("right"))
    socket = ws_fake.WebSocket(URL)
    socket.onopen = lambda: socket.send("wrong")
    ws_fake.run()
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    assert block(result, "test_wrong") == text("""
        test_it.py:10: in test_wrong
            ws_fake.run()
        test_it.py:9: in <lambda>
            socket.onopen = lambda: socket.send("wrong")
                                    ^^^^^^^^^^^^^^^^^^^^
        E   wsfake.errors.UnexpectedMessage: client message #1 does not match the transcript (connection 1, t=0.000 s)
        E     url       ws://echo.example
        E     expected  "right"
        E     actual    "wrong"
        E     differs   at character 0: "right" expected, "wrong" came
        E
        E     connect ws://echo.example
        E          0 ms  server  accepts
        E   >      0 ms  client  "right"
        E
        E     correct the script, or this .client(...) of the transcript
        """)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ws_fake.load_script('nothing.js')", "UsageError: nothing.js: there is no such script"),
        ("ws_fake.url_for('no URL')", "UsageError: expected a ws or wss URL"),
        ("ws_fake.alias('no URL', 'ws://x')", "UsageError: expected a ws or wss URL"),
        ("ws_fake.save('/dev/null/x.msgpack')", "CassetteError: /dev/null/x.msgpack: this cass"),
        ("Transcript.parse('connect ws://x\\n  says')", "TranscriptSyntaxError: line 2: expected"),
    ],
)
def test_an_error_of_ours_is_told_at_the_line_of_the_test_and_no_frame_of_ours_is_shown(
    line: str, said: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_it=HEAD + f"def test_wrong(ws_fake):\n    {line}")
    result = run(pytester, "--tb=short")
    result.assert_outcomes(failed=1)
    where, source, *rest = block(result, "test_wrong").splitlines()
    assert where.endswith("in test_wrong")
    assert source.strip() == line
    assert said in next(row for row in rest if not set(row) <= set(" ^"))


def test_an_error_of_a_handler_is_told_at_its_line_and_no_frame_of_ours_is_shown(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_handler(ws_fake):
    ws_fake.serve(URL, Transcript().server("a"))
    socket = ws_fake.WebSocket(URL)
    socket.onmessage = lambda message: message["data"]
    ws_fake.run()
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    where, source, inner, wrong, *rest = block(result, "test_handler").splitlines()
    assert where.endswith("in test_handler")
    assert source.strip() == "ws_fake.run()"
    assert inner.endswith("in <lambda>")
    assert wrong.strip() == 'socket.onmessage = lambda message: message["data"]'
    assert "E   TypeError: 'MessageData' object is not subscriptable" in rest


def test_of_errors_of_several_handlers_no_frame_of_ours_is_shown(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_handlers(ws_fake):
    ws_fake.serve(URL, Transcript().server("a").server("b"))
    socket = ws_fake.WebSocket(URL)
    socket.onmessage = lambda message: int(message.data)
    ws_fake.run()
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ExceptionGroup: several handlers raised (2 sub-exceptions)"])
    result.stdout.no_fnmatch_line("*running.py*")


def test_an_error_of_the_browsers_socket_is_told_at_the_line_of_the_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
@pytest.mark.ws_fake(profile="browser")
def test_early(ws_fake):
    ws_fake.serve(URL)
    ws_fake.WebSocket(URL).send("too early")
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    where, source, *_ = block(result, "test_early").splitlines()
    assert where.endswith("in test_early")
    assert source.strip() == 'ws_fake.WebSocket(URL).send("too early")'


def test_no_frame_of_ours_is_shown_in_a_test_case_of_unittest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
import unittest, wsfake
@pytest.mark.ws_fake
class Case(unittest.TestCase):
    def test_case(self):
        wsfake.WebSocket("ws://nobody.example")
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    where, source, error, *_ = block(result, "Case.test_case").splitlines()
    assert where.endswith("in test_case")
    assert source.strip() == 'wsfake.WebSocket("ws://nobody.example")'
    assert error.endswith("ConnectionNotAnswered: nothing answers ws://nobody.example")


def test_a_verdict_that_no_line_of_the_users_has_raised_is_told_without_a_traceback(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
def test_swallows(ws_fake):
    ws_fake.serve(URL, Transcript().client("right"))
    with ws_fake.intercept(), connect(URL) as client:
        client.send("wrong")
        with pytest.raises(ConnectionClosed):
            client.recv()
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    told = block(result, "ERROR at teardown of test_swallows")
    assert told.startswith("client message #1 does not match the transcript")
    assert "hidden" not in told


SWALLOWS = """
def swallow(ws_fake):
    ws_fake.serve(URL, Transcript().client("right"))
    socket = ws_fake.WebSocket(URL)
    ws_fake.run()
    try:
        socket.send("wrong")
    except AssertionError:
        pass
"""


def test_a_mismatch_that_the_script_swallowed_fails_the_test_when_it_ends(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_it=HEAD + SWALLOWS + "def test_swallows(ws_fake): swallow(ws_fake)")

    result = run(pytester, "--tb=short")

    result.assert_outcomes(passed=1, errors=1)
    assert block(result, "ERROR at teardown of test_swallows") == text("""
        test_it.py:11: in swallow
            socket.send("wrong")
        E   wsfake.errors.UnexpectedMessage: client message #1 does not match the transcript (connection 1, t=0.000 s)
        E     url       ws://echo.example
        E     expected  "right"
        E     actual    "wrong"
        E     differs   at character 0: "right" expected, "wrong" came
        E
        E     connect ws://echo.example
        E          0 ms  server  accepts
        E   >      0 ms  client  "right"
        E
        E     correct the script, or this .client(...) of the transcript
        """)


def test_the_failure_of_the_test_itself_is_not_masked_and_what_was_swallowed_is_beside_it(
    pytester: pytest.Pytester,
) -> None:
    source = "def test_fails(ws_fake):\n    swallow(ws_fake)\n    assert 1 == 2\n"
    pytester.makepyfile(test_it=HEAD + SWALLOWS + source)

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    assert block(result, "test_fails") == text("""
        test_it.py:16: in test_fails
            assert 1 == 2
        E   assert 1 == 2
        ------------------------------- ws_fake verdict --------------------------------
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example
          expected  "right"
          actual    "wrong"
          differs   at character 0: "right" expected, "wrong" came

          connect ws://echo.example
               0 ms  server  accepts
        >      0 ms  client  "right"

          correct the script, or this .client(...) of the transcript
        """)


def test_a_test_case_of_unittest_shows_what_any_other_test_shows(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + SWALLOWS
        + """
import unittest
class Case(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _network(self, ws_fake):
        self.ws_fake = ws_fake
    def test_talks(self):
        self.ws_fake.serve(URL, Transcript().server("hello"))
        self.ws_fake.WebSocket(URL)
        self.ws_fake.run()
        self.assertEqual(1, 2)
    def test_swallows(self):
        swallow(self.ws_fake)
        self.assertEqual(1, 2)
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=2)
    assert block(result, "Case.test_talks") == text("""
        test_it.py:24: in test_talks
            self.assertEqual(1, 2)
        E   AssertionError: 1 != 2
        ------------------------------- ws_fake dialogue -------------------------------
        connect ws://echo.example
             0 ms  server  accepts
             0 ms  server  "hello"
        """)
    assert block(result, "Case.test_swallows") == text("""
        test_it.py:27: in test_swallows
            self.assertEqual(1, 2)
        E   AssertionError: 1 != 2
        ------------------------------- ws_fake verdict --------------------------------
        client message #1 does not match the transcript (connection 1, t=0.000 s)
          url       ws://echo.example
          expected  "right"
          actual    "wrong"
          differs   at character 0: "right" expected, "wrong" came

          connect ws://echo.example
               0 ms  server  accepts
        >      0 ms  client  "right"

          correct the script, or this .client(...) of the transcript
        """)


def test_a_mismatch_is_told_once_where_the_test_has_seen_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        HEAD
        + """
def test_extra(ws_fake):
    ws_fake.serve(URL, Transcript())
    socket = ws_fake.WebSocket(URL)
    ws_fake.run()
    socket.send("extra")
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    assert "ERROR at teardown" not in result.stdout.str()
    assert result.stdout.str().count("is one more than the transcript has (connection") == 1


def test_what_was_not_played_is_listed_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        HEAD
        + """
def test_unplayed(ws_fake):
    ws_fake.serve(URL, Transcript().client("one").server("two"), Transcript())
    ws_fake.WebSocket(URL)
    ws_fake.run()
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    assert block(result, "ERROR at teardown of test_unplayed") == text("""
        the test ended before everything was played
          url       ws://echo.example (connection 1)
          unplayed  client  "one"
          url       ws://echo.example
          unplayed  1 connection never opened

          connect ws://echo.example
               0 ms  server  accepts
               0 ms  client  ends

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """)
    assert summary(result) == ["ws_fake: 1 test left something unplayed"]


def test_a_url_that_nothing_answers_is_told_with_what_to_type(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_feed=HEAD
        + """
def test_prices(ws_fake):
    ws_fake.serve("ws://other.example", Transcript(), connections=None)
    ws_fake.WebSocket("wss://ada:lovelace@feed.example/v1?token=12345678")
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    assert block(result, "test_prices") == text("""
        test_feed.py:8: in test_prices
            ws_fake.WebSocket("wss://ada:lovelace@feed.example/v1?token=12345678")
        E   wsfake.errors.ConnectionNotAnswered: nothing answers wss://<redacted>@feed.example/v1?token=<redacted>
        E     mode      none (the network is closed)
        E     served    ws://other.example
        E     cassette  cassettes/test_feed/test_prices.msgpack (there is none)
        E
        E     to record it: pytest --ws-record test_feed.py::test_prices
        E     to script it: ws_fake.serve('wss://<redacted>@feed.example/v1?token=<redacted>', Transcript()...)
        """)


def test_the_dialogue_so_far_is_shown_on_any_failure(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_own(ws_fake):
    ws_fake.serve(URL, Transcript().client({"password": "hidden", "n": 1}).server("no"))
    socket = ws_fake.WebSocket(URL)
    socket.onopen = lambda: socket.send('{"password": "hidden", "n": 1}')
    ws_fake.run()
    assert socket.readyState == 3
"""
    )

    result = run(pytester, "--tb=line")

    result.assert_outcomes(failed=1)
    long = run(pytester, "--tb=short")
    assert block(long, "test_own") == text("""
        test_it.py:11: in test_own
            assert socket.readyState == 3
        E   assert 1 == 3
        E    +  where 1 = <WebSocket ws://echo.example readyState=1>.readyState
        ------------------------------- ws_fake dialogue -------------------------------
        connect ws://echo.example
             0 ms  server  accepts
             0 ms  client  {"password": "<redacted>", "n": 1}
             0 ms  server  "no"
        """)


def test_the_dialogue_is_shown_when_another_fixture_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
@pytest.fixture
def bot(ws_fake):
    ws_fake.serve(URL, Transcript(), connections=None)
    ws_fake.WebSocket(URL)
    raise OSError("no bot")

def test_bot(bot):
    pass
"""
    )

    result = run(pytester, "--tb=line")

    result.assert_outcomes(errors=1)
    assert "ws_fake dialogue" in run(pytester).stdout.str()


CONNECTS = """
import socket
def test_it(ws_fake):
    ws_fake.serve(URL)
    with ws_fake.intercept() if INTERCEPTS else nullcontext():
        raise ConnectionError from socket.gaierror()
"""


@pytest.mark.parametrize("intercepts", [False, True])
def test_a_client_that_met_the_real_network_is_told_of_interception(
    intercepts: bool, pytester: pytest.Pytester
) -> None:
    head = f"from contextlib import nullcontext\nINTERCEPTS = {intercepts}\n"
    pytester.makepyfile(HEAD + head + CONNECTS)

    result = run(pytester)

    result.assert_outcomes(failed=1)
    hint = (
        "nobody has connected to ws://echo.example: connect by ws_fake.WebSocket,"
        " ws_fake.intercept() or ws_fake.url_for(...)"
    )
    assert (hint in result.outlines) is not intercepts


@pytest.mark.parametrize("swallows", [False, True])
def test_a_client_that_found_nobody_is_told_how_to_record_or_script_it(
    swallows: bool, dead_url: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        test_it=f"""
import pytest
from contextlib import suppress
from websockets.sync.client import connect

@pytest.mark.ws_fake(intercept=True)
def test_prices(ws_fake):
    with suppress({"OSError" if swallows else ""}):
        connect("{dead_url}/v1")
    assert 0, "no prices"
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    place = dead_url.replace("ws://127.0.0.1", "localhost")
    expected = text(f"""
        nobody was there at {place}, and nothing of the test answers there
          mode      none (the network is closed)
          served    nothing
          cassette  cassettes/test_it/test_prices.msgpack (there is none)

          to record it: pytest --ws-record test_it.py::test_prices
          to script it: ws_fake.serve(url, Transcript()...)
        """)
    assert f" ws_fake hint {'-' * 33}\n{expected}" in "\n".join(result.outlines)


def test_a_client_that_found_nobody_and_went_on_is_told_beside_what_was_not_played(
    dead_url: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + f"""
from websockets.sync.client import connect

@pytest.mark.ws_fake(intercept=True)
def test_prices(ws_fake):
    ws_fake.serve(URL, Transcript())
    with pytest.raises(OSError):
        connect("{dead_url}/v1")
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    place = dead_url.replace("ws://127.0.0.1", "localhost")
    assert block(result, "ERROR at teardown of test_prices") == text(f"""
        the test ended before everything was played
          url       ws://echo.example
          unplayed  1 connection never opened
          client code found nobody at {place}

          to let it be: unplayed="warn" or "ignore", or .optional(...) in the transcript
        """)


def test_what_a_handler_raised_beside_another_failure_is_told_with_its_line(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
from websockets.sync.client import connect

def answer(peer):
    raise KeyError("boom")

def test_fails(ws_fake):
    ws_fake.serve(URL, answer)
    with connect(ws_fake.url_for(URL)):
        pass
    assert 1 == 2
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    start = next(n for n, line in enumerate(result.outlines) if " ws_fake verdict " in line)
    assert result.outlines[start + 1 : start + 4] == [
        "test_it.py:9: in answer",
        '    raise KeyError("boom")',
        "E   KeyError: 'boom'",
    ]


def test_an_error_that_is_its_own_cause_is_told_as_any_other(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_circle(ws_fake):
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    raise one
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*ValueError: one"])


def test_a_test_without_connections_shows_no_dialogue(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(ws_fake): assert 0")

    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*ws_fake dialogue*")


def test_what_a_handler_raised_and_no_run_told_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
def test_handler(ws_fake):
    ws_fake.serve(URL, Transcript(), connections=None)
    socket = ws_fake.WebSocket(URL)
    def onclose():
        raise KeyError("lost")
    socket.onclose = onclose
    ws_fake.run()
    socket.close()
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E       KeyError: 'lost'", "test_it.py:10: KeyError"])


def test_several_failures_are_told_as_a_group(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD + SWALLOWS + "def test_two(ws_fake): swallow(ws_fake); swallow(ws_fake)"
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ExceptionGroup: the test has several failures (2 sub-*"])
    result.stdout.no_fnmatch_line("*During handling*")


def test_in_a_group_too_no_frame_of_ours_is_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=HEAD
        + """
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

def test_two(ws_fake):
    ws_fake.serve(URL, *[Transcript().client("right")] * 2)
    url = ws_fake.url_for(URL)
    for _ in range(2):
        with connect(url) as client, pytest.raises(ConnectionClosed):
            client.send("wrong")
            client.recv(timeout=20)
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ExceptionGroup: the test has several failures (2 sub-*"])
    result.stdout.no_fnmatch_line("* File *")


@pytest.mark.parametrize(
    ("unplayed", "outcomes", "warned"),
    [("fail", {"passed": 1, "errors": 1}, False), ("warn", {"passed": 1, "warnings": 1}, True)],
)
def test_unplayed_fails_or_warns(
    pytester: pytest.Pytester, unplayed: str, outcomes: dict[str, int], warned: bool
) -> None:
    pytester.makeini(f"[pytest]\nws_unplayed = {unplayed}\nfilterwarnings = always")
    pytester.makepyfile(
        test_it=HEAD + "def test_it(ws_fake): ws_fake.serve(URL, Transcript().client('x'))"
    )

    result = run(pytester)

    result.assert_outcomes(**outcomes)
    assert summary(result) == ["ws_fake: 1 test left something unplayed"]
    if warned:
        result.stdout.fnmatch_lines(
            [
                "test_it.py::test_it",
                "  test_it.py:5: WsfakeWarning: the test ended before everything was played",
                "    url       ws://echo.example",
                "    unplayed  1 connection never opened",
            ]
        )


def test_unplayed_is_ignored_where_that_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nws_unplayed = ignore")
    pytester.makepyfile(
        test_it=HEAD + "def test_it(ws_fake): ws_fake.serve(URL, Transcript().client('x'))"
    )

    result = run(pytester)

    result.assert_outcomes(passed=1)
    assert summary(result) == []
