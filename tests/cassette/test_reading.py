from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given, strategies as st

from tests.cassette.golden import DIALOGUE, frame, small
from tests.cassette.strategies import dialogues
from wsfake.cassette import (
    Cassette,
    CassetteReader,
    CassetteWriter,
    Footer,
    Header,
    is_cassette,
    load,
    read_cassette,
    write_cassette,
)
from wsfake.cassette.frames import BLOCK, FOOTER, HEAD_SIZE, HEADER, Head
from wsfake.cassette.framing import open_file
from wsfake.errors import CassetteError, DamagedCassette, NewerCassette, NoCassette
from wsfake.model import Entry, Side

S = Side.SERVER


def read(data: bytes, *, recover: bool = False) -> Cassette:
    reader = CassetteReader(io.BytesIO(data), "x.msgpack", recover=recover)
    entries = tuple(reader)
    return Cassette(
        "x.msgpack",
        reader.header,
        entries,
        reader.footer,
        reader.cut,
        tuple(reader.damage),
        tuple(reader.missing),
    )


@given(dialogues)
def test_what_is_written_is_read(dialogue: list[Entry]) -> None:
    file = io.BytesIO()
    writer = CassetteWriter(file, Header("2024-05-01", ("headers",)), "x")
    writer.extend(dialogue)
    footer = writer.finish("silence", {"b": 1, "a": "x"})
    cassette = read(file.getvalue())
    assert list(cassette.entries) == dialogue
    assert cassette.header == Header("2024-05-01", ("headers",))
    assert (
        cassette.footer
        == footer
        == Footer(len(dialogue), footer.digest, "silence", {"a": "x", "b": 1})
    )
    assert not cassette.cut


def test_a_cassette_cut_at_any_byte_is_read_up_to_the_cut_and_says_so() -> None:
    data, begins = small()
    seen = set()
    for end in range(len(data)):
        if end < begins[1]:
            with pytest.raises(DamagedCassette, match="not a cassette, or its header is damaged"):
                read(data[:end])
            continue
        cassette = read(data[:end])
        assert cassette.cut
        assert cassette.footer is None
        assert list(cassette.entries) == DIALOGUE[: len(cassette.entries)]
        assert end < begins[2] or len(cassette.entries) >= 4
        assert end < begins[3] or len(cassette.entries) == 6
        assert read(data[:end], recover=True) == cassette
        seen.add(len(cassette.entries))
    assert seen == set(range(7))
    assert not read(data).cut


def changes(data: bytes) -> Iterator[tuple[int, bytes]]:
    for place, byte in enumerate(data):
        for other in {byte ^ 1, byte ^ 0x80, byte ^ 0xFF, 0, 0xFF, (byte + 1) % 256} - {byte}:
            yield place, data[:place] + bytes([other]) + data[place + 1 :]


def test_a_change_of_any_byte_is_refused_and_never_taken_for_a_cut() -> None:
    data, begins = small()
    for place, changed in changes(data):
        with pytest.raises(DamagedCassette) as caught:
            read(changed)
        if place < begins[1]:
            part = "this is not a cassette, or its header is damaged\n"
        else:
            number = sum(begin <= place for begin in begins[1:])
            part = f"block {number} is damaged, at byte {begins[number]}\n"
        assert str(caught.value).startswith(f"x.msgpack: {part}")


def test_a_change_of_any_byte_costs_no_more_than_its_block_in_recovery() -> None:
    data, begins = small()
    for place, changed in changes(data):
        cassette = read(changed, recover=True)
        assert len(cassette.damage) == 1
        number = sum(begin <= place for begin in begins[1:])
        left = {
            0: (DIALOGUE, ()),
            1: (DIALOGUE[4:], (range(4),)),
            2: (DIALOGUE[:4], (range(4, 6),)),
            3: (DIALOGUE, (range(6, sys.maxsize),)),
        }[number]
        assert (list(cassette.entries), cassette.missing) == left


def test_a_cut_and_damaged_cassette_is_recovered_around_the_damage() -> None:
    data, begins = small()
    broken = bytearray(data[: begins[3]])
    broken[begins[1] + 3] ^= 1
    cassette = read(bytes(broken), recover=True)
    assert list(cassette.entries) == DIALOGUE[4:]
    assert cassette.cut
    assert [str(damage) for damage in cassette.damage] == [
        f"block 1 at byte {begins[1]}: expected the head of a frame, "
        f"got bytes that begin 99 a6 77 72 66 61 6b 65"
    ]


