from __future__ import annotations

from typing import Any

import pytest

from wsfake import json, partial_json, regex
from wsfake.transcript import Matching
from wsfake.transcript.differences import as_compared, differences


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ('{"a": 1}', '{"a": 2}', ["$.a: 1 expected, 2 came"]),
        (json({"a": 1}), '{"a": "x"}', ['$.a: 1 expected, "x" came']),
        ('{"a": 1}', "{}", ["$.a: 1 expected, nothing came"]),
        ("{}", '{"a": null}', ["$.a: nothing expected, null came"]),
        ('["a", "b"]', '["a"]', ['$: 2 items expected, 1 came (missing "b")']),
        ('["a"]', '["b", "c"]', ['$: 1 item expected, 2 came (missing "a"; extra "b", "c")']),
        ("[]", "[1]", ["$: 0 items expected, 1 came (extra 1)"]),
        ("[1]", "[2]", ["$[0]: 1 expected, 2 came"]),
        ('{"a":1}', '{"a": 1}', ["only the text: the JSON value is the same (match it with json)"]),
        ("[1,1,1,1,1,1,1]", "[2,2,2,2,2,2,2]",
         [*(f"$[{n}]: 1 expected, 2 came" for n in range(5)), "and 2 more"]),
        ("hello", "help", ['at character 3: "lo" expected, "p" came']),
        ("hello", "hell", ['at character 4: "o" expected, the end came']),
        ("", "a", ['at character 0: the end expected, "a" came']),
        ("[1e999]", "[1e998]", ['at character 5: "9]" expected, "8]" came']),
        ("caf\u00e9!", "cafe\u0301!",
         [r'at character 3: "\xe9!" expected, "e\u0301!" came']),
        ("a b", "a\u00a0b", [r'at character 1: " b" expected, "\u00a0b" came']),
        ("a" * 50, "b" * 50, [f'at character 0: "{"a" * 20}" expected, "{"b" * 20}" came']),
        (b"ab", b"ac", ['at byte 1: b"b" expected, b"c" came']),
        (b"ab", b"a", ['at byte 1: b"b" expected, the end came (2 bytes expected, 1 came)']),
        ("a", b"a", ["text expected, binary came"]),
        (b"a", "a", ["binary expected, text came"]),
        (json(1), b"1", ["text expected, binary came"]),
        (regex("a"), "b", []),
        ("a", None, []),
    ],
)  # fmt: skip
def test_where_two_messages_differ_is_told(expected: Any, actual: object, told: list[str]) -> None:
    assert differences(expected, actual, Matching()) == told


def test_what_is_volatile_is_no_difference() -> None:
    found = differences('{"id": 1, "a": 1}', '{"id": 2, "a": 2}', Matching(volatile=["id"]))
    assert found == ["$.a: 1 expected, 2 came"]


def test_a_long_value_is_cut() -> None:
    (line,) = differences(json(["x" * 100]), "[1]", Matching())
    assert line == f'$[0]: "{"x" * 39}... (102 characters) expected, 1 came'


def test_lists_of_one_length_as_another_without_surplus_tell_their_lengths() -> None:
    assert differences("[1, 1.0]", "[1]", Matching()) == [
        "$: 2 items expected, 1 came (missing 1.0)"
    ]


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"a": {"b": 1}}, '{"a": {"b": 2, "c": 3}, "d": 4}', ["$.a.b: 1 expected, 2 came"]),
        ({"a": 1}, '{"b": 2}', ["$.a: 1 expected, nothing came"]),
        ([{"a": 1}, 2], '[{"a": 2, "b": 3}, 2]', ["$[0].a: 1 expected, 2 came"]),
        ([1], "[1, 2]", ["$: 1 item expected, 2 came (extra 2)"]),
        ({"a": object()}, '{"a": 1}', []),
        ({"a": 1}, "no JSON", []),
    ],
)
def test_of_partial_json_only_what_is_asked_for_can_differ(
    expected: Any, actual: str, told: list[str]
) -> None:
    pair = as_compared(partial_json(expected), actual)
    assert differences(*pair, Matching()) == told
