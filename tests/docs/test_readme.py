"""The README does what it says."""

import re

import pytest

from tests.docs.examples import ROOT, PageRun
from tests.docs.links import broken_links

README = ROOT / "README.md"


def test_every_block_of_the_readme_runs(pytester: pytest.Pytester) -> None:
    PageRun(README, pytester).run()


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_something(page: str) -> None:
    assert broken_links(ROOT / page) == []


def test_every_command_of_dev_that_is_named_is_there() -> None:
    words = set(re.findall(r"^([a-z]+)\)$", (ROOT / "dev").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"\./dev ([a-z]+)", (ROOT / page).read_text()))
        assert named, page
        assert named <= words


def test_contributing_names_every_command_of_dev() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for word in re.findall(r"^([a-z]+)\)$", (ROOT / "dev").read_text(), re.MULTILINE):
        assert f"./dev {word}" in text


def test_no_line_of_the_pages_names_a_machine() -> None:
    pages = [README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        assert not re.search(r"/(root|home|tmp|work|Users)/", page.read_text()), page
