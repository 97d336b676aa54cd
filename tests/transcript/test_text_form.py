# ruff: noqa: E501 - tables, with every text whole
"""The text form, written and read: `writing` and `parsing` are inverse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from tests.transcript.strategies import dialogues, transcripts
from wsfake import Transcript, regex
from wsfake.errors import TranscriptSyntaxError
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Open,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall as Stalled,
)
from wsfake.transcript.parsing import parse_entries
from wsfake.transcript.writing import write_action, write_entries, write_entry, write_time

T = Transcript()
OPEN = Open("ws://a/")


@given(transcripts())
def test_parsing_is_the_inverse_of_writing(transcript: Transcript) -> None:
    text = str(transcript)
    assert Transcript.parse(text) == transcript
    assert str(Transcript.parse(text)) == text
    assert all(line.isprintable() for line in text.split("\n"))


@given(dialogues(connections=1))
def test_a_dialogue_of_one_connection_is_read_as_it_was_written(entries: list[Entry]) -> None:
    assert parse_entries("\n".join(write_entries(entries, numbered=False))) == entries


@given(dialogues(connections=3))
def test_a_dialogue_of_several_connections_is_read_as_it_was_written(entries: list[Entry]) -> None:
    assert parse_entries("\n".join(write_entries(entries, numbered=True))) == entries


@pytest.mark.parametrize(
    ("transcript", "line"),
    [
        (T.client("hi"), 'client  "hi"'),
        (T.server(""), 'server  ""'),
        (T.server(b'\x00a"'), r'server  b"\x00a\x22"'),
        (T.client('{"a": 1}'), 'client  {"a": 1}'),
        (T.client({"a": 1}), 'client  json {"a": 1}'),
        (T.client(["\u2028"]), r'client  json ["\u2028"]'),
        (T.client_pings(b"x"), 'client  ping b"x"'),
        (T.server_pongs(), 'server  pong b""'),
        (T.client_closes(), "client  close *"),
        (T.client_closes(1000), "client  close 1000 *"),
        (T.client_closes(reason="bye"), 'client  close * "bye"'),
        (T.client_closes(reason=""), 'client  close * ""'),
        (T.client_closes(1000, ""), "client  close 1000"),
        (T.client_closes(1000, "bye"), 'client  close 1000 "bye"'),
        (T.client_closes(empty=True), "client  close empty"),
        (T.client("x").server_drops(), "server  drops"),
        (T.client_drops(reset=True), "client  drops with reset"),
        (T.server_drops(reset=True, inside="a"), 'server  drops with reset inside "a"'),
        (T.server_drops(inside=b"a"), 'server  drops inside b"a"'),
        (T.fault("close", Drop()), "server  drops in close"),
        (T.fault("handshake", Drop(True, "x")), 'server  drops with reset inside "x" in handshake'),
        (T.fault("close", Raw(b"x"), "client"), 'client  raw b"x" in close'),
        (T.server_raw(b"\xff"), r'server  raw b"\xff"'),
        (T.server_stalls(), "server  stalls in handshake"),
        (T.client("x").server_stalls(), "server  stalls"),
        (T.server_refuses(), 'server  refuses "refused"'),
        (T.server_rejects(404, keep_open=True), "server  rejects 404"),
        (T.server_accepts(extensions=["x"]), 'server  accepts\n           extension "x"'),
    ],
)
def test_each_step_has_its_line(transcript: Transcript, line: str) -> None:
    text = str(transcript)
    assert text.rstrip("\n").endswith("     0 ms  " + line)
    assert Transcript.parse(text) == transcript


def test_handshakes_and_groups_are_told_below_their_line() -> None:
    transcript = (
        Transcript(
            subprotocol="chat",
            headers={"Server": "x"},
            opening=Open("ws://a/", (("A", ""),), ("chat",), ("e",)),
        )
        .expects_handshake(headers={"Origin": "o"})
        .pause(0.0015)
        .any_order(T.client("a").pause(1).server("b"), T.client("c"))
        .repeat(2, T.client("d"))
        .repeat(None, T.client("e"))
        .optional(T.client("f"))
        .server("g")
    )
    text = """\
connect ws://a/
           subprotocol "chat"
           extension "e"
           header A: ""
           expect Origin: "o"
     0 ms  server  accepts
           subprotocol "chat"
           header Server: "x"
   1.5 ms  any order
  part
         0 ms  client  "a"
      1000 ms  server  "b"
  part
         0 ms  client  "c"
