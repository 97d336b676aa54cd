from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wsfake.transcript.literals import (
    LiteralError,
    abbreviate,
    printable,
    read_binary,
    read_text,
    write_message,
)


@given(st.text())
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    literal = write_message(text)
    assert literal.isprintable()
    assert read_text(literal) == text


@given(st.binary())
def test_bytes_are_read_as_they_were_written(data: bytes) -> None:
    literal = write_message(data)
    assert literal.isascii()
    assert literal.isprintable()
    assert read_binary(literal) == data


@pytest.mark.parametrize(
    ("message", "literal"),
    [
        ("", '""'),
        ("é", '"é"'),
        ('"\\', r'"\"\\"'),
        ("\n\x7f\u2028", r'"\n\u007f\u2028"'),
        ("\U000e0001", r'"\udb40\udc01"'),
        ("[1]", "[1]"),
        ('{"a": 1}', '{"a": 1}'),
        ('{"a": 1,\n"b": 2}', r'"{\"a\": 1,\n\"b\": 2}"'),
        ("[NaN]", '"[NaN]"'),
        ("{", '"{"'),
        ("5", '"5"'),
        (b"", 'b""'),
        (b'a"\\\x00\xff~', r'b"a\x22\x5c\x00\xff~"'),
    ],
)
def test_a_message_has_one_literal(message: str | bytes, literal: str) -> None:
    assert write_message(message) == literal


def test_what_cannot_be_printed_is_escaped_in_a_json_text() -> None:
    assert printable('["é\u200b"]') == r'["é\u200b"]'
    assert printable('["é"]') == '["é"]'


TEXT = "expected a text in double quotes"


@pytest.mark.parametrize(
    ("literal", "error"),
    [
        ("{a}", "expected JSON, or a text in double quotes"),
        ("[1", "expected JSON, or a text in double quotes"),
        ("5", TEXT),
        ("", f"{TEXT}: Expecting value: line 1 column 1 (char 0)"),
        ('"a" b', f"{TEXT}: Extra data: line 1 column 5 (char 4)"),
    ],
)
def test_what_is_no_text_literal_is_refused(literal: str, error: str) -> None:
    with pytest.raises(LiteralError) as caught:
        read_text(literal)
    assert str(caught.value) == error


@pytest.mark.parametrize("literal", ["", '"a"', 'b"', 'b"é"', r'b"\n"', r'b"\x0"', 'b"""', 'b"a" '])
def test_what_is_no_binary_literal_is_refused(literal: str) -> None:
    with pytest.raises(LiteralError) as caught:
        read_binary(literal)
    assert str(caught.value) == r'expected b"..." of printable ASCII characters and \xNN'


def test_a_long_literal_is_cut_and_says_how_long_it_was() -> None:
    assert abbreviate("a" * 200) == "a" * 200
    assert abbreviate("a" * 201) == "a" * 160 + "... (201 characters)"
