from __future__ import annotations

import pytest
from hypothesis import given

from tests.transcript.strategies import transcripts
from wsfake import Transcript, regex
from wsfake.errors import TranscriptSyntaxError
from wsfake.model import Accept, Close, Drop, End, Entry, Gap, Open, Refuse, Reject, Side
from wsfake.transcript.parsing import parse_entries
from wsfake.transcript.writing import write_action, write_entries, write_entry, write_time

C, S = Side.CLIENT, Side.SERVER


@given(transcripts())
def test_every_literal_transcript_reads_back_from_its_text(transcript: Transcript) -> None:
    text = str(transcript)
    assert Transcript.parse(text) == transcript
    assert str(Transcript.parse(text)) == text
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_transcript_reads_as_the_dialogue_it_is() -> None:
    transcript = (
        Transcript(opening=Open("ws://echo.example"))
        .client("Test message")
        .pause(0.038)
        .server("Test message")
        .client_closes(1000, "")
        .pause(0.0005)
        .server_closes(1000, "bye")
    )
    assert str(transcript) == (
        "connect ws://echo.example\n"
        '     0 ms  client  "Test message"\n'
        '    38 ms  server  "Test message"\n'
        "    38 ms  client  close 1000\n"
        '  38.5 ms  server  close 1000 "bye"\n'
    )


@pytest.mark.parametrize(
    ("at", "text"), [(0, "0"), (1000, "1"), (1500, "1.5"), (1234567, "1234.567"), (20, "0.02")]
)
def test_times_have_as_many_decimals_as_they_need(at: int, text: str) -> None:
    assert write_time(at) == text


def test_what_is_no_literal_is_written_and_not_read() -> None:
    def reply(last: object) -> str:
        return "x"

    text = str(Transcript().client(regex("a+")).server(reply))
    assert text == ("connect\n     0 ms  client  <re.compile('a+')>\n     0 ms  server  <reply>\n")
    with pytest.raises(TranscriptSyntaxError) as caught:
        Transcript.parse(text)
    assert str(caught.value) == (
        "line 2: expected a literal: a matcher or a callable has no text form\n"
        "  0 ms  client  <re.compile('a+')>"
    )
    assert caught.value.line == 2


def test_what_has_no_text_form_shows_no_escape_codes() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "a \x1b[31m\n b"

    assert write_action(Odd()) == r"<a \u001b[31m b>"


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        (
            Transcript().repeat(2, Transcript().client("a").server("b")),
            'repeat 2: client "a"; server "b"',
        ),
        (Transcript().repeat(None, Transcript().client("a")), 'repeat any: client "a"'),
        (
            Transcript().any_order(Transcript().client("a"), Transcript().client("b")),
            'any order: client "a" | client "b"',
        ),
        (
            Transcript().optional(Transcript().optional(Transcript().client("a"))),
            'optional: optional: client "a"',
        ),
    ],
)
def test_a_group_is_told_in_one_line_where_there_is_only_one(
    transcript: Transcript, words: str
) -> None:
    assert write_action(transcript.steps[0].what) == words


