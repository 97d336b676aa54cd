"""High Fidelity to 2019, and Tivoli: QtScript (ES5) and Qt 5.12.

Measured on Qt 5.12.10. While a frame is incomplete that Qt stops the whole host, for five seconds
at the most; here only the socket waits, and the rest of the script goes on.
"""

from __future__ import annotations

from wsfake.script_api.profiles.overte import OVERTE
from wsfake.script_api.profiles.qt import QT_REMOTE, QT_UNMEASURED
from wsfake.script_api.profiles.table import Row

__all__ = ["HIFI"]

_SILENT: Row = []

HIFI = OVERTE._replace(
    name="hifi",
    host="High Fidelity",
    # binaryMessageReceived is connected to nothing.
    remote=QT_REMOTE | {"open binary": _SILENT, "ending binary": _SILENT, "torn binary": _SILENT},
    convert="string",
    binary_type="blob",
    signal_connects_twice=True,
    frame_timeout=5.0,
    unmeasured=QT_UNMEASURED
    | {
        "convert": "High Fidelity's WebSocketClass, for QtScript",
        "binary_type": "High Fidelity's WebSocketClass",
        "class_constants": "High Fidelity's WebSocketClass",
        "signal_connects_twice": "QtScript's signals",
        "server_name": "High Fidelity's WebSocketServerClass",
        "remote open binary": "High Fidelity's WebSocketClass",
        "remote ending binary": "High Fidelity's WebSocketClass",
        "remote torn binary": "High Fidelity's WebSocketClass",
    },
)
