from __future__ import annotations

import re
from pathlib import Path, PurePath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsfake.cassette import cassette_path

ROOT = Path("cassettes")


def test_a_path_says_module_class_test_and_parameters() -> None:
    path = cassette_path(ROOT, "tests/test_feed.py", ["TestFeed", "test_prices"], "eth-1")
    assert path == ROOT / "tests" / "test_feed" / "TestFeed.test_prices[eth-1].msgpack"
    plain = ROOT / "tests" / "test_feed" / "test_prices.msgpack"
    assert cassette_path(ROOT, PurePath("tests/test_feed.py"), ["test_prices"]) == plain
    windows = PureWindowsPath("tests\\test_feed.py")
    assert cassette_path(ROOT, windows, ["test_prices"]) == plain


def test_a_name_that_needs_a_mark_keeps_its_readable_part() -> None:
    path = cassette_path(ROOT, "t.py", ["TestPriceFeed", "test_é"], "a/b\0")
    assert re.fullmatch(r"TestPriceFeed\.test_e\[a_b_\]~[0-9a-f]{10}\.msgpack", path.name)


ALIKE = [
    ["TestFeed", "testFeed", "testfeed", "TESTFEED", "Testfeed"],
    ["test[A]", "test[a]", "test[á]", "test[a\u0301]", "test[_]", "test[/]", "test[\\]"],
    ["x" * 200, "x" * 201, "X" * 200],
    ["a.", "a", "a ", " a", "a..", "..", ".", ""],
    ["con", "CON", "_con", "aux.x", "nul", "com1", "lpt9"],
]


@pytest.mark.parametrize("names", ALIKE)
def test_names_that_are_alike_do_not_meet(names: list[str]) -> None:
    tests = [cassette_path(ROOT, "t.py", [name]) for name in names]
    classes = [cassette_path(ROOT, "t.py", [name, "test_a"]) for name in names]
    params = [cassette_path(ROOT, "t.py", ["test_a"], name) for name in names]
    for paths in (tests, classes, params):
        assert len({str(path).lower() for path in paths}) == len(paths)


def test_folders_that_are_alike_do_not_meet() -> None:
    folders = ["a", "A", "á", "a.", "a ", "..", "con", "_con", "x" * 200, "x" * 201]
    paths = [cassette_path(ROOT, f"{folder}/t.py", ["test_a"]) for folder in folders]
    assert len({str(path).lower() for path in paths}) == len(folders)


RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@given(st.text(max_size=150), st.lists(st.text(), min_size=1, max_size=2), st.none() | st.text())
def test_any_names_are_safe_and_stay_in_the_folder(
    module: str, names: list[str], params: str | None
) -> None:
    path = cassette_path(ROOT, module, names, params)
    assert path.parts[0] == "cassettes"
    for part in path.parts:
        assert re.fullmatch(r"[A-Za-z0-9_.,=+@\[\]~-]+", part)
        assert len(part) <= 120
        assert not part.endswith(".")
        assert not RESERVED.match(part)