def test_a_cassette_within_a_message_is_not_taken_for_a_part_of_it() -> None:
    inner, _ = small()
    file = io.BytesIO()
    writer = CassetteWriter(file, Header(), "x")
    start = file.tell()
    writer.append(Entry(0, 1, S, inner))
    writer.flush()
    writer.append(Entry(1, 1, S, "after"))
    writer.finish()
    data = bytearray(file.getvalue())
    data[start] ^= 1
    assert read(bytes(data), recover=True).entries == (Entry(1, 1, S, "after"),)


def damaged(data: bytes) -> str:
    with pytest.raises(DamagedCassette) as caught:
        read(data)
    return str(caught.value)


def test_the_text_of_damage_says_what_and_where_and_what_to_do() -> None:
    data, begins = small()
    place = begins[2] + HEAD_SIZE + 2
    changed = data[:place] + b"\x00" + data[place + 1 :]
    head = Head(BLOCK, begins[2], 4, 2, begins[3] - begins[2] - HEAD_SIZE, 0)
    lines = damaged(changed).splitlines()
    assert lines[0] == f"x.msgpack: block 2 is damaged, at byte {begins[2]}"
    assert lines[1].startswith(f"  expected  {head.length} bytes with checksum ")
    assert lines[2].startswith("  actual    bytes with checksum ")
    assert lines[3:] == [
        "  to record it again: pytest --ws-record",
        "  to keep what is whole: wsfake convert --recover x.msgpack recovered.msgpack",
    ]


def test_more_bytes_than_the_footer_are_refused() -> None:
    data, begins = small()
    assert damaged(data + b"!") == (
        f"x.msgpack: block 3 is damaged, at byte {len(data)}\n"
        "  expected  the end of the file\n"
        "  actual    1 bytes more\n"
        "  to record it again: pytest --ws-record\n"
        "  to keep what is whole: wsfake convert --recover x.msgpack recovered.msgpack"
    )
    assert begins


def test_a_file_of_something_else_is_refused() -> None:
    text = (
        "x.msgpack: this is not a cassette, or its header is damaged\n"
        "  expected  a whole header of format wsfake\n"
        "  actual    {}\n"
        "  to record it again: pytest --ws-record"
    )
    for recover in (False, True):
        with pytest.raises(NoCassette) as caught:
            read(b"", recover=recover)
        assert str(caught.value) == text.format("0 bytes of it")
        with pytest.raises(NoCassette) as caught:
            read(b"version: 1\n" * 9, recover=recover)
        assert str(caught.value) == text.format("bytes that begin 76 65 72 73 69 6f 6e 3a")


def test_a_file_of_something_else_that_is_not_named_as_a_cassette_can_be_made_one() -> None:
    with pytest.raises(NoCassette) as caught:
        CassetteReader(io.BytesIO(b"{}"), "talk.har")
    assert str(caught.value).splitlines()[-1] == (
        "  to make a cassette of a text form or of a HAR file: wsfake convert talk.har made.msgpack"
    )


def test_what_is_whole_behind_a_damaged_header_and_a_damaged_block_is_recovered() -> None:
    data, begins = small()
    broken = bytearray(data)
    broken[3] ^= 1
    broken[begins[1] + 3] ^= 1
    assert "to keep what is whole: " in damaged(bytes(broken))
    cassette = read(bytes(broken), recover=True)
    assert list(cassette.entries) == DIALOGUE[4:]
    assert cassette.missing == (range(4),)


