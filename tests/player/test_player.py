"""Acting one side of a transcript, and judging the other."""

import re
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, strategies as st

from tests.player.scripts import CLIENT, OPEN, SERVER, Broken, hear, player_of, says
from wsfake import Transcript, UsageError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Event,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)
from wsfake.player import Mismatch, Plan, Player
from wsfake.transcript.matchers import Json

T = Transcript()


def kind(mismatch: Mismatch | None) -> str:
    assert mismatch is not None
    return mismatch.kind


# The end of a transcript


def test_the_end_of_a_transcript_holds_the_connection_open_and_silent() -> None:
    player = player_of(T.client("a").server("b"))
    assert hear(player, "a") is None
    assert says(player) == ["b"]
    assert player.due() is None
    assert not player.stopped


def test_one_more_message_is_extra() -> None:
    player = player_of(T.client("a"))
    assert hear(player, "a", "b") == Mismatch("extra", (), "b", 2, -1)


def test_a_close_of_the_script_is_always_allowed_after_what_was_expected() -> None:
    player = player_of(T.client("a").server("b"))
    assert hear(player, "a", Close(3000, "enough")) is None
    assert says(player) == [Close(3000)]
    assert player.unplayed() == []


# Closing


def test_the_peer_echoes_a_close_with_the_same_code_at_once() -> None:
    player = player_of(T)
    assert hear(player, Close(4001, "why"), at=2) is None
    assert player.due() == 2_000_000
    assert says(player) == [(2, Close(4001))]


def test_an_empty_close_is_echoed_empty() -> None:
    player = player_of(T)
    assert hear(player, Close()) is None
    assert says(player) == [Close()]


def test_a_close_that_the_transcript_answers_is_answered_so_and_then() -> None:
    player = player_of(T.client_closes().pause(2).server_closes(1001, "bye"))
    assert hear(player, Close(1000)) is None
    assert says(player) == [(2, Close(1001, "bye"))]


def test_after_the_answer_to_a_close_tcp_ends_as_the_transcript_says() -> None:
    player = player_of(T.client_closes().server_closes().server_drops(reset=True))
    assert hear(player, Close(1000)) is None
    assert says(player) == [Close(1000), Drop(reset=True)]
    assert player.stopped


def test_a_close_of_the_player_may_be_followed_by_a_reset_whether_or_not_it_is_answered() -> None:
    transcript = T.server_closes(1000, "bye").server_drops(reset=True)
    silent, answered = player_of(transcript), player_of(transcript)
    assert silent.take(0) == Close(1000, "bye")
    assert silent.take(0) == Drop(reset=True)
    assert answered.take(0) == Close(1000, "bye")
    assert hear(answered, Close(1000)) is None
    assert says(answered) == [Drop(reset=True)]


def test_a_script_that_drops_after_the_players_close_ends_everything() -> None:
    player = player_of(T.server_closes().server_drops(reset=True))
    assert player.take(0) == Close(1000)
    assert hear(player, Drop()) is None
    assert says(player) == []


def test_the_scripts_answer_to_a_close_ends_the_connection_and_is_not_answered_again() -> None:
    player = player_of(T.server_closes(1001, ""))
    assert says(player) == [Close(1001)]
    assert hear(player, Close(1001)) is None
    assert says(player) == []
    assert player.stopped


@pytest.mark.parametrize(
    ("effect", "said"),
    [(Drop(reset=True), [Drop(reset=True)]), (Raw(b"\xff"), []), (Stall(), [None])],
)
def test_a_fault_in_the_phase_close_stands_in_place_of_the_answer(
    effect: Any, said: list[Any]
) -> None:
    player = player_of(T.fault("close", effect).client("a"))
    assert says(player) == []
    assert hear(player, "a", Close(1000)) is None
    assert says(player)[: len(said)] == said


def test_a_code_or_reason_that_is_left_out_may_be_any() -> None:
    assert hear(player_of(T.client_closes()), Close(4999, "x")) is None
    assert hear(player_of(T.client_closes(4000)), Close(4000, "x")) is None
    assert hear(player_of(T.client_closes(reason="x")), Close(4000, "x")) is None
    assert hear(player_of(T.client_closes(4000, "x")), Close(4000, "x")) is None
    assert kind(hear(player_of(T.client_closes(4000)), Close(4001))) == "close"
    assert kind(hear(player_of(T.client_closes(reason="x")), Close(4000))) == "close"