end
   1.5 ms  repeat 2
       0 ms  client  "d"
end
   1.5 ms  repeat any
       0 ms  client  "e"
end
   1.5 ms  optional
       0 ms  client  "f"
end
   1.5 ms  server  "g"
"""
    assert str(transcript) == text
    assert Transcript.parse(text) == transcript


def test_a_refusal_is_told_with_its_headers_and_body() -> None:
    text = """\
connect
     0 ms  server  rejects 503
           header Retry-After: "1"
           body b"busy"
     0 ms  server  drops
"""
    assert str(T.server_rejects(503, {"Retry-After": "1"}, "busy")) == text
    assert Transcript.parse(text) == T.server_rejects(503, {"Retry-After": "1"}, "busy")


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "0"),
        (1000, "1"),
        (1, "0.001"),
        (1500, "1.5"),
        (12_340, "12.34"),
        (10**13, "10000000000"),
    ],
)
def test_a_time_has_as_many_decimals_as_it_needs(at: int, written: str) -> None:
    assert write_time(at) == written


def test_blank_lines_comments_and_indents_say_nothing() -> None:
    text = '# a transcript\r\n\n  connect ws://a/\n# and\n\t0   ms   client   "a"  \n'.replace(
        "0   ms", "0 ms"
    )
    assert Transcript.parse(text) == Transcript(opening=OPEN).client("a")


def test_what_has_no_text_form_is_shown_and_cannot_be_read() -> None:
    transcript = T.client(regex("a")).server(str.upper)
    transcript = transcript.expects_handshake(headers={"Origin": regex("b")})
    assert str(transcript) == (
        "connect\n"
        "           expect Origin: <re.compile('b')>\n"
        "     0 ms  client  <re.compile('a')>\n"
        "     0 ms  server  <upper>\n"
    )
    with pytest.raises(TranscriptSyntaxError) as caught:
        Transcript.parse("connect\n0 ms  client  <re.compile('a')>")
    assert str(caught.value) == (
        "line 2: expected a literal: a matcher or a callable has no text form\n"
        "  0 ms  client  <re.compile('a')>"
    )
    assert caught.value.line == 2


STEP = 'expected a time and who speaks, as in: 0 ms  client  "hello"'
TEXT = "expected a text in double quotes"
HEADER = "expected the name of a header, which is a token, and its value"
DEPTH = "expected groups in one another at most 50 deep, got one more"
BINARY = r'expected b"..." of printable ASCII characters and \xNN'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "expected a text"),
        ("# only this", 1, "expected a text"),
        ("connected", 1, "expected connect and a URL"),
        ("connect\nbody b\"\"", 2, "a connect has no body"),
        ('connect\nheader A: "b"', 2, "expected a URL after connect where its handshake is told"),
        ("connect ws://a/\nheader A", 2, 'expected a header, as in: header Server: "nginx"'),
        ('connect ws://a/\nheader : "a"', 2, 'expected a header, as in: header Server: "nginx"'),
        ("connect ws://a/\nheader A: 5", 2, TEXT),
        ('connect ws://a/\nheader A B: "c"', 2, 'expected a header, as in: header Server: "nginx"'),
        ('connect ws://a/\nheader "A B": "c"', 1, HEADER + ", a str of one line, got ('A B', 'c')"),
        ('connect\n\nexpect A : "b"', 3, 'expected a header, as in: header Server: "nginx"'),
        ('connect\nexpect "A B": "c"', 1, HEADER + ", got ('A B', 'c')"),
        ('connect\n0 ms server accepts\nheader A: "b\\nc"', 2, HEADER + ", a str of one line, got ('A', 'b\\nc')"),
        ('connect\n0 ms server refuses "bored"', 2, "expected a reason, one of refused, not found, tls, unreachable, timeout, got 'bored'"),
        ("connect" + "\n0 ms optional" * 51 + "\nend" * 51, 52, DEPTH),
        ("connect" + "\n0 ms any order\npart" * 5000, 102, DEPTH),
        ("connect ws://a/\nsubprotocol {", 2, "expected JSON, or a text in double quotes"),
        ("connect\n\n\nhello", 4, STEP),
        ("connect\nend", 2, STEP),
        ("connect\n5ms client \"a\"", 2, STEP),
        ("connect\n0 ms", 2, "expected client or server and what it does"),
        ("connect\n0 ms nobody \"a\"", 2, "expected client or server and what it does"),
        ("connect\n0 ms client \"a", 2, f"{TEXT}: Unterminated string starting at: line 1 column 1 (char 0)"),
        ("connect\n0 ms client b\"\x7f\"", 2, BINARY),
        ("connect\n0 ms client jumps", 2, "expected a message or one of accepts, close, drops, ends, gap, json, ping, pong, raw, refuses, rejects, stalls, got jumps"),
        ("connect\n0 ms client accepts", 2, "the opening handshake is answered by the server"),
        ("connect\n0 ms client json NaN", 2, "expected a JSON value after json, with no key twice"),
        ("connect\n0 ms client json 1e999", 2, "expected a JSON value after json, with no key twice"),
        ("connect\n0 ms client close now", 2, 'expected close, a code and a reason, as in: close 1000 "bye"'),
        ("connect\n0 ms client close 70000", 2, "expected a close code from 0 to 65535, got 70000"),
        ("connect\n0 ms client close " + "9" * 5000, 2, 'expected close, a code and a reason, as in: close 1000 "bye"'),
        ("connect\n0 ms client close 1000 bye", 2, f"{TEXT}: Expecting value: line 1 column 1 (char 0)"),
        ("connect\n0 ms client drops it", 2, 'expected drops, with reset, inside "...", or both'),
        ("connect\n0 ms server rejects 99", 2, "expected rejects and an HTTP status of three digits"),
        ("connect\n0 ms server stalls now", 2, "expected nothing more on this line, got now"),
        ("connect\n0 ms client stalls in handshake", 2, "a fault in phase 'handshake' is the server's, not the client's"),
        ("connect\n0 ms client ping b\"" + "x" * 126 + '"', 2, "expected at most 125 bytes for a control frame, got " + repr(b"x" * 126)),
        ("connect\n0 ms client \"a\"\nheader A: \"b\"", 3, "the line above has no header"),
        ("connect\n0 ms server accepts\nbody b\"\"", 3, "the line above has no body"),
        ('connect\n0 ms server accepts\nsubprotocol "a"\nsubprotocol "b"', 4, "the line above has no subprotocol"),
        ("connect\n0 ms server rejects 404\nbody 5", 3, BINARY),
        ("connect\n5 ms client \"a\"\n4.999 ms client \"b\"", 3, "expected a time that is not before that of the step above"),
        ('connect\n0 ms client "a"\n0 ms server rejects 404', 3, "the opening handshake is answered once, and first: Reject(status=404, headers=(), body=b'') cannot follow 'a'"),
        ("connect\n0 ms repeat x\nend", 2, "expected repeat and a number, or any"),
        ("connect\n0 ms repeat " + "9" * 5000, 2, "expected repeat and a number, or any"),
        ("connect\n0 ms optional\n0 ms client \"a\"", 2, "expected a line that says end for this group"),
        ("connect\n0 ms any order\npart", 2, "expected a line that says end for this group"),
        ("connect\n0 ms any order\n0 ms client \"a\"", 3, "expected part or end in this group"),
        ("connect\n0 ms optional\n0 ms server accepts\nend", 2, "a part of a transcript has no opening handshake, got Accept(subprotocol=None, headers=(), extensions=())"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_transcript_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(TranscriptSyntaxError) as caught:
        Transcript.parse(text)
    shown = text.split("\n")[line - 1].strip()
    if shown.startswith("#"):
        shown = ""
    assert str(caught.value) == f"line {line}: {message}\n  {shown}"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("connect", 1, "expected connect and a URL"),
        ('connect ws://a/\nexpect A: "b"', 1, "expected connect and a URL"),
        ("connected", 1, "expected client or server and what it does"),
        ("0 ms  #0  connect ws://a/", 1, "expected the number of a connection, 1 or more"),
        ("0 ms client json {}", 1, "expected what was said, not what is to be expected"),
        ("0 ms client close *", 1, "expected what was said, not what is to be expected"),
        ("0 ms client stalls in close", 1, "expected what was said, not what is to be expected"),
        ("0 ms optional", 1, "expected client or server and what it does"),
        ('1 ms client "a"\n0 ms client "b"', 2, "expected a time that is not before the line above"),
        ("hello", 1, STEP),
    ],
)  # fmt: skip
def test_a_text_that_is_no_dialogue_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(TranscriptSyntaxError) as caught:
        parse_entries(text)
    shown = text.split("\n")[line - 1]
    assert str(caught.value) == f"line {line}: {message}\n  {shown}"


def test_a_dialogue_names_its_connections_where_there_are_several() -> None:
    entries = [
        Entry(0, 1, Side.CLIENT, OPEN),
        Entry(0, 1, Side.SERVER, Accept()),
        Entry(1500, 2, Side.CLIENT, Open("ws://b/")),
        Entry(1500, 2, Side.SERVER, Refuse("not found")),
        Entry(2000, 1, Side.SERVER, Gap("not kept")),
        Entry(2000, 1, Side.CLIENT, End()),
    ]
    text = """\
     0 ms  #1  connect ws://a/
     0 ms  #1  server  accepts
   1.5 ms  #2  connect ws://b/
   1.5 ms  #2  server  refuses "not found"
     2 ms  #1  server  gap "not kept"
     2 ms  #1  client  ends"""
    assert "\n".join(write_entries(entries, numbered=True)) == text
    assert parse_entries(text) == entries


