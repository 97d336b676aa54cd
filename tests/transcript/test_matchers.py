from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from wsfake import json, partial_json, regex
from wsfake.errors import TranscriptError
from wsfake.transcript.matchers import DecodedJson, Json, Regex, Reply, decode_json, json_equal

DEEP = "[" * 200 + "]" * 200
TOO_DEEP = "[" * 201 + "]" * 201


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        (' {"a": [true, null]} ', {"a": [True, None]}),
        ('"' + "[" * 300 + '"', "[" * 300),
        ("[" + ",".join(["[]"] * 300) + "]", [[]] * 300),
        (r'["\"' + "[" * 300 + '"]', ['"' + "[" * 300]),
        ("1e308", 1e308),
    ],
)
def test_a_json_text_has_a_value(text: str, value: Any) -> None:
    assert decode_json(text) == (value,)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "NaN", "[Infinity]", "-Infinity", '{"a": 1, "a": 1}', "[1", "1 2", "\ufeff1"),
        *("1e999", "[-1e999]", "1" * 5000, TOO_DEEP, "[" * 100_000, b"1", 1, None),
    ],
)
def test_what_two_readers_could_read_differently_is_no_json(text: object) -> None:
    assert decode_json(text) is None


def test_the_deepest_text_is_still_compared_as_json() -> None:
    value = decode_json(DEEP)
    assert value is not None
    assert json(value[0]) == DEEP
    assert partial_json(value[0]) == " " + DEEP
    assert json(value[0]) != "[" + DEEP[2:-2] + "]"


EQUAL: list[tuple[Any, Any]] = [
    (1, 1.0), (True, True), (None, None), ("a", "a"), ([1, [2]], [1.0, [2]]), ((1,), [1]),
    ({"a": 1, "b": {"c": []}}, {"b": {"c": []}, "a": 1}),
]  # fmt: skip
UNLIKE: list[tuple[Any, Any]] = [
    (True, 1), (1, True), (False, 0), (0, None), ("1", 1), ([1], [1, 1]), ([], {}), ({}, []),
    ({"a": 1}, {"a": 1, "b": 1}), ({"a": 1}, {"b": 1}), ([True], [1]), ({"a": 1}, {"a": True}),
    (None, ...), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_json_values_are_equal_whatever_their_order_and_kind_of_number(
    one: Any, other: Any
) -> None:
    assert json_equal(one, other)
    assert json_equal(other, one)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_json_values_of_different_types_are_unlike(one: Any, other: Any) -> None:
    assert not json_equal(one, other)
    assert not json_equal(other, one)


def test_json_equals_every_text_of_its_value() -> None:
    matcher = json({"a": [1, "é"], "b": None})
    assert matcher == '{"b":null,"a":[1.0,"\\u00e9"]}'
    assert matcher != '{"a": [1, "é"]}'
    assert matcher != '{"b": null, "b": null, "a": [1, "é"]}'
    assert matcher != b'{"a": [1, "\xc3\xa9"], "b": null}'
    assert matcher == json({"b": None, "a": [1, "é"]})
    assert hash(matcher) == hash(json(1))
    assert matcher != {"a": [1, "é"], "b": None}
    assert matcher.text == '{"a": [1, "é"], "b": null}'


def test_json_says_a_lone_surrogate_by_its_escape() -> None:
    assert json({"é": "\ud800"}).text == r'{"\u00e9": "\ud800"}'
    assert json({"é": "\ud800"}) == r'{"é": "\ud800"}'


def test_json_holds_the_value_as_the_other_side_reads_it() -> None:
    assert Json({1: (2,)}).value == {"1": [2]}
    assert json({1: (2,)}) == '{"1": [2]}'
    assert repr(json({1: None})) == 'Json(value={"1": null})'


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (object, "Object of type type is not JSON serializable"),
        (float("inf"), "Out of range float values are not JSON compliant"),
        ({1: 1, "1": 1}, "two keys are one, or it nests deeper than 200"),
    ],
)
def test_a_value_that_json_cannot_say_is_refused(value: Any, error: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        json(value)
    assert str(caught.value).startswith(f"expected a value that JSON can say: {error}")


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(TranscriptError) as caught:
        json(value)
    assert str(caught.value) == "expected a value that JSON can say: Circular reference detected"


def test_partial_json_asks_for_its_members_at_every_depth() -> None:
    matcher = partial_json({"a": {"b": 1}, "c": [{"d": True}, 2]})
    assert matcher == '{"a": {"b": 1, "x": 2}, "c": [{"d": true, "x": 1}, 2], "x": 3}'
    assert matcher != '{"a": {"b": 1}}'
    assert matcher != '{"a": {"b": 2}, "c": [{"d": true}, 2]}'
    assert matcher != '{"a": {"b": 1}, "c": [{"d": 1}, 2]}'
    assert matcher != '{"a": {"b": 1}, "c": [{"d": true}, 2, 3]}'
    assert matcher != '{"a": 1, "c": {}}'
    assert matcher != '{"a": {"b": 1}, "c": {}}'
    assert matcher != "no json"
    assert matcher != b"{}"
    assert matcher == partial_json({"a": {"b": 1}, "c": [{"d": True}, 2]})
    assert matcher != partial_json({})
    assert hash(matcher) == hash(partial_json({}))


def test_partial_json_leaves_booleans_to_a_matcher_too() -> None:
    assert partial_json({"ok": mock.ANY}) == '{"ok": true}'
    assert partial_json({"ok": mock.ANY}) != "{}"


def test_partial_json_may_hold_matchers() -> None:
    class Positive:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, int) and other > 0

        __hash__ = None  # type: ignore[assignment]

    assert partial_json({"n": Positive()}) == '{"n": 1, "m": 0}'
    assert partial_json({"n": Positive()}) != '{"n": 0}'


