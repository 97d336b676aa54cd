from __future__ import annotations

import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cassette.golden import DIALOGUE
from wsfake.cassette import (
    CassetteReader,
    Header,
    Recording,
    Redactor,
    files as file_access,
    load,
    write_cassette,
)
from wsfake.cassette.store import FLUSH_SECONDS, put_by_killed
from wsfake.errors import CassetteError, DamagedCassette, UnsafeCassette, UsageError
from wsfake.model import Entries, Entry, Open, Side

C = Side.CLIENT
SECRETS = {"API_KEY": "hunter2hunter2"}


def recording(target: Path, **secrets: str) -> Recording:
    return Recording(target, Header("2024-05-01", ("json",)), Redactor(), secrets)


def message(at: int, what: str = "x") -> Entry:
    return Entry(at, 1, C, what)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "module" / "test_a.msgpack"


def test_a_recording_becomes_the_cassette_and_leaves_nothing_else(target: Path) -> None:
    record = recording(target)
    for entry in DIALOGUE:
        record.extend([entry], now=0.0)
    assert record.entries == len(DIALOGUE)
    assert not target.exists()
    assert record.keep("silence") == target
    assert files(target.parent) == {"test_a.msgpack"}
    cassette = load(target)
    assert list(cassette.entries) == DIALOGUE
    assert cassette.header == Header("2024-05-01", ("json",))
    assert cassette.footer is not None
    assert (cassette.footer.ended, cassette.footer.extras) == ("silence", {})


def test_how_often_a_recording_was_flushed_does_not_show_in_the_cassette(target: Path) -> None:
    entries = [message(at, "x" * (at % 7)) for at in range(700)]
    written = write_cassette(
        target.with_name("b.msgpack"), entries, Header("2024-05-01", ("json",))
    )
    record = recording(target)
    for entry in entries:
        record.extend([entry], now=entry.at * 0.03)
    assert record.keep().read_bytes() == written.read_bytes()


def test_secrets_are_gone_before_anything_is_written(target: Path) -> None:
    record = recording(target)
    record.extend([Entry(0, 1, C, Open("ws://u:hunter2@h/?token=hunter2"))], now=0.0)
    record.extend([message(1, '{"password": "hunter2"}')], now=0.0)
    record.flush()
    assert b"hunter2" not in record.part.read_bytes()
    assert b"hunter2" not in record.keep().read_bytes()


def test_the_part_file_holds_what_was_flushed_and_says_when_that_is_due(target: Path) -> None:
    record = recording(target)
    assert record.due_at is None
    record.extend([message(0)], now=5.0)
    record.extend([message(1)], now=5.01)
    assert record.due_at == 5.0 + FLUSH_SECONDS
    assert load_part(record) == []
    record.flush()
    assert record.due_at is None
    assert load_part(record) == [message(0), message(1)]
    record.extend([message(2)], now=6.0)
    record.extend([message(3)], now=6.0 + FLUSH_SECONDS)
    assert record.due_at is None
    assert len(load_part(record)) == 4
    record.discard()


def test_the_part_file_is_flushed_after_256_entries(target: Path) -> None:
    record = recording(target)
    for at in range(300):
        record.extend([message(at)], now=0.0)
    assert len(load_part(record)) == 256
    record.discard()


def load_part(record: Recording) -> list[Entry]:
    return list(load(record.part).entries)


def test_a_failed_test_leaves_its_recording_beside_a_good_cassette(target: Path) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    record = recording(target)
    record.extend([message(0)], now=0.0)
    assert record.set_aside() == target.with_name("test_a.failed.msgpack")
    assert target.read_bytes() == good
    assert load(target.with_name("test_a.failed.msgpack")).entries == (message(0),)
    record = recording(target)
    assert record.set_aside(why="skipped").name == "test_a.skipped.msgpack"
    assert files(target.parent) == {
        "test_a.msgpack",
        "test_a.failed.msgpack",
        "test_a.skipped.msgpack",
    }


def test_a_discarded_recording_leaves_nothing(target: Path) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    record = recording(target)
    record.extend([message(0)], now=0.0)
    record.discard()
    assert files(target.parent) == {"test_a.msgpack"}
    assert target.read_bytes() == good


def test_the_part_file_of_a_killed_recording_is_replaced_by_the_next(target: Path) -> None:
    target.parent.mkdir()
    target.with_name("test_a.part.msgpack").write_bytes(b"left over, and longer than what follows")
    record = recording(target)
    record.extend([message(0)], now=0.0)
    assert load(record.keep()).entries == (message(0),)
    assert files(target.parent) == {"test_a.msgpack"}


