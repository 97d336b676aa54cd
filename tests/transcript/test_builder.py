# ruff: noqa: E501 - tables, with every text whole
from __future__ import annotations

import enum
import functools
import http
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest

from wsfake import Transcript, json, partial_json, regex
from wsfake.errors import TranscriptError
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
from wsfake.transcript import AnyOrder, Fault, Json, Optional, Regex, Repeat, Step
from wsfake.transcript.checks import as_headers, as_message
from wsfake.transcript.matchers import AnyClose, DecodedJson, Reply

T = Transcript()
CLIENT, SERVER = Side.CLIENT, Side.SERVER


@pytest.mark.parametrize(
    ("transcript", "side", "what"),
    [
        (T.client("a"), CLIENT, "a"),
        (T.server(b"a"), SERVER, b"a"),
        (T.client(bytearray(b"a")), CLIENT, b"a"),
        (T.client(memoryview(b"a")), CLIENT, b"a"),
        (T.server({"a": 1}), SERVER, Json({"a": 1})),
        (T.server([1]), SERVER, Json([1])),
        (T.client(re.compile("a")), CLIENT, Regex(re.compile("a"))),
        (T.client(json({})), CLIENT, Json({})),
        (T.client_json({"a": 1}), CLIENT, Json({"a": 1})),
        (T.server_json(1), SERVER, Json(1)),
        (T.client_json({"a": ANY}), CLIENT, DecodedJson({"a": ANY})),
        (T.client_pings(), CLIENT, Ping()),
        (T.server_pings(b"a"), SERVER, Ping(b"a")),
        (T.client_pongs(b"a"), CLIENT, Pong(b"a")),
        (T.server_pongs(), SERVER, Pong()),
        (T.client_closes(), CLIENT, AnyClose()),
        (T.client_closes(1000), CLIENT, AnyClose(1000)),
        (T.client_closes(reason="a"), CLIENT, AnyClose(None, "a")),
        (T.client_closes(1000, ""), CLIENT, Close(1000)),
        (T.server_closes(4000, "a"), SERVER, Close(4000, "a")),
        (T.server_closes(empty=True), SERVER, Close()),
        (T.client_drops(reset=True), CLIENT, Drop(True)),
        (T.server_drops(inside="a"), SERVER, Drop(False, "a")),
        (T.server_accepts("a", {"b": "c"}, ["d"]), SERVER, Accept("a", (("b", "c"),), ("d",))),
        (Transcript(subprotocol="a"), SERVER, Accept("a")),
        (Transcript(headers=[("a", "b"), ("a", "c")]), SERVER, Accept(None, (("a", "b"), ("a", "c")))),
        (T.server_rejects(404, keep_open=True), SERVER, Reject(404)),
        (T.server_rejects(404, {"a": "b"}, "é", keep_open=True), SERVER, Reject(404, (("a", "b"),), "é".encode())),
        (T.server_rejects(404, (), b"a", keep_open=True), SERVER, Reject(404, (), b"a")),
        (T.server_refuses(), SERVER, Refuse()),
        (T.server_refuses("tls"), SERVER, Refuse("tls")),
        (T.server_stalls(), SERVER, Fault("handshake", Stall())),
        (T.client_stalls(), CLIENT, Stall()),
        (T.server_raw(b"a"), SERVER, Raw(b"a")),
        (T.client_raw(b"a"), CLIENT, Raw(b"a")),
        (T.fault("message", Drop()), SERVER, Drop()),
        (T.fault("close", Raw(b""), side="client"), CLIENT, Fault("close", Raw(b""))),
        (T.fault("close", Stall(), side=CLIENT), CLIENT, Fault("close", Stall())),
        (T.any_order(T.client("a")), None, AnyOrder((T.client("a"),))),
        (T.repeat(2, T.client("a")), None, Repeat(2, T.client("a"))),
        (T.repeat(None, T.client("a")), None, Repeat(None, T.client("a"))),
        (T.optional(T), None, Optional(T)),
    ],
)  # fmt: skip
def test_a_step_holds_who_does_what(transcript: Transcript, side: Side | None, what: Any) -> None:
    assert transcript.steps == (Step(0, side, what),)
    assert type(transcript.steps[0].what) is type(what)


def test_an_empty_message_is_a_message() -> None:
    assert [step.what for step in T.client("").server(b"").steps] == ["", b""]


def test_a_refusal_ends_tcp_unless_it_is_kept_open() -> None:
    assert [step.what for step in T.server_rejects(403).steps] == [Reject(403), Drop()]