def test_a_cassette_is_known_by_its_name_or_by_how_it_begins(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(small()[0])
    (tmp_path / "a.txt").write_bytes(b"connect ws://a.test\n")
    names = ("a.bin", "a.txt", "missing", "missing.msgpack")
    assert [is_cassette(tmp_path / name) for name in names] == [True, False, False, True]


def test_a_later_format_is_refused_with_what_to_do() -> None:
    fields = {"format": "wsfake", "version": 2, "new": [1.5]}
    with pytest.raises(NewerCassette) as caught:
        read(frame(HEADER, 0, 0, 0, msgpack.packb(fields)) + b"anything")
    assert str(caught.value) == (
        "x.msgpack: a later version of wsfake wrote this cassette\n"
        "  expected  format 1\n"
        "  actual    format 2\n"
        "  to read it: pip install --upgrade wsfake"
    )


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        {"format": "other", "version": 1, "redacted": []},
        {"format": "wsfake", "redacted": []},
        {"format": "wsfake", "version": 0, "redacted": []},
        {"format": "wsfake", "version": True, "redacted": []},
        {"format": "wsfake", "version": 1},
        {"format": "wsfake", "version": 1, "redacted": [1]},
        {"format": "wsfake", "version": 1, "redacted": [], "recorded": "yesterday"},
        {"format": "wsfake", "version": 1, "redacted": [], "recorded": 5},
        {"format": "wsfake", "version": 1, "redacted": [], "more": 5},
        {"format": "wsfake", "version": 1, "redacted": msgpack.ExtType(4, b"")},
    ],
)
def test_a_sound_frame_with_a_wrong_header_is_refused(fields: Any) -> None:
    assert "header" in damaged(frame(HEADER, 0, 0, 0, msgpack.packb(fields)))


HEAD = frame(HEADER, 0, 0, 0, Header().pack())
AT = len(HEAD)


@pytest.mark.parametrize(
    ("tail", "text"),
    [
        (HEAD, "a head that belongs at byte 0"),
        (frame(HEADER, AT, 0, 0, b""), "one more header"),
        (frame(BLOCK, AT, 5, 1, b""), "those from 6 on"),
        (frame(BLOCK, AT, 0, 1, b""), "0 entries where its head says 1"),
        (frame(BLOCK, AT, 0, 1, b"\xc1"), "bytes that are no msgpack (FormatError) in its entry 1"),
        (
            frame(BLOCK, AT, 0, 1, b"\x91" * 5000),
            "bytes that are no msgpack (StackError) in its entry 1",
        ),
        (frame(BLOCK, AT, 0, 1, b"\xdd\xff\xff\xff\xff"), "in its entry 1"),
        (frame(BLOCK, AT, 0, 1, b"\xdf\xff\xff\xff\xff"), "in its entry 1"),
        (frame(BLOCK, AT, 0, 1, b"\xc6\xff\xff\xff\xff"), "0 entries where its head says 1"),
        (frame(BLOCK, AT, 0, 1, b"\xd6\xff\x00\x00\x00\x00"), "in its entry 1"),
        (frame(BLOCK, AT, 0, 1, b"\x95\x00\x01\x00\x00\xa1\xff"), "UnicodeDecodeError"),
        (frame(BLOCK, AT, 0, 1, b"\x95\x00\x01\x00\x00\xa0" * 2), "more than 1 entries"),
        (
            frame(BLOCK, AT, 0, 2, b"\x95\x05\x01\x00\x00\xa0\x95\x04\x01\x00\x00\xa0"),
            "expected a time of 5 us or later, got 4 us in its entry 2",
        ),
        (frame(BLOCK, AT, 0, 257, b""), "a head of kind 1 for 257 entries in 0 bytes"),
        (frame(FOOTER, AT, 0, 0, b"\xc0"), "NoneType where a map should be"),
        (frame(FOOTER, AT, 0, 0, msgpack.packb({"entries": 1})), "a footer with entries"),
        (frame(FOOTER, AT, 0, 0, Footer(1, bytes(32)).pack()), "0 entries with digest e3b0c44"),
        (b"junk", "4 bytes that begin no head: 6a 75 6e 6b"),
    ],
)
def test_sound_sums_over_wrong_contents_are_damage_too(tail: bytes, text: str) -> None:
    assert text in damaged(HEAD + tail)
    assert read(HEAD + tail, recover=True).damage


@given(st.binary(max_size=300), st.booleans(), st.booleans())
def test_any_bytes_raise_nothing_else(data: bytes, framed: bool, recover: bool) -> None:
    body = frame(BLOCK, AT, 0, data[0] if data else 0, data) if framed else data
    try:
        read(HEAD + body, recover=recover)
        read(body, recover=recover)
    except CassetteError:
        pass


