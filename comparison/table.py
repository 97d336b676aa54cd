"""The table, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["BEGIN", "END", "Row", "put_into", "write"]

BEGIN = "<!-- what `python -m comparison` printed -->\n"
END = "<!-- to here -->\n"
_LONGEST = 110


class Row(NamedTuple):
    name: str
    expected: str
    live: str
    cassetter: str
    wsfake: str


def write(rows: Sequence[Row], versions: Mapping[str, str]) -> str:
    """Return the table, how many rows are as expected, and the versions."""
    lines = ["| | expected | live | cassetter | wsfake |", "|---|---|---|---|---|"]
    for row in rows:
        cells = [_as_expected(row.expected, cell) for cell in (row.cassetter, row.wsfake)]
        live = _as_expected(row.expected, row.live) if row.live else ""
        lines.append(f"| {row.name} | {_escaped(row.expected)} | {live} | {' | '.join(cells)} |")
    right = [
        f"{column} {sum(row[place] == row.expected for row in rows)} of {len(rows)}"
        for place, column in ((3, "cassetter"), (4, "wsfake"))
    ]
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return "\n".join([*lines, "", f"As expected: {', '.join(right)}.", "", f"With {told}.", ""])


def _as_expected(expected: str, cell: str) -> str:
    return "yes" if cell == expected else f"**no**: {_escaped(cell)}"


def _escaped(cell: str) -> str:
    cell = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", cell)
    cell = cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}..."
    return re.sub(r"([|<>*_`\[\]])", r"\\\1", cell)


def put_into(page: Path, text: str) -> None:
    """Put the table between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{page}: expected the marks between which the table stands")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
