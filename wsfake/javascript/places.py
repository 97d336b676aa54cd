"""Which line of which file: the engine names no files, and so every file has lines of its own.

A file is evaluated behind so many empty lines that its lines are those of no other. Modules, whose
files it does name, are as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from attrs import frozen

__all__ = ["Place", "Places", "shown_path"]

_FRAME = re.compile(
    r"^    at (?:(?P<function>.+) \()?(?:<input>|file:.+?):(?P<line>\d+):(?P<column>\d+)\)?$",
    re.MULTILINE,
)
_OWN_FUNCTIONS = ("<eval>", "<anonymous>")


@frozen
class Place:
    """A line of a script; `function` is "" at its top level."""

    path: str
    line: int
    column: int
    function: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Places:
    """The files of one engine, each with its lines."""

    def __init__(self, begin: int) -> None:
        self._next = begin
        self._begins: list[int] = []
        self._files: list[tuple[str, list[str]]] = []

    @property
    def next(self) -> int:
        """The line at which another file may begin."""
        return self._next

    def add(self, path: str, text: str) -> int:
        """Take in a file; return the line at which it is to begin."""
        begin, lines = self._next, text.split("\n")
        self._begins.append(begin)
        self._files.append((path, lines))
        self._next += text.count("\n") + 2
        return begin

    def find(self, stack: str) -> list[Place]:
        """Return the lines of scripts in a stack, the innermost first."""
        found = []
        for frame in _FRAME.finditer(stack):
            place = self._find(int(frame["line"]), int(frame["column"]), frame["function"] or "")
            if place is not None:
                found.append(place)
        return found

    def _find(self, line: int, column: int, function: str) -> Place | None:
        index = bisect_right(self._begins, line) - 1
        if index < 0:
            return None  # a file of wsfake's, or a text that the script has evaluated itself
        path, lines = self._files[index]
        number = line - self._begins[index]
        if number > len(lines):
            return None
        source = lines[number].strip() if number < len(lines) else ""
        name = "" if function in _OWN_FUNCTIONS else function
        return Place(path, number + 1, column, name, source)


def shown_path(path: Path) -> str:
    """Return a path as it is shown: from the current directory, where it is in it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
