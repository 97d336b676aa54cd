"""Printing dialogues, in colour where the extra `cli` is installed and a person reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable

__all__ = ["CUT_OFF", "line_printer", "print_lines"]

CUT_OFF = "cut off: what was recorded after this is lost"

_SAID = re.compile(r"(\s*[\d.]+ ms  (?:#\d+  )?)(client|server)(.*)", re.DOTALL)
_COLOURS = {"client": "cyan", "server": "green"}


def print_lines(lines: Iterable[str]) -> None:
    """Print the lines of a dialogue."""
    line_printer()(lines)


def line_printer() -> Callable[[Iterable[str]], None]:
    """Return what prints lines of a dialogue, as they come."""
    show = (_in_colour() if sys.stdout.isatty() else None) or print

    def show_all(lines: Iterable[str]) -> None:
        for line in lines:
            show(line)
        sys.stdout.flush()

    return show_all


def _in_colour() -> Callable[[str], None] | None:
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.text import Text  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    console = Console(highlight=False, soft_wrap=True)

    def show(line: str) -> None:
        found = _SAID.fullmatch(line)
        if found is None:
            console.print(Text(line, "dim" if line.startswith("#") else ""))
            return
        text = Text(found[1], "dim")
        text.append(found[2], f"bold {_COLOURS[found[2]]}").append(found[3])
        console.print(text)

    return show