def test_what_a_killed_recording_has_left_can_be_put_by(target: Path) -> None:
    target.parent.mkdir()
    part = target.with_name("test_a.part.msgpack")
    assert put_by_killed(target) is None
    for data in (b"no cassette", write_cassette(part, []).read_bytes()):
        part.write_bytes(data)
        assert put_by_killed(target) is None

    for name in ("test_a.killed.msgpack", "test_a.killed-2.msgpack"):
        part.write_bytes(write_cassette(part, DIALOGUE).read_bytes()[:-10])
        assert put_by_killed(target) == target.with_name(name)
        assert list(load(target.with_name(name)).entries) == DIALOGUE
    assert files(target.parent) == {"test_a.killed.msgpack", "test_a.killed-2.msgpack"}


def test_an_entry_that_no_cassette_can_hold_is_left_out(target: Path) -> None:
    record = recording(target)
    record.extend([message(5)], now=0.0)
    with pytest.raises(CassetteError) as caught:
        record.extend([message(4)], now=0.0)
    assert str(caught.value) == (
        f"{record.part}: entry 2 cannot be written: expected a time of 5 us or later, got 4 us"
    )
    record.extend([message(6)], now=0.0)
    assert load(record.keep()).entries == (message(5), message(6))


def test_a_header_that_cannot_be_written_begins_no_recording(target: Path) -> None:
    with pytest.raises(CassetteError, match="this header cannot be written"):
        Recording(target, Header("today"), Redactor())
    assert files(target.parent) == set()


@pytest.mark.parametrize("keep", [True, False])
def test_a_recording_with_a_named_secret_is_not_kept(target: Path, keep: bool) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    record = recording(target, **SECRETS)
    for at in range(300):
        record.extend([message(at)], now=0.0)
    record.extend([message(300, "the key is hunter2hunter2")], now=0.0)
    with pytest.raises(UnsafeCassette) as caught:
        record.keep() if keep else record.set_aside()
    path = target if keep else target.with_name("test_a.failed.msgpack")
    assert str(caught.value) == (
        f"{path}: the value of API_KEY stands in this recording, which was not kept\n"
        "  expected  no named secret in it\n"
        "  actual    API_KEY in entry 301\n"
        "  to take it out: name its header, query parameter or JSON key in ws_redact_*"
    )
    assert files(target.parent) == {"test_a.msgpack"}
    assert target.read_bytes() == good


def test_a_named_secret_across_two_entries_stands_in_neither(target: Path) -> None:
    record = recording(target, KEY="secret-\x95")  # an entry begins with 95
    entries = [Entry(0, 1, C, b"secret-\xc2"), message(1)]
    record.extend(entries, now=0.0)
    assert load(record.keep()).entries == tuple(entries)


def test_a_secret_that_is_too_short_is_refused_before_anything_is_written(target: Path) -> None:
    with pytest.raises(UsageError, match="at least 8 characters, got 3 characters in PIN"):
        recording(target, PIN="123")
    assert not target.parent.exists()


def test_a_footer_that_cannot_be_written_leaves_the_old_cassette(target: Path) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    extras: Any = {"a": 1.5}
    with pytest.raises(CassetteError) as caught:
        write_cassette(target, DIALOGUE, extras=extras)
    assert str(caught.value) == (
        f"{target}: this footer cannot be written: "
        "a footer with extras that are neither texts nor integers"
    )
    assert files(target.parent) == {"test_a.msgpack"}
    assert target.read_bytes() == good


def test_entries_that_fail_in_the_middle_leave_the_old_cassette(target: Path) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()

    def entries() -> Iterator[Entry]:
        for at in range(1000):
            yield message(at)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        write_cassette(target, entries())
    assert files(target.parent) == {"test_a.msgpack"}
    assert target.read_bytes() == good


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a\0b", "a NUL in its path"), ("a\ud800b", "a lone surrogate in its path")],
)
def test_a_path_that_no_file_system_takes_is_refused(
    tmp_path: Path, name: str, reason: str
) -> None:
    path = tmp_path / name
    part = tmp_path / f"{name}.part.msgpack"
    with pytest.raises(CassetteError) as caught:
        write_cassette(path, [])
    assert str(caught.value) == f"{str(path)!r}: this cassette cannot be written: {reason}"
    with pytest.raises(CassetteError) as caught:
        recording(path)
    assert str(caught.value) == f"{str(part)!r}: this cassette cannot be written: {reason}"
    with pytest.raises(CassetteError, match="this cassette cannot be read: "):
        load(path)


