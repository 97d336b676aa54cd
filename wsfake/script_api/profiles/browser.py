"""Browsers, by the WebSockets Standard (WHATWG) and RFC 6455.

What the standards leave open, and where Chromium does otherwise, is in `docs/fidelity.md`.
"""

from __future__ import annotations

from wsfake.script_api.profiles.table import CALLS, FACTS, STATES, Profile, Row, rows

__all__ = ["BROWSER", "BROWSER_LOCAL", "BROWSER_REMOTE"]

# "When the WebSocket connection is closed" of section 4, where it had to be failed: everything that
# goes wrong looks alike, so that a script cannot find out about the network it is in.
_FAILED: Row = [["goto", "closed"], ["fire", "error"], ["fire", "close", 1006, "", False]]
_OPENED: Row = [["goto", "open"], ["fire", "open"]]
_UNANSWERED: Row = [["wire", "drop"], *_FAILED]
_CLOSED: Row = [["goto", "closed"], ["fire", "close", "given", "given", True]]
_NO_CODE: Row = [["goto", "closed"], ["fire", "close", 1005, "", True]]
# RFC 6455 section 7.1.7: say what is wrong, and end TCP without waiting for an answer.
_VIOLATED: Row = [["wire", "close", "given", "given"], ["wire", "drop"], *_FAILED]
_INVALID: Row = [["wire", "close", 1002, ""], ["wire", "drop"], *_FAILED]

BROWSER_LOCAL: dict[str, Row] = {
    "connecting send": [
        ["throw", "InvalidStateError", "the connection is not open yet: send in onopen"]
    ],
    "open send": [["wire", "message"], ["buffer", "leaving"]],
    "closing send": [["buffer", "lost"]],
    "closed send": [["buffer", "lost"]],
    # Section 3.1, "close the WebSocket": the state changes in the call, the events come after it.
    "connecting close": [["goto", "closing"], ["later", "failed"], ["wire", "drop"]],
    "open close": [["goto", "closing"], ["wire", "close", "given", "given"]],
}

BROWSER_REMOTE: dict[str, Row] = {
    "connecting accept": _OPENED,
    "connecting accept with options": _OPENED,
    "connecting reject": _UNANSWERED,
    "connecting refuse": _FAILED,
    "connecting refuse tls": _FAILED,
    "connecting drop": _FAILED,
    "connecting violation": _UNANSWERED,
    "open text": [["fire", "message"]],
    "open binary": [["fire", "message"]],
    "open ping": [["wire", "pong"]],
    "open close": [["wire", "close", "given", "given"], *_CLOSED],
    "open close empty": [["wire", "close", None, ""], *_NO_CODE],
    "open close invalid": _INVALID,
    "open violation": _VIOLATED,
    "open drop": _FAILED,
    # A message that comes while it closes is lost; the Close that comes is the answer to ours.
    "closing ping": [["wire", "pong"]],
    "closing close": _CLOSED,
    "closing close empty": _NO_CODE,
    "closing close invalid": [["wire", "drop"], *_FAILED],
    "closing violation": [["wire", "drop"], *_FAILED],
    "closing drop": _FAILED,
    "closing failed": _FAILED,
}

BROWSER_VIOLATIONS = {
    "reserved bit": (1002, ""),
    "reserved opcode": (1002, ""),
    "fragmented control frame": (1002, ""),
    "long control frame": (1002, ""),
    "short close": (1002, ""),
    "close reason not utf-8": (1007, ""),
    "nothing to continue": (1002, ""),
    "new message inside a message": (1002, ""),
    "text not utf-8": (1007, ""),
    "wrong masking": (1002, ""),
    "length of 16 bits that was not needed": (1002, ""),
    "length of 64 bits that was not needed": (1002, ""),
    "length with its highest bit set": (1002, ""),
    "frame too big": (1009, ""),
    "message too big": (1009, ""),
}

BROWSER = Profile(
    name="browser",
    host="browsers",
    local=rows(BROWSER_LOCAL, tuple(STATES), CALLS),
    remote=rows(BROWSER_REMOTE, tuple(STATES), FACTS),
    # RFC 6455 section 7.4, and 1012 to 1014, which its registry has taken in since.
    close_codes=[(1000, 1003), (1007, 1014), (3000, 4999)],
    violations=BROWSER_VIOLATIONS,
    convert="browser",
    close_arguments="clamp",
    urls="whatwg",
    binary_type="blob",
    class_constants=True,
    signal_connects_twice=False,
    lints=("reconnects twice", "sends after close", "misspelt handler"),
    reasons="utf-8",
    face="dom",
    servers=False,
    unmeasured={
        "largest_frame": "no standard bounds a message; that of the other profiles",
        "frame_timeout": "no standard bounds the time",
        "violations": "RFC 6455 sections 5 and 7.4.1, for the codes on the wire",
    },
)
