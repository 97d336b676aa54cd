"""`wsfake diff`."""

from pathlib import Path

import pytest

from wsfake.cassette import write_cassette
from wsfake.cli import main
from wsfake.model import Accept, Close, Entry, Event, Open, Side

CLIENT, SERVER = Side.CLIENT, Side.SERVER


def dialogue(*said: tuple[Side, Event], url: str = "ws://a/", step: int = 1000) -> list[Entry]:
    told: list[tuple[Side, Event]] = [(CLIENT, Open(url)), (SERVER, Accept()), *said]
    return [Entry(place * step, 1, side, what) for place, (side, what) in enumerate(told)]


def differ(tmp_path: Path, one: list[Entry], other: list[Entry], *options: str) -> int:
    paths = (tmp_path / "one.msgpack", tmp_path / "other.msgpack")
    for path, entries in zip(paths, (one, other), strict=True):
        write_cassette(path, entries)
    return main(["diff", *options, *map(str, paths)])


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_two_recordings_of_one_dialogue_do_not_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[tuple[Side, Event]] = [(CLIENT, "a"), (SERVER, b"")]
    assert differ(tmp_path, dialogue(*said), dialogue(*said, step=7)) == 0
    assert capsys.readouterr().out == ""


def test_times_count_where_they_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert differ(tmp_path, dialogue(), dialogue(step=7), "--times") == 1
    out = capsys.readouterr().out
    assert "-      1 ms  server  accepts" in out
    assert "+  0.007 ms  server  accepts" in out


def test_a_changed_message_is_shown_in_the_dialogue_with_what_differs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = dialogue((SERVER, "hello"), (CLIENT, '{"op": "a", "n": [1, 2]}'), (SERVER, "ok"))
    other = dialogue((SERVER, "hello"), (CLIENT, '{"op": "a", "n": [1]}'), (SERVER, "ok"))
    write_cassette("one.msgpack", one)
    write_cassette("other.msgpack", other)

    assert main(["diff", "one.msgpack", "other.msgpack"]) == 1
    assert (
        capsys.readouterr().out
        == """\
--- one.msgpack
+++ other.msgpack
@@ entry 4 @@
  connect ws://a/
       1 ms  server  accepts
       2 ms  server  "hello"
-      3 ms  client  {"op": "a", "n": [1, 2]}
+      3 ms  client  {"op": "a", "n": [1]}
      differs  $.n: 2 items expected, 1 came (missing 2)
"""
    )


def test_what_is_missing_and_what_is_new_is_shown_and_the_rest_is_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers: list[tuple[Side, Event]] = [(SERVER, str(n)) for n in range(20)]
    other: list[tuple[Side, Event]] = [
        *numbers[:5],
        *numbers[7:15],
        (CLIENT, "new"),
        *numbers[15:],
        (SERVER, Close(1000)),
    ]

    assert differ(tmp_path, dialogue(*numbers), dialogue(*other)) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line[0] in "-+@" and line[1] not in "-+"] == [
        "@@ entry 8 @@",
        '-      7 ms  server  "5"',
        '-      8 ms  server  "6"',
        "@@ entry 18 @@",
        '+     15 ms  client  "new"',
        "@@ entry 23 @@",
        "+     21 ms  server  close 1000",
    ]


def test_texts_are_compared_with_cassettes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_cassette("a.msgpack", dialogue((SERVER, "x")))
    (tmp_path / "a.txt").write_text(
        'connect ws://a/\n 0 ms  server  accepts\n 0 ms  server  "y"\n', encoding="utf-8"
    )
    assert main(["diff", "a.msgpack", "a.txt"]) == 1
    assert '+      0 ms  server  "y"' in capsys.readouterr().out
    assert main(["diff", "a.txt", "a.txt"]) == 0


def test_connections_are_numbered_where_there_are_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = Entry(9000, 2, CLIENT, Open("ws://b/"))
    assert differ(tmp_path, dialogue(), [*dialogue(), second]) == 1
    assert "+      9 ms  #2  connect ws://b/" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["gone.msgpack", "gone.txt"])
def test_a_file_that_is_not_there_is_wrong_use(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", name, name]) == 2
    assert name in capsys.readouterr().err


def test_a_cut_cassette_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, cut = (
        write_cassette(tmp_path / name, dialogue()) for name in ("a.msgpack", "b.msgpack")
    )
    cut.write_bytes(cut.read_bytes()[:-20])

    for paths in ((whole, cut), (cut, whole)):
        assert main(["diff", *map(str, paths)]) == 1
        assert capsys.readouterr() == (
            "",
            f"wsfake: {cut}: cut off: what was recorded after this is lost\n",
        )


def test_a_text_that_is_no_dialogue_is_told_with_its_file_and_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("connect ws://a/\n", encoding="utf-8")
    bad.write_text("connect ws://a/\n0 ms server hello\n", encoding="utf-8")

    assert main(["diff", str(good), str(bad)]) == 2
    assert capsys.readouterr().err.startswith(f"wsfake: {bad}, line 2: expected a message or ")
