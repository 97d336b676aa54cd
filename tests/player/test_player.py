from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.player.driving import OPEN, SECOND, Drive
from wsfake import Transcript, json, regex
from wsfake.errors import UsageError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.transcript import Matching

T = Transcript
ANY = regex(re.compile(".*", re.DOTALL))


# What is said, and when


def test_the_player_accepts_and_says_its_own_steps() -> None:
    drive = Drive(T().server("a").server(b"b").server({"c": 1}))
    assert drive.player.take(0) == Accept()
    assert drive.speak() == ["a", b"b", '{"c": 1}']


def test_the_player_waits_for_the_script() -> None:
    drive = Drive(T().client("a").server("b"))
    assert drive.speak() == []
    assert drive.player.waits_for_script()
    assert drive.hear("a") is None
    assert not drive.player.waits_for_script()
    assert drive.speak() == ["b"]
    assert drive.unplayed() == []


def test_nothing_is_due_without_a_script() -> None:
    drive = Drive(T())
    drive.speak()
    assert drive.player.due() is None
    assert drive.player.take(0) is None


def test_a_pause_counts_from_when_the_step_before_it_happened() -> None:
    drive = Drive(T().client("a").pause(2).server("b").pause(1).server("c"))
    drive.speak()
    drive.now = 5 * SECOND
    drive.hear("a")
    drive.speak()
    assert drive.log[1:] == [(7 * SECOND, "b"), (8 * SECOND, "c")]


def test_a_script_that_is_early_is_matched_at_once() -> None:
    drive = Drive(T().server("a").pause(9).server("b").pause(9).client("c").client("d"))
    drive.speak(until=0)
    assert drive.hear("c", "d") is None
    assert drive.speak() == ["b"]
    assert drive.unplayed() == []


def test_the_end_of_a_transcript_stays_open_and_silent() -> None:
    drive = Drive(T().server("a"))
    drive.speak()
    assert drive.player.due() is None
    assert not drive.player.stopped


# What a script must not do


def test_another_message_than_expected_is_a_mismatch_with_what_was_expected() -> None:
    mismatch = Drive(T().client("a").client("b")).hear("a", "x")
    assert mismatch is not None
    assert (mismatch.kind, mismatch.expected, mismatch.actual, mismatch.number) == (
        "message", ("b",), "x", 2,
    )  # fmt: skip


def test_one_more_message_is_extra() -> None:
    mismatch = Drive(T().client("a")).hear("a", "a")
    assert mismatch is not None
    assert (mismatch.kind, mismatch.expected, mismatch.place) == ("extra", (), -1)


def test_after_a_mismatch_nothing_more_is_played_and_nothing_more_is_wrong() -> None:
    drive = Drive(T().client("a").server("b").client("c"))
    assert drive.hear("x") is not None
    assert drive.hear("y", Ping(), Close(1000)) is None
    assert drive.speak() == []
    assert drive.unplayed() == []


def test_text_is_never_binary() -> None:
    assert Drive(T().client("")).hear(b"") is not None
    assert Drive(T().client(b"")).hear(b"") is None


def test_an_empty_message_is_expected_like_any_other() -> None:
    drive = Drive(T().any_order(T().client("")))
    assert drive.unplayed() != []
    assert drive.player.plan.last_asked(Side.CLIENT) >= 0


def test_bytes_of_no_frame_are_no_message() -> None:
    assert Drive(T().client_raw(b"x")).hear(Raw(b"x")) is None
    wrong = Drive(T().client_raw(b"x")).hear(Raw(b"y"))
    assert wrong is not None
    assert wrong.kind == "message"
    extra = Drive(T()).hear(Raw(b"y"))
    assert extra is not None
    assert extra.kind == "extra"


# Closing


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


def test_a_close_before_what_was_expected_is_a_mismatch() -> None:
    mismatch = Drive(T().client("a")).hear(Close(1000))
    assert mismatch is not None
    assert (mismatch.kind, mismatch.expected) == ("close", ("a",))


@pytest.mark.parametrize(
    ("expected", "came", "fits"),
    [
        (T().client_closes(), Close(4000, "x"), True),
        (T().client_closes(), Close(), True),
        (T().client_closes(4000), Close(4000, "x"), True),
        (T().client_closes(4000), Close(4001, "x"), False),
        (T().client_closes(None, "x"), Close(1000, "y"), False),
        (T().client_closes(1000, ""), Close(1000, ""), True),
        (T().client_closes(empty=True), Close(1000, ""), False),
        (T().client_closes(), Drop(), False),
        (T().client_drops(), Drop(reset=True), True),
        (T().client_drops(), Close(1000), False),
    ],
)
def test_an_expected_close_is_compared_as_far_as_it_is_said(
    expected: Transcript, came: Any, fits: bool
) -> None:
    drive = Drive(expected)
    drive.speak()
    assert (drive.hear(came) is None) is fits


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


