from __future__ import annotations

import re
from typing import Any

import pytest

from wsfake import json, partial_json, regex
from wsfake.errors import UsageError
from wsfake.transcript import Matching
from wsfake.transcript.arity import count_arguments, count_required
from wsfake.transcript.differences import differences
from wsfake.transcript.literals import abbreviate
from wsfake.transcript.matchers import AnyClose, DecodedJson, Reply, decode_json, json_equal
from wsfake.transcript.matching import fits_placeholder
from wsfake.transcript.selectors import Selector, write_path

EXACT = Matching()
JSON = Matching("json")


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("", "", True),
        (b"", b"", True),
        ("", b"", False),
        (b"a", "a", False),
        ("a", b"a", False),
        ('{"a":1}', '{"a": 1}', False),
        (regex("a+"), "aaa", True),
        (regex("a+"), "aab", False),
        (regex("a+"), b"aaa", False),
        (regex(b"a+"), b"aaa", True),
        (json({"a": [1]}), '{"a":[1.0]}', True),
        (json({"a": 1}), '{"a": true}', False),
        (json({"a": 1}), b'{"a":1}', False),
        (partial_json({"a": {"b": 1}}), '{"a": {"b": 1, "c": 2}, "d": 3}', True),
        (partial_json({"a": {"b": 1}}), '{"a": {}}', False),
        (partial_json([1, {}]), '[1, {"a": 1}]', True),
        (partial_json([1]), "[1, 2]", False),
        (partial_json({}), "[]", False),
        (partial_json({}), "no json", False),
        (DecodedJson(5), "5", True),
        (DecodedJson(5), "x", False),
    ],
)
def test_a_message_fits_when_what_is_expected_equals_it(
    expected: Any, actual: str | bytes, fits: bool
) -> None:
    assert EXACT.fits(expected, actual) is fits


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ('{"a":1,"b":2}', '{"b": 2.0, "a": 1}', True),
        ("[true]", "[1]", False),
        ("[1]", "[true]", False),
        ("[1]", "[1, 2]", False),
        ('{"a":1}', '{"b":1}', False),
        ('{"a":1,"a":1}', '{"a":1}', False),
        ('{"a":1,"a":1}', '{"a":1,"a":1}', True),
        ("[NaN]", "[NaN]", True),
        ("[NaN]", "[ NaN]", False),
        ("[1e999]", "[2e999]", False),
        ("plain", "plain", True),
        ("plain", "other", False),
        ("null", "false", False),
    ],
)
def test_as_json_values_count_and_what_is_no_strict_json_is_text(
    expected: str, actual: str, fits: bool
) -> None:
    assert JSON.fits(expected, actual) is fits


def test_volatile_parts_may_differ_and_mean_json() -> None:
    matching = Matching(None, ["id", "$.meta.ts"])
    assert matching.as_json
    assert matching.fits('{"id":1,"x":[{"id":"a"}]}', '{"x": [{"id": null}], "id": 2}')
    assert matching.fits('{"meta":{"ts":1}}', '{"meta":{"ts":2}}')
    assert not matching.fits('{"ts":1}', '{"ts":2}')
    assert not matching.fits('{"id":1}', "{}")
    assert matching.fits(json({"id": 1, "a": 2}), '{"id":7,"a":2}')
    assert not matching.fits(json({"id": 1, "a": 2}), '{"id":7,"a":3}')
    assert not matching.fits(json({"id": 1}), b'{"id":7}')


def test_exact_stays_exact_where_something_is_volatile() -> None:
    assert not Matching("exact", ["id"]).fits('{"id":1}', '{"id":2}')


