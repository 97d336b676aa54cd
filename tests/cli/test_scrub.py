"""`wsfake scrub`."""

from pathlib import Path

import pytest

from wsfake.cassette import Header, load, read_cassette, write_cassette
from wsfake.cli import main
from wsfake.harness.recording import write_sidecar
from wsfake.model import Accept, Entry, Open, Ping, Side

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s1gn"
ENTRIES = (
    Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1?session=one&a=1")),
    Entry(1500, 1, Side.SERVER, Accept(headers=(("X-Trace", "abc"),))),
    Entry(2000, 1, Side.CLIENT, f"hello {JWT}"),
    Entry(2500, 1, Side.SERVER, '{"pin": 1234, "name": "env-secret-1"}'),
    Entry(3000, 1, Side.SERVER, "bye"),
)


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    header = Header("2026-01-02T03:04:05Z", ("headers", "own"))
    return write_cassette(tmp_path / "a.msgpack", ENTRIES, header, "silence", {"n": 1})


def test_what_is_secret_by_the_rules_of_now_is_taken_out(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scrub", str(cassette)]) == 0
    assert capsys.readouterr().out == (
        f"{cassette}: 1 entry held secrets, which were taken out: 3\n"
    )
    after = load(cassette)
    assert [entry.what for entry in after.entries[2:4]] == ["hello <redacted>", ENTRIES[3].what]
    assert after.header.recorded == "2026-01-02T03:04:05Z"
    assert after.header.redacted[:2] == ("headers", "own")
    assert "tokens" in after.header.redacted
    with read_cassette(cassette) as reader:
        assert len(list(reader)) == 5
        assert reader.footer is not None
        assert (reader.footer.ended, reader.footer.extras) == ("silence", {"n": 1})

    before = cassette.read_bytes()
    assert main(["scrub", str(cassette)]) == 0
    assert capsys.readouterr().out == f"{cassette}: nothing to redact\n"
    assert cassette.read_bytes() == before


def test_more_names_are_taken_out_where_they_are_given(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "env-secret-1")
    options = ["--redact-query", "session", "--redact-header", "x-trace", "--redact-json", "pin"]

    assert main(["scrub", str(cassette), *options, "--redact-env", "MY_KEY"]) == 0
    opening, accept, _, answer, bye = (entry.what for entry in load(cassette).entries)
    assert opening == Open("ws://feed.example/v1?session=<redacted>&a=1")
    assert accept == Accept(headers=(("X-Trace", "<redacted>"),))
    assert answer == '{"pin": "<redacted>", "name": "<redacted>"}'
    assert bye == "bye"


def test_check_says_what_would_be_taken_out_and_changes_nothing(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = cassette.read_bytes()

    assert main(["scrub", "--check", "--redact-json", "pin", str(cassette)]) == 1
    assert capsys.readouterr().out == f"{cassette}: 2 entries would be redacted: 3, 4\n"
    assert cassette.read_bytes() == before


def test_a_secret_in_bytes_is_told_as_it_cannot_be_taken_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [*ENTRIES[:2], Entry(2000, 1, Side.CLIENT, Ping(JWT.encode()))]
    path = write_cassette(tmp_path / "a.msgpack", entries)
    told = (
        f"wsfake: {path}: entry 3 holds a secret (jwt) in bytes, where it cannot be taken out:"
        " record it again with another one\n"
    )
    for options in ([], ["--check"]):
        assert main(["scrub", *options, str(path)]) == 1
        assert capsys.readouterr().err == told


def test_several_cassettes_are_scrubbed_and_long_lists_are_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = [*ENTRIES[:2], *(Entry(9000, 1, Side.CLIENT, JWT) for _ in range(12))]
    paths = [
        str(write_cassette(tmp_path / "a.msgpack", ENTRIES[:2])),
        str(write_cassette(tmp_path / "b.msgpack", many)),
    ]
    assert main(["scrub", *paths]) == 0
    assert capsys.readouterr().out == (
        f"{paths[0]}: nothing to redact\n"
        f"{paths[1]}: 12 entries held secrets, which were taken out:"
        " 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more\n"
    )


def test_the_text_beside_a_cassette_is_scrubbed_with_it(cassette: Path) -> None:
    sidecar = write_sidecar(cassette)
    assert JWT in sidecar.read_text(encoding="utf-8")

    assert main(["scrub", str(cassette)]) == 0
    assert JWT not in sidecar.read_text(encoding="utf-8")


def test_a_cut_cassette_is_left_as_it_is(
    cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette.write_bytes(cassette.read_bytes()[:-60])
    before = cassette.read_bytes()

    assert main(["scrub", str(cassette)]) == 1
    assert capsys.readouterr().err == (
        f"wsfake: {cassette} is cut off, and was left as it is:"
        " wsfake convert --recover keeps what it holds\n"
    )
    assert cassette.read_bytes() == before


def test_a_secret_that_is_too_short_is_wrong_use(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIN", "1234")
    monkeypatch.setenv("EMPTY", "")
    assert main(["scrub", str(cassette), "--redact-env", "PIN"]) == 2
    assert capsys.readouterr().err == (
        "wsfake: expected a secret of at least 8 characters, got 4 characters in PIN\n"
    )
    assert main(["scrub", str(cassette), "--redact-env", "UNSET", "--redact-env", "EMPTY"]) == 0
