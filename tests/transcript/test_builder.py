from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from wsfake import Transcript, regex
from wsfake.errors import TranscriptError
from wsfake.model import Accept, Close, Drop, Open, Ping, Raw, Refuse, Reject, Side, Stall
from wsfake.transcript import Fault, Json, Step
from wsfake.transcript.matchers import AnyClose, DecodedJson, Regex, Reply

T = Transcript
C, S = Side.CLIENT, Side.SERVER


def whats(transcript: Transcript) -> list[Any]:
    return [step.what for step in transcript.steps]


def test_every_step_returns_a_new_transcript() -> None:
    one = T().client("a")
    two, three = one.server("b"), one.server("c")
    assert whats(one) == ["a"]
    assert whats(two) == ["a", "b"]
    assert whats(three) == ["a", "c"]


def test_equal_transcripts_are_equal_and_have_one_hash() -> None:
    assert T().client("a") == T().client("a") != T().client("b")
    assert T().pause(1).client("a") != T().client("a")
    assert hash(T().client("a")) == hash(T().client("a"))
    assert T() != "connect\n"
    assert repr(T().client("a")) == "<Transcript of 1 steps>"


def test_messages_are_text_binary_json_matchers_and_callables() -> None:
    def reply(last: object) -> str:
        return ""

    class Equal:
        def __eq__(self, other: object) -> bool:
            return True

        def __call__(self) -> None: ...

        __hash__ = None  # type: ignore[assignment]

    matcher = Equal()
    steps = whats(
        T().client("").client(b"").client(bytearray(b"a")).client(memoryview(b"b"))
        .client({"a": 1}).client([1]).client(re.compile("x")).server(reply)
        .client_json({"a": matcher}).server_json(matcher)
    )  # fmt: skip
    assert steps[:4] == ["", b"", b"a", b"b"]
    assert steps[4:6] == [Json({"a": 1}), Json([1])]
    assert steps[6] == Regex(re.compile("x"))
    assert steps[7] == Reply(reply)
    assert isinstance(steps[8], DecodedJson)
    assert steps[9].matcher is matcher
    assert whats(T().client(matcher))[0] is matcher


def test_a_pause_moves_what_comes_after_it() -> None:
    steps = T().client("a").pause(0.5).pause(1).server("b").client("c").steps
    assert [step.at for step in steps] == [0, 1_500_000, 1_500_000]


def test_closes_are_exact_only_when_all_of_it_is_said() -> None:
    assert whats(
        T().client_closes().client_closes(1000).client_closes(1000, "")
        .server_closes(None, "x").server_closes(empty=True)
    ) == [AnyClose(), AnyClose(1000), Close(1000, ""), AnyClose(None, "x"), Close()]  # fmt: skip


def test_named_faults_are_short_for_the_general_form() -> None:
    assert T().server_refuses("tls") == T().fault("connect", Refuse("tls"))
    assert T().server_rejects(503, body="no") == (
        T().fault("handshake", Reject(503, (), b"no")).server_drops()
    )
    assert T().server_rejects(503, keep_open=True) == T().fault("handshake", Reject(503))
    assert T().server_stalls() == T().fault("handshake", Stall())
    assert T().client("a").server_stalls() == T().client("a").fault("message", Stall())
    assert T().client_stalls() == T().fault("message", Stall(), side="client")
    assert T().server_raw(b"x") == T().fault("message", Raw(b"x"))
    assert T().client_raw(b"x") == T().fault("message", Raw(b"x"), side=C)
    assert T().server_drops(reset=True) == T().fault("message", Drop(True))
    assert T().client_drops(inside=b"a") == T().fault("message", Drop(False, b"a"), "client")
    assert whats(T().fault("close", Drop())) == [Fault("close", Drop())]


def test_a_handshake_is_told_by_the_constructor_or_a_step() -> None:
    told = T(subprotocol="chat", headers={"Server": "x"})
    assert told == T().server_accepts("chat", [("Server", "x")])
    assert whats(T().pause(1).server_accepts()) == [Accept()]
    opening = Open("ws://a/")
    assert T().with_opening(opening).opening == opening == T(opening=opening).opening
    assert T().expects_handshake(headers={"A": regex("x")}).expected_headers == (("A", regex("x")),)


def test_pings_and_pongs_have_payloads() -> None:
    steps = T().client_pings(b"a").server_pings().client_pongs(b"c").server_pongs().steps
    assert [str(step.side) for step in steps] == ["client", "server", "client", "server"]
    assert steps[0].what == Ping(b"a")


Deep: Any = []
for _ in range(300):
    Deep = [Deep]