def test_a_drop_of_the_script_is_answered_by_nothing() -> None:
    drive = Drive(T().server("a"))
    drive.speak()
    assert drive.hear(Drop()) is None
    assert drive.speak() == []
    assert drive.player.stopped


def test_a_close_of_the_player_ends_what_is_expected() -> None:
    drive = Drive(T().server_closes(1001, "x").client("never"))
    assert drive.speak() == [Close(1001, "x")]
    assert drive.hear("in flight", Ping(), Close(1001)) is None
    assert drive.player.stopped
    assert drive.unplayed() == []


def test_a_close_without_a_code_or_reason_is_said_as_1000() -> None:
    assert Drive(T().server_closes()).speak() == [Close(1000, "")]
    assert Drive(T().server_closes(None, "x")).speak() == [Close(1000, "x")]
    assert Drive(T().server_closes(empty=True)).speak() == [Close()]


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


def test_the_end_of_the_test_ends_the_player() -> None:
    drive = Drive(T().server("a"))
    drive.hear(End())
    assert drive.speak() == []
    assert drive.player.stopped


# Faults


def test_a_refusal_and_a_rejection_are_all_that_is_said() -> None:
    assert Drive(T().server_refuses("tls")).speak() == [Refuse("tls")]
    assert Drive(T().server_rejects(503)).speak() == [Reject(503), Drop()]


@pytest.mark.parametrize("effect", [Drop(reset=True), Raw(b"x")])
def test_a_fault_comes_in_place_of_the_handshake(effect: Any) -> None:
    assert Drive(T().fault("handshake", effect)).speak() == [effect]


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


def test_raw_bytes_are_said_as_they_are() -> None:
    assert Drive(T().server_raw(b"\xff")).speak() == [Raw(b"\xff")]


# Pings


def test_pings_are_answered_by_themselves() -> None:
    drive = Drive(T().client("a"))
    drive.speak()
    assert drive.hear(Ping(b"x")) is None
    assert drive.unplayed() == ["a"]
    assert drive.speak() == [Pong(b"x")]


def test_a_ping_that_is_named_is_matched() -> None:
    drive = Drive(T().client_pings(b"x").server("a"))
    assert drive.speak() == []
    drive.hear(Ping(b"other"))
    assert drive.speak() == [Pong(b"other")]
    drive.hear(Ping(b"x"))
    assert drive.speak() == [Pong(b"x"), "a"]


def test_a_ping_meets_no_message_not_even_a_matcher_of_anything() -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    drive = Drive(T().client(Anything()))
    drive.speak()
    drive.hear(Ping())
    assert len(drive.unplayed()) == 1


def test_a_pong_that_is_named_comes_in_its_place() -> None:
    drive = Drive(T().client_pings().pause(1).server_pongs(b"own"))
    drive.speak()
    drive.hear(Ping())
    assert drive.speak() == [Pong(b"own")]


def test_a_named_pong_of_the_script_is_waited_for_and_others_are_nothing() -> None:
    drive = Drive(T().server_pings(b"x").client_pongs(b"x").server("a").client("b"))
    assert drive.speak() == [Ping(b"x")]
    drive.hear(Pong(b"other"))
    assert drive.speak() == []
    drive.hear(Pong(b"x"), Pong(b"x"))
    assert drive.speak() == ["a"]
    assert Drive(T()).hear(Pong()) is None


# Groups


def test_parts_come_in_any_order_and_each_is_played_whole() -> None:
    group = T().any_order(T().client("a").server("A"), T().client("b").server("B").client("c"))
    drive = Drive(group.client("z"))
    drive.speak()
    assert drive.hear("b") is None
    assert drive.speak() == ["B"]
    assert drive.hear("c", "a", "z") is None
    assert drive.speak() == ["A"]
    mismatch = Drive(group).hear("b", "a")
    assert mismatch is not None
    assert mismatch.expected == ("c",)


def test_a_mismatch_in_a_group_names_everything_that_could_have_come() -> None:
    transcript = (
        T().optional(T().client("a")).any_order(T().server("x").client("b"), T().client("c"))
    )
    mismatch = Drive(transcript).hear("z")
    assert mismatch is not None
    assert mismatch.expected == ("a", "b", "c")