def test_what_no_transcript_may_hold_is_read_and_written_where_it_was_recorded() -> None:
    text = """\
     0 ms  #1  connect ws://a/
               header "A B": "c\\nd"
     0 ms  #1  server  rejects 999
               header "{}": ""
     0 ms  #2  connect ws://a/
     0 ms  #2  server  refuses "bored"
"""
    entries = [
        Entry(0, 1, Side.CLIENT, Open("ws://a/", (("A B", "c\nd"),))),
        Entry(0, 1, Side.SERVER, Reject(999, (("{}", ""),))),
        Entry(0, 2, Side.CLIENT, Open("ws://a/")),
        Entry(0, 2, Side.SERVER, Refuse("bored")),
    ]
    assert parse_entries(text) == entries
    assert "\n".join(write_entries(entries, numbered=True)).split() == text.split()


def test_a_connect_that_was_not_first_keeps_its_time() -> None:
    entry = Entry(5000, 1, Side.CLIENT, OPEN)
    assert write_entry(entry) == ["     5 ms  connect ws://a/"]


def test_a_long_literal_is_cut_where_that_is_asked_for() -> None:
    entry = Entry(0, 1, Side.CLIENT, "x" * 100)
    assert write_entry(entry, most=60) == [f'     0 ms  client  "{"x" * 19}... (102 characters)']
    assert len(write_entry(entry)[0]) > 100