ERRORS = {
    "": "line 1: expected a text\n  ",
    "hello": "line 1: expected connect and a URL\n  hello",
    "connects": "line 1: expected connect and a URL\n  connects",
    'connect\n0 client "a"': (
        'line 2: expected a time and who speaks, as in: 0 ms  client  "hello"\n  0 client "a"'
    ),
    'connect\n\n# note\n0 ms  nobody "a"': (
        'line 4: expected client or server and what it does\n  0 ms  nobody "a"'
    ),
    "connect\n0 ms client hello": (
        "line 2: expected a message or one of accepts, close, drops, ends, gap, json, ping, pong,"
        " raw, refuses, rejects, stalls, got hello\n  0 ms client hello"
    ),
    'connect\n0 ms client "a': (
        "line 2: expected a text in double quotes:"
        ' Unterminated string starting at: line 1 column 1 (char 0)\n  0 ms client "a'
    ),
    "connect\n0 ms client {a}": (
        "line 2: expected JSON, or a text in double quotes\n  0 ms client {a}"
    ),
    'connect\n0 ms client b"ü"': (
        'line 2: expected b"..." of printable ASCII characters and \\xNN\n  0 ms client b"ü"'
    ),
    "connect\n0 ms client json x": "line 2: expected a JSON value after json\n  0 ms client json x",
    "connect\n0 ms client close now": (
        'line 2: expected close, a code and a reason, as in: close 1000 "bye"\n'
        "  0 ms client close now"
    ),
    "connect\n0 ms client close 70000": (
        "line 2: expected a close code from 0 to 65535, got 70000\n  0 ms client close 70000"
    ),
    "connect\n0 ms server drops dead": (
        'line 2: expected drops, with reset, inside "...", or both\n  0 ms server drops dead'
    ),
    "connect\n0 ms server rejects 99": (
        "line 2: expected rejects and an HTTP status from 100 to 599\n  0 ms server rejects 99"
    ),
    "connect\n0 ms server stalls now": (
        "line 2: expected nothing more on this line, got now\n  0 ms server stalls now"
    ),
    "connect\n0 ms client drops in handshake": (
        "line 2: a fault in phase 'handshake' is the server's, not the client's\n"
        "  0 ms client drops in handshake"
    ),
    "connect\n0 ms client accepts": (
        "line 2: the opening handshake is answered by the server:"
        " Accept(subprotocol=None, headers=(), extensions=())\n  0 ms client accepts"
    ),
    'connect\n2 ms client "a"\n1 ms client "b"': (
        'line 3: expected a time that is not before that of the step above\n  1 ms client "b"'
    ),
    "connect\n0 ms repeat few\nend": (
        "line 2: expected repeat and a number, or any\n  0 ms repeat few"
    ),
    "connect\n0 ms repeat any\nend": (
        "line 2: expected a part with at least one step to repeat without end\n  0 ms repeat any"
    ),
    "connect\n0 ms optional": (
        "line 2: expected a line that says end for this group\n  0 ms optional"
    ),
    "connect\n0 ms any order": (
        "line 2: expected a line that says end for this group\n  0 ms any order"
    ),
    'connect\n0 ms any order\n0 ms client "a"': (
        'line 3: expected part or end in this group\n  0 ms client "a"'
    ),
    "connect\nend": ('line 2: expected a time and who speaks, as in: 0 ms  client  "hello"\n  end'),
    'connect\n0 ms client "a"\n  header A: "b"': (
        'line 3: the line above has no header\n  header A: "b"'
    ),
    'connect\n0 ms server accepts\n  body b"b"': 'line 3: the line above has no body\n  body b"b"',
    "connect ws://a/\n  header A": (
        'line 2: expected a header, as in: header Server: "nginx"\n  header A'
    ),
    "connect ws://a/\n  header A: b": (
        "line 2: expected a text in double quotes: Expecting value: line 1 column 1 (char 0)\n"
        "  header A: b"
    ),
    "connect ws://a/\n  header A: 1": "line 2: expected a text in double quotes\n  header A: 1",
    'connect ws://a/\n  body b"b"': 'line 2: a connect has no body\n  body b"b"',
    'connect\n  header A: "b"': (
        'line 2: expected a URL after connect where its handshake is told\n  header A: "b"'
    ),
    'connect ws://a/\n  header A b: "c"': (
        "line 1: expected a header's name, got 'A b'\n  connect ws://a/"
    ),
}


@pytest.mark.parametrize(("text", "error"), ERRORS.items())
def test_a_text_that_is_no_transcript_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(TranscriptSyntaxError) as caught:
        Transcript.parse(text)
    assert str(caught.value) == error