def test_a_placeholder_matches_anything_in_its_place() -> None:
    assert EXACT.fits("token <redacted>!", "token abc!")
    assert EXACT.fits("<redacted>", "")
    assert not EXACT.fits("token <redacted>!", "token abc")
    assert JSON.fits('{"a":"<redacted>","b":1}', '{"b":1,"a":7}')
    assert JSON.fits('{"a":"Bearer <redacted>"}', '{"a":"Bearer x"}')
    assert not JSON.fits('{"a":"Bearer <redacted>"}', '{"a":"Basic x"}')
    assert not JSON.fits('{"a":"Bearer <redacted>"}', '{"a":7}')
    assert JSON.fits("plain <redacted>", "plain x")


def test_what_a_script_says_goes_through_the_same_redaction() -> None:
    matching = Matching(redact=lambda text: text.replace("secret", "<redacted>"))
    assert matching.fits("a <redacted> b", "a secret b")


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("a<redacted>a", "a", False),
        ("a<redacted>a", "aa", True),
        ("<redacted>x<redacted>y<redacted>", "..x..y..", True),
        ("<redacted>y<redacted>x<redacted>", "..x..y..", False),
        ("<redacted>ab<redacted>b", "ab", False),
        ("<redacted>\n", "line\nline\n", True),
    ],
)
def test_placeholders_fit_as_stars_do(expected: str, actual: str, fits: bool) -> None:
    assert fits_placeholder(expected, actual) is fits


def test_many_placeholders_take_no_time() -> None:
    assert not fits_placeholder("<redacted>a" * 200, "a" * 199 + "b")


def test_volatile_values_that_differ_are_paired_in_the_order_of_the_message() -> None:
    matching = Matching(None, ["id", "n"])
    old = '{"z":[{"id":"a"},{"id":"b"}],"n":1,"id":"c"}'
    new = '{"id":"C","n":1,"z":[{"id":"A"}]}'
    assert list(matching.pairs(old, new)) == [("a", "A"), ("c", "C")]
    assert list(matching.pairs("x", "y")) == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("fuzzy",), "expected match to be one of exact, json, got 'fuzzy'"),
        ((None, "id"), 'expected volatile to be a list such as ["id", "$.meta.ts"], got \'id\''),
        ((None, [""]), "expected a key's name or a path such as $.meta.id, got ''"),
        (
            (None, ["$.a..b"]),
            "expected a path such as $.meta.id, $.items[0] or $.items[*].id, got '$.a..b'",
        ),
    ],
)
def test_what_is_no_way_of_matching_is_refused(arguments: tuple[Any, ...], text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Matching(*arguments)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("selector", "path", "selects"),
    [
        ("id", ("a", 0, "id"), True),
        ("id", ("id", "a"), False),
        ("id", (), False),
        ("$", (), True),
        ("$.a.b", ("a", "b"), True),
        ("$.a.b", ("x", "a", "b"), False),
        ("$.a[0]", ("a", 0), True),
        ("$.a[0]", ("a", "0"), False),
        ("$.a[*].id", ("a", 7, "id"), True),
        ("$.*.id", ("x", "id"), True),
        ("$['a.b']", ("a.b",), True),
        ("$['*']", ("a",), False),
    ],
)
def test_a_selector_is_a_name_at_any_depth_or_a_path(
    selector: str, path: tuple[str | int, ...], selects: bool
) -> None:
    assert Selector.parse(selector).selects(path) is selects


def test_a_path_is_written_as_it_is_read() -> None:
    path = ("a", 0, "b.c")
    assert write_path(path) == "$.a[0]['b.c']"
    assert Selector.parse(write_path(path)).selects(path)


# Matchers as values


def test_matchers_are_equal_when_they_match_the_same() -> None:
    assert json({"a": 1}) == json({"a": 1.0}) != json({"a": True})
    assert partial_json([1]) == partial_json([1]) != partial_json([2])
    assert regex("a") == regex("a") != regex("b")
    assert DecodedJson(1) == DecodedJson(1) != DecodedJson(2)
    matchers = [json(1), json(1), partial_json(1), DecodedJson(1), regex("a"), AnyClose()]
    assert len(set(matchers)) == 5


