"""The page on transcripts is right: its texts are read, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from wsfake import Transcript
from wsfake.transcript.parsing import _ACTIONS, parse_entries
from wsfake.transcript.steps import EFFECTS, PHASES
from wsfake.transcript.writing import write_entries

PAGE = (Path(__file__).parents[2] / "docs" / "transcript.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def settled(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("text", blocks("text"))
def test_a_transcript_of_the_page_is_printed_as_it_stands_there(text: str) -> None:
    assert settled(str(Transcript.parse(text))) == settled(text)


@pytest.mark.parametrize("text", blocks("dialogue"))
def test_a_dialogue_of_the_page_is_printed_as_it_stands_there(text: str) -> None:
    assert settled("\n".join(write_entries(parse_entries(text), numbered=True))) == settled(text)


@pytest.mark.parametrize("code", blocks("python"))
def test_an_example_of_the_page_runs(code: str) -> None:
    names: dict[str, Any] = {}
    exec(code, names)
    assert "Transcript" in names


def test_the_page_knows_every_action_and_every_step_of_the_builder() -> None:
    shown = "".join(blocks("text") + blocks("dialogue"))
    for action in _ACTIONS:
        assert re.search(rf"(client|server)  {action}\b", shown), action
    examples = "".join(blocks("python"))
    other = {
        "opening",
        "expected_headers",
        "steps",
        "columns",
        "parse",
        "with_step",
        "with_opening",
    }
    for name in {name for name in vars(Transcript) if name[0] != "_"} - other:
        assert f".{name}(" in examples, name


def test_the_table_of_faults_is_the_one_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)`: [^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$", PAGE, re.MULTILINE)
    columns = {0: ["Refuse"], 1: ["Reject"], 2: ["Stall", "Drop", "Raw"]}
    table = {
        (effect, phase)
        for phase, *cells in rows
        for place, cell in enumerate(cells)
        if cell.strip() == "yes"
        for effect in columns[place]
    }
    assert tuple(phase for phase, *_ in rows) == PHASES
    assert table == {(kind.__name__, phase) for kind, phases in EFFECTS.items() for phase in phases}
