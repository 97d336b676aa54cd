from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from tests.player.driving import SECOND, Drive
from wsfake import Transcript, regex
from wsfake.model import (
    Accept,
    Open,
    Ping,
    Side,
)

T = Transcript
ANY = regex(re.compile(".*", re.DOTALL))

# A simple model: one list of what is said, and by whom

plain = st.lists(st.tuples(st.sampled_from(Side), st.text("ab", max_size=2)), max_size=8)


def tell(steps: list[tuple[Side, str]]) -> Transcript:
    transcript = T()
    for side, message in steps:
        transcript = getattr(transcript, str(side))(message)
    return transcript


def test_a_ping_meets_no_message_not_even_a_matcher_of_anything() -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    drive = Drive(T().client(Anything()))
    drive.speak()
    drive.hear(Ping())
    assert len(drive.unplayed()) == 1


@pytest.mark.parametrize(
    ("transcript", "script", "times"),
    [
        (T().client("a").pause(1).optional(T().server("b")).server("c"), "a", [1, 1]),
        (T().client("a").pause(1).optional(T().client("x")).server("c"), "a", [1]),
        (T().client("a").pause(1).optional(T()).server("c"), "a", [1]),
        (T().pause(1).repeat(2, T().pause(2).server("t")).pause(3).server("u"), "", [3, 5, 8]),
        (T().pause(1).any_order(T(), T().server("a")).server("b"), "", [1, 1]),
        (
            T().optional(T().server("a").pause(1).optional(T().client("x")).server("b")),
            "",
            [0, 1],
        ),
        (T().pause(1).optional(T().pause(1).optional(T().server("a"))).server("b"), "", [2, 2]),
    ],
)
def test_a_pause_before_a_group_counts_whether_or_not_it_is_left_out(
    transcript: Transcript, script: str, times: list[int]
) -> None:
    drive = Drive(transcript)
    drive.hear(*script)
    drive.speak()
    assert [at / SECOND for at, what in drive.log if what != Accept()] == times


@given(plain, st.sampled_from(Side))
def test_a_script_that_follows_the_transcript_is_right_and_leaves_nothing(
    steps: list[tuple[Side, str]], side: Side
) -> None:
    drive = Drive(tell(steps), side)
    said = [what for what in drive.speak() if not isinstance(what, Open)]
    drive.hear(Accept()) if side is Side.CLIENT else None
    said += drive.speak()
    for by, message in steps:
        if by is not side:
            assert drive.hear(message) is None
            said += drive.speak()
    assert said == [message for by, message in steps if by is side]
    assert drive.unplayed() == []


@given(plain, st.data())
def test_a_script_that_changes_one_message_is_told_at_that_message(
    steps: list[tuple[Side, str]], data: st.DataObject
) -> None:
    messages = [message for side, message in steps if side is Side.CLIENT]
    changed = data.draw(st.integers(0, len(messages)))
    drive = Drive(tell(steps))
    for number, message in enumerate([*messages, "extra"]):
        if number == changed:
            mismatch = drive.hear(f"{message}!")
            assert mismatch is not None
            assert mismatch.number == number + 1
            assert mismatch.expected == tuple(messages[number : number + 1])
            return
        drive.speak()
        assert drive.hear(message) is None
