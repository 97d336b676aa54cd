from __future__ import annotations

import re
from typing import Any

import pytest

from tests.player.driving import SECOND, Drive
from wsfake import Transcript, regex
from wsfake.model import (
    Close,
    Drop,
    Ping,
    Raw,
    Reject,
    Stall,
)

T = Transcript
ANY = regex(re.compile(".*", re.DOTALL))


def test_a_close_of_the_script_is_echoed_with_its_code_at_once() -> None:
    drive = Drive(T().server("late"))
    drive.speak()
    drive.now = 3
    assert drive.hear(Close(4001, "bye")) is None
    assert drive.speak() == [Close(4001)]
    assert drive.log[-1][0] == 3
    assert drive.player.stopped


def test_what_was_in_flight_to_a_closed_script_is_discarded_and_played() -> None:
    drive = Drive(T().pause(1).server("late").server_closes(1001))
    drive.speak(until=0)
    assert drive.hear(Close(1000), "ignored") is None
    assert drive.speak() == [Close(1000)]
    assert drive.unplayed() == []


def test_an_expected_close_is_answered_as_the_transcript_says() -> None:
    drive = Drive(T().client_closes().pause(1).server_closes(4000, "x").server_drops(reset=True))
    drive.speak()
    drive.hear(Close(1000))
    assert drive.speak() == [Close(4000, "x"), Drop(reset=True)]
    assert drive.log[-2][0] == SECOND


@pytest.mark.parametrize("effect", [Drop(reset=True), Raw(b"\xff"), Drop(inside="a")])
def test_a_fault_of_phase_close_comes_instead_of_the_answer(effect: Any) -> None:
    drive = Drive(T().server("a").fault("close", effect).server("b"))
    assert drive.speak() == ["a", "b"]
    drive.hear(Close(1000))
    assert drive.speak() == [effect]


def test_a_stall_of_phase_close_answers_nothing() -> None:
    drive = Drive(T().fault("close", Stall()))
    drive.speak()
    drive.hear(Close(1000))
    assert drive.speak() == []
    assert drive.player.stopped


def test_an_end_that_is_due_comes_although_the_script_closes() -> None:
    drive = Drive(T().client("a").server_drops())
    drive.speak()
    assert drive.hear("a", Close(1000)) is None
    assert drive.speak() == [Drop()]


def test_a_close_of_the_player_ends_what_is_expected() -> None:
    drive = Drive(T().server_closes(1001, "x").client("never"))
    assert drive.speak() == [Close(1001, "x")]
    assert drive.hear("in flight", Ping(), Close(1001)) is None
    assert drive.player.stopped
    assert drive.unplayed() == []


def test_a_drop_may_follow_a_close_of_the_player_at_once() -> None:
    drive = Drive(T().server_closes().server_drops(reset=True))
    drive.speak(until=-1)
    drive.player.take(0)
    assert drive.player.take(0) == Close(1000, "")
    assert drive.hear(Close(1000)) is None
    assert drive.speak() == [Drop(reset=True)]
    assert drive.player.stopped


def test_a_drop_after_the_scripts_answer_waits_for_it() -> None:
    drive = Drive(T().server_closes().client_closes().server_drops())
    assert drive.speak() == [Close(1000, "")]
    assert drive.unplayed() == []
    drive.hear(Close(1000))
    assert drive.speak() == [Drop()]


def test_a_script_that_drops_instead_of_answering_ends_it() -> None:
    drive = Drive(T().server_closes().client_closes().server_drops())
    drive.speak()
    drive.hear(Drop())
    assert drive.speak() == []


def test_a_close_before_the_handshake_is_answered_is_not_echoed() -> None:
    drive = Drive(T().pause(1).server_accepts())
    assert drive.hear(Close(1000)) is None
    assert drive.speak() == []


def test_a_close_after_a_rejection_is_not_echoed() -> None:
    drive = Drive(T().server_rejects(503, keep_open=True))
    assert drive.speak() == [Reject(503)]
    drive.hear(Close(1000))
    assert drive.speak() == []


def test_a_stalled_server_answers_nothing_more() -> None:
    drive = Drive(T().client("a").server_stalls())
    drive.speak()
    assert drive.hear("a", "anything before it is silent") is None
    assert drive.speak() == []
    assert drive.hear("anything after", Ping(), Close(1000)) is None
    assert drive.speak() == []
    assert drive.unplayed() == []


def test_silence_of_the_script_is_not_waited_for() -> None:
    assert Drive(T().client_stalls()).unplayed() == []
    assert Drive(T().fault("close", Drop(), side="client")).unplayed() == []
