"""`wsfake convert`."""

from pathlib import Path

import pytest

from wsfake.cassette import load, write_cassette
from wsfake.cli import main
from wsfake.model import Accept, Entry, Open, Side

ENTRIES = (
    Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1")),
    Entry(1500, 1, Side.SERVER, Accept()),
    Entry(2000, 1, Side.SERVER, "hello\n"),
    Entry(2000, 1, Side.SERVER, b"\x00"),
)
TEXT = """\
connect ws://feed.example/v1
   1.5 ms  server  accepts
     2 ms  server  "hello\\n"
     2 ms  server  b"\\x00"
"""


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return write_cassette(tmp_path / "a.msgpack", ENTRIES)


def test_a_cassette_becomes_its_text_and_the_text_becomes_the_same_cassette(
    cassette: Path, tmp_path: Path
) -> None:
    text, again = tmp_path / "a.txt", tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(text)]) == 0
    assert text.read_text(encoding="utf-8") == TEXT
    assert main(["convert", str(text), str(again)]) == 0
    assert again.read_bytes() == cassette.read_bytes()


def test_what_can_be_read_of_a_cut_cassette_is_kept_when_asked_for(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette.write_bytes(cassette.read_bytes()[:-60])
    target = tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(target)]) == 2
    assert capsys.readouterr().err == (
        f"wsfake: {cassette} is cut off: --recover keeps what it holds\n"
    )
    assert main(["convert", "--recover", str(cassette), str(target)]) == 1
    assert capsys.readouterr().err == (
        f"wsfake: {cassette}: cut off: what was recorded after this is lost\n"
    )
    kept = load(target)
    assert kept.entries == ENTRIES[: len(kept.entries)]
    assert not kept.cut


def test_a_damaged_cassette_is_converted_only_when_asked_to_recover(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(cassette.read_bytes())
    data[data.index(b"hello")] ^= 1
    cassette.write_bytes(data)
    target = tmp_path / "b.msgpack"

    assert main(["convert", str(cassette), str(target)]) in (1, 2)
    assert "--recover" in capsys.readouterr().err
    assert not target.exists()
    assert main(["convert", "--recover", str(cassette), str(target)]) == 1
    assert load(target).entries == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a.yaml", "wsfake: expected a path that ends in .msgpack or .txt, got a.yaml\n"),
        ("gone.txt", "No such file or directory"),
        ("gone.msgpack", "gone.msgpack"),
    ],
)
def test_a_source_that_cannot_be_read_is_wrong_use(
    source: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["convert", source, "b.msgpack"]) == 2
    assert text in capsys.readouterr().err


def test_a_text_that_is_no_transcript_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "a.txt"
    text.write_text("connect ws://feed.example/v1\n  0 ms  server  hello\n", encoding="utf-8")

    assert main(["convert", str(text), str(tmp_path / "b.msgpack")]) == 2
    assert capsys.readouterr().err.startswith("wsfake: line 2: expected a message or one of")