def test_a_stall_after_the_handshake_is_one_of_the_dialogue() -> None:
    assert T.client("a").server_stalls().steps[1].what == Stall()


def test_a_pause_moves_what_comes_after_it() -> None:
    transcript = T.client("a").pause(0.5).pause(1).server("b").client("c")
    assert [step.at for step in transcript.steps] == [0, 1_500_000, 1_500_000]
    assert T.pause(1) == T


def test_a_step_with_a_time_moves_what_comes_after_it() -> None:
    assert T.with_step(Step(7, CLIENT, "a")).server("b").steps[1].at == 7


def test_a_value_that_counts_as_text_is_kept_as_plain_text() -> None:
    class Word(str, enum.Enum):  # noqa: UP042 - shown as Word.HELLO, unlike a StrEnum
        HELLO = "hello"

    class Data(bytes):
        pass

    assert type(as_message(Word.HELLO)) is str
    assert as_message(Word.HELLO) == "hello"
    assert type(as_message(Data(b"a"))) is bytes
    assert str(T.client(Word.HELLO)) == 'connect\n     0 ms  client  "hello"\n'


def test_a_status_may_be_a_name() -> None:
    assert "rejects 404\n" in str(T.server_rejects(http.HTTPStatus.NOT_FOUND))


def test_a_callable_is_a_reply_and_whatever_has_an_equality_is_a_matcher() -> None:
    class CallableMatcher:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

        def __call__(self) -> None: ...

    class Meta(type):
        def __eq__(cls, other: object) -> bool:
            return True

        __hash__ = type.__hash__

    class Anything(metaclass=Meta):
        pass

    class Plain:
        def __call__(self) -> None: ...

    class Inert:
        pass

    replies: list[Callable[..., Any]] = [
        lambda: "a", len, "a".upper, self_made, functools.partial(self_made), Plain(), Inert,
    ]  # fmt: skip
    for reply in replies:
        assert type(as_message(reply)) is Reply
    for matcher in (CallableMatcher(), Anything, Inert(), partial_json({})):
        assert as_message(matcher) is matcher


def self_made() -> str:
    return ""


def test_a_transcript_is_a_value_from_which_two_can_grow() -> None:
    prefix = T.client("a")
    one, other = prefix.server("b"), prefix.server("c")
    longer = one.client("d")
    other_longer = other.client("e")
    assert T.steps == ()
    assert [step.what for step in prefix.steps] == ["a"]
    assert [step.what for step in longer.steps] == ["a", "b", "d"]
    assert [step.what for step in other_longer.steps] == ["a", "c", "e"]
    assert [step.what for step in one.steps] == ["a", "b"]


def test_equal_transcripts_are_equal_and_hash_alike() -> None:
    opening = Open("ws://a/")
    assert T.client("a") == Transcript().client("a")
    assert hash(T.client("a")) == hash(Transcript().client("a"))
    assert T.client("a") != T.client("b")
    assert T.client("a") != T.with_opening(opening).client("a")
    assert T.with_opening(opening).opening == opening
    assert Transcript(opening=opening) == T.with_opening(opening)
    assert T.expects_handshake(headers={"a": "b"}) != T
    assert T != "connect\n"


def test_what_is_expected_of_the_handshake_adds_up() -> None:
    pattern = regex("b.*")
    transcript = T.expects_handshake(headers={"a": pattern}).expects_handshake(headers=[("c", "d")])
    assert transcript.expected_headers == (("a", pattern), ("c", "d"))
    assert transcript.steps == ()


def test_a_transcript_is_shown_by_its_size() -> None:
    assert repr(T.client("a").server("b")) == "<Transcript of 2 steps>"


def test_what_ended_may_be_dropped_or_left_and_no_more() -> None:
    stalled = T.server_stalls()
    assert stalled.server_drops().steps[-1].what == Drop()
    assert stalled.with_step(Step(0, CLIENT, End())).steps[-1].what == End()
    assert (
        T.server_rejects(404, keep_open=True).with_step(Step(0, CLIENT, End())).steps[1].what
        == End()
    )


MESSAGE = (
    "expected a str (text), bytes (binary), dict or list (JSON), a matcher or a callable, got "
)
NEXT = ": the next connection has a transcript of its own, as in serve(url, first, second)"
PART = "a part of a transcript has no opening handshake, got "
HEADER = "expected the name of a header, which is a token, and its value"
DEPTH = "expected groups in one another at most 50 deep, got one more"
CLOSE = "expected a close reason of at most 123 bytes of UTF-8, got "


def nested(depth: int) -> Transcript:
    return functools.reduce(
        lambda part, _: Transcript().optional(part), range(depth), T.client("a")
    )


