"""`wsfake git-setup`, with the git that is installed."""

import os
import subprocess
from pathlib import Path

import pytest

from wsfake.cassette import write_cassette
from wsfake.cli import main
from wsfake.model import Accept, Entry, Open, Side


def git(*arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def write(path: Path, text: str, at: int = 1000) -> None:
    entries = [
        Entry(0, 1, Side.CLIENT, Open("ws://a/")),
        Entry(at, 1, Side.SERVER, Accept()),
        Entry(2 * at, 1, Side.SERVER, text),
    ]
    write_cassette(path, entries)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "repository"
    (folder / "cassettes").mkdir(parents=True)
    monkeypatch.chdir(folder)
    git("init", "-q")
    write(folder / "cassettes" / "a.msgpack", "hello")
    git("add", ".")
    git("commit", "-qm", "one")
    return folder


def test_git_diff_shows_the_dialogue_and_not_when_it_was_said(repository: Path) -> None:
    cassette = repository / "cassettes" / "a.msgpack"
    assert main(["git-setup"]) == 0
    write(cassette, "goodbye", at=7)

    lines = git("diff", "--", "cassettes").splitlines()
    assert lines[-4:] == [
        " connect ws://a/",
        "      0 ms  server  accepts",
        '-     0 ms  server  "hello"',
        '+     0 ms  server  "goodbye"',
    ]
    write(cassette, "hello", at=7)
    assert [line for line in git("diff", "--", "cassettes").splitlines() if line[0] in "-+"] == []


def test_a_damaged_cassette_is_shown_as_far_as_it_can_be(repository: Path) -> None:
    assert main(["git-setup", "--times"]) == 0
    cassette = repository / "cassettes" / "a.msgpack"
    cassette.write_bytes(cassette.read_bytes()[:-40])

    assert "@@" in git("diff", "--", "cassettes") or git("diff", "--stat")
    cassette.write_bytes(b"nothing")
    assert '-     2 ms  server  "hello"' in git("diff", "--", "cassettes")


def test_it_can_be_done_twice_and_from_a_folder_within(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".gitattributes").write_text("* text=auto", encoding="utf-8")
    monkeypatch.chdir(repository / "cassettes")
    for _ in range(2):
        assert main(["git-setup"]) == 0
        out = capsys.readouterr().out
        assert out.startswith(".gitattributes: *.msgpack -text diff=wsfake\n")
    attributes = (repository / ".gitattributes").read_text(encoding="utf-8")
    assert attributes == "* text=auto\n*.msgpack -text diff=wsfake\n"
    assert git("config", "--local", "--get-all", "diff.wsfake.binary") == "true\n"


def test_it_can_be_undone_and_leaves_the_rest(repository: Path) -> None:
    configuration = repository / ".git" / "config"
    before = configuration.read_bytes()
    assert main(["git-setup"]) == 0
    assert main(["git-setup", "--undo"]) == 0
    assert main(["git-setup", "--undo"]) == 0

    assert configuration.read_bytes() == before
    assert not (repository / ".gitattributes").exists()


def test_which_files_are_cassettes_can_be_said(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["git-setup", "--pattern", "tests/**/*.msgpack"]) == 0
    text = (repository / ".gitattributes").read_text(encoding="utf-8")
    assert text == "tests/**/*.msgpack -text diff=wsfake\n"
    capsys.readouterr()
    assert main(["git-setup", "--pattern", "a b"]) == 2
    assert capsys.readouterr().err == "wsfake: expected a pattern without spaces, got 'a b'\n"


def test_outside_a_repository_it_is_wrong_use(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository.parent)
    assert main(["git-setup"]) == 2
    assert capsys.readouterr().err.startswith("wsfake: expected a repository of git: ")


def test_without_git_it_says_so(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert main(["git-setup"]) == 2
    assert capsys.readouterr().err == "wsfake: expected git on the path, got none\n"
