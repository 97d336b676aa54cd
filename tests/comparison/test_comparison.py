"""The comparison with other recorders: its rows, and the table of the page."""

import asyncio
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comparison import table
from comparison.behaviours import BEHAVIOURS, FAILS, Behaviour

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")


def test_there_are_thirty_behaviours_and_each_has_a_name_of_its_own() -> None:
    assert len(BEHAVIOURS) == len({behaviour.name for behaviour in BEHAVIOURS}) == 30


def test_the_page_has_a_row_for_each_behaviour_in_order() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
    assert [row[2:].partition(" | ")[0] for row in rows] == [each.name for each in BEHAVIOURS]


def test_a_table_says_what_came_where_it_is_not_as_expected() -> None:
    rows = [
        table.Row("a row", "'x', 1", "'x', 1", "'y'|<1>", "'x', 1"),
        table.Row("another", FAILS, "", "passes", FAILS),
    ]
    assert table.write(rows, {"a": "1.0", "b": "2"}) == (
        "| | expected | live | cassetter | wsfake |\n"
        "|---|---|---|---|---|\n"
        "| a row | 'x', 1 | yes | **no**: 'y'\\|\\<1\\> | yes |\n"
        "| another | fails, and says why |  | **no**: passes | yes |\n"
        "\n"
        "As expected: cassetter 0 of 2, wsfake 2 of 2.\n"
        "\n"
        "With a 1.0, b 2.\n"
    )


def test_a_table_is_put_between_the_marks_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}old\n{table.END}after\n", encoding="utf-8")
    for _ in range(2):
        table.put_into(page, "new\n")
        assert page.read_text(encoding="utf-8") == (
            f"before\n{table.BEGIN}\nnew\n\n{table.END}after\n"
        )


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "comparison.server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"ws://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


FAST = [each for each in BEHAVIOURS if each.expected != FAILS and each.seconds < 60]


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("behaviour", FAST, ids=lambda each: re.sub(r"\W+", " ", each.name))
def test_what_is_expected_is_what_a_program_sees_live(behaviour: Behaviour, url: str) -> None:
    seen = behaviour.program(url, "live")
    assert (asyncio.run(seen) if inspect.iscoroutine(seen) else seen) == behaviour.expected
