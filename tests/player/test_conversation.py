"""What a reply sees, and what it may return."""

from typing import Any

import pytest

from wsfake import UsageError
from wsfake.model import Message
from wsfake.player import Conversation, Heard
from wsfake.player.conversation import make_reply
from wsfake.transcript.matchers import Reply


def made(make: Any, heard: Message = "x") -> Message:
    return make_reply(Reply(make), [heard], Conversation())


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
