# ruff: noqa: E501 - tables, with every text whole
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from wsfake import json, partial_json
from wsfake.errors import UsageError
from wsfake.transcript import Matching
from wsfake.transcript.matchers import DecodedJson
from wsfake.transcript.matching import fits_placeholder

EXACT = Matching()
JSON = Matching("json")


def test_text_is_compared_to_the_letter_unless_json_is_asked_for() -> None:
    assert EXACT.fits("a", "a")
    assert not EXACT.fits('{"a":1}', '{"a": 1}')
    assert JSON.fits('{"a":1,"b":2}', '{"b": 2.0, "a": 1}')
    assert Matching("exact", ["a"]).fits('{"a":1}', '{"a":2}') is False


@pytest.mark.parametrize(
    ("expected", "actual"), [("[true]", "[1]"), ("[1]", "[true]"), ("1", '"1"')]
)
def test_json_tells_types_apart(expected: str, actual: str) -> None:
    assert not JSON.fits(expected, actual)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[NaN]", "[1e999]"])
def test_what_is_no_json_is_compared_as_text(text: str) -> None:
    assert JSON.fits(text, text)
    assert not JSON.fits(text, text + " ")
    assert not JSON.fits("[1]", text)


@pytest.mark.parametrize("matching", [EXACT, JSON, Matching(volatile=["$"])])
def test_text_is_never_binary(matching: Matching) -> None:
    assert not matching.fits("", b"")
    assert not matching.fits(b"", "")
    assert not matching.fits("[1]", b"[1]")
    assert not matching.fits(json([1]), b"[1]")
    assert matching.fits(b"a", b"a")
    assert not matching.fits(b"a", b"b")


def test_what_is_volatile_may_differ_and_must_be_there() -> None:
    matching = Matching(volatile=["id", "$.meta.ts", "$.items[*].n"])
    expected = '{"id": 1, "meta": {"ts": 1, "id": 2}, "items": [{"n": 1}], "x": 0}'
    assert matching.as_json
    assert matching.fits(
        expected, '{"id": "a", "meta": {"ts": null, "id": 3}, "items": [{"n": 2}], "x": 0}'
    )
    assert not matching.fits(expected, expected.replace('"x": 0', '"x": 1'))
    assert not matching.fits(expected, expected.replace('"id": 1, ', ""))
    assert matching.fits(json({"id": 1, "a": 1}), '{"id": 2, "a": 1}')
    assert not matching.fits(json({"id": 1, "a": 1}), '{"id": 2, "a": 2}')
    assert not matching.fits(json({"id": 1}), "no json")


def test_matchers_decide_by_themselves() -> None:
    assert EXACT.fits(json({"a": 1}), '{"a":1}')
    assert EXACT.fits(partial_json({}), '{"a":1}')
    assert not EXACT.fits(object(), "a")


@pytest.mark.parametrize("of", [DecodedJson, DecodedJson.of, partial_json])
def test_what_is_volatile_is_nothing_to_a_matcher_of_json(of: Callable[[Any], Any]) -> None:
    matching = Matching(volatile=["id", "$.at[0]"])
    expected = of({"id": 1, "at": [2, {"n": 3}]})
    assert matching.fits(expected, '{"id": "x", "at": [9, {"n": 3}]}')
    assert not matching.fits(expected, '{"id": 1, "at": [2, {"n": true}]}')
    assert not matching.fits(expected, '{"at": [2, {"n": 3}]}')
    assert not matching.fits(expected, '{"id": 1, "at": [2]}')
    assert not matching.fits(expected, "no json")
    assert list(matching.pairs(expected, '{"id": "x", "at": [2, {}]}')) == [(1, "x")]


def test_the_volatile_values_that_differ_are_told() -> None:
    matching = Matching(volatile=["id"])
    expected = '{"id": 1, "a": [{"id": "x"}, {"id": 5}], "b": {"id": 7}, "c": 1}'
    actual = '{"id": 2, "a": [{"id": "y"}, {"id": 5}], "b": 0, "c": 2}'
    found = list(matching.pairs(expected, actual))
    assert sorted(found, key=str) == [("x", "y"), (1, 2)]
    assert found == list(matching.pairs(expected, actual))
    assert list(matching.pairs("a", actual)) == []
    assert list(matching.pairs(expected, "a")) == []


