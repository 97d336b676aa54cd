"""The pages of the documentation do what they say, and leave nothing out."""

from pathlib import Path

import pytest

from tests.docs.examples import ROOT, PageRun
from tests.docs.links import broken_links

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
OWN_TESTS = {"cassette-format.md": ROOT / "tests" / "cassette" / "test_format_page.py"}
"""Pages whose examples are bytes and tables; what holds them to their word."""


def _name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in OWN_TESTS], ids=_name
)
def test_every_block_of_the_page_runs(page: Path, pytester: pytest.Pytester) -> None:
    PageRun(page, pytester).run()


@pytest.mark.parametrize("page", OWN_TESTS)
def test_a_page_that_is_not_run_is_tested_elsewhere(page: str) -> None:
    assert page in OWN_TESTS[page].read_text() and (DOCS / page).exists()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_something(page: Path) -> None:
    assert broken_links(page) == []
