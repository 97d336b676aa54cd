"""The harness: its arguments, its clock, and its end."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.harness.test_failures import tell
from tests.harness.texts import URL
from tests.player.scripts import Broken
from wsfake import Harness, Transcript, UsageError, WsfakeWarning
from wsfake.errors import UnexpectedMessage, Unplayed
from wsfake.model import Accept, End, Entry, Open, Side

T = Transcript()


def test_a_played_client_is_a_transcript() -> None:
    with Harness() as ws_fake, pytest.raises(UsageError, match="expected a Transcript"):
        ws_fake.play_client(URL, "hello")  # type: ignore[arg-type]


def test_serve_and_play_client_may_match_in_their_own_way() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, T.client('{"id": 1}').server('{"id": 1}'), volatile=["id"])
        ws_fake.serve("ws://two.example/", T.client('{"a":1}'), match="json")
        ws_fake.play_client(URL, T.client('{"id": 7}').server('{"id": 7}'))
        tell(ws_fake, '{"a": 1}', url="ws://two.example/")
        ws_fake.run()


def test_a_timer_is_called_once_and_may_be_cancelled_twice() -> None:
    with Harness() as ws_fake:
        seen: list[str] = []
        ws_fake.call_later(1, lambda: seen.append("once"))
        timer = ws_fake.call_later(1, lambda: seen.append("never"))
        ws_fake.cancel(timer)
        ws_fake.cancel(timer)
        ws_fake.run()
        assert seen == ["once"]


def test_an_interval_goes_on_until_it_is_cancelled_also_by_itself() -> None:
    with Harness() as ws_fake:
        seen: list[float] = []

        def tick() -> None:
            seen.append(ws_fake.now)
            if len(seen) == 2:
                ws_fake.cancel(timer)

        timer = ws_fake.call_every(1, tick)
        ws_fake.advance(5)
        assert seen == [1, 2]


@pytest.mark.parametrize("wrong", [None, "1", True, float("nan")])
def test_a_delay_is_a_number_of_seconds(wrong: Any) -> None:
    with Harness() as ws_fake:
        for call in (ws_fake.call_later, ws_fake.call_every):
            with pytest.raises(UsageError, match="expected a number of seconds"):
                call(wrong, lambda: None)


def test_a_delay_in_the_past_is_due_now() -> None:
    with Harness() as ws_fake:
        seen: list[float] = []
        ws_fake.call_later(-1, lambda: seen.append(ws_fake.now))
        ws_fake.run()
        assert seen == [0]


def test_an_alias_is_not_found_out_before_a_connection_is_really_made() -> None:
    asked: list[str] = []
    with Harness() as ws_fake:
        ws_fake.alias(
            URL,
            to=lambda: str(asked.append("asked")),  # type: ignore[func-returns-value]
        )
        ws_fake.serve(URL, T)
        ws_fake.WebSocket(URL)
        ws_fake.run()
        assert asked == []
        assert not ws_fake.is_live
        assert not ws_fake.is_recording


SAVING = f"""
import sys
from wsfake import Harness, Transcript
with Harness() as ws_fake:
    answer = Transcript(headers={{"X-A": "1", "X-B": "2"}})
    ws_fake.serve({URL!r}, answer.client({{"b": 1, "a": 2}}))
    socket = ws_fake.WebSocket({URL!r})
    socket.onopen = lambda: socket.send('{{"b": 1, "a": 2}}')
    ws_fake.run()
    ws_fake.save(sys.argv[1])
"""


def test_one_dialogue_is_saved_as_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    saved = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.msgpack"
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", SAVING, str(path)], check=True, env=env)
        saved.append(path.read_bytes())
    assert saved[0] == saved[1]


# The end


def test_a_test_may_be_finished_twice() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, T.client("a"))
    with pytest.raises(Unplayed):
        ws_fake.finish()
    ws_fake.finish()


def test_a_skipped_test_is_not_checked() -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, T.client("a"))
    ws_fake.finish("skipped")


def test_what_is_unplayed_may_be_a_warning_or_nothing() -> None:
    told = pytest.warns(WsfakeWarning, match="ended before everything was played")
    with told, Harness(unplayed="warn") as ws_fake:
        ws_fake.serve(URL, T.client("a"))
    with warnings.catch_warnings(action="error"), Harness(unplayed="ignore") as ws_fake:
        ws_fake.serve(URL, T.client("a"))


def test_the_tests_own_failure_is_never_masked() -> None:
    with pytest.raises(ZeroDivisionError), Harness() as ws_fake:
        ws_fake.serve(URL, T.client("a"))
        raise ZeroDivisionError


def test_a_verdict_that_the_script_swallowed_is_told_at_the_end() -> None:
    with pytest.raises(UnexpectedMessage), Harness() as ws_fake:
        ws_fake.serve(URL, T.client("a"))
        socket = ws_fake.WebSocket(URL)
        ws_fake.run()
        with pytest.raises(UnexpectedMessage):
            socket.send("b")
        assert len(ws_fake.failures) == 1


def test_an_error_of_a_matcher_that_the_script_swallowed_is_told_at_the_end() -> None:
    with pytest.raises(KeyError), Harness() as ws_fake:
        ws_fake.serve(URL, T.client(Broken()))
        socket = ws_fake.WebSocket(URL)
        ws_fake.run()
        with pytest.raises(KeyError):
            socket.send("b")


def test_several_swallowed_verdicts_are_told_together() -> None:
    with pytest.raises(ExceptionGroup, match="several failures") as caught, Harness() as ws_fake:
        ws_fake.serve(URL, T.client("a"), T.client("a"))
        sockets = [ws_fake.WebSocket(URL) for _ in range(2)]
        ws_fake.run()
        for socket in sockets:
            with pytest.raises(UnexpectedMessage):
                socket.send("b")
    assert len(caught.value.exceptions) == 2


def test_sockets_left_open_end_with_the_test_and_their_timers_stop() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, T)
        socket = ws_fake.WebSocket(URL)
        closed: list[Any] = []
        socket.onclose = closed.append
        ws_fake.run()
        ws_fake.call_later(1, lambda: closed.append("timer"))
    assert ws_fake.dialogue.entries[-1] == Entry(0, 1, Side.CLIENT, End())
    assert closed == []


def test_an_order_that_gave_way_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "two.msgpack"
    with Harness() as ws_fake:
        ws_fake._network.noted += [
            (0, 1, True, Open(URL)),
            (0, 2, True, Open("ws://two.example/")),
            (0, 1, False, Accept()),
        ]
        ws_fake.save(path)
    told = pytest.warns(WsfakeWarning, match="the order across connections is not that")
    with told, Harness(path, unplayed="ignore") as ws_fake:
        ws_fake.WebSocket(URL)
        ws_fake.run()
    assert ws_fake.summary.gave_way == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "x"},
        {"unplayed": "x"},
        {"order": "x"},
        {"timeout": 0},
        {"nothing": 1},
        {"match": "x"},
    ],
)
def test_settings_that_cannot_be_are_errors(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected"):
        Harness(**wrong)


def test_a_harness_is_for_one_test() -> None:
    ws_fake = Harness()
    with ws_fake:
        pass
    with pytest.raises(UsageError, match="make another one"):
        ws_fake.__enter__()
