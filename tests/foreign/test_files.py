"""Which file it is, how it is packed, and files that mean no good."""

import io
import json
import random
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from wsfake.errors import ForeignFileError
from wsfake.foreign import files, is_foreign, read_foreign, yaml_events

FILES = Path(__file__).parent / "files"
NAMES = sorted(path.name for path in FILES.iterdir() if path.suffix in (".har", ".zip", ".yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_known_by_what_is_in_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "no suffix"
    path.write_bytes((FILES / name).read_bytes())

    assert is_foreign(path)
    assert read_foreign(path).kind == ("cassetter" if name.endswith(".yaml") else "HAR")


@pytest.mark.parametrize(
    "text",
    ["connect ws://a/\n", "# a comment\nconnect ws://a/\n", "", "0 ms  #1  connect ws://a\n"],
)
def test_the_text_form_of_a_transcript_is_not_one_of_them(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert not is_foreign(path)


def test_a_file_that_mitmproxy_has_packed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zhar"
    path.write_bytes(zlib.compress((FILES / "mitmproxy.har").read_bytes(), 9))

    assert is_foreign(path)
    assert read_foreign(path) == read_foreign(FILES / "mitmproxy.har")


def test_messages_in_files_beside_an_unpacked_har_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "playwright.zip") as archive:
        archive.extractall(tmp_path)

    assert read_foreign(tmp_path / "har.har") == read_foreign(FILES / "playwright.zip")


def test_a_mark_of_byte_order_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(b"\xef\xbb\xbf" + (FILES / "mitmproxy.har").read_bytes())
    assert is_foreign(path)
    assert read_foreign(path) == read_foreign(FILES / "mitmproxy.har")


# Files that mean no good


def archive(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return data.getvalue()


ENTRY = {"request": {"url": "ws://a"}, "response": {"content": {"_file": "a.jsonl"}}}
ATTACHED = json.dumps({"log": {"entries": [ENTRY]}}).encode()
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\n"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", ": expected YAML, got nothing"),
        (b"\xff\xfe", ": byte 0: expected a text in UTF-8, got other bytes"),
        (b'{"log": ', ": line 1: expected JSON, got expecting value at column 9"),
        (b'{"log":' * 100_000, ": expected JSON, got one too deep or too long"),
        (b'{"log": ' + b"9" * 5000 + b"}", ": expected JSON, got one too deep or too long"),
        (BOMB.encode(), ": line 1: expected plain data, got an anchor or an alias"),
        (b"a: *b\n", ": line 1: expected plain data, got an anchor or an alias"),
        (
            b"a: !!python/object/apply:os.system [exit]\n",
            ": line 1: expected plain data, got the tag tag:yaml.org,2002:python/object/apply:os",
        ),
        (b"a: 1\na: 2\n", ": line 2: expected each name once, got a again"),
        (b"[a]: 1\n", ": line 1: expected a name, got a structure"),
        (b"a: 1\n---\nb: 2\n", ": line 3: expected one document, got another"),
        (b"a: [\n", ": line 2: expected YAML, got did not find expected node content"),
        (b"a: \x00\n", ": expected YAML, got "),
        (b"a: " + b"[" * 100, ": line 1: expected at most 5000000 values, 64 deep, got more"),
        (b"a: " + b"[" * 10_000, ": line 1: expected "),  # what libyaml may say by itself
        (b"PK\x03\x04rest", ": expected an archive, got a damaged one"),
        (archive({"a.txt": b""}), ": expected an archive with one .har, got 0"),
        (
            archive({"a.har": ATTACHED}),
            ": $.log.entries[0].response.content._file: expected a file of messages beside this"
            " one, got 'a.jsonl'",
        ),
        (
            archive({"a.har": ATTACHED, "a.jsonl": b"{}\n{"}),
            ": a.jsonl, line 1: expected an object with type, got one without",
        ),
        (zlib.compress(b"{}" * 99)[:-9], ": expected a packed HAR file, got damage"),
        (b"\x78\x9cjunk", ": expected a packed HAR file, got damage"),
        (b"\x78\x9c\xff\xff", ": expected a packed HAR file, got damage"),
        (
            archive({"a.har": ATTACHED, "a.jsonl": b"{"}),
            ": a.jsonl, line 1: expected JSON, got a line that is not",
        ),
    ],
)
def test_a_bad_file_is_one_kind_of_error(data: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path)
    assert str(caught.value).startswith(f"{path}{problem}")


def test_a_member_that_is_damaged_is_told_by_name(tmp_path: Path) -> None:
    data = bytearray(archive({"a.har": ATTACHED}))
    data[data.index(b"a.har") + 10] ^= 0xFF
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path)
    assert str(caught.value) == f"{path}: a.har: expected a member, got damage"


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    for function in (is_foreign, read_foreign):
        with pytest.raises(ForeignFileError) as caught:
            function(tmp_path / "gone")
        assert str(caught.value) == f"{tmp_path / 'gone'}: No such file or directory"


@pytest.mark.parametrize("pack", [bytes, zlib.compress, lambda data: archive({"a.har": data})])
def test_a_file_that_is_too_large_is_refused_before_it_is_unpacked(
    pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    path = tmp_path / "a.har"
    path.write_bytes(pack(b'{"log": "' + b"a" * 5000 + b'"}'))
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path)
    assert str(caught.value) == f"{path}: expected at most 1000 bytes, got more"


def test_a_file_of_messages_that_is_too_large_is_as_good_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    (tmp_path / "a.har").write_bytes(ATTACHED)
    (tmp_path / "a.jsonl").write_bytes(b" " * 2000)
    with pytest.raises(ForeignFileError, match="expected a file of messages beside this one"):
        read_foreign(tmp_path / "a.har")


def test_more_values_than_can_be_held_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_events, "MAX_VALUES", 10)
    path = tmp_path / "a.yaml"
    path.write_text("a: [" + "1, " * 20 + "]", encoding="utf-8")
    with pytest.raises(ForeignFileError, match="expected at most 10 values"):
        read_foreign(path)


def harmed(whole: bytes, chance: random.Random) -> bytes:
    """Change a byte, leave some out, or put some in."""
    data = bytearray(whole)
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(data)), chance.randint(1, 50)
        part = chance.choice([bytes([chance.randrange(256)]), b"", bytes(data[:size])])
        data[at : at + chance.choice([1, 0, size])] = part
    return bytes(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = (FILES / name).read_bytes()
    path = tmp_path / "a"
    refused = []
    for _ in range(60):
        path.write_bytes(harmed(whole, chance))
        try:
            read_foreign(path)
        except ForeignFileError as error:
            refused.append(str(error))
    assert refused
    assert all(text.startswith(f"{path}: ") for text in refused)