def test_a_drop_is_expected_as_a_drop() -> None:
    assert hear(player_of(T.client_drops()), Drop(reset=True)) is None
    assert kind(hear(player_of(T.client_drops()), Close(1000))) == "close"
    assert kind(hear(player_of(T.client_closes()), Drop())) == "close"


def test_a_close_before_the_messages_that_were_expected_is_a_mismatch_at_the_close() -> None:
    player = player_of(T.client("a").client("b"))
    assert hear(player, "a", Close(1000)) == Mismatch("close", ("b",), Close(1000), 1, -1)


def test_what_was_in_flight_towards_a_script_that_has_closed_counts_as_played() -> None:
    player = player_of(T.server("late").client_closes())
    assert hear(player, Close(1000)) is None
    assert says(player) == [Close(1000)]
    assert player.unplayed() == []


def test_words_of_a_script_that_was_told_goodbye_mean_nothing() -> None:
    player = player_of(T.server_closes())
    assert player.take(0) == Close(1000)
    assert hear(player, "too late") is None


def test_a_drop_of_the_player_ends_it() -> None:
    player = player_of(T.server("a").server_drops().client("never"))
    assert says(player) == ["a", Drop()]
    assert hear(player, "x", Close(1000)) is None


def test_a_drop_of_the_script_is_not_answered() -> None:
    player = player_of(T.server("late"))
    assert hear(player, Drop()) is None
    assert says(player) == []


def test_the_end_of_the_test_is_not_judged() -> None:
    player = player_of(T.client("a").server("b"))
    assert hear(player, End()) is None
    assert player.due() is None
    assert player.unplayed() == [(CLIENT, "a")]


def test_a_test_that_ends_a_connection_by_itself_is_still_owed_what_was_expected() -> None:
    player = player_of(T.client("a").server("b"))
    player.interrupt()
    assert hear(player, Close(1000), "x") is None
    assert player.due() is None
    assert player.unplayed() == [(CLIENT, "a")]


# Time


def test_a_pause_is_counted_from_when_the_entry_before_it_happened() -> None:
    player = player_of(T.client("a").pause(2).server("b").pause(0.5).server("c"))
    assert hear(player, "a", at=10) is None
    assert says(player) == [(12, "b"), (12.5, "c")]


def test_a_pause_never_requires_the_script_to_be_late() -> None:
    player = player_of(T.server("a").pause(5).client("b").server("c"))
    assert hear(player, "b") is None
    assert says(player) == ["a", "c"]


def test_a_message_that_comes_beside_the_players_own_is_matched_at_once() -> None:
    player = player_of(T.pause(1).server("welcome").client("a").server("b"))
    assert hear(player, "a") is None
    assert says(player) == [(1, "welcome"), (1, "b")]


# Types


def test_text_is_never_binary() -> None:
    assert kind(hear(player_of(T.client("a")), b"a")) == "message"
    assert kind(hear(player_of(T.client(b"a")), "a")) == "message"


def test_an_empty_message_is_a_message() -> None:
    player = player_of(T.client("").server(b"").client(b"").server(""))
    assert hear(player, "") is None
    assert player.take(0) == b""
    assert hear(player, b"") is None
    assert says(player) == [""]
    assert player_of(T.client("")).unplayed() == [(CLIENT, "")]


def test_what_has_an_eq_of_its_own_is_a_matcher() -> None:
    assert hear(player_of(T.client(re.compile("a+"))), "aaa") is None
    assert kind(hear(player_of(T.client(re.compile("a+"))), "b")) == "message"


def test_objects_are_said_as_json() -> None:
    assert says(player_of(T.server({"a": [1, "é"]}).server([]))) == ['{"a": [1, "é"]}', "[]"]


# Replies


def test_a_reply_is_made_of_the_last_message_when_it_is_due() -> None:
    player = player_of(T.client("a").client(b"b").server(lambda last: last.bytes + b"!"))
    assert hear(player, "a", b"b") is None
    assert says(player) == [b"b!"]


