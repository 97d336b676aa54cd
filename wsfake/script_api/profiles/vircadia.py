"""Vircadia from 2020 on: QtScript (ES5) and Qt 5.15.2, so that the table is Overte's."""

from __future__ import annotations

from wsfake.script_api.profiles.overte import OVERTE
from wsfake.script_api.profiles.qt import QT_UNMEASURED

__all__ = ["VIRCADIA"]

VIRCADIA = OVERTE._replace(
    name="vircadia",
    host="Vircadia",
    convert="vircadia",
    signal_connects_twice=True,
    unmeasured=QT_UNMEASURED
    | {
        "convert": "Vircadia's WebSocketClass, for QtScript",
        "binary_type": "Vircadia's WebSocketClass",
        "class_constants": "Vircadia's WebSocketClass",
        "signal_connects_twice": "QtScript's signals",
        "server_name": "Vircadia's WebSocketServerClass",
    },
)
