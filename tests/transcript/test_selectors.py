from __future__ import annotations

from typing import Any

import pytest

from wsfake.errors import UsageError
from wsfake.transcript.selectors import Path, Selector, write_path


@pytest.mark.parametrize(
    ("source", "path", "selected"),
    [
        ("id", ("id",), True),
        ("id", ("a", 0, "id"), True),
        ("id", ("id", "a"), False),
        ("id", (), False),
        ("a.b", ("a.b",), True),
        ("$", (), True),
        ("$", ("a",), False),
        ("$.a.b", ("a", "b"), True),
        ("$.a.b", ("x", "a", "b"), False),
        ("$.a[0]", ("a", 0), True),
        ("$.a[0]", ("a", "0"), False),
        ("$.a[0]", ("a", 1), False),
        ("$.a[*].id", ("a", 7, "id"), True),
        ("$.*.id", ("a", "id"), True),
        ("$['a.b']['*']", ("a.b", "*"), True),
        ("$['*']", ("a",), False),
    ],
)
def test_a_selector_names_values_by_where_they_stand(
    source: str, path: Path, selected: bool
) -> None:
    assert Selector.parse(source).selects(path) is selected


@pytest.mark.parametrize("source", ["$a", "$.", "$.a[", "$.a[x]", "$..a", "$.a*"])
def test_a_path_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        Selector.parse(source)
    assert str(caught.value) == (
        f"expected a path such as $.meta.id, $.items[0] or $.items[*].id, got {source!r}"
    )


@pytest.mark.parametrize("source", ["", 5, None])
def test_what_is_no_name_is_refused(source: Any) -> None:
    with pytest.raises(UsageError) as caught:
        Selector.parse(source)
    assert str(caught.value) == (
        f"expected a key's name or a path such as $.meta.id, got {source!r}"
    )


@pytest.mark.parametrize(
    "path", [(), ("a",), ("a", 0, "b"), ("a.b", "c d"), ("*",), ("",), ("$", "[", '"')]
)
def test_a_written_path_selects_what_it_was_written_for(path: Path) -> None:
    assert Selector.parse(write_path(path)).selects(path)


def test_a_path_is_written_with_quotes_where_it_needs_them() -> None:
    assert write_path(("a", 0, "b.c")) == "$.a[0]['b.c']"
