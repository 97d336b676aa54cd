from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from wsfake.transcript.json_text import spans, value_end
from wsfake.transcript.matchers import decode_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(count, value.values()))
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


@given(values, st.none() | st.integers(0, 3), st.booleans())
def test_every_value_is_found_where_it_stands(value: Any, indent: int | None, plain: bool) -> None:
    text = f" {json.dumps(value, indent=indent, ensure_ascii=plain)}\n"
    found = spans(text)
    assert found is not None
    assert len(found) == count(value)
    for span in found:
        assert json.loads(text[span.start : span.end]) == at(value, span.path)
        assert span.parent is None or span.parent.start < span.start < span.end < span.parent.end


@given(values, st.text(), st.text(" ,]}x", max_size=3))
def test_a_value_ends_where_it_ends_whatever_stands_around_it(
    value: Any, before: str, after: str
) -> None:
    text = json.dumps(value)
    if not isinstance(value, int | float):
        assert value_end(before + text + after, len(before)) == len(before + text)


@given(st.text(alphabet='{}[]":,\\ \n0123eE.+-truefalsnNaI\u00fcu'))
def test_what_is_json_here_is_json_for_the_standard_library(text: str) -> None:
    assert (spans(text) is not None) == (decode_json(text) is not None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "[1,]",
        '{"a":1,}',
        '{"a" 1}',
        "{a:1}",
        '{"a":1]',
        "[1}",
        "01",
        "1.",
        ".5",
        "+1",
        "1 2",
        "NaN",
        "-Infinity",
        '{"a":1,"a":2}',
        '{"a":1,"\\u0061":2}',
        '"a',
        '"a\nb"',
        '"\\x"',
        "\ufeff1",
        "\u00a01",
        "nul",
    ],
)
def test_what_two_readers_could_understand_differently_is_no_json(text: str) -> None:
    assert spans(text) is None


def test_containers_stand_before_what_they_hold() -> None:
    found = spans('{"a": [1, {}], "": "x"}')
    assert found is not None
    assert [span.path for span in found] == [(), ("a",), ("a", 0), ("a", 1), ("",)]
    assert [(span.start, span.end) for span in found] == [
        (0, 23),
        (6, 13),
        (7, 8),
        (10, 12),
        (19, 22),
    ]


def test_the_end_of_a_value_is_none_where_none_begins() -> None:
    assert value_end("abc", 0) is None
    assert value_end("[1, ", 0) is None
    assert value_end("", 0) is None
    assert value_end('{"a":1,"a":2}', 0) == 13


def test_no_text_is_too_deep() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    found = spans(deep)
    assert found is not None
    assert len(found) == 20_000
    assert found[-1].path == (0,) * 19_999
    assert spans(deep[:-1]) is None
    assert value_end(deep, 0) == len(deep)
