"""The texts of what goes wrong in a script: what it threw, and which of its lines did it."""

from __future__ import annotations

import re
from pathlib import Path

from wsfake.javascript.places import Place, shown_path
from wsfake.network.failures import field_lines

__all__ = ["error_text", "with_place"]

_MOST_FRAMES = 10


def error_text(told: str, places: list[Place], path: Path) -> str:
    """Return what a script threw, with the line that threw it and those that called it."""
    told = _advised(told, places[0] if places else None)
    if not places:
        return "\n".join([told, *field_lines({"script": shown_path(path)})])
    lines = [told, *field_lines({"script": str(places[0]), "line": places[0].source})]
    if len(places) > 1:
        lines += ["", *(f"    at {_frame(place)}" for place in places[:_MOST_FRAMES])]
    if len(places) > _MOST_FRAMES:
        lines.append(f"    and {len(places) - _MOST_FRAMES} more")
    return "\n".join(lines)


_ABSENT = re.compile(
    r"ReferenceError: (setTimeout|setInterval|clearTimeout|clearInterval) is not defined"
)
_OF_MODULES = re.compile(r"\s*(import\b(?!\s*[(.])|export\b)")


def _advised(told: str, place: Place | None) -> str:
    if told.startswith("SyntaxError: ") and place is not None and _is_of_modules(place):
        return f"{told} (a module is a file .mjs, in the profile browser)"
    found = _ABSENT.fullmatch(told)
    return f"{told} (this host has Script.{found[1]})" if found else told


def _is_of_modules(place: Place) -> bool:
    """Return whether a line is one of a module's, in a file that is none."""
    return not place.path.endswith(".mjs") and _OF_MODULES.match(place.source) is not None


def _frame(place: Place) -> str:
    return f"{place.function} ({place})" if place.function else str(place)


def with_place(verdict: str, place: Place) -> str:
    """Return a verdict with the line of the script that it is about, below its headline."""
    headline, _, rest = verdict.partition("\n")
    lines = [headline, f"  script    {place}", f"  line      {place.source}"]
    return "\n".join([*lines, rest] if rest else lines)