SAID_TWICE: dict[Any, int] = {1: 1, "1": 2}
DEEP: list[Any] = functools.reduce(lambda inner, _: [inner], range(200), [])


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (lambda: T.client(None), MESSAGE + "NoneType: None"),
        (lambda: T.client(1), MESSAGE + "int: 1"),
        (lambda: T.server(True), MESSAGE + "bool: True"),
        (lambda: T.server(1.5), MESSAGE + "float: 1.5"),
        (lambda: T.server(T), MESSAGE + "Transcript: <Transcript of 0 steps>"),
        (lambda: T.server(Close()), MESSAGE + "Close: Close(code=None, reason='')"),
        (lambda: T.client({"a": float("nan")}), "expected a value that JSON can say: Out of range float values are not JSON compliant"),
        (lambda: T.client({"a": b""}), "expected a value that JSON can say: Object of type bytes is not JSON serializable"),
        (lambda: T.client(SAID_TWICE), "expected a value that JSON can say: two keys are one, or it nests deeper than 200"),
        (lambda: T.client(DEEP), "expected a value that JSON can say: two keys are one, or it nests deeper than 200"),
        (lambda: T.client_pings("a"), "expected at most 125 bytes for a control frame, got 'a'"),  # type: ignore[arg-type]
        (lambda: T.client_pongs(b"a" * 126), f"expected at most 125 bytes for a control frame, got {b'a' * 126!r}"),
        (lambda: T.client_closes(65536), "expected a close code from 0 to 65535, got 65536"),
        (lambda: T.client_closes(True), "expected a close code from 0 to 65535, got True"),
        (lambda: T.server_closes(1000, "a" * 124), CLOSE + repr("a" * 124)),
        (lambda: T.server_closes(1000, b"a"), CLOSE + "b'a'"),  # type: ignore[arg-type]
        (lambda: T.server_closes(1000, empty=True), "an empty Close has no code and no reason, got 1000, None"),
        (lambda: T.client_closes(reason="", empty=True), "an empty Close has no code and no reason, got None, ''"),
        (lambda: T.client_drops(inside=5), "expected a part of a message (str or bytes), got 5"),  # type: ignore[arg-type]
        (lambda: Transcript(headers={"a": 1}), HEADER + ", a str of one line, got ('a', 1)"),  # type: ignore[arg-type]
        (lambda: Transcript(headers=["ab"]), HEADER + ", a str of one line, got 'ab'"),  # type: ignore[list-item]
        (lambda: Transcript(headers={"a": "b\n"}), HEADER + ", a str of one line, got ('a', 'b\\n')"),
        (lambda: Transcript(headers={"a:": "b"}), HEADER + ", a str of one line, got ('a:', 'b')"),
        (lambda: Transcript(subprotocol=5), "expected the name of a subprotocol, a str of one line, got 5"),  # type: ignore[arg-type]
        (lambda: T.server_accepts(extensions="ab"), "expected a list of extensions (each a str), got 'ab'"),
        (lambda: T.server_accepts(extensions=[5]), "expected a list of extensions (each a str), got [5]"),  # type: ignore[list-item]
        (lambda: T.expects_handshake(headers=["a"]), HEADER + ", got 'a'"),  # type: ignore[list-item]
        (lambda: T.expects_handshake(headers={5: "a"}), HEADER + ", got (5, 'a')"),  # type: ignore[arg-type]
        (lambda: T.expects_handshake(headers={"": "a"}), HEADER + ", got ('', 'a')"),
        (lambda: T.server_rejects(99), "expected an HTTP status from 100 to 999, got 99"),
        (lambda: T.server_rejects("404"), "expected an HTTP status from 100 to 999, got '404'"),  # type: ignore[arg-type]
        (lambda: T.server_rejects(404, body=5), "expected bytes, got int: 5"),  # type: ignore[arg-type]
        (lambda: T.server_refuses("no"), "expected a reason, one of refused, not found, tls, unreachable, timeout, got 'no'"),
        (lambda: T.fault("connect", Refuse("no")), "expected a reason, one of refused, not found, tls, unreachable, timeout, got 'no'"),
        (lambda: T.fault("handshake", Reject(1000)), "expected an HTTP status from 100 to 999, got 1000"),
        (lambda: T.fault("handshake", Reject(404, (("a b", "c"),))), HEADER + ", a str of one line, got ('a b', 'c')"),
        (lambda: T.with_opening(Open("ws://a/", (("a", "b\nc"),))), HEADER + ", a str of one line, got ('a', 'b\\nc')"),
        (lambda: Transcript(opening=Open("ws://a/", (("a b", "c"),))), HEADER + ", a str of one line, got ('a b', 'c')"),
        (lambda: T.server_raw("a"), "expected bytes, got str: 'a'"),  # type: ignore[arg-type]
        (lambda: T.client_raw(5), "expected bytes, got int: 5"),  # type: ignore[arg-type]
        (lambda: T.fault("close", Stall(), side="peer"), "expected a side, 'client' or 'server', got 'peer'"),
        (lambda: T.pause(-1), "expected a number of seconds, 0 or more, got -1"),
        (lambda: T.pause(float("nan")), "expected a number of seconds, 0 or more, got nan"),
        (lambda: T.pause("1"), "expected a number of seconds, 0 or more, got '1'"),  # type: ignore[arg-type]
        (lambda: T.repeat(-1, T), "expected a number of times, or None for any, got -1"),
        (lambda: T.repeat(True, T), "expected a number of times, or None for any, got True"),
        (lambda: T.repeat(None, T), "expected a part with at least one step to repeat without end"),
        (lambda: T.repeat(None, T.optional(T).any_order(T)), "expected a part with at least one step to repeat without end"),
        (lambda: T.optional("a"), "expected a Transcript, got str: 'a'"),  # type: ignore[arg-type]
        (lambda: T.optional(nested(50)), DEPTH),
        (lambda: T.repeat(2, nested(50).client("a")), DEPTH),
        (lambda: T.any_order(T, T.client("a").any_order(nested(49))), DEPTH),
        (lambda: T.any_order(T, 5), "expected a Transcript, got int: 5"),  # type: ignore[arg-type]
        (lambda: T.any_order(T, T.server_refuses()), PART + "Refuse(why='refused')"),
        (lambda: T.optional(Transcript(subprotocol="a")), PART + "Accept(subprotocol='a', headers=(), extensions=())"),
        (lambda: T.optional(T.server_stalls()), PART + "Fault(phase='handshake', effect=Stall())"),
        (lambda: T.optional(T.expects_handshake(headers={"a": "b"})), PART + "(('a', 'b'),)"),
        (lambda: T.optional(T.with_opening(Open("ws://a/"))), PART + "Open(url='ws://a/', headers=(), subprotocols=(), extensions=())"),
        (lambda: T.client("a").server_refuses(), "the opening handshake is answered once, and first: Refuse(why='refused') cannot follow 'a'"),
        (lambda: T.server_accepts().fault("handshake", Stall()), "the opening handshake is answered once, and first: Fault(phase='handshake', effect=Stall()) cannot follow Accept(subprotocol=None, headers=(), extensions=())"),
        (lambda: T.server_stalls().client("a"), "nothing can follow Fault(phase='handshake', effect=Stall()), got 'a'"),
        (lambda: T.client("a").server_stalls().server("b"), "nothing can follow Stall(), got 'b'"),
        (lambda: T.server_refuses().client("a"), "nothing can follow Refuse(why='refused'), got 'a'"),
        (lambda: T.server_rejects(404, keep_open=True).client("a"), "only a drop can follow Reject(status=404, headers=(), body=b''), got 'a'"),
        (lambda: T.server_rejects(404).client("a"), "nothing can be said after Reject(status=404, headers=(), body=b''), got 'a'" + NEXT),
        (lambda: T.server_rejects(404).server({}), "nothing can be said after Reject(status=404, headers=(), body=b''), got Json(value={})" + NEXT),
        (lambda: T.server_drops().server("a"), "nothing can be said after Drop(reset=False, inside=None), got 'a'" + NEXT),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_is_refused_at_the_step(
    step: Callable[[], Transcript], error: str
) -> None:
    with pytest.raises(TranscriptError) as caught:
        step()
    # Python 3.13 adds to the words of its JSON errors.
    assert (
        str(caught.value).startswith(error)
        if "JSON can say: O" in error
        else (str(caught.value) == error)
    )


def test_groups_that_stand_as_deep_as_they_may_are_read_and_compared() -> None:
    deepest = nested(50).optional(T.client("b"))
    assert Transcript.parse(str(deepest)) == deepest


def test_a_status_that_a_server_made_up_is_one() -> None:
    assert T.server_rejects(999).steps[0].what == Reject(999)


def test_headers_keep_their_order() -> None:
    assert as_headers({"b": "1", "a": "2"}) == (("b", "1"), ("a", "2"))
    assert as_headers([]) == ()


def test_what_the_other_side_says_before_it_knows_of_a_drop_can_follow_it() -> None:
    text = str(T.client("a").server_drops().client("b"))
    assert str(Transcript.parse(text)) == text