def test_a_reply_that_takes_two_is_given_the_conversation() -> None:
    def answer(last: Any, said: Any) -> list[Any]:
        return [last.text, [m.text for m in said.client], [m.text for m in said.server]]

    player = player_of(T.server("hi").client("a").server(answer))
    assert says(player) == ["hi"]
    assert hear(player, "a") is None
    assert says(player) == ['["a", ["a"], ["hi"]]']


def test_a_reply_that_cannot_be_made_is_asked_for_once() -> None:
    player = player_of(T.client("a").server(lambda last: 1 / 0).server("b").client("c"))
    assert hear(player, "a") is None
    with pytest.raises(ZeroDivisionError):
        player.take(0)
    assert player.due() is None
    assert player.unplayed() == []


def test_a_reply_before_anything_was_heard_is_an_error() -> None:
    with pytest.raises(UsageError, match="expected a message before the reply"):
        player_of(T.server(lambda last: last.text)).take(0)


# Pings and pongs


def test_pings_are_answered_by_themselves_and_never_matched() -> None:
    player = player_of(T.client("a"))
    assert hear(player, Ping(b"x"), "a", Ping(b"y")) is None
    assert says(player) == [Pong(b"x"), Pong(b"y")]


def test_a_ping_is_not_taken_for_the_message_that_is_expected() -> None:
    player = player_of(T.client("a").client("b"))
    assert hear(player, Ping(b"")) is None
    assert player.unplayed() == [(CLIENT, "a"), (CLIENT, "b")]


def test_a_pong_is_not_taken_for_the_message_that_a_matcher_expects() -> None:
    player = player_of(T.server_pings(b"x").client(mock.ANY))
    assert says(player) == [Ping(b"x")]
    assert hear(player, Pong(b"x")) is None
    assert player.unplayed() == [(CLIENT, mock.ANY)]


def test_a_ping_that_the_transcript_names_is_expected() -> None:
    player = player_of(T.client_pings(b"x").server("b"))
    assert player.due() is None
    assert player.unplayed() == [(CLIENT, Ping(b"x"))]
    assert hear(player, Ping(b"x")) is None
    assert says(player) == [Pong(b"x"), "b"]
    assert player.unplayed() == []


def test_a_pong_that_the_transcript_names_is_the_only_one() -> None:
    player = player_of(T.client_pings(b"x").pause(1).server_pongs(b"x"))
    assert hear(player, Ping(b"x")) is None
    assert says(player) == [(1, Pong(b"x"))]


def test_pings_of_the_player_are_said_and_no_pong_is_waited_for() -> None:
    player = player_of(T.server_pings(b"x").client_pongs(b"x").server("b").client("c"))
    assert says(player) == [Ping(b"x"), "b"]
    assert hear(player, Pong(b"other"), Pong(b"x"), "c", Pong(b"")) is None
    assert player.unplayed() == []


# What goes wrong on the wire


def test_faults_of_the_opening_handshake_stand_in_place_of_its_answer() -> None:
    for transcript, said in (
        (T.server_refuses("tls"), [Refuse("tls")]),
        (T.server_rejects(503, body="no"), [Reject(503, (), b"no"), Drop()]),
        (T.server_rejects(503, keep_open=True), [Reject(503)]),
        (T.server_stalls(), [None]),
        (T.fault("handshake", Drop(reset=True)), [Drop(reset=True)]),
        (T.fault("handshake", Raw(b"HTTP/1.1 what?")), [Raw(b"HTTP/1.1 what?")]),
        (T.pause(1).server_accepts("chat"), [(1, Accept("chat"))]),
    ):
        player = player_of(transcript, opened=False)
        assert player.receive(OPEN, 0) is None
        assert says(player) == said


def test_faults_among_messages_are_played_in_their_place() -> None:
    player = player_of(T.server("a").server_raw(b"\xff").server_drops(inside="hal"))
    assert says(player) == ["a", Raw(b"\xff"), Drop(inside="hal")]
    player = player_of(T.server("a").server_stalls())
    assert says(player) == ["a", None]
    assert hear(player, Ping(b""), Close(1000), "x") is None
    assert says(player) == []


