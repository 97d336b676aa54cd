"""The list of the web-platform-tests in the documentation is whole, and names tests that exist."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "fidelity.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def defined_in(file: str) -> set[str]:
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_exists() -> None:
    named = set(NAMED.findall(PAGE))

    assert {name for file, name in named if name not in defined_in(file)} == set()
    assert len(named) > 50


def test_every_file_in_scope_is_listed_with_its_subtests() -> None:
    listed = [f"{count} {path}" for path, count, _ in ROWS]

    assert listed == (HERE / "web_platform_tests.txt").read_text(encoding="utf-8").splitlines()


def test_the_subdefined_in_scope_are_541() -> None:
    assert sum(int(count) for _, count, _ in ROWS) == 541


def test_every_file_names_a_test_or_says_why_there_is_none() -> None:
    reasons = {path: text for path, _, text in ROWS if not NAMED.match(text)}

    assert all(
        text.startswith(("not yet: ", "`Object.defineProperty`")) for text in reasons.values()
    )
    assert len(reasons) == 3