def test_a_matcher_is_shown_as_json_with_matchers_in_it() -> None:
    value = {"password": "a'b", "n": [None, mock.ANY], 1: True}
    text = """(value={"password": "a'b", "n": [null, <ANY>], 1: true})"""
    assert repr(partial_json(value)) == f"PartialJson{text}"
    assert repr(DecodedJson(value)) == f"DecodedJson{text}"


def test_a_json_value_without_matchers_is_one_that_can_be_said() -> None:
    assert type(DecodedJson.of({"a": [1, None]})) is Json
    assert type(DecodedJson.of({"a": [mock.ANY]})) is DecodedJson


@pytest.mark.parametrize("make", [DecodedJson, DecodedJson.of, partial_json])
def test_a_number_is_no_boolean_wherever_it_is_expected(make: Callable[[Any], Any]) -> None:
    assert make({"a": 1}) == '{"a": 1.0}'
    assert make({"a": 1}) != '{"a": true}'
    assert make({"a": [True]}) != '{"a": [1]}'
    assert make([1, mock.ANY]) == "[1, true]"
    assert make([1, mock.ANY]) != "[true, 1]"


def test_decoded_json_hands_the_value_to_another_matcher() -> None:
    matcher = DecodedJson({"a": 1})
    assert matcher == '{"a": 1}'
    assert matcher != '{"a": 2}'
    assert matcher != "no json"
    assert matcher != b'{"a": 1}'
    assert matcher == DecodedJson({"a": 1})
    assert matcher != DecodedJson({"a": 2})
    assert hash(matcher) == hash(DecodedJson(1))


def test_a_regular_expression_fits_from_end_to_end_and_its_own_type() -> None:
    assert regex("a+") == "aaa"
    assert regex("a+") != "aab"
    assert regex("a+") != b"aaa"
    assert regex(b"a.", re.DOTALL) == b"a\n"
    assert regex(b"a.") != "ab"
    assert regex("A", re.IGNORECASE) == "a"
    assert regex("a") == Regex(re.compile("a"))
    assert regex("a") != regex("b")
    assert hash(regex("a")) == hash(regex("a"))
    assert repr(regex("a")) == "re.compile('a')"


def test_a_reply_is_shown_by_the_name_of_what_makes_it() -> None:
    def answer() -> str:
        return ""

    class Made:
        def __call__(self) -> str:
            return ""

        def __repr__(self) -> str:
            return "Made()"

    assert repr(Reply(answer)) == "answer"
    assert repr(Reply(Made())) == "Made()"