def test_raw_bytes_of_the_script_are_matched_as_they_are() -> None:
    assert hear(player_of(T.client_raw(b"\xff")), Raw(b"\xff")) is None
    assert kind(hear(player_of(T.client_raw(b"\xff")), Raw(b"\xfe"))) == "message"
    assert kind(hear(player_of(T), Raw(b"\xfe"))) == "extra"
    assert kind(hear(player_of(T.client("a")), Raw(b"a"))) == "message"


def test_silence_of_the_script_is_not_waited_for() -> None:
    player = player_of(T.client("a").client_stalls())
    assert hear(player, "a") is None
    assert player.unplayed() == []
    assert kind(hear(player, "b")) == "extra"


# The opening handshake


def test_headers_of_the_handshake_are_compared_without_case_of_their_names() -> None:
    transcript = T.expects_handshake(headers={"X-One": "1", "Origin": re.compile("https://.*")})
    player = player_of(transcript, opened=False)
    assert hear(player, Open("ws://a.example/", (("x-one", "1"), ("origin", "https://b")))) is None
    player = player_of(transcript, opened=False)
    opening = Open("ws://a.example/", (("x-one", "1"), ("origin", "http://b")))
    mismatch = hear(player, opening)
    assert kind(mismatch) == "handshake"
    assert player.due() is None


@pytest.mark.parametrize("value", ["a=1; b=2", "a=<redacted>; b=2"])
def test_what_was_redacted_in_a_header_that_is_expected_matches_anything(value: str) -> None:
    transcript = T.expects_handshake(headers={"Cookie": "a=<redacted>; b=2"})
    player = player_of(transcript, opened=False)
    assert hear(player, Open("ws://a.example/", (("cookie", value),))) is None
    player = player_of(transcript, opened=False)
    mismatch = hear(player, Open("ws://a.example/", (("cookie", "a=1; b=3"),)))
    assert kind(mismatch) == "handshake"


@pytest.mark.parametrize(
    ("transcript", "answer", "fits"),
    [
        (T, Accept("any", (("a", "b"),)), True),
        (T.server_accepts("chat"), Accept("chat"), True),
        (T.server_accepts("chat"), Accept("other"), False),
        (T, Reject(403), False),
        (T.server_rejects(403), Reject(403, body=b"x"), True),
        (T.server_rejects(403), Reject(404), False),
        (T.server_rejects(403, body="x"), Reject(403, body=b"x"), True),
        (T.server_rejects(403, body="x"), Reject(403, body=b"y"), False),
        (T.server_rejects(403, {"A": "b"}), Reject(403, (("a", "b"), ("c", "d"))), True),
        (T.server_rejects(403, {"A": "b"}), Reject(403, (("a", "c"),)), False),
        (T.server_accepts(headers={"A": "b"}), Accept(headers=(("c", "d"), ("a", "b"))), True),
        (T.server_accepts(headers={"A": "b"}), Accept(), False),
        (T.server_rejects(403), Accept(), False),
        (T.server_refuses(), Refuse("timeout"), True),
        (T.server_refuses(), Accept(), False),
        (T.fault("handshake", Drop()), Accept(), False),
    ],
)
def test_a_played_client_judges_the_answer_of_a_server(
    transcript: Transcript, answer: Event, fits: bool
) -> None:
    player = player_of(transcript, CLIENT, opened=False)
    assert isinstance(player.take(0), Open)
    assert (player.receive(answer, 0) is None) is fits
    assert player.unplayed() == []
    assert player.stopped is not (fits and isinstance(answer, Accept))


def test_a_played_client_says_its_own_words_and_judges_the_servers() -> None:
    player = player_of(T.client("a").server("b").client_closes(4000), CLIENT)
    assert says(player) == ["a"]
    assert player.waits_for_script()
    assert hear(player, "b") is None
    assert says(player) == [Close(4000)]
    assert hear(player, Close(4000)) is None
    assert player.stopped


def test_a_played_client_answers_a_close_of_the_server() -> None:
    player = player_of(T.client("a"), CLIENT)
    assert says(player) == ["a"]
    assert hear(player, Close(1001, "going")) is None
    assert says(player) == [Close(1001)]


def test_a_played_client_that_was_never_let_go_is_unplayed() -> None:
    player = player_of(T.client("a"), CLIENT, opened=False)
    assert player.unplayed() == [(CLIENT, Open(""))]
    player.take(0)
    assert player.unplayed() == []