@pytest.mark.parametrize(
    ("what", "written"),
    [
        (Close(1001, "x"), 'close 1001 "x"'),
        (Pong(b"x"), 'pong b"x"'),
        (Reject(101), "rejects 101"),
        (Stalled(), "stalls"),
        (object, "<<class 'object'>>"),
    ],
)
def test_an_action_is_written_in_the_words_of_the_text_form(what: Any, written: str) -> None:
    assert write_action(what) == written


def test_what_stands_for_a_matcher_fits_on_one_line() -> None:
    class Tall:
        def __repr__(self) -> str:
            return "a\n  b"

    assert re.fullmatch("<a b>", write_action(Tall()))


@pytest.mark.parametrize(
    "url", ["", " ws://a/", "ws://a/\n0 ms  #1  client  ends", '"', "\x1b[31m"]
)
def test_a_url_that_does_not_print_plainly_stands_in_quotes(url: str) -> None:
    (line,) = write_entry(Entry(0, 1, Side.CLIENT, Open(url)))
    assert line.isprintable()
    assert parse_entries(line) == [Entry(0, 1, Side.CLIENT, Open(url))]
    told = Transcript(opening=Open(url))
    assert Transcript.parse(str(told)) == told


def test_what_has_no_text_form_shows_no_escape_codes() -> None:
    class Red:
        def __repr__(self) -> str:
            return "\x1b[31m red"

    assert str(Transcript().client_json(Red())) == (
        "connect\n     0 ms  client  <DecodedJson(value=\\u001b[31m red)>\n"
    )


@pytest.mark.parametrize("name", ["\x1b[31m", "a\n0 ms  client  ends"])
def test_the_name_of_a_header_that_cannot_be_one_is_shown_on_its_line(name: str) -> None:
    for what in (Open("ws://a/", ((name, "v"),)), Accept(headers=((name, "v"),))):
        lines = write_entry(Entry(0, 1, Side.CLIENT, what))
        assert len(lines) == 2
        assert all(line.isprintable() for line in lines)
