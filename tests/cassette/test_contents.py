from __future__ import annotations

import re
from typing import Any

import msgpack
import pytest

from wsfake.cassette import Damage, Footer, Header

HEADER = {"format": "wsfake", "version": 1, "redacted": []}
FOOTER = {"entries": 1, "digest": bytes(32), "ended": "test", "extras": {}}


def anything(value: object) -> Any:
    return value


@pytest.mark.parametrize(
    "header",
    [
        Header(),
        Header("2024-05-01"),
        Header("2024-05-01T12:30:00Z", ("headers", "json:id")),
        Header("2024-05-01T12:30:00.25+02:00"),
    ],
)
def test_a_header_is_read_as_it_was_written(header: Header) -> None:
    assert Header.unpack(header.pack()) == header


def test_a_header_says_no_more_than_it_must() -> None:
    assert msgpack.unpackb(Header().pack()) == HEADER


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([], "tuple where a map should be"),
        (anything({**HEADER, "format": "vcr"}), "a header that names no format"),
        ({}, "a header that names no format"),
        ({"format": "wsfake"}, "a header without a version of the format"),
        ({**HEADER, "version": 0}, "a header without a version of the format"),
        ({**HEADER, "version": True}, "a header without a version of the format"),
        ({**HEADER, "version": 1.0}, "a header without a version of the format"),
        ({"format": "wsfake", "version": 1}, "a header that does not say what was redacted"),
        ({**HEADER, "redacted": [1]}, "a header that does not say what was redacted"),
        ({**HEADER, "recorded": "now"}, "a header whose date is not in ISO 8601"),
        ({**HEADER, "recorded": 2024}, "a header whose date is not in ISO 8601"),
        ({**HEADER, "b": 1, "a": 2}, "a header with a, b, which format 1 does not have"),
        ({**HEADER, "redacted": [""] * 1025}, "bytes that are no map of msgpack (ValueError)"),
        (msgpack.ExtType(1, b"x"), "bytes that are no map of msgpack (ValueError)"),
        ({**HEADER, "a": [[]]}, "a header with a, which format 1 does not have"),
    ],
)
def test_a_wrong_header_is_told_by_what_is_wrong(fields: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        Header.unpack(msgpack.packb(fields))


@pytest.mark.parametrize(
    "body",
    [b"", b"\xc1", b"\x80\x80", b"\x81", b"\x91" * 2000, b"\xdf\xff\xff\xff\xff", b"\x81\x80\x80"],
)
def test_bytes_that_are_no_map_are_no_header(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^bytes that are no map of msgpack \(\w+\)$"):
        Header.unpack(body)


def test_a_header_of_a_later_format_is_told_by_its_number_whatever_else_it_holds() -> None:
    assert Header.unpack(msgpack.packb({"format": "wsfake", "version": 7, "x": 1.5})) == 7


def test_the_extras_of_a_footer_are_written_in_order() -> None:
    one = Footer(1, bytes(32), "test", {"a": 1, "b": "x"})
    other = Footer(1, bytes(32), "test", {"b": "x", "a": 1})
    assert one.pack() == other.pack()
    assert Footer.unpack(one.pack()) == other


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (None, "NoneType where a map should be"),
        ({}, "a footer with nothing"),
        ({**FOOTER, "more": 1}, "a footer with digest, ended, entries, extras, more"),
        (
            {**FOOTER, "entries": True},
            "a footer without a count of entries and a digest of 32 bytes",
        ),
        (
            {**FOOTER, "digest": bytes(31)},
            "a footer without a count of entries and a digest of 32 bytes",
        ),
        ({**FOOTER, "ended": 1}, "a footer that does not say how the recording ended"),
        ({**FOOTER, "extras": []}, "a footer that does not say how the recording ended"),
        (
            {**FOOTER, "extras": {"a": 1.5}},
            "a footer with extras that are neither texts nor integers",
        ),
        ({**FOOTER, "extras": {1: 1}}, "bytes that are no map of msgpack (ValueError)"),
        (
            {**FOOTER, "extras": {b"a": 1}},
            "a footer with extras that are neither texts nor integers",
        ),
    ],
)
def test_a_wrong_footer_is_told_by_what_is_wrong(fields: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        Footer.unpack(msgpack.packb(fields))


def test_damage_is_told_in_a_line() -> None:
    assert str(Damage(2, 90, "expected a, got b")) == "block 2 at byte 90: expected a, got b"
    assert str(Damage(0, 0, "gone")) == "the header at byte 0: gone"
