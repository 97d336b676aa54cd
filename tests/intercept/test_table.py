"""The table of the documentation is that of the tests."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.intercept.matrix import table

PAGE = Path(__file__).parents[2] / "docs" / "client-libraries.md"
BEGIN, END = "<!-- table -->\n", "\n<!-- end of the table -->"


def test_the_table_of_the_page_is_that_of_the_tests() -> None:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    shown, _, after = rest.partition(END)
    lines = "\n".join(table())
    if os.environ.get("WSFAKE_UPDATE_DOCS"):
        PAGE.write_text(f"{before}{BEGIN}{lines}{END}{after}", "utf-8")
    else:  # the versions are those that it was written with
        assert _without_versions(shown) == _without_versions(lines)


def _without_versions(text: str) -> str:
    return re.sub(r"\| \d+(\.\w+)+ \|", "| version |", text)
