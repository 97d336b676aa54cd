from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from wsfake.transcript.arity import count_arguments, count_required, takes


class Called:
    def __call__(self, one: int) -> None: ...

    def method(self, one: int, two: int) -> None: ...


def two(one: int, /, other: int = 0, *, named: int = 0) -> None: ...


def any_number(one: int, *more: int) -> None: ...


class Unsigned:
    __signature__ = "none"

    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (lambda: None, 0),
        (two, 2),
        (any_number, None),
        (Called(), 1),
        (Called().method, 2),
        (functools.partial(two, 1), 1),
        (Unsigned(), None),
        (dict, None),
    ],
)
def test_a_callable_takes_as_many_arguments_as_it_has_places(
    function: Callable[..., Any], count: int | None
) -> None:
    assert count_arguments(function) == count


@pytest.mark.parametrize(
    ("function", "count"), [(lambda: None, 0), (two, 1), (any_number, 1), (Unsigned(), 0)]
)
def test_a_callable_must_be_given_what_has_no_default(
    function: Callable[..., Any], count: int
) -> None:
    assert count_required(function) == count


@pytest.mark.parametrize(
    ("function", "fitting"),
    [
        (lambda: None, [0]),
        (two, [1, 2]),
        (any_number, [1, 2, 3]),
        (Called(), [1]),
        (functools.partial(two, 1), [0, 1]),
        (Unsigned(), [0, 1, 2, 3]),
    ],
)
def test_a_callable_takes_what_it_needs_and_has_a_place_for(
    function: Callable[..., Any], fitting: list[int]
) -> None:
    assert [given for given in range(4) if takes(function, given)] == fitting
