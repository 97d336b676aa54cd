from __future__ import annotations

import re
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import assume, given, strategies as st

from wsfake.cassette import cassette_path, write_cassette
from wsfake.cassette.paths import beside

ROOT = Path("cassettes")
WORDS = [
    "a",
    "A",
    "b",
    "con",
    "NUL",
    "aux.x",
    "..",
    ".",
    "ä",
    "a\u0308",
    "~",
    "a~b",
    "a[b]",
    " ",
    "a b",
    "",
    "*",
]
words = st.sampled_from(WORDS) | st.text(max_size=8) | st.text("aA.[~", max_size=120)


def path(module: str | PurePath, *names: str, params: str | None = None) -> str:
    return cassette_path(ROOT, module, names, params).as_posix()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (path("tests/test_feed.py", "test_prices"), "tests/test_feed/test_prices"),
        (path("test_feed.py", "TestFeed", "test_prices"), "test_feed/TestFeed.test_prices"),
        (path("test_feed.py", "Test", "test_a", params="1-b"), "test_feed/Test.test_a[1-b]"),
        (path("a/b/test_feed.py", "test_a", params=""), "a/b/test_feed/test_a[]"),
        (path(PureWindowsPath("a\\test_feed.py"), "test_a"), "a/test_feed/test_a"),
        (path(PurePosixPath("./a//test_feed.py"), "test_a"), "a/test_feed/test_a"),
    ],
)
def test_plain_names_make_plain_paths(found: str, expected: str) -> None:
    assert found == f"cassettes/{expected}.msgpack"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # Case, which some file systems do not keep apart.
        (path("test_a.py", "test_A"), "test_a/test_A~"),
        (path("test_a.py", "Feed", "test_a"), "test_a/Feed.test_a~"),
        (path("Tests/test_a.py", "test_a"), "Tests~/test_a/test_a"),
        # What a recording beside another cassette is called.
        (path("test_a.py", "TestFeed", "part"), "test_a/TestFeed.part~"),
        (path("test_a.py", "TestFeed", "failed"), "test_a/TestFeed.failed~"),
        (path("test_a.py", "test_a", params="GET"), "test_a/test_a[GET]~"),
        # Devices of Windows.
        (path("con/aux.py", "test_a"), "_con~/_aux~/test_a"),
        (path("test_a.py", "nul"), "test_a/_nul~"),
        (path("test_a.py", "com1", params="a"), "test_a/_com1[a]~"),
        # Separators, `..`, NUL, spaces, what shells and Windows read as something else.
        (path("test_a.py", "test_a", params="../../b"), "test_a/test_a[.._.._b]~"),
        (path("../test_a.py", "test_a"), "_~/test_a/test_a"),
        (path("test_a.py", "test_a", params="a\0b"), "test_a/test_a[a_b]~"),
        (path("test_a.py", "test_a", params='<a>:"|?*\\ '), "test_a/test_a[_a_]~"),
        (path("test_a.py", "test_a", params="wss://h/?a=1"), "test_a/test_a[wss_h_a=1]~"),
        # Unicode, which file systems compose or decompose.
        (path("test_a.py", "test_é"), "test_a/test_e~"),
        (path("test_a.py", "test_a", params="日本"), "test_a/test_a[]~"),
        (path("日本/test_a.py", "test_a"), "_~/test_a/test_a"),
        (path("test_a.py", "test_a", params="\ud800"), "test_a/test_a[]~"),
        # A folder that would stand where a cassette of another module stands.
        (path("m/x.msgpack.py", "test_a"), "m/x.msgpack~/test_a"),
        # Length.
        (path("test_a.py", "test_" + "a" * 300), f"test_a/test_{'a' * 84}~"),
    ],
)
def test_other_names_keep_what_is_readable_and_get_a_mark(found: str, expected: str) -> None:
    assert re.sub(r"~[0-9a-f]{10}", "~", found) == f"cassettes/{expected}.msgpack"
    assert "~" in expected


def test_the_mark_is_the_same_on_every_system_and_for_ever() -> None:
    assert path("test_a.py", "test_A") == "cassettes/test_a/test_A~0e7e1c4c8b.msgpack"


def test_same_named_modules_and_parameters_have_cassettes_of_their_own() -> None:
    found = {
        path("a/test_a.py", "test_a"),
        path("b/test_a.py", "test_a"),
        path("b/test_a.py", "test_a", params="1"),
        path("b/test_a.py", "test_a", params="2"),
        path("b/test_a.py", "Test", "test_a"),
        path("b/test_a.py", "TestA", "Test", "test_a"),
    }
    assert len(found) == 6


arguments = st.tuples(
    st.lists(words, min_size=1, max_size=3),
    st.lists(words, min_size=1, max_size=3),
    st.none() | words,
)
Arguments = tuple[list[str], list[str], str | None]


def module_of(steps: list[str]) -> PurePosixPath:
    return PurePosixPath("/".join(steps).replace("\\", "/").lstrip("/").removesuffix(".py"))


@given(arguments, arguments)
def test_different_arguments_give_different_paths_also_where_case_does_not_count(
    one: Arguments, other: Arguments
) -> None:
    modules = [module_of(steps) for steps, _, _ in (one, other)]
    assume((modules[0], *one[1:]) != (modules[1], *other[1:]))
    paths = [
        path(f"{module}.py", *names, params=params)
        for module, (_, names, params) in zip(modules, (one, other), strict=True)
    ]
    assert paths[0].casefold() != paths[1].casefold()


@given(arguments)
def test_every_path_is_safe_on_every_file_system(drawn: Arguments) -> None:
    steps, names, params = drawn
    found = path("/".join(steps), *names, params=params)
    assert found == path("/".join(steps), *names, params=params)
    assert found.startswith("cassettes/")
    for part in found.split("/"):
        assert re.fullmatch(r"[A-Za-z0-9_.,=+@\[\]~-]{1,108}", part)
        assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", part)
        assert part not in (".", "..")
        assert not part.endswith(".")


@pytest.mark.parametrize("word", WORDS)
def test_a_cassette_can_be_written_at_any_of_these_paths(tmp_path: Path, word: str) -> None:
    target = cassette_path(tmp_path, f"{word}/{word}.py", [word, word * 50], word * 50)
    assert write_cassette(target, []).is_file()


def test_what_belongs_to_a_cassette_is_named_after_it() -> None:
    assert [
        beside(ROOT / name, ".part.msgpack").as_posix()
        for name in ("feed.msgpack", "feed.v1", "feed.v2.msgpack", "feed.txt")
    ] == [
        "cassettes/feed.part.msgpack",
        "cassettes/feed.v1.part.msgpack",
        "cassettes/feed.v2.part.msgpack",
        "cassettes/feed.txt.part.msgpack",
    ]
