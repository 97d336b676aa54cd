from __future__ import annotations

from pathlib import Path

import pytest

from wsfake.cassette import Header, Recording, Redactor, load, write_cassette
from wsfake.errors import CassetteError, UnsafeCassette
from wsfake.model import Entry, Side

C = Side.CLIENT


def begin(target: Path, secrets: dict[str, str] | None = None) -> Recording:
    return Recording(target, Header("2024-05-01"), Redactor(), secrets)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_kept_replaces_the_cassette_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = write_cassette(tmp_path / "a.msgpack", [Entry(0, 1, C, "old")])
    recording = begin(target)
    recording.append(Entry(0, 1, C, '{"token": "x"}'), now=5.0)
    assert load(target).entries[0].what == "old"
    assert names(tmp_path) == ["a.msgpack", "a.part.msgpack"]
    assert recording.entries == 1
    assert recording.keep("silence", {"n": 1}) == target
    cassette = load(target)
    assert cassette.entries == (Entry(0, 1, C, '{"token": "<redacted>"}'),)
    assert cassette.footer is not None
    assert (cassette.footer.ended, dict(cassette.footer.extras)) == ("silence", {"n": 1})
    assert names(tmp_path) == ["a.msgpack"]


def test_the_finished_file_does_not_tell_when_parts_were_flushed(tmp_path: Path) -> None:
    dialogue = [Entry(at, 1, C, "x" * 5000) for at in range(700)]
    recording = begin(tmp_path / "a.msgpack")
    for entry in dialogue:
        recording.append(entry, now=entry.at / 33)
    path = recording.keep()
    whole = write_cassette(tmp_path / "b.msgpack", dialogue, Header("2024-05-01"))
    assert path.read_bytes() == whole.read_bytes()


def test_an_entry_is_in_the_part_file_a_tenth_of_a_second_later(tmp_path: Path) -> None:
    recording = begin(tmp_path / "a.msgpack")
    assert recording.due_at is None
    recording.append(Entry(0, 1, C, "1"), now=7.0)
    assert recording.due_at == pytest.approx(7.1)
    recording.append(Entry(1, 1, C, "2"), now=7.05)
    assert load(recording.part).entries == ()
    recording.append(Entry(2, 1, C, "3"), now=7.2)
    assert recording.due_at is None
    cut = load(recording.part)
    assert [entry.what for entry in cut.entries] == ["1", "2", "3"]
    assert cut.cut
    for at in range(256):
        recording.append(Entry(at + 2, 1, C, "x"), now=8.0)
    assert recording.due_at is None
    assert len(load(recording.part).entries) == 259
    recording.discard()


def test_a_failed_test_leaves_the_cassette_and_its_recording_beside_it(tmp_path: Path) -> None:
    target = write_cassette(tmp_path / "a.msgpack", [Entry(0, 1, C, "old")])
    recording = begin(target)
    recording.append(Entry(0, 1, C, "new"), now=0)
    aside = recording.set_aside("test")
    assert aside == tmp_path / "a.failed.msgpack"
    assert [load(path).entries[0].what for path in (target, aside)] == ["old", "new"]
    assert names(tmp_path) == ["a.failed.msgpack", "a.msgpack"]


def test_what_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    recording = begin(tmp_path / "new" / "a.msgpack")
    recording.append(Entry(0, 1, C, "x"), now=0)
    recording.discard()
    assert names(tmp_path / "new") == []


def test_the_part_file_of_a_killed_recording_gives_way(tmp_path: Path) -> None:
    (tmp_path / "a.part.msgpack").write_bytes(b"left over")
    begin(tmp_path / "a.msgpack").keep()
    assert load(tmp_path / "a.msgpack").entries == ()


def test_a_recording_that_holds_a_named_secret_is_not_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.msgpack"
    recording = begin(target, {"API_PASS": "correct horse"})
    recording.append(Entry(0, 1, C, "fine"), now=0)
    recording.append(Entry(0, 1, C, "say correct horse"), now=0)
    with pytest.raises(UnsafeCassette) as caught:
        recording.keep()
    assert str(caught.value) == (
        f"{target}: the value of API_PASS stands in this recording, which was not kept\n"
        "  expected  no named secret in it\n"
        "  actual    API_PASS in entry 2\n"
        "  to take it out: name its header, query parameter or JSON key in ws_redact_*"
    )
    assert names(tmp_path) == []
    recording = begin(target, {"API_PASS": "correct horse"})
    with pytest.raises(UnsafeCassette, match="API_PASS in the footer"):
        recording.keep(extras={"who": "correct horse"})


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    target = write_cassette(tmp_path / "a.msgpack", [Entry(0, 1, C, "old")])
    with pytest.raises(CassetteError, match="lone surrogate"):
        write_cassette(target, [Entry(0, 1, C, "\ud800")])
    assert load(target).entries[0].what == "old"
    assert names(tmp_path) == ["a.msgpack"]


def test_what_the_file_system_refuses_is_said_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / "file" / "a.msgpack"
    with pytest.raises(CassetteError) as caught:
        write_cassette(path, [])
    assert str(caught.value) == f"{path}: this cassette cannot be written: File exists"
    with pytest.raises(CassetteError, match=r"a\.part\.msgpack: this cassette cannot be written"):
        begin(path)
    with pytest.raises(CassetteError) as caught:
        write_cassette("a\0", [])
    assert str(caught.value) == "'a\\x00': this cassette cannot be written: a NUL in its path"


def test_a_recording_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="this header cannot be written"):
        Recording(tmp_path / "a.msgpack", Header("today"), Redactor())
    assert names(tmp_path) == []
