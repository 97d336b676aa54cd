"""What all hosts on Qt have in common, by their `QWebSocket`; measured on Qt 5.15.2 and 5.12.10."""

from __future__ import annotations

from wsfake.script_api.profiles.table import CALLS, FACTS, STATES, Row, rows

__all__ = ["QT_CLOSE_CODES", "QT_LINTS", "QT_LOCAL", "QT_REMOTE", "QT_UNMEASURED", "QT_VIOLATIONS"]

_LOST: Row = [["goto", "closed"], ["fire", "close", 1006, "", False]]
_LOST_WITH_REASON: Row = [["goto", "closed"], ["fire", "close", 1006, "given", False]]
_ENDED: Row = [["goto", "closed"], ["fire", "close", "given", "given", True]]
# A Close goes on the wire whatever the peer understands of it: Qt writes the frame and ends TCP.
_CLOSED: Row = [["wire", "close", "given", "given"], *_ENDED]
_FLUSH = ["wire", "held"]
_FAILED: Row = [["goto", "failing"], ["fire", "error"], *_LOST]
_DROPPED: Row = [["goto", "dropping"], ["fire", "error"], *_LOST]
_TORN: Row = [["goto", "dropping"], ["fire", "error"], *_LOST_WITH_REASON]
_REFUSED: Row = [*_LOST, ["fire", "error"]]
# Qt's error for TLS is another one than its error for TCP, and is not yet set at this point.
_REFUSED_TLS: Row = [["goto", "closed"], ["fire", "close", 1000, "", True], ["fire", "error"]]
_OPENED: Row = [["goto", "open"], ["fire", "open"]]
_REJECTED: Row = [["goto", "rejected"], ["fire", "error"]]

_EMPTY: Row = [
    ["wire", "close", 1000, ""],
    ["goto", "closed"],
    ["fire", "close", 1000, "", True],
]
_INVALID_CODE = (1002, "Invalid close code 1002 detected.")
_INVALID: Row = [
    ["wire", "close", *_INVALID_CODE],
    ["goto", "closed"],
    ["fire", "close", *_INVALID_CODE, True],
]
_TIMEOUT = "Timeout when reading data from socket."

QT_LOCAL: dict[str, Row] = rows(
    {
        # A message on a socket that is not open is dropped without a word.
        "open send": [["wire", "message"]],
        # The handler is called inside the call, with what was asked for and not what comes back.
        "open close": _CLOSED,
        "ending send": [["hold", "message"]],
        "ending close": [_FLUSH, *_CLOSED],
        "torn close": _TORN,
        "dropping close": _LOST_WITH_REASON,
        "connecting close": [
            ["goto", "failing"],
            ["wire", "drop"],
            ["fire", "error"],
            *_LOST_WITH_REASON,
        ],
        "handshaking close": _CLOSED,
        "rejected close": _CLOSED,
        "failing close": _LOST_WITH_REASON,
    },
    tuple(STATES),
    CALLS,
)

QT_REMOTE: dict[str, Row] = rows(
    {
        "connecting connected": [["goto", "handshaking"]],
        "connecting accept": _OPENED,
        # Qt compares the whole of the header.
        "connecting accept with options": _REJECTED,
        "connecting reject": _REJECTED,
        "connecting refuse": _REFUSED,
        "connecting refuse tls": _REFUSED_TLS,
        "connecting drop": _FAILED,
        "handshaking accept": _OPENED,
        "handshaking accept with options": _REJECTED,
        "handshaking reject": _REJECTED,
        "handshaking refuse": _REFUSED,
        "handshaking refuse tls": _REFUSED_TLS,
        "handshaking drop": _FAILED,
        "rejected accept": _OPENED,
        "rejected accept with options": [["fire", "error"]],
        "rejected reject": [["fire", "error"]],
        "rejected drop": _FAILED,
        "open text": [["fire", "message"]],
        "open binary": [["fire", "message"]],
        "open ping": [["wire", "pong"]],
        "open close": _CLOSED,
        "open close empty": _EMPTY,
        "open close invalid": _INVALID,
        "open violation": _CLOSED,
        "open end ahead": [["goto", "ending"]],
        "open reset ahead": [["goto", "torn"]],
        "open frame timeout": [
            ["wire", "close", 1001, _TIMEOUT],
            ["goto", "dropping"],
            ["fire", "error"],
            ["goto", "closed"],
            ["fire", "close", 1006, _TIMEOUT, False],
        ],
        "open drop": _DROPPED,
        # Where the end is there already, only a Close still goes out, and flushes what was written.
        "ending text": [["fire", "message"]],
        "ending binary": [["fire", "message"]],
        "ending ping": [["hold", "pong"]],
        "ending close": [_FLUSH, *_CLOSED],
        "ending close empty": [_FLUSH, *_EMPTY],
        "ending close invalid": [_FLUSH, *_INVALID],
        "ending violation": [_FLUSH, *_CLOSED],
        "ending drop": _DROPPED,
        # And after a reset not even that: it fails, which is an error.
        "torn text": [["fire", "message"]],
        "torn binary": [["fire", "message"]],
        "torn close": _TORN,
        "torn close empty": _DROPPED,
        "torn close invalid": [
            ["goto", "dropping"],
            ["fire", "error"],
            ["goto", "closed"],
            ["fire", "close", 1006, _INVALID_CODE[1], False],
        ],
        "torn violation": _TORN,
        "torn drop": _DROPPED,
    },
    tuple(STATES),
    FACTS,
)

_TOO_SMALL = (1002, "Payload of close frame is too small.")
_NOT_UTF_8 = (1007, "Invalid UTF-8 code encountered.")

QT_VIOLATIONS = {
    "reserved bit": (1002, "Rsv field is non-zero"),
    "reserved opcode": (1002, "Used reserved opcode"),
    "fragmented control frame": (1002, "Control frames cannot be fragmented"),
    "long control frame": (1002, "Control frame is larger than 125 bytes"),
    "short close": _TOO_SMALL,
    "close reason not utf-8": _NOT_UTF_8,
    "nothing to continue": (
        1002,
        "Received Continuation frame, while there is nothing to continue.",
    ),
    "new message inside a message": (
        1002,
        "All data frames after the initial data frame must have opcode 0 (continuation).",
    ),
    "text not utf-8": _NOT_UTF_8,
    "wrong masking": None,
    "length of 16 bits that was not needed": (
        1002,
        "Lengths smaller than 126 must be expressed as one byte.",
    ),
    "length of 64 bits that was not needed": (
        1002,
        "Lengths smaller than 65536 (2^16) must be expressed as 2 bytes.",
    ),
    "length with its highest bit set": (1002, "Highest bit of payload length is not 0."),
    "frame too big": (1009, "Maximum framesize exceeded."),
    "message too big": (1009, "Received message is too big."),
}

QT_CLOSE_CODES = [(1000, 1003), (1007, 1011), (3000, 4999)]

QT_LINTS = [
    "reconnects twice",
    "sends before open",
    "sends after close",
    "port as a number",
    "class constant",
    "error argument",
    "async handler",
    "misspelt handler",
]

_QT_SOURCE = "Qt 5.15 QtWebSockets, src/websockets"
QT_UNMEASURED = {
    "violations message too big": _QT_SOURCE,
    "local failing close": "inside the close() that failed, Qt calls onerror again without end",
}
