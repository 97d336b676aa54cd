from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from wsfake.cassette import Leak, find_leaks, find_tokens
from wsfake.errors import UsageError
from wsfake.model import Close, Entry, Event, Open, Ping, Reject, Side

SECRET = 'p@ss "wörd"/\n+'


def leaks(*said: Event, **secrets: str) -> list[Leak]:
    entries = [Entry(0, 1, Side.CLIENT, what) for what in said]
    return list(find_leaks(entries, secrets or {"KEY": SECRET}))


@pytest.mark.parametrize(
    "what",
    [
        f"key={SECRET}!",
        json.dumps({"a": [SECRET]}),
        json.dumps({"a": [SECRET]}, ensure_ascii=False),
        b"\xff\x00" + SECRET.encode() + b"\xff",
        Open(f"ws://h/?x={quote(SECRET)}"),
        Open(f"ws://h/?x={quote(SECRET, safe='')}"),
        Open("ws://h/", (("a", SECRET),)),
        Open("ws://h/", (), (SECRET,)),
        Reject(403, (), f"<p>{SECRET}</p>".encode()),
        Close(1008, SECRET),
        Ping(SECRET.encode()),
    ],
)
def test_a_secret_is_found_in_every_place_and_spelling(what: Event) -> None:
    assert leaks("hello", what) == [Leak("KEY", 2)]


def test_each_secret_is_named_for_each_entry_that_holds_it() -> None:
    found = leaks("one-secret", "two-secrets one-secret", "", A="one-secret", B="two-secrets")
    assert found == [Leak("A", 1), Leak("A", 2), Leak("B", 2)]


def test_what_holds_no_secret_has_no_leak() -> None:
    assert leaks("hello", b"hello", Close(1000), SECRET[:-1]) == []


def test_the_value_of_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(leaks(SECRET))


def test_a_value_that_is_too_short_to_search_for_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        leaks("hello", PIN="1234567")
    assert str(caught.value) == (
        "expected a secret of at least 8 characters, got 7 characters in PIN"
    )


@given(st.text(min_size=8), st.text(), st.text())
def test_any_secret_is_found_in_any_text(secret: str, before: str, after: str) -> None:
    if not any("\ud800" <= character <= "\udfff" for character in before + secret + after):
        assert leaks(before + secret + after, KEY=secret) == [Leak("KEY", 1)]


@pytest.mark.parametrize("secret", [chr(0xDCFF) * 8, chr(0xD800) * 8])
def test_a_secret_that_is_no_text_is_searched_for_all_the_same(secret: str) -> None:
    assert leaks("hello", json.dumps(secret), KEY=secret) == [Leak("KEY", 2)]


def test_tokens_that_are_known_by_their_shape_are_found_wherever_they_stand() -> None:
    jwt, key = "eyJhbGciOi.eyJzdWIi.sig", "AKIAIOSFODNN7EXAMPLE"
    said: list[Event] = [
        "hello",
        b"A" + key.encode(),
        b"\xff\x00" + key.encode(),
        Open("ws://h/", (("a", f"{jwt} {key} {key}"),), (jwt,)),
        Ping(key.encode()),
    ]
    entries = [Entry(0, 1, Side.CLIENT, what) for what in said]

    assert list(find_tokens(entries)) == [
        Leak("aws", 3),
        Leak("jwt", 4),
        Leak("aws", 4),
        Leak("aws", 5),
    ]