@given(dialogues, st.randoms(use_true_random=False))
def test_any_damage_raises_nothing_else_and_recovery_invents_nothing(
    dialogue: list[Entry], dice: random.Random
) -> None:
    file = io.BytesIO()
    writer = CassetteWriter(file, Header(), "x")
    for entry in dialogue:
        writer.append(entry)
        if dice.random() < 0.4:
            writer.flush()
    writer.finish()
    data = bytearray(file.getvalue())
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(data) + 1)
        data[start : start + dice.randint(0, 20)] = dice.randbytes(dice.randint(0, 20))
    try:
        cassette = read(bytes(data), recover=True)
    except DamagedCassette:
        return
    rest = iter(dialogue)
    if not cassette.cut:
        assert all(entry in rest for entry in cassette.entries)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(CassetteError) as caught:
        load(tmp_path / "none.msgpack")
    assert str(caught.value) == (
        f"{tmp_path / 'none.msgpack'}: this cassette cannot be read: No such file or directory"
    )
    with pytest.raises(CassetteError, match="embedded null"):
        read_cassette("a\0b")


def test_a_small_file_takes_one_read_and_a_large_one_is_a_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    read = os.read

    def counted(number: int, size: int) -> bytes:
        data = read(number, size)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(os, "read", counted)
    path = write_cassette(tmp_path / "small.msgpack", DIALOGUE)
    assert list(load(path).entries) == DIALOGUE
    assert sizes == [path.stat().st_size]
    for more, kind in ((0, io.BytesIO), (1, io.BufferedReader)):
        path.write_bytes(bytes(65536 + more))
        with open_file(str(path)) as file:
            assert isinstance(file, kind)
            assert file.read() == bytes(65536 + more)


def test_a_file_of_which_one_read_gives_a_part_is_a_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_cassette(tmp_path / "a.msgpack", DIALOGUE)
    read = os.read
    monkeypatch.setattr(os, "read", lambda number, size: read(number, min(size, 100)))
    cassette = load(path)
    assert list(cassette.entries) == DIALOGUE
    assert not cassette.cut


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    path = write_cassette(tmp_path / "a.msgpack", DIALOGUE)
    monkeypatch.setattr(os, "read", broken)
    with pytest.raises(CassetteError) as caught:
        load(path)
    monkeypatch.undo()
    assert str(caught.value) == f"{path}: this cassette cannot be read: Input/output error"
    with pytest.raises(CassetteError, match=": this cassette cannot be read: "):
        load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("what", ["pipe", "device"])
@pytest.mark.parametrize("recover", [False, True])
def test_what_is_no_file_is_refused_and_not_waited_for(
    tmp_path: Path, what: str, recover: bool
) -> None:
    path = tmp_path / "a.msgpack"
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(CassetteError) as caught:
        load(path, recover=recover)
    assert str(caught.value) == (
        f"{path}: this cassette cannot be read: it is a pipe or a device, and no file"
    )


def test_a_cassette_is_read_as_a_stream_and_whole(tmp_path: Path) -> None:
    path = write_cassette(tmp_path / "a" / "b.msgpack", DIALOGUE)
    with read_cassette(path) as reader:
        assert reader.header == Header()
        assert list(reader) == DIALOGUE
        assert reader.footer is not None
    cassette = load(path)
    assert cassette.path == str(path)
    assert list(cassette.entries) == DIALOGUE


def test_a_block_where_the_header_should_be_is_refused_and_recovered() -> None:
    data = frame(BLOCK, 0, 0, 1, b"\x95\x00\x01\x01\x00\xa2hi")
    assert damaged(data).splitlines()[:3] == [
        "x.msgpack: this is not a cassette, or its header is damaged",
        "  expected  a whole header of format wsfake",
        "  actual    a frame of kind 1",
    ]
    cassette = read(data, recover=True)
    assert cassette.entries == (Entry(0, 1, S, "hi"),)
    assert [str(damage) for damage in cassette.damage] == [
        "the header at byte 0: a frame of kind 1"
    ]


@pytest.mark.parametrize("size", [14, 100_000])
def test_a_file_that_is_no_cassette_is_closed_again(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.msgpack"
    path.write_bytes(b"something else"[:size] * (size // 14))
    with pytest.raises(DamagedCassette, match="not a cassette"):
        read_cassette(path)
    path.rename(tmp_path / "b.msgpack")  # which Windows refuses for an open file
