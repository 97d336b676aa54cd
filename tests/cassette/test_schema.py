from __future__ import annotations

import re
from typing import Any

import msgpack
import pytest
from hypothesis import given, strategies as st

from tests.cassette.strategies import entries
from wsfake.cassette.schema import (
    decode,
    decode_into,
    decode_messages,
    encode,
    encode_messages,
)
from wsfake.model import Close, Entries, Entry, Open, Ping, Side


@given(entries)
def test_every_entry_survives_msgpack(entry: Entry) -> None:
    packed = msgpack.packb(encode(entry))
    again = decode(msgpack.unpackb(packed, use_list=False))
    assert again == entry
    assert type(again.what) is type(entry.what)


@given(st.lists(entries, min_size=1, max_size=5))
def test_columns_say_what_single_entries_say(dialogue: list[Entry]) -> None:
    arrays = encode_messages(Entries.of(dialogue), 0)
    plain = all(isinstance(entry.what, str | bytes) for entry in dialogue)
    ordered = sorted(dialogue, key=lambda entry: entry.at) == dialogue
    assert (arrays is not None) == (plain and ordered)
    if arrays is not None:
        assert arrays == [encode(entry) for entry in dialogue]
        found = Entries()
        assert not decode_messages(found, arrays, dialogue[0].at + 1)
        assert found == []
        assert decode_messages(found, arrays, 0)
        assert found == dialogue


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize("wrong", [{}, (), "", 1.0, True, None, -1], ids=repr)
def test_columns_that_hold_anything_else_are_left_to_single_entries(
    column: int, wrong: object
) -> None:
    array = [0, 1, 0, 0, "a"]
    array[column] = wrong
    found = Entries()
    assert not decode_messages(found, [(0, 1, 0, 0, "a"), tuple(array)], 0)
    assert found == []


atoms = st.none() | st.booleans() | st.integers(-5, 14) | st.floats() | st.text() | st.binary()


@given(st.lists(atoms | st.lists(atoms, max_size=3).map(tuple), max_size=8).map(tuple) | atoms)
def test_what_is_decoded_encodes_to_the_same_array_and_all_else_is_a_value_error(
    array: object,
) -> None:
    try:
        entry = decode(array)
    except ValueError:
        return
    assert encode(entry) == array


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (7, "expected an array of time, connection, side, kind and fields"),
        ((-1, 1, 0, 0, ""), "time: expected an integer from 0 to 9007199254740991, got -1"),
        ((True, 1, 0, 0, ""), "time: expected an integer from 0 to 9007199254740991, got True"),
        ((0, 0, 0, 0, ""), "connection: expected an integer from 1 to 2147483647, got 0"),
        ((0, 1, 2, 0, ""), "side: expected an integer from 0 to 1, got 2"),
        ((0, 1, 0, 13, ""), "kind: expected an integer from 0 to 12, got 13"),
        ((0, 1, 0, 0, None), "message: expected a text or bytes, got NoneType"),
        ((0, 1, 0, 7, 1000), "expected 2 fields for kind 7, got 1 fields"),
        ((0, 1, 0, 7, 65536, ""), "code: expected an integer from 0 to 65535, got 65536"),
        ((0, 1, 0, 7, 1000, b""), "reason: expected a text, got bytes"),
        ((0, 1, 0, 8, 1, None), "reset: expected true or false, got int"),
        ((0, 1, 0, 9, ""), "data: expected bytes, got str"),
        ((0, 1, 0, 1, "", "", (), ()), "headers: expected an array of texts, got str"),
        ((0, 1, 0, 1, "", (), ("a", 1), ()), "subprotocols: expected a text, got int"),
        (
            (0, 1, 0, 1, "", ("a",), (), ()),
            "headers: expected headers as names and values, got a name without a value",
        ),
        (
            (0, 1, 0, 5, bytes(126)),
            "payload: expected at most 125 bytes (RFC 6455 section 5.5), got 126 bytes",
        ),
    ],
)
def test_a_wrong_array_is_refused_by_the_name_of_its_part(array: object, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        decode(array)


def anything(value: object) -> Any:
    return value


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (Entry(-1, 1, Side.CLIENT, ""), "time: expected an integer from 0 to"),
        (Entry(0, 0, Side.CLIENT, ""), "connection: expected an integer from 1 to"),
        (Entry(0, 1, anything("client"), ""), "expected a side, got str"),
        (Entry(0, 1, Side.CLIENT, anything(None)), "message: expected a text or bytes, got NoneTy"),
        (Entry(0, 1, Side.CLIENT, anything(object())), "message: expected a text or bytes, got ob"),
        (Entry(0, 1, Side.CLIENT, Ping(bytes(126))), "payload: expected at most 125 bytes"),
        (Entry(0, 1, Side.CLIENT, Close(65536)), "code: expected an integer from 0 to 65535"),
        (Entry(0, 1, Side.CLIENT, Open("", anything(None))), "Open: 'NoneType' object is not iter"),
        (
            Entry(0, 1, Side.CLIENT, Open("", tuple([("a", "b")] * 2049))),
            "expected at most 2048 headers, got 2049",
        ),
    ],
)
def test_what_could_not_be_read_again_is_not_written(entry: Entry, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        encode(entry)


@given(st.lists(entries, max_size=5))
def test_entries_are_put_behind_others_one_by_one(dialogue: list[Entry]) -> None:
    dialogue.sort(key=lambda entry: entry.at)
    found = Entries.of(dialogue[:1])
    decode_into(found, map(encode, dialogue), 0)
    assert found == dialogue[:1] + dialogue


@pytest.mark.parametrize(
    ("array", "text"),
    [
        ((4, 1, 0, 0, "x"), "expected a time of 5 us or later, got 4 us"),
        ((4, 1, 0, 5, b"x"), "expected a time of 5 us or later, got 4 us"),
        ((2**53, 1, 0, 0, "x"), "time: expected an integer from 0 to"),
        ((5, 1, False, 0, "x"), "side: expected an integer from 0 to 1, got False"),
        ((5, 1, 0, 0.0, "x"), "kind: expected an integer from 0 to 12, got 0.0"),
        ((5, 1, 0, 0, ()), "message: expected a text or bytes, got tuple"),
        (b"\x05\x01\x00\x00x", "expected an array of time, connection, side, kind and fields"),
    ],
)
def test_a_wrong_entry_is_told_and_those_before_it_are_kept(array: object, text: str) -> None:
    good = Entry(5, 1, Side.CLIENT, "x")
    found = Entries()
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        decode_into(found, [encode(good), array, encode(good)], 0)
    assert found == [good]
