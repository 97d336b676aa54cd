"""wsfake's own files in JavaScript, and which of them a profile's scripts get."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from wsfake.errors import UsageError
from wsfake.script_api.profiles.table import STATES, Profile

__all__ = ["BORDER", "FIRST_LINE", "common_start"]

BORDER = "border.js"
FIRST_LINE = 100_001
"""Where scripts begin; before it are wsfake's own lines."""

_OWN_LINE = 10_001  # texts that a script evaluates itself are numbered from 1
_CORE = ("interpreter.js", "arguments.js")
_FACES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "qt": (
        (*_CORE, "urls.js", "signals.js", "websocket.js", "script.js", "questions.js"),
        ("server.js",),
    ),
}
"""By a profile's face: the files that run before its script does, and those that run when asked."""


@cache
def read_source(name: str) -> str:
    """Return a file of this package."""
    return files(__package__).joinpath(name).read_text("utf-8")


_common: dict[tuple[int, bool], dict[str, Any]] = {}


def common_start(profile: Profile, *, servers: bool) -> dict[str, Any]:
    """Return what scripts of a profile have in common: its data, and the files for it.

    Raises `UsageError` for a profile that has none.
    """
    key = (id(profile), servers)
    if key not in _common:
        if profile.face not in _FACES:
            raise UsageError(f"scripts in JavaScript have no host yet for {profile.name!r}")
        eager, on_demand = _FACES[profile.face]
        if servers:
            eager = (*eager[:-2], "server.js", *eager[-2:])
        names = dict.fromkeys([*eager, *on_demand])
        line, numbered = _OWN_LINE, {}
        for name in names:
            text = read_source(name)
            numbered[name] = [line, text]
            line += text.count("\n") + 1
        _common[key] = {
            "profile": profile.as_data(),
            "states": STATES,
            "files": {"eager": list(eager), **numbered},
        }
    return _common[key]
