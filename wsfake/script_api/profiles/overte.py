"""Overte: V8 and Qt 5.15.2. What is not marked otherwise was measured on the real `QWebSocket`."""

from __future__ import annotations

from wsfake.script_api.profiles.table import CALLS, FACTS, STATES, Profile, Row, rows

__all__ = ["OVERTE", "QT_LINTS", "QT_LOCAL", "QT_REMOTE", "QT_VIOLATIONS"]

_LOST = ["fire", "close", 1006, "", False]

QT_LOCAL: dict[str, Row] = {
    # A message on a socket that is not open is dropped without a word.
    "open send": [["wire", "message"]],
    # The handler is called inside the call, with what was asked for and not with what comes back.
    "open close": [
        ["wire", "close", "given", "given"],
        ["goto", "closed"],
        ["fire", "close", "given", "given", True],
    ],
    "connecting close": [["fire", "error"], ["wire", "drop"], ["goto", "closed"], _LOST],
    "rejected close": [["fire", "error"], ["wire", "drop"], ["goto", "closed"], _LOST],
}

QT_REMOTE: dict[str, Row] = {
    "connecting accept": [["goto", "open"], ["fire", "open"]],
    "connecting reject": [
        ["goto", "rejected"],
        ["fire", "error"],
        ["each line", ["fire", "error"]],
    ],
    "connecting refuse": [["goto", "closed"], _LOST, ["fire", "error"]],
    # Qt's error for TLS is another one than its error for TCP, and is not yet set at this point.
    "connecting refuse tls": [
        ["goto", "closed"],
        ["fire", "close", 1000, "", True],
        ["fire", "error"],
    ],
    "connecting drop": [["fire", "error"], ["goto", "closed"], _LOST],
    "connecting violation": [["goto", "rejected"], ["fire", "error"]],
    "rejected drop": [["fire", "error"], ["goto", "closed"], _LOST],
    "open text": [["fire", "message"]],
    "open binary": [["fire", "message"]],
    "open ping": [["wire", "pong"]],
    "open close": [
        ["wire", "close", "given", "given"],
        ["goto", "closed"],
        ["fire", "close", "given", "given", True],
    ],
    "open close empty": [
        ["wire", "close", 1000, ""],
        ["goto", "closed"],
        ["fire", "close", 1000, "", True],
    ],
    "open close invalid": [
        ["wire", "close", 1002, "Invalid close code 1002 detected."],
        ["goto", "closed"],
        ["fire", "close", 1002, "Invalid close code 1002 detected.", True],
    ],
    "open close reset": [
        ["fire", "error"],
        ["goto", "closed"],
        ["fire", "close", 1006, "given", False],
    ],
    "open violation": [
        ["wire", "close", "given", "given"],
        ["goto", "closed"],
        ["fire", "close", "given", "given", True],
    ],
    "open drop": [["fire", "error"], ["goto", "closed"], _LOST],
}

QT_VIOLATIONS = {
    "reserved bit": (1002, "Rsv field is non-zero"),
    "reserved opcode": (1002, "Used reserved opcode"),
    "fragmented control frame": (1002, "Control frames cannot be fragmented"),
    "long control frame": (1002, "Control frame is larger than 125 bytes"),
    "short close": (1002, "Payload of close frame is too small."),
    "close reason not utf-8": (1007, "Invalid UTF-8 code encountered."),
    "nothing to continue": (
        1002,
        "Received Continuation frame, while there is nothing to continue.",
    ),
    "new message inside a message": (
        1002,
        "All data frames after the initial data frame must have opcode 0 (continuation).",
    ),
    "text not utf-8": (1007, "Invalid UTF-8 code encountered."),
}

QT_LINTS = frozenset(
    (
        "reconnects twice",
        "sends before open",
        "sends after close",
        "port as a number",
        "class constant",
        "error argument",
    )
)

OVERTE = Profile(
    name="overte",
    host="Overte",
    local=rows(QT_LOCAL, tuple(STATES), CALLS),
    remote=rows(QT_REMOTE, tuple(STATES), FACTS),
    close_codes=[(1000, 1003), (1007, 1011), (3000, 4999)],
    violations=QT_VIOLATIONS,
    convert="overte",
    close_arguments="uint16",
    urls="qt",
    binary_type="arraybuffer",
    class_constants=False,
    signal_connects_twice=False,
    lints=QT_LINTS,
)