@pytest.mark.parametrize("write", [lambda path: write_cassette(path, []), recording])
def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CassetteError) as caught:
        write(tmp_path / "file" / "test_a.msgpack")
    assert re.sub(r"\.part", "", str(caught.value)) == (
        f"{tmp_path / 'file' / 'test_a.msgpack'}: this cassette cannot be written: "
        f"{tmp_path / 'file'} is no folder"
    )
    with pytest.raises(CassetteError, match=r"this cassette cannot be written: Not a directory$"):
        write(tmp_path / "file" / "a" / "test_a.msgpack")


def test_a_folder_where_the_cassette_should_be_is_told(target: Path) -> None:
    target.mkdir(parents=True)
    record = recording(target)
    with pytest.raises(CassetteError) as caught:
        record.keep()
    assert str(caught.value) == f"{target}: this cassette cannot be written: Is a directory"
    assert files(target.parent) == set()
    with pytest.raises(CassetteError) as caught:
        load(target)
    assert str(caught.value) == f"{target}: this cassette cannot be read: Is a directory"


def test_the_same_dialogue_gives_the_same_bytes(tmp_path: Path) -> None:
    paths = [write_cassette(tmp_path / name, iter(DIALOGUE)) for name in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


# In processes of their own.

KILLED = """
import os, pathlib, signal, sys
from wsfake.cassette import Header, Recording, Redactor
from wsfake.model import Entry, Side
record = Recording(pathlib.Path(sys.argv[1]), Header(), Redactor())
for at in range(600):
    record.extend([Entry(at, 1, Side.CLIENT, "x")], 0.0)
if sys.argv[2] == "flush":
    record.flush()
os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(9)
"""

FULL = """
import pathlib, resource, sys
from wsfake.cassette import Header, Recording, Redactor, write_cassette
from wsfake.errors import CassetteError
from wsfake.model import Entry, Side
path = pathlib.Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
entries = [Entry(at, 1, Side.CLIENT, "x" * 100) for at in range(2000)]
def record():
    record = Recording(path, Header(), Redactor())
    try:
        for entry in entries:
            record.extend([entry], 0.0)
        record.keep()
    except CassetteError as error:
        assert record.refusal is record.rescue(error) is error
        raise
for write in (record, lambda: write_cassette(path, entries)):
    try:
        write()
    except CassetteError as error:
        print(error)
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    variables = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    return subprocess.run(  # unmeasured: a full disk is one for a measurement, too
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**variables, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("flush", "entries"), [("no", 512), ("flush", 600)])
def test_a_killed_process_leaves_a_part_file_that_can_be_read(
    target: Path, flush: str, entries: int
) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    killed = run(KILLED, target, flush)
    assert killed.returncode in (-getattr(signal, "SIGKILL", 0), 9), killed.stderr
    assert files(target.parent) == {"test_a.msgpack", "test_a.part.msgpack"}
    assert target.read_bytes() == good
    part = load(target.with_name("test_a.part.msgpack"))
    assert part.cut
    assert part.entries == tuple(message(at) for at in range(entries))
    assert part.damage == ()


def test_where_the_system_cannot_lock_a_file_it_is_held_in_its_own_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    without = runpy.run_path(file_access.__file__)
    with (tmp_path / "a").open("wb") as file:
        without["hold"](file)
        assert without["is_held"](tmp_path / "a")
    assert not without["is_held"](tmp_path / "a")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize(("limit", "left"), [(10, None), (1000, 8), (30_000, 277), (150_000, 1376)])
def test_a_full_disk_is_told_with_what_is_left_and_leaves_the_old_cassette(
    target: Path, limit: int, left: int | None
) -> None:
    good = write_cassette(target, DIALOGUE).read_bytes()
    part = target.with_name("test_a.part.msgpack")
    full = run(FULL, target, limit)
    assert full.stderr == ""
    advice = (
        f"  what was recorded is in {part}\n"
        f"  to make a cassette of it: wsfake convert --recover {part} {target}\n"
    )
    assert full.stdout == (
        f"{part}: this cassette cannot be written: File too large\n"
        f"{'' if left is None else advice}"
        f"{target}: this cassette cannot be written: File too large\n"
    )
    assert files(target.parent) == {target.name} | (set() if left is None else {part.name})
    if left is not None:
        assert len(load(part).entries) == left
    assert target.read_bytes() == good


FULL_AT_THE_END = """
import pathlib, resource, sys
from wsfake.cassette import Header, Recording, Redactor
from wsfake.errors import CassetteError
from wsfake.model import Entry, Side
record = Recording(pathlib.Path(sys.argv[1]), Header(), Redactor())
record.extend([Entry(at, 1, Side.CLIENT, "x" * 100) for at in range(2000)], 0.0)
record.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
try:
    record.keep()
except CassetteError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_at_the_end_costs_nothing_that_was_recorded(target: Path) -> None:
    part = target.with_name("test_a.part.msgpack")
    full = run(FULL_AT_THE_END, target)
    assert full.stderr == ""
    assert full.stdout == (
        f"{target}: this cassette cannot be written: File too large\n"
        f"  what was recorded is in {part}\n"
        f"  to make a cassette of it: wsfake convert --recover {part} {target}\n"
    )
    assert files(target.parent) == {"test_a.part.msgpack"}
    assert len(load(part).entries) == 2000


def test_a_part_file_is_never_half_a_block_to_who_reads_it_while_it_grows(target: Path) -> None:
    record = recording(target)
    for at in range(300):
        record.extend([message(at)], now=at * 0.05)
        with record.part.open("rb") as file:
            if record.due_at is None:
                assert len(list(CassetteReader(file, "part"))) == at + 1
    record.discard()


def test_entries_that_are_added_together_are_recorded_as_each_alone(target: Path) -> None:
    together, singly = recording(target), recording(target.with_name("b.msgpack"))
    entries = [message(at) for at in range(700)]
    together.extend(Entries.of(entries), now=0.0)
    for entry in entries:
        singly.extend([entry], now=0.0)
    assert together.keep("test").read_bytes() == singly.keep("test").read_bytes()


@pytest.mark.parametrize("flushes", [1, 2, 300])
@pytest.mark.parametrize("size", [0, 3000, 70_000])
def test_blocks_end_where_they_would_have_without_a_flush(
    target: Path, flushes: int, size: int
) -> None:
    entries = Entries.of(message(at, "x" * size) for at in range(600))
    record = recording(target)
    step = 600 // flushes
    for begin in range(0, 600, step):
        record.extend(entries[begin : begin + step], now=0.0)
        record.flush()
    header = Header("2024-05-01", ("json",))
    written = write_cassette(target.with_name("b.msgpack"), entries, header)
    assert record.keep().read_bytes() == written.read_bytes()


def test_a_part_file_that_something_else_has_changed_becomes_no_cassette(target: Path) -> None:
    record = recording(target)
    for at in range(2):
        record.extend([message(at)], now=0.0)
        record.flush()
    data = record.part.read_bytes()
    record.part.write_bytes(data[:-1] + b"y")
    with pytest.raises(DamagedCassette) as caught:
        record.keep()
    assert str(caught.value) == (
        f"{record.part}: something else has changed this file while it was written\n"
        "  expected  2 sound entries\n"
        "  actual    1 of them\n"
        f"  what was recorded is in {record.part}\n"
        f"  to make a cassette of it: wsfake convert --recover {record.part} {target}"
    )
    assert files(target.parent) == {record.part.name}


RECORDING = """
import sys
from pathlib import Path
from wsfake.cassette import Header, Recording, Redactor

recording = Recording(Path(sys.argv[1]), Header(), Redactor())
print("recording", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there the file that is open is refused")
def test_a_cassette_that_another_process_records_is_left_to_it(target: Path) -> None:
    command = [sys.executable, "-c", RECORDING, str(target)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "recording\n"
        with pytest.raises(CassetteError) as caught:
            recording(target)
        process.communicate()
    assert str(caught.value) == recorded_already(target)
    recording(target).discard()


def recorded_already(target: Path) -> str:
    return (
        f"{target}: this cassette is being recorded already\n"
        "  expected  one at a time, as each would replace what the other has written\n"
        f"  actual    {target.with_name('test_a.part.msgpack')} is being written\n"
        "  to do: name another file, or wait until that recording has ended"
    )


def test_a_cassette_that_this_process_records_already_is_left_to_that_recording(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = recording(target)
    first.extend([message(0)], now=0.0)
    monkeypatch.chdir(target.parent)
    for name in (target, Path(target.name)):
        with pytest.raises(CassetteError) as caught:
            recording(name)
        assert str(caught.value).replace(str(target.parent) + os.sep, "") == recorded_already(
            Path(target.name)
        )
    first.keep()
    assert load(target).entries == (message(0),)
    recording(target).discard()


def test_a_cassette_is_not_recorded_any_more_by_what_was_forgotten_without_an_end(
    target: Path,
) -> None:
    forgotten = recording(target)
    with pytest.warns(ResourceWarning):
        del forgotten
    recording(target).discard()