ERRORS: list[tuple[Callable[[], object], str]] = [
    (lambda: T().client(7), "expected a str (text), bytes (binary), dict or list (JSON), a matcher"
     " or a callable, got int: 7"),
    (lambda: T().client(None), "expected a str (text), bytes (binary), dict or list (JSON), a"
     " matcher or a callable, got NoneType: None"),
    (lambda: T().client(Close()), "expected a str (text), bytes (binary), dict or list (JSON), a"
     " matcher or a callable, got Close: Close(code=None, reason='')"),
    (lambda: T().client(T()),
     "expected a message, got <Transcript of 0 steps>: a group takes a transcript"),
    (lambda: T().client("\ud800"), "expected a text that UTF-8 can say, got '\\ud800': 'utf-8'"
     " codec can't encode character '\\ud800' in position 0: surrogates not allowed"),
    (lambda: T().client({"a": object}), "expected a value that JSON can say: Object of type type is"
     " not JSON serializable"),
    (lambda: T().client([float("nan")]), "expected a value that JSON can say: Out of range float"
     " values are not JSON compliant"),
    (lambda: T().client(Deep), "expected a value that JSON can say, at most 200 deep"),
    (lambda: T().client_pings("a"), "expected at most 125 bytes for a control frame, got 'a'"),
    (lambda: T().client_closes(70000), "expected a close code from 0 to 65535, got 70000"),
    (lambda: T().client_closes(True), "expected a close code from 0 to 65535, got True"),
    (lambda: T().client_closes(1000, 5), "expected a close reason of at most 123 bytes of UTF-8,"
     " got 5"),
    (lambda: T().client_closes(1000, empty=True), "an empty Close has no code and no reason, got"
     " 1000, None"),
    (lambda: T().pause(-1), "expected a number of seconds, 0 or more, got -1"),
    (lambda: T().pause(float("nan")), "expected a number of seconds, 0 or more, got nan"),
    (lambda: T().pause("1"), "expected a number of seconds, 0 or more, got '1'"),
    (lambda: T().repeat(-1, T()), "expected a number of times, or None for any, got -1"),
    (lambda: T().repeat(None, T().optional(T())), "expected a part with at least one step to repeat"
     " without end"),
    (lambda: T().optional("a"), "expected a Transcript, got str: 'a'"),
    (lambda: T().optional(T(opening=Open("ws://a/"))), "expected a part without an opening"
     " handshake: it stands in a dialogue"),
    (lambda: T().any_order(T(subprotocol="a")), "expected a part without an opening handshake: it"
     " stands in a dialogue"),
    (lambda: T().repeat(2, T().server("a").pause(1)), "expected a step after the pause that ends"
     " this part: a pause stands before what it delays"),
    (lambda: T().server_rejects(99), "expected an HTTP status from 100 to 599, got 99"),
    (lambda: T().server_rejects(500, body=5), "expected a body (str or bytes), got 5"),
    (lambda: T().server_refuses("x"), "expected a reason, one of refused, not found, tls,"
     " unreachable, timeout, got 'x'"),
    (lambda: T().server_raw("x"), "expected bytes to put on the wire, got 'x'"),
    (lambda: T().server_drops(inside=5), "expected the part of a message that came (str or bytes),"
     " got 5"),
    (lambda: T().fault("later", Drop()), "expected a phase, one of connect, handshake, message,"
     " close, got 'later'"),
    (lambda: T().fault("close", Close()), "expected an effect, one of Refuse(...), Reject(...),"
     " Stall(...), Drop(...), Raw(...), got Close(code=None, reason='')"),
    (lambda: T().fault("message", Refuse()), "Refuse cannot happen in phase 'message', only in"
     " connect"),
    (lambda: T().fault("connect", Drop()), "Drop cannot happen in phase 'connect', only in"
     " handshake or message or close"),
    (lambda: T().fault("handshake", Drop(), side="client"), "a fault in phase 'handshake' is the"
     " server's, not the client's"),
    (lambda: T().fault("close", Drop(), side="peer"), "expected a side, 'client' or 'server', got"
     " 'peer'"),
    (lambda: T().client("a").server_rejects(500), "the opening handshake is answered once, and"
     " first: Reject(status=500, headers=(), body=b'') cannot follow 'a'"),
    (lambda: T().server_refuses().client("a"), "nothing can follow Refuse(why='refused'), got 'a'"),
    (lambda: T().server_drops().server("a"), "nothing can follow Drop(reset=False, inside=None),"
     " got 'a'"),
    (lambda: T().server_stalls().client("a"), "only a drop can follow Fault(phase='handshake',"
     " effect=Stall()), got 'a'"),
    (lambda: T().with_step(Step(5, C, "a")).with_step(Step(4, C, "b")), "expected a time that is"
     " not before that of the step above"),
    (lambda: T(headers=5), "expected headers, a dict or a list of pairs, got 5"),
    (lambda: T(headers="ab"), "expected headers, a dict or a list of pairs, got 'ab'"),
    (lambda: T(headers=["ab"]), "expected the name and the value of a header, got 'ab'"),
    (lambda: T(headers={"a b": "c"}), "expected a header's name, got 'a b'"),
    (lambda: T(headers={"a": "b\r\nc: d"}), "expected the value of header a to be a str of one"
     " line, got 'b\\r\\nc: d'"),
    (lambda: T(opening=Open(5)), "expected an opening handshake made of texts, got Open(url=5,"
     " headers=(), subprotocols=(), extensions=())"),
    (lambda: regex("("), "expected a regular expression, got '(': missing ), unterminated"
     " subpattern at position 0"),
]  # type: ignore[list-item]  # fmt: skip


@pytest.mark.parametrize(("step", "text"), ERRORS, ids=[text[:60] for _, text in ERRORS])
def test_a_step_that_cannot_be_is_refused_at_the_step(
    step: Callable[[], object], text: str
) -> None:
    with pytest.raises(TranscriptError) as caught:
        step()
    assert str(caught.value).startswith(text)
