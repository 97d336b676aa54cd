"""The tables of docs/performance.md, and its plot, made from a file of results.

python -m benchmarks.page results.json    # the page, and the results beside it
python -m benchmarks.plot                 # the plot, with matplotlib (dependency group `bench`)
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

__all__ = ["PAGE", "RESULTS", "table", "with_tables"]

_DOCS = Path(__file__).parent.parent / "docs"
PAGE = _DOCS / "performance.md"
RESULTS = _DOCS / "performance.json"

_BEGIN, _END = "<!-- table -->\n", "<!-- end of table -->\n"


def table(results: dict[str, Any]) -> str:
    """Return the table of all results, as Markdown."""
    lines = ["| what | against | goal | measured | spread | |", "|---|---|---|---|---|---|"]
    lines += [_line(row) for part in results.values() for row in part["rows"]]
    return "".join(f"{line}\n" for line in lines)


def _line(row: dict[str, Any]) -> str:
    more = row["unit"] == "per second"
    goal = "" if row["goal"] is None else f"{'≥' if more else '≤'} {row['goal']:.3g}"
    start = f"| {row['what']} | {row['against']} | {goal} |"
    if "why" in row:
        return f"{start} skipped: {row['why']} | | |"
    ratio = statistics.median(row["ratios"])
    reached = row["goal"] is None or (ratio >= row["goal"] if more else ratio <= row["goal"])
    spread = f"{min(row['ratios']):.3g} to {max(row['ratios']):.3g}"
    return f"{start} {ratio:.3g} | {spread} | {'' if reached else 'not reached'} |"


def with_tables(page: str, results: dict[str, Any]) -> str:
    """Return the page with the table in its place."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{table(results)}{_END}{after}"


def main(source: Path) -> None:
    """Take results over into the documentation; what they do not hold stays."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results = {**known, **json.loads(source.read_text(encoding="utf-8"))}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_tables(page, results), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
