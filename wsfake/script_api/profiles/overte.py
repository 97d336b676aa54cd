"""Overte: V8 and Qt 5.15.2. What is not named in `unmeasured` was measured on the real thing."""

from __future__ import annotations

from wsfake.script_api.profiles.qt import (
    QT_CLOSE_CODES,
    QT_LINTS,
    QT_LOCAL,
    QT_REMOTE,
    QT_UNMEASURED,
    QT_VIOLATIONS,
)
from wsfake.script_api.profiles.table import Profile

__all__ = ["OVERTE"]

OVERTE = Profile(
    name="overte",
    host="Overte",
    local=QT_LOCAL,
    remote=QT_REMOTE,
    close_codes=QT_CLOSE_CODES,
    violations=QT_VIOLATIONS,
    convert="overte",
    close_arguments="uint16",
    urls="qt",
    binary_type="arraybuffer",
    class_constants=False,
    signal_connects_twice=False,
    unmeasured=QT_UNMEASURED
    | {
        "convert": "Overte's WebSocketClass, for V8; of an ArrayBuffer the bytes are sent",
        "binary_type": "Overte's WebSocketClass",
        "class_constants": "Overte's WebSocketClass",
        "signal_connects_twice": "Overte's script engine for V8",
        "server_name": "Overte's WebSocketServerClass",
    },
    lints=QT_LINTS,
)
