"""The classes that scripts connect with, by the kind of host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wsfake.script_api.websocket import WebSocket, WebSocketType

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["FACES"]


def _make_qt(host: Host) -> Any:
    return WebSocketType("WebSocket", (WebSocket,), {"_host": host})


def _make_dom(host: Host) -> Any:
    from wsfake.script_api.browser.websocket import make_class  # noqa: PLC0415 - most need none

    return make_class(host)


FACES: dict[str, Callable[[Host], Any]] = {"qt": _make_qt, "dom": _make_dom}