def test_a_part_comes_so_many_times() -> None:
    drive = Drive(T().repeat(2, T().client("a").server("b")).client("c"))
    assert drive.hear("a", "a", "c") is None
    assert drive.speak() == ["b", "b"]
    mismatch = Drive(T().repeat(2, T().client("a"))).hear("a", "a", "a")
    assert mismatch is not None
    assert mismatch.kind == "extra"
    assert Drive(T().repeat(2, T().client("a"))).unplayed() != []
    assert Drive(T().repeat(0, T().client("a")).client("b")).hear("b") is None


def test_a_part_comes_any_number_of_times() -> None:
    transcript = T().repeat(None, T().client("a").server("b")).client("c")
    assert Drive(transcript).hear("c") is None
    drive = Drive(transcript)
    assert not drive.player.plan.endless
    assert drive.hear("a", "a", "a", "c") is None
    assert drive.player.plan.endless
    assert drive.speak() == ["b"] * 3


def test_an_optional_part_comes_or_does_not() -> None:
    transcript = T().optional(T().client("a").server("A")).client("b").server("B")
    drive = Drive(transcript)
    assert drive.hear("b") is None
    assert drive.speak() == ["B"]
    drive = Drive(transcript)
    assert drive.hear("a", "b") is None
    assert drive.speak() == ["A", "B"]
    assert Drive(T().optional(T().client("a"))).unplayed() == []


def test_a_part_of_the_players_own_is_always_said() -> None:
    group = T().optional(T().repeat(2, T().any_order(T().server("a"), T().server("b"))))
    assert Drive(group.server("c")).speak() == ["a", "b", "a", "b", "c"]


def test_what_may_say_nothing_may_be_left_out() -> None:
    maybe = T().optional(T().client("a"))
    for group in (
        T().repeat(3, maybe),
        T().any_order(maybe, T()),
        T().optional(maybe),
        T().any_order(),
    ):
        assert Drive(group.client("z")).hear("z") is None
        assert Drive(group).unplayed() == []


def test_groups_nest() -> None:
    inner = T().any_order(T().client("b"), T().optional(T().client("c")).client("d"))
    transcript = T().repeat(2, T().client("a").optional(inner)).client("e")
    for script in ("abda", "aadcbe".replace("c", "")):
        assert Drive(transcript).hear(*script) is None
    assert Drive(transcript).hear(*"acdbabde") is None
    assert Drive(transcript).hear(*"abe") is not None


def test_a_ping_that_a_host_sends_by_itself_begins_no_part() -> None:
    transcript = T().optional(T().client_pongs().client("a"))
    assert Drive(transcript).hear("a") is None


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


# Replies


def test_a_reply_is_made_from_the_message_before_it() -> None:
    drive = Drive(
        T().repeat(None, T().client(ANY).server(lambda last: {"echo": last.text}))
    )  # fmt: skip
    assert drive.hear("a", "b", "c") is None
    assert drive.speak() == ['{"echo": "a"}', '{"echo": "b"}', '{"echo": "c"}']


def test_a_reply_takes_as_much_as_it_asks_for() -> None:
    def both(last: Any, conversation: Any) -> str:
        heard = [message.text for message in conversation.client]
        said = [message.text for message in conversation.server]
        return f"{last.text} {heard} {said}"

    transcript = (
        T().client("a").server(lambda: b"none").server(bytearray)
        .server(lambda last, n=7: [n, last.text])
    )  # fmt: skip
    drive = Drive(transcript)
    drive.hear("a")
    with pytest.raises(TypeError):
        drive.speak()
    drive = Drive(
        T().server("hi").client("a").server(lambda last, n=7: [n, last.text]).server(both)
    )
    drive.hear("a")
    assert drive.speak() == ["hi", '[7, "a"]', "a ['a'] ['hi', '[7, \"a\"]']"]
    assert Drive(T().server(lambda: bytearray(b"x"))).speak() == [b"x"]


@pytest.mark.parametrize(
    ("message", "reply", "text"),
    [
        ("a", lambda last: 5, "expected <lambda> to return a str, bytes, dict or list, got int: 5"),
        ("a", lambda last: last.bytes, "expected a binary message to reply to, got 'a'"),
        (b"a", lambda last: last.text, "expected a text message to reply to, got b'a'"),
        ("a", lambda last: last.json, "expected a JSON message to reply to, got 'a'"),
        ("[", lambda last: {"a": object()}, "expected a value that JSON can say: Object of type"
         " object is not JSON serializable"),
    ],
)  # fmt: skip
def test_a_reply_that_cannot_be_made_is_an_error_and_ends_the_player(
    message: Any, reply: Any, text: str
) -> None:
    drive = Drive(T().client(message).server(reply).client("more"))
    drive.hear(message)
    with pytest.raises(UsageError) as caught:
        drive.speak()
    assert str(caught.value) == text
    assert drive.player.due() is None
    assert drive.unplayed() == []