def test_a_json_matcher_keeps_the_value_it_was_given() -> None:
    value = {1: [2]}
    matcher = json(value)
    value[1].append(3)
    assert matcher == '{"1": [2]}'
    assert repr(regex("a")) == "re.compile('a')"
    assert regex(re.compile("a")) == regex("a")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ((1, 2), [1, 2], True),
        ({"a": None}, {"a": None}, True),
        ({"a": None}, {}, False),
        ([1], {"0": 1}, False),
        ({}, [], False),
        (1, 1.0, True),
        (True, True, True),
        ("1", 1, False),
    ],
)
def test_json_values_are_compared_as_json_does(one: Any, other: Any, equal: bool) -> None:
    assert json_equal(one, other) is equal


def test_json_is_decoded_strictly_and_never_too_deep() -> None:
    assert decode_json("null") == (None,)
    assert decode_json(b"null") is None
    assert decode_json("[" * 201 + "]" * 201) is None
    assert decode_json("[" * 200 + "]" * 200) is not None
    assert decode_json("[" + ",".join(["[]"] * 300) + "]") is not None
    assert decode_json("[1.5]") == ([1.5],)
    assert decode_json("9" * 5000) is None


# What differs


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ("hello", "help", ['at character 3: "lo" expected, "p" came']),
        ("hello", "hell", ['at character 4: "o" expected, the end came']),
        (b"ab", b"ac", ['at byte 1: b"b" expected, b"c" came']),
        (b"a", b"", ['at byte 0: b"a" expected, the end came (1 bytes expected, 0 came)']),
        ("a", b"a", ["text expected, binary came"]),
        (b"a", "a", ["binary expected, text came"]),
        (regex("a"), "b", []),
        ('{"a":1}', '{"a":2}', ["$.a: 1 expected, 2 came"]),
        ('{"a":1}', "{}", ["$.a: 1 expected, nothing came"]),
        ("{}", '{"a":1}', ["$.a: nothing expected, 1 came"]),
        (json([1, 2]), "[1]", ["$: 2 items expected, 1 came (missing 2)"]),
        ("[1]", "[2,3]", ["$: 1 items expected, 2 came (missing 1; extra 2, 3)"]),
        ("[1]", "[ 1]", ["only the text: the JSON value is the same (match it with json)"]),
        (
            "[[1],[2],[3],[4],[5],[6],[7]]",
            "[1,2,3,4,5,6,7]",
            [f"$[{n}]: [{n + 1}] expected, {n + 1} came" for n in range(5)] + ["and 2 more"],
        ),
    ],
)
def test_differences_are_told_where_they_are(
    expected: Any, actual: str | bytes, lines: list[str]
) -> None:
    assert differences(expected, actual, EXACT) == lines


def test_lists_of_one_length_with_other_items_need_no_count() -> None:
    assert differences("[[1,1]]", "[[1]]", EXACT) == ["$[0]: 2 items expected, 1 came (missing 1)"]


def test_a_long_literal_is_cut_and_says_how_long_it_was() -> None:
    assert abbreviate("x" * 10, 10) == "x" * 10
    assert abbreviate("x" * 100, 80) == "x" * 40 + "... (100 characters)"


# Arity


@pytest.mark.parametrize(
    ("function", "most", "least"),
    [
        (lambda: None, 0, 0),
        (lambda a: None, 1, 1),
        (lambda a, b=1: None, 2, 1),
        (lambda *a: None, None, 0),
        (lambda a, *, b=1: None, 1, 1),
        (int, None, 0),
    ],
)
def test_a_callable_takes_as_many_arguments_as_it_says(
    function: Any, most: int | None, least: int
) -> None:
    assert count_arguments(function) == most or function is int
    assert count_required(function) == least


def test_a_reply_is_called_by_its_name() -> None:
    class Made:
        def __call__(self) -> str:
            return ""

        def __repr__(self) -> str:
            return "made"

    assert repr(Reply(Made())) == "made"