def test_a_recording_without_an_answer_judges_none() -> None:
    player = Player(Plan([], [], []), CLIENT)
    assert player.receive(Accept(), 0) is None


# Verdicts


def test_after_a_mismatch_the_player_says_nothing_and_judges_nothing() -> None:
    player = player_of(T.client("a").server("b").client("c"))
    assert kind(hear(player, "x")) == "message"
    assert hear(player, "a", "y", Ping(b""), Close(1000), Raw(b"")) is None
    assert says(player) == []
    assert player.unplayed() == []


def test_after_an_error_of_a_matcher_the_player_says_nothing_and_nothing_is_unplayed() -> None:
    player = player_of(T.client(Broken()).server("b").client("c"))
    with pytest.raises(KeyError, match="id"):
        hear(player, "x")
    assert player.failed
    assert hear(player, "a") is None
    assert says(player) == []
    assert player.unplayed() == []


def test_unplayed_are_messages_of_the_script_and_what_stands_before_them() -> None:
    player = player_of(T.client("a").server("b").client("c").server("trailing"))
    assert player.unplayed() == [(CLIENT, "a"), (SERVER, "b"), (CLIENT, "c")]
    assert hear(player, "a") is None
    assert player.unplayed() == [(SERVER, "b"), (CLIENT, "c")]


def test_trailing_entries_of_the_player_are_not_unplayed() -> None:
    player = player_of(T.client("a").pause(60).server("b").server("c"))
    assert hear(player, "a") is None
    assert player.unplayed() == []


def test_a_dialogue_waits_for_the_script_only_while_it_must_say_something() -> None:
    player = player_of(T.client("a").server("b"))
    assert player.waits_for_script()
    assert hear(player, "a") is None
    assert not player.waits_for_script()
    assert says(player) == ["b"]
    assert not player.waits_for_script()
    assert not player_of(T.optional(T.client("a"))).waits_for_script()


# For every transcript

messages = st.one_of(st.text(max_size=3), st.binary(max_size=3))
steps = st.lists(st.tuples(st.sampled_from([CLIENT, SERVER]), messages, st.integers(0, 3)))


def written(dialogue: list[tuple[Side, Message, int]]) -> Transcript:
    transcript = T
    for side, message, pause in dialogue:
        transcript = transcript.pause(pause)
        transcript = transcript.client(message) if side is CLIENT else transcript.server(message)
    return transcript


@given(steps, st.sampled_from([CLIENT, SERVER]))
def test_a_script_that_follows_its_transcript_is_never_a_mismatch(
    dialogue: list[tuple[Side, Message, int]], own: Side
) -> None:
    player = player_of(written(dialogue), own)
    now = 0
    for side, message, _ in dialogue:
        if side is own:
            due = player.due()
            assert due is not None
            now = max(now, due)
            assert player.take(now) == message
        else:
            assert player.receive(message, now) is None
    assert player.due() is None
    assert player.unplayed() == []


@given(steps.filter(lambda dialogue: any(side is CLIENT for side, _, _ in dialogue)), st.data())
def test_one_changed_message_is_told_at_that_message_and_nothing_after_it(
    dialogue: list[tuple[Side, Message, int]], data: st.DataObject
) -> None:
    said = [message for side, message, _ in dialogue if side is CLIENT]
    changed = data.draw(st.integers(0, len(said) - 1))
    player = player_of(written(dialogue))
    for n, message in enumerate(said):
        other = message + "x" if isinstance(message, str) else message + b"x"
        mismatch = player.receive(other if n == changed else message, 0)
        if n == changed:
            assert mismatch == Mismatch("message", (message,), other, n + 1, -1)
        else:
            assert mismatch is None
        if n >= changed:
            assert player.due() is None
    assert player.unplayed() == []


def test_json_of_an_object_is_shown_as_such() -> None:
    mismatch = hear(player_of(T.client({"a": 1})), "{}")
    assert mismatch is not None
    assert mismatch.expected == (Json({"a": 1}),)


def test_who_asks_a_player_that_has_nothing_to_say_gets_nothing() -> None:
    assert player_of(T).take(0) is None
