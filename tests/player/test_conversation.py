"""What a reply sees, and what it may return."""

import re
from typing import Any
from unittest.mock import ANY

import pytest

from tests.player.driving import Drive
from wsfake import Transcript, UsageError, partial_json, regex
from wsfake.model import Message, Side
from wsfake.player import Conversation, Heard
from wsfake.player.conversation import make_reply
from wsfake.player.speech import Speech
from wsfake.transcript import Matching
from wsfake.transcript.matchers import Reply


def made(make: Any, heard: Message = "x") -> Message:
    return make_reply(Reply(make), [heard], Conversation(Side.SERVER, [], [heard]))


def test_a_text_has_text_and_json_and_no_bytes() -> None:
    assert Heard('{"a": 1}').text == '{"a": 1}'
    assert Heard('{"a": 1}').json == {"a": 1}
    assert Heard("null").json is None
    with pytest.raises(UsageError, match="expected a binary message to reply to, got 'a'"):
        _ = Heard("a").bytes
    with pytest.raises(UsageError, match="expected a JSON message to reply to, got 'a'"):
        _ = Heard("a").json


def test_a_binary_message_has_bytes_and_no_text() -> None:
    assert Heard(b"a").bytes == b"a"
    with pytest.raises(UsageError, match="expected a text message to reply to, got b'a'"):
        _ = Heard(b"a").text
    with pytest.raises(UsageError, match="expected a JSON message"):
        _ = Heard(b"{}").json


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a", "a"),
        ("", ""),
        (b"a", b"a"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"a"), b"a"),
        ({"a": [1]}, '{"a": [1]}'),
        ([], "[]"),
    ],
)
def test_a_reply_returns_a_message(value: Any, said: Message) -> None:
    assert made(lambda last: value) == said


@pytest.mark.parametrize("value", [None, 1, {"a"}, object(), Heard("a")])
def test_what_is_no_message_is_an_error(value: Any) -> None:
    with pytest.raises(UsageError, match="to return a str, bytes, dict or list, got"):
        made(lambda last: value)


def test_a_reply_is_given_as_much_as_it_takes() -> None:
    assert made(lambda: "none") == "none"
    assert made(lambda last: last.text) == "x"
    assert made(lambda last, said: repr(len(said.server))) == "0"
    assert made(lambda *all_of_it: str(len(all_of_it))) == "2"


def test_what_a_reply_raises_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        made(lambda last: {"b": 1}["a"])


def test_a_reply_answers_its_own_message_although_more_have_come() -> None:
    transcript = Transcript().repeat(
        None, Transcript().client(regex("[a-z]")).server(lambda last: last.text)
    )
    drive = Drive(transcript)
    assert drive.hear("a", "b", "c") is None
    assert drive.speak() == ["a", "b", "c"]


def test_an_argument_with_a_default_is_the_tests_own() -> None:
    drive = Drive(Transcript().client("a").server(lambda last, n=7: [n, last.text]))
    drive.hear("a")
    assert drive.speak() == ['[7, "a"]']


def test_a_reply_that_asks_for_nothing_needs_no_message() -> None:
    assert Drive(Transcript().server(lambda: b"first")).speak() == [b"first"]


@pytest.mark.parametrize("matcher", [re.compile("a.*"), partial_json({"a": 1}), ANY])
def test_a_matcher_is_nothing_that_a_player_can_say(matcher: Any) -> None:
    speech = Speech(Side.SERVER, Matching())
    with pytest.raises(UsageError) as caught:
        speech.say(Transcript().server(matcher).steps[0].what)
    assert str(caught.value) == (
        "expected a message for the server to say: a str, bytes, dict, list or function in"
        f" .server(...), got a matcher, which only the other side can meet: {matcher!r}"
    )


def test_json_that_is_known_is_said_also_where_it_was_written_for_a_matcher() -> None:
    speech = Speech(Side.SERVER, Matching())
    assert speech.say(Transcript().server_json({"a": [1]}).steps[0].what) == '{"a": [1]}'
    with pytest.raises(UsageError, match="got a matcher"):
        speech.say(Transcript().server_json({"a": ANY}).steps[0].what)