def test_a_reply_to_nothing_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        Drive(T().server(lambda last: last.text)).speak()
    assert str(caught.value) == "expected a message before <lambda> can reply to it"


def test_a_reply_gets_the_values_of_the_message() -> None:
    drive = Drive(T().client(json({"id": 5})).server(lambda last: {"id": last.json["id"]}))
    drive.hear('{"id":5}')
    assert drive.speak() == ['{"id": 5}']
    drive = Drive(T().client(b"a").optional(T().server(lambda last: last.bytes)))
    drive.hear(b"a")
    assert drive.speak() == [b"a"]


# The opening handshake


def test_expected_headers_are_compared_whatever_their_case() -> None:
    transcript = T().expects_handshake(headers={"Origin": regex("https://.*"), "X": "1"})
    drive = Drive(T())
    opening = Open("ws://a/", (("origin", "https://b"), ("x", "1")))
    assert Drive(transcript, Side.CLIENT).player is not None
    from wsfake.player import Plan, Player

    plan = Plan.of_transcript(transcript)
    player = Player(plan, Side.SERVER, expected_headers=transcript.expected_headers)
    assert player.receive(opening, 0) is None
    player = Player(plan, Side.SERVER, expected_headers=transcript.expected_headers)
    mismatch = player.receive(OPEN, 0)
    assert mismatch is not None
    assert mismatch.kind == "handshake"
    assert mismatch.expected == (("Origin", regex("https://.*")),)
    assert drive.player.due() == 0


# Acting the client


def test_a_client_connects_waits_to_be_accepted_and_speaks() -> None:
    drive = Drive(T().client("a").server("b").client("c"), Side.CLIENT)
    assert drive.speak() == [Open("")]
    drive.hear(Accept())
    assert drive.speak() == ["a"]
    drive.hear("b")
    assert drive.speak() == ["c"]
    assert drive.hear("more") is not None


@pytest.mark.parametrize(
    ("transcript", "answer", "fits"),
    [
        (T(), Accept("chat"), True),
        (T(subprotocol="chat"), Accept("chat"), True),
        (T(subprotocol="chat"), Accept(), False),
        (T(), Reject(500), False),
        (T().server_rejects(503), Reject(503, (), b"other"), True),
        (T().server_rejects(503), Reject(500), False),
        (T().server_refuses(), Refuse("tls"), True),
        (T().server_refuses(), Accept(), False),
    ],
)
def test_the_answer_of_a_server_is_judged(transcript: Transcript, answer: Any, fits: bool) -> None:
    drive = Drive(transcript, Side.CLIENT)
    drive.speak()
    assert (drive.hear(answer) is None) is fits
    assert drive.player.stopped is not (fits and isinstance(answer, Accept))


def test_a_second_answer_is_passed_over() -> None:
    from wsfake.player import Plan, Player

    assert Player(Plan(), Side.CLIENT).receive(Accept(), 0) is None


def test_a_test_may_speak_for_the_player() -> None:
    drive = Drive(T().client("a").server(lambda last, both: [len(both.server)]).client("b"))
    drive.speak()
    drive.player.interject("extra")
    drive.hear("a")
    assert drive.speak() == ["[1]"]
    drive.player.interject(Close(1000))
    assert drive.hear(Close(1000)) is None
    assert drive.player.stopped
    dropped = Drive(T().server("a"))
    dropped.player.interject(Drop())
    assert dropped.speak() == []


# Volatile values


def test_volatile_values_come_back_in_what_the_player_says() -> None:
    matching = Matching(None, ["id"])
    drive = Drive(
        T().client('{"id":1,"session":"recorded-1"}').server('{"id": 1, "n": 1}'),
        matching=matching,
    )
    drive.hear('{"id":42,"session":"recorded-1"}')
    assert drive.speak() == ['{"id": 42, "n": 1}']


# A simple model: one list of what is said, and by whom

plain = st.lists(st.tuples(st.sampled_from(Side), st.text("ab", max_size=2)), max_size=8)


def tell(steps: list[tuple[Side, str]]) -> Transcript:
    transcript = T()
    for side, message in steps:
        transcript = getattr(transcript, str(side))(message)
    return transcript


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
