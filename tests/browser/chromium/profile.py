"""Chromium as data: the profile of the standards, changed where Chromium 156 was measured."""

from __future__ import annotations

from wsfake.script_api.profiles.browser import BROWSER
from wsfake.script_api.profiles.table import Row

__all__ = ["CHROMIUM"]

_LOST: Row = [["goto", "closed"], ["fire", "close", 1006, "", False]]

CHROMIUM = BROWSER._replace(
    name="chromium",
    host="Chromium",
    # A connection that is lost is no error there, once it was open.
    remote={**BROWSER.remote, "open drop": _LOST, "closing drop": _LOST},
    # Of the codes that no peer may send it refuses those alone that stand for something else.
    close_codes=[(0, 1004), (1007, 1014), (1016, 65535)],
    # What goes on the wire; no script sees it.
    violations={
        **BROWSER.violations,
        "wrong masking": (1002, "Masked frame from server"),
        "reserved bit": (1002, "Invalid reserved bit"),
        "reserved opcode": (1002, "Unknown opcode"),
        "fragmented control frame": (1002, "WebSocket Protocol Error"),
        "long control frame": (1002, "WebSocket Protocol Error"),
        "short close": (1002, ""),
        "close reason not utf-8": (1002, "Invalid UTF-8 in Close frame"),
        "nothing to continue": (1002, "Unexpected continuation"),
        "new message inside a message": (1002, "Previous data frame unfinished"),
        "text not utf-8": (1002, "Invalid UTF-8 in text frame"),
    },
)