def test_indents_comments_blank_lines_and_line_ends_are_nothing() -> None:
    assert Transcript.parse('\r\n# why\r\nconnect\r\n\r\n\t0 ms client   "a"  \r\n') == (
        Transcript().client("a")
    )


# Dialogues of several connections


DIALOGUE = [
    Entry(0, 1, C, Open("ws://a/", (("Origin", "x"),), ("chat",), ("deflate",))),
    Entry(10, 2, C, Open("server 1")),
    Entry(20, 1, S, Accept("chat", (("Server", "é"),), ("deflate",))),
    Entry(1000, 2, S, Reject(503, (("Retry-After", "1"),), b"busy")),
    Entry(2000, 1, C, "hi"),
    Entry(2000, 1, S, Gap("cut")),
    Entry(2500, 1, S, Close()),
    Entry(3000, 1, C, End()),
    Entry(4000, 3, C, Open("")),
    Entry(4000, 3, S, Refuse()),
]


def test_a_dialogue_of_several_connections_numbers_them_and_reads_back() -> None:
    text = "\n".join(write_entries(DIALOGUE, numbered=True))
    assert text == (
        "     0 ms  #1  connect ws://a/\n"
        '           subprotocol "chat"\n'
        '           extension "deflate"\n'
        '           header Origin: "x"\n'
        "  0.01 ms  #2  connect server 1\n"
        "  0.02 ms  #1  server  accepts\n"
        '           subprotocol "chat"\n'
        '           extension "deflate"\n'
        '           header Server: "é"\n'
        "     1 ms  #2  server  rejects 503\n"
        '           header Retry-After: "1"\n'
        '           body b"busy"\n'
        '     2 ms  #1  client  "hi"\n'
        '     2 ms  #1  server  gap "cut"\n'
        "   2.5 ms  #1  server  close empty\n"
        "     3 ms  #1  client  ends\n"
        '     4 ms  #3  connect ""\n'
        '     4 ms  #3  server  refuses "refused"'
    )
    assert parse_entries(text) == DIALOGUE


def test_a_dialogue_of_one_connection_has_no_numbers() -> None:
    dialogue = [Entry(0, 1, C, Open("ws://a/")), Entry(5, 1, S, Drop(True, "x"))]
    text = "\n".join(write_entries(dialogue, numbered=False))
    assert text == 'connect ws://a/\n 0.005 ms  server  drops with reset inside "x"'
    assert parse_entries(text) == dialogue


def test_a_late_connect_keeps_its_time() -> None:
    dialogue = [Entry(7000, 1, C, Open("ws://a/\n\x1b"))]
    text = "\n".join(write_entries(dialogue, numbered=False))
    assert text == r'     7 ms  connect "ws://a/\n\u001b"'
    assert parse_entries(text) == dialogue


def test_a_long_message_is_cut_where_it_is_only_shown() -> None:
    (line,) = write_entry(Entry(0, 1, C, "x" * 300), most=100)
    assert line == f'     0 ms  client  "{"x" * 59}... (302 characters)'


ENTRY_ERRORS = {
    "connect": "line 1: expected connect and a URL\n  connect",
    'connect ws://a/\n  expect A: "b"': "line 1: expected connect and a URL\n  connect ws://a/",
    '0 ms #0 client "a"': (
        'line 1: expected the number of a connection, 1 or more\n  0 ms #0 client "a"'
    ),
    "0 ms client json 1": (
        "line 1: expected what was said, not what is to be expected\n  0 ms client json 1"
    ),
    "0 ms client close *": (
        "line 1: expected what was said, not what is to be expected\n  0 ms client close *"
    ),
    "1 ms client {}\n0 ms client {}": (
        "line 2: expected a time that is not before the line above\n  0 ms client {}"
    ),
}


@pytest.mark.parametrize(("text", "error"), ENTRY_ERRORS.items())
def test_a_text_that_is_no_dialogue_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(TranscriptSyntaxError) as caught:
        parse_entries(text)
    assert str(caught.value) == error
