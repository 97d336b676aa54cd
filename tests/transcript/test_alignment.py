from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given, strategies as st

from wsfake.model import Entry, Side
from wsfake.transcript.alignment import WINDOW, changes


def entries(*texts: str, step: int = 1) -> list[Entry]:
    return [Entry(place * step, 1, Side.SERVER, text) for place, text in enumerate(texts)]


def told(one: list[Entry], other: list[Entry]) -> list[tuple[int, str, str]]:
    """Return each change as its place and the texts of both sides, joined."""
    return [
        (change.place, joined(change.removed), joined(change.added))
        for change in changes(one, other)
    ]


def joined(some: tuple[Entry, ...]) -> str:
    return "".join(str(entry.what) for entry in some)


def test_what_is_alike_has_no_change() -> None:
    assert told([], []) == []
    assert told(entries(*"abc"), entries(*"abc", step=9)) == []
    assert list(changes(entries("a", "b"), entries("a", "b", step=9), times=True)) != []


def test_the_smallest_change_is_found() -> None:
    assert told(entries(*"abcdef"), entries(*"abXdef")) == [(3, "c", "X")]
    assert told(entries(*"abcdef"), entries(*"abdef")) == [(3, "c", "")]
    assert told(entries(*"abdef"), entries(*"abcdef")) == [(3, "", "c")]
    assert told(entries(*"abcdef"), entries(*"bcdefg")) == [(1, "a", ""), (7, "", "g")]
    assert told([], entries(*"ab")) == [(1, "", "ab")]


def test_the_entries_before_a_change_are_those_that_are_alike() -> None:
    first, second = changes(entries(*"abcdeXgh"), entries(*"abcdeYgZ"))
    assert joined(first.before) == "cde"
    assert joined(second.before) == "g"


def test_what_is_alike_again_only_behind_the_window_is_several_changes() -> None:
    one = entries(*map(str, range(WINDOW * 2)), "end", "end")
    other = entries(*map(str, range(-WINDOW * 2, 0)), "end", "end")
    assert [change.place for change in changes(one, other)] == [1, WINDOW + 1]


def test_no_more_than_a_window_is_read_ahead() -> None:
    read = itertools.count()

    def endless() -> Iterator[Entry]:
        for number in read:
            yield Entry(number, 1, Side.SERVER, f"{number}")

    def other() -> Iterator[Entry]:
        for number in itertools.count():
            yield Entry(number, 1, Side.SERVER, "x" if number == 100_000 else f"{number}")

    change = next(changes(endless(), other()))
    assert change.place == 100_001
    assert next(read) <= 100_000 + WINDOW + 1


texts = st.lists(st.sampled_from("abc"), max_size=12)


@given(texts, texts)
def test_taking_out_what_was_removed_and_putting_in_what_was_added_gives_the_other(
    one: list[str], other: list[str]
) -> None:
    left = entries(*one)
    again: list[str] = []
    done = 0
    for change in changes(left, entries(*other)):
        again += one[done : change.place - 1]
        assert [entry.what for entry in change.removed] == one[change.place - 1 :][
            : len(change.removed)
        ]
        again += [str(entry.what) for entry in change.added]
        done = change.place - 1 + len(change.removed)
    assert [*again, *one[done:]] == other
