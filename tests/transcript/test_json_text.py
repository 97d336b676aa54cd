from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsfake.transcript.json_text import spans, value_end


def test_every_value_is_found_with_its_path_and_place() -> None:
    text = ' {"a": [1, -2.5e3, {"b\\u0041": "x\\"y"}], "d": {} } '
    found = spans(text)
    assert found is not None
    assert [(span.path, text[span.start : span.end]) for span in found] == [
        ((), text.strip()),
        (("a",), '[1, -2.5e3, {"b\\u0041": "x\\"y"}]'),
        (("a", 0), "1"),
        (("a", 1), "-2.5e3"),
        (("a", 2), '{"b\\u0041": "x\\"y"}'),
        (("a", 2, "bA"), '"x\\"y"'),
        (("d",), "{}"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", "[", "[1", '{"a"', '{"a":', '"a', "[}", "[1,]", "[1 2]", "[1]x"),
        *('{"a":1,}', '{"a":]', "{,}", "{1:2}", '{"a" 1}', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}'),
        *("NaN", "-Infinity", "01", "+1", "1.", "٣", "tru", "nulll", "'a'", '"\n"'),
        *("\ufeff1", "\u00a01"),
    ],
)
def test_what_is_not_strict_json_has_no_values(text: str) -> None:
    assert spans(text) is None


def test_no_text_is_too_deep() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    found = spans(deep)
    assert found is not None
    assert len(found) == 50_000
    assert spans("[" * 50_000) is None


def test_the_end_of_a_value_within_other_text_is_found() -> None:
    assert value_end('42["a",{"t":1, "t":2}] x', 2) == 22
    assert value_end("x", 0) is None
    assert value_end("x", 9) is None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_the_text_of_a_value_is_the_value_at_its_path(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = spans(text)
    assert found is not None
    for span in found:
        here: object = value
        for step in span.path:
            here = here[step]  # type: ignore[index]
        assert json.loads(text[span.start : span.end]) == here


@given(st.text(alphabet='{}[]",:0 1atrue\\', max_size=12))
def test_it_accepts_what_the_standard_library_accepts_but_duplicates(text: str) -> None:
    def once(pairs: list[tuple[str, object]]) -> object:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=once)
    except ValueError:
        assert spans(text) is None
    else:
        assert spans(text) is not None
