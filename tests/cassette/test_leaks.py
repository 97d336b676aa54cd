from __future__ import annotations

import pytest

from wsfake.cassette import Leak, find_leaks
from wsfake.errors import UsageError
from wsfake.model import Entry, Open, Side

SECRET = 'pa"ss/wörd'


def test_a_secret_is_found_in_every_form_and_part() -> None:
    events = (
        "nothing",
        f"x{SECRET}y",
        SECRET.encode(),
        '{"a": "pa\\"ss/w\\u00f6rd"}',
        Open("ws://a/?x=pa%22ss%2Fw%C3%B6rd"),
        Open("ws://a/", (("X", SECRET),)),
    )
    dialogue = [Entry(0, 1, Side.CLIENT, what) for what in events]
    assert list(find_leaks(dialogue, {"PASS": SECRET, "OTHER": "elsewhere"})) == [
        Leak("PASS", number) for number in (2, 3, 4, 5, 6)
    ]


def test_a_short_secret_is_refused_without_being_told() -> None:
    with pytest.raises(UsageError) as caught:
        find_leaks([], {"PIN": "1234567"})
    assert str(caught.value) == (
        "expected a secret of at least 8 characters, got 7 characters in PIN"
    )
