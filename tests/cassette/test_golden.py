from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cassette.golden import FOLDER, SOUND, conformance, invalid
from wsfake.cassette import CassetteReader, load
from wsfake.cassette.schema import encode
from wsfake.errors import CassetteError
from wsfake.transcript.parsing import parse_entries

BROKEN = [name.removesuffix(".msgpack") for name in invalid() if name.endswith(".msgpack")]


@pytest.mark.parametrize(
    ("folder", "files"),
    [(FOLDER / "conformance", conformance()), (FOLDER / "invalid", invalid())],
    ids=["conformance", "invalid"],
)
def test_golden_cassettes_are_what_this_version_writes(
    folder: Path, files: dict[str, bytes]
) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


@pytest.mark.parametrize("name", SOUND)
def test_a_golden_cassette_holds_what_it_was_made_of(name: str) -> None:
    golden = SOUND[name]
    cassette = load(FOLDER / "conformance" / f"{name}.msgpack")
    assert list(cassette.entries) == golden.entries
    assert cassette.header == golden.header
    assert not cassette.cut
    assert cassette.footer is not None
    assert (cassette.footer.ended, cassette.footer.entries) == (golden.ended, len(golden.entries))


@pytest.mark.parametrize("name", SOUND)
def test_the_text_form_of_a_golden_cassette_parses_back_to_it(name: str) -> None:
    text = (FOLDER / "conformance" / f"{name}.txt").read_text(encoding="utf-8")
    assert parse_entries(text) == SOUND[name].entries


def test_the_golden_cassettes_hold_every_kind_of_entry() -> None:
    kinds = {encode(entry)[3] for golden in SOUND.values() for entry in golden.entries}
    assert kinds == set(range(13))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_cassette_gives_its_error(name: str) -> None:
    data = (FOLDER / "invalid" / f"{name}.msgpack").read_bytes()
    text = (FOLDER / "invalid" / f"{name}.error.txt").read_text(encoding="utf-8")
    with pytest.raises(CassetteError) as caught:
        list(CassetteReader(io.BytesIO(data), f"{name}.msgpack"))
    assert f"{caught.value}\n" == text
