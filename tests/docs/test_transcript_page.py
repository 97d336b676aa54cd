"""Every example of `docs/transcript.md` is run, or read and printed back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wsfake import Transcript
from wsfake.transcript.parsing import parse_entries
from wsfake.transcript.steps import EFFECTS
from wsfake.transcript.writing import write_entries

PAGE = (Path(__file__).parents[2] / "docs" / "transcript.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_of_the_page_runs(code: str) -> None:
    exec(compile(code, "docs/transcript.md", "exec"), {})


@pytest.mark.parametrize("text", blocks("text"))
def test_the_transcripts_of_the_page_print_back_the_same(text: str) -> None:
    lines = text.splitlines(keepends=True)
    assert str(Transcript.parse(text)) == "".join(line for line in lines if line[0] != "#")


@pytest.mark.parametrize("text", blocks("dialogue"))
def test_the_dialogues_of_the_page_print_back_the_same(text: str) -> None:
    entries = parse_entries(text)
    assert "\n".join(write_entries(entries, numbered=True)) + "\n" == text


def test_the_page_shows_every_step_of_the_builder() -> None:
    steps = [
        name
        for name, value in vars(Transcript).items()
        if not name.startswith("_")
        and callable(value)
        and name not in ("with_step", "with_opening")
    ]
    code = "\n".join([*blocks("python"), "Transcript.parse("])
    assert [name for name in steps if f".{name}(" not in code] == []


def test_the_page_shows_every_effect() -> None:
    code = "\n".join(blocks("python"))
    assert [kind.__name__ for kind in EFFECTS if f"{kind.__name__}(" not in code] == []
