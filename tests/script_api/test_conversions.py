"""What hosts make of the values that scripts pass."""

from __future__ import annotations

import math
from typing import Any

import pytest

from wsfake import Harness, Transcript
from wsfake.script_api.conversions import (
    CLOSE_ARGUMENTS,
    CONVERTERS,
    UNDEFINED,
    to_number,
    to_string,
    to_uint16,
)
from wsfake.script_api.profiles import PROFILES

URL = "ws://feed.example/"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (None, "null"),
        (UNDEFINED, "undefined"),
        (True, "true"),
        (False, "false"),
        (1.0, "1"),
        (-0.0, "0"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (123.25, "123.25"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1.5e300, "1.5e+300"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        ([1, None, [2, 3]], "1,,2,3"),
        ({"a": 1}, "[object Object]"),
        (b"x", "[object ArrayBuffer]"),
        (memoryview(b"\x01\x02"), "1,2"),
    ],
)
def test_string_of_a_value(value: Any, text: str) -> None:
    assert to_string(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (UNDEFINED, 0),
        (None, 0),
        ("", 0),
        ("abc", 0),
        ("nan", 0),
        ("1_0", 0),
        (" 1001 ", 1001),
        ("\ufeff\u2003\v6\u2029", 6),
        ("\x1c5", 0),
        ("\x855", 0),
        ("\u0663", 0),
        ("+7.", 7),
        (".5e1", 5),
        ("-.1e1", 65535),
        ("1e", 0),
        (".", 0),
        ("Infinity", 0),
        ("0x3e8", 1000),
        ("0X3E8", 1000),
        ("0b11", 3),
        ("0o17", 15),
        ("017", 17),
        ("-0x1", 0),
        ("0x", 0),
        ("0x_1", 0),
        ("0x1_0", 0),
        ("0x\u0663", 0),
        ("0x1" + "0" * 256, 0),
        (True, 1),
        (65537, 1),
        (-1, 65535),
        (1000.9, 1000),
        (math.inf, 0),
        (10**400, 0),
        ({}, 0),
    ],
)
def test_uint16_of_a_value(value: Any, code: int) -> None:
    assert to_uint16(value) == code


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (True, 1.0),
        (-math.inf, -math.inf),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (2.0**1023, 2.0**1023),
        ("-0x1", math.nan),
        (math.nan, math.nan),
    ],
)
def test_number_of_a_value(value: Any, number: float) -> None:
    assert repr(to_number(value)) == repr(number)


@pytest.mark.parametrize(
    ("value", "overte", "vircadia", "string"),
    [
        ("x", "x", "x", "x"),
        ("a\ud800\ud83e\udd8aé", *["a\ufffd🦊é"] * 3),
        (["\udc00"], "\ufffd".encode(), b"", "\ufffd"),
        (42, "42", "42", "42"),
        (None, "null", "null", "null"),
        (UNDEFINED, "undefined", "undefined", "undefined"),
        (bytearray(b"x"), b"x", b"x", "[object ArrayBuffer]"),
        (memoryview(b"x"), b"120", b"", "120"),
        ([1, 2], b"1,2", b"", "1,2"),
        ({}, b"[object Object]", b"", "[object Object]"),
    ],
)
def test_what_is_sent_of_a_value(value: Any, overte: Any, vircadia: Any, string: Any) -> None:
    sent = [CONVERTERS[name](value) for name in ("overte", "vircadia", "string")]
    assert sent == [overte, vircadia, string]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_lone_surrogate_is_replaced_in_what_is_sent_and_in_what_is_served(profile: str) -> None:
    with Harness(profile=profile) as ws_fake:
        said = Transcript().server("a\ud800").client("b\ud800").server(lambda: "\udc00")
        served = ws_fake.serve(URL, said)
        socket = ws_fake.WebSocket(URL)
        heard: list[str] = []
        socket.onopen = lambda *_: socket.send("b\ud800")
        socket.onmessage = lambda message: heard.append(message.data)
        ws_fake.run()
        assert heard == ["a\ufffd", "\ufffd"]
        assert served.connections[0].client_messages == ["b\ufffd"]


def test_undefined_is_false_and_says_what_it_is() -> None:
    assert not UNDEFINED
    assert repr(UNDEFINED) == "undefined"


def test_a_reason_is_kept_up_to_the_character_that_is_cut() -> None:
    assert CLOSE_ARGUMENTS["uint16"](1000, "x" * 200) == (1000, "x" * 123)
    assert CLOSE_ARGUMENTS["uint16"](1000, "é" * 200) == (1000, "é" * 62)
    assert CLOSE_ARGUMENTS["uint16"](1000, "\ud83d") == (1000, "\ufffd")
    assert CLOSE_ARGUMENTS["uint16"]() == (1000, "")