def test_a_placeholder_in_a_text_matches_anything_there() -> None:
    assert EXACT.fits("key=<redacted>&n=1", "key=abc&n=1")
    assert not EXACT.fits("key=<redacted>&n=1", "key=abc&n=2")


def test_a_placeholder_in_a_json_text_matches_that_value_alone() -> None:
    expected = '{"token": "<redacted>", "x": 1}'
    assert EXACT.fits(expected, '{"token": "abc", "x": 1}')
    assert not EXACT.fits(expected, '{"token": "abc", "y": 2, "x": 1}')
    assert not EXACT.fits(expected, '{"x": 1, "token": "abc"}')
    assert JSON.fits(expected, '{"x": 1, "token": 5}')
    assert JSON.fits('{"a": "Bearer <redacted>"}', '{"a": "Bearer x"}')
    assert not JSON.fits('{"a": "Bearer <redacted>"}', '{"a": "Basic x"}')
    assert not JSON.fits('{"a": "Bearer <redacted>"}', '{"a": 5}')
    assert JSON.fits("key <redacted>", "key a")


def test_what_the_script_says_is_redacted_as_the_recording_was() -> None:
    def redact(text: str) -> str:
        return text.replace("4711", '"<redacted>"')

    matching = Matching(redact=redact)
    assert matching.fits('{"pin": "<redacted>"}', '{"pin": 4711}')
    assert not EXACT.fits('{"pin": "<redacted>"}', '{"pin": 4711}')


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("<redacted>", "", True),
        ("<redacted>", "a\nb", True),
        ("a<redacted>a", "a", False),
        ("a<redacted>a", "aa", True),
        ("<redacted>b<redacted>b<redacted>", "xbyb", True),
        ("<redacted>b<redacted>b<redacted>", "xby", False),
        ("a<redacted>bc<redacted>c", "abcc", True),
        ("a<redacted>bc<redacted>c", "abc", False),
        (".<redacted>", "ab", False),
    ],
)
def test_a_placeholder_stands_for_any_text(expected: str, actual: str, fits: bool) -> None:
    assert fits_placeholder(expected, actual) is fits


def test_many_placeholders_in_a_long_text_take_little_time() -> None:
    began = time.perf_counter()
    assert not fits_placeholder("a<redacted>" * 50 + "b<redacted>", "a" * 100_000)
    assert time.perf_counter() - began < 5


def test_each_place_where_two_values_differ_is_told() -> None:
    found = list(JSON.walk({"a": 1, "b": [1, 2], "c": [1]}, {"b": [1, 3], "c": [], "d": None}))
    assert found == [
        (("a",), 1, ...),
        (("b", 1), 2, 3),
        (("c",), [1], []),
        (("d",), ..., None),
    ]


def test_the_deepest_values_are_compared() -> None:
    deep = "[" * 199 + "{}" + "]" * 199
    assert JSON.fits(deep, " " + deep)
    assert Matching(volatile=["a"]).fits(
        deep.replace("{}", '{"a": 1}'), deep.replace("{}", '{"a": 2}')
    )


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Matching("text"), "expected match to be one of exact, json, got 'text'"),
        (lambda: Matching(volatile="id"), "expected volatile to be a list such as [\"id\", \"$.meta.ts\"], got 'id'"),
        (lambda: Matching(volatile=5), "expected volatile to be a list such as [\"id\", \"$.meta.ts\"], got 5"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_matching_that_cannot_be_is_refused(make: Any, error: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value) == error


def test_volatile_values_are_paired_in_the_order_of_the_message() -> None:
    names = [f"n{number}" for number in range(20)]
    old, new = (
        "{" + ",".join(f'"{n}":{i}' for i, n in enumerate(names, start)) + "}" for start in (0, 1)
    )
    matching = Matching(volatile=names)
    assert [one for one, _ in matching.pairs(old, new)] == list(range(20))
    assert list(matching.pairs('{"n1": 1}', '{"n2": 1}')) == []
