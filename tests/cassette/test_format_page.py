"""The page of the format is right, and enough: `read` was written from it alone."""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.cassette.golden import DIALOGUE, FOLDER, SOUND, Golden
from wsfake.cassette import Footer, Header
from wsfake.cassette.frames import BLOCK_BYTES, BLOCK_ENTRIES, HEAD_SIZE, MAX_BODY, MAX_ENTRY
from wsfake.cassette.schema import MAX_ITEMS
from wsfake.model import Entry
from wsfake.network import write_dialogue

PAGE = (Path(__file__).parents[2] / "docs" / "cassette-format.md").read_text(encoding="utf-8")
EXAMPLE = Golden(DIALOGUE, Header(redacted=("json",)))

# An independent reader, of sound cassettes.

SIDES = ["client", "server"]
KINDS = """
    message:message
    open:url,headers,subprotocols,extensions
    accept:subprotocol,headers,extensions
    reject:status,headers,body
    refuse:why
    ping:payload
    pong:payload
    close:code,reason
    drop:reset,inside
    raw:data
    stall:
    gap:why
    end:
"""
FIELDS = [kind.split(":") for kind in KINDS.split()]


def number(data: bytes, at: int, code: int, size: int) -> int:
    assert data[at] == code
    return int.from_bytes(data[at + 1 : at + 1 + size], "big")


def read(data: bytes) -> tuple[Any, list[Any], Any]:
    at, seen, digest = 0, 0, hashlib.sha256()
    maps: list[Any] = []
    entries: list[Any] = []
    while at < len(data):
        head = data[at : at + 52]
        assert head[:8] == b"\x99\xa6wsfake"
        kind = head[8]
        assert number(head, 9, 0xCF, 8) == at
        assert number(head, 18, 0xCF, 8) == seen
        count, length = number(head, 27, 0xCE, 4), number(head, 32, 0xCE, 4)
        body = data[at + 52 : at + 52 + length]
        assert number(head, 37, 0xCE, 4) == zlib.crc32(body)
        assert number(head, 42, 0xCE, 4) == zlib.crc32(head[:42])
        assert number(head, 47, 0xC6, 4) == length == len(body)
        if kind == 1:
            unpacker = msgpack.Unpacker()
            unpacker.feed(body)
            found = list(unpacker)
            assert len(found) == count
            entries += map(entry, found)
            digest.update(head[38:42])
        else:
            maps.append(msgpack.unpackb(body))
        at, seen = at + 52 + length, seen + count
    header, footer = maps
    assert (header["format"], header["version"]) == ("wsfake", 1)
    assert (footer["entries"], footer["digest"]) == (len(entries), digest.digest())
    return header, entries, footer


def entry(array: list[Any]) -> dict[str, Any]:
    at, connection, side, kind, *values = array
    name, fields = FIELDS[kind]
    named = dict(zip(fields.split(",") if fields else [], values, strict=True))
    if "headers" in named:
        flat = named["headers"]
        named["headers"] = list(zip(flat[::2], flat[1::2], strict=True))
    return {"at": at, "connection": connection, "side": SIDES[side], "name": name, **named}


# What it should read.


def expected(said: Entry) -> dict[str, Any]:
    what = said.what
    common = {"at": said.at, "connection": said.connection, "side": str(said.side)}
    if isinstance(what, str | bytes):
        return {**common, "name": "message", "message": what}
    fields = what.fields()
    for name in fields:
        if isinstance(fields[name], tuple):
            fields[name] = list(fields[name])
    return {**common, "name": type(what).__name__.lower(), **fields}


@pytest.mark.parametrize("name", SOUND)
def test_a_reader_written_from_the_page_reads_the_golden_cassettes(name: str) -> None:
    golden = SOUND[name]
    header, entries, footer = read((FOLDER / "conformance" / f"{name}.msgpack").read_bytes())
    assert entries == list(map(expected, golden.entries))
    assert header.get("recorded") == golden.header.recorded
    assert header["redacted"] == list(golden.header.redacted)
    assert footer["ended"] == golden.ended


def fenced(page: str) -> list[str]:
    return re.findall(r"^```text\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE)


def test_the_example_of_the_page_is_what_is_written() -> None:
    dialogue, *dumps = fenced(PAGE.partition("## An example")[2])
    data = EXAMPLE.pack()
    assert dialogue.splitlines() == write_dialogue(DIALOGUE)
    shown = b""
    for line in "\n".join(dumps).splitlines():
        if line:
            offset, _, digits = line.partition("  ")
            assert int(offset, 16) == len(shown)
            shown += bytes.fromhex(digits)
    assert shown == data
    assert f"this cassette of {len(data)} bytes" in PAGE
    assert read(shown)[1] == list(map(expected, DIALOGUE))


def test_the_numbers_of_the_page_are_those_of_the_package() -> None:
    assert "head of 52 bytes" in PAGE
    assert HEAD_SIZE == 52
    assert f"{BLOCK_ENTRIES} entries, or {BLOCK_BYTES:,} bytes" in PAGE
    assert f"| one entry | {MAX_ENTRY:,} bytes" in PAGE
    assert f"| the body of a frame | {MAX_BODY:,} bytes" in PAGE
    assert f"| {MAX_ITEMS}, so {MAX_ITEMS // 2} headers |" in PAGE
    assert f"{zlib.crc32(b'123456789'):08x}" in PAGE


def test_the_page_names_every_key_and_every_field() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.*?) \|", PAGE, re.MULTILINE)
    told = [[name, ",".join(re.findall(r"(?:^|; )`(\w+)`", fields))] for _, name, fields in rows]
    assert [int(kind) for kind, _, _ in rows] == list(range(13))
    assert told == FIELDS
    for owner in (Header("2024-05-01"), Footer(0, bytes(32))):
        for key in msgpack.unpackb(owner.pack()):
            assert f"| `{key}` |" in PAGE
