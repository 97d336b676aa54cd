"""`from wsfake import WebSocket`: what is of whichever harness is active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsfake.errors import NoHarness
from wsfake.harness import active
from wsfake.script_api import WebSocket as ScriptWebSocket, WebSocketServer as ScriptWebSocketServer
from wsfake.script_api.browser.websocket import BrowserWebSocket

if TYPE_CHECKING:
    import asyncio

__all__ = ["WebSocket", "WebSocketServer", "loop_factory"]


def loop_factory() -> asyncio.AbstractEventLoop:
    """Make an event loop on the virtual time of the active harness; outside one, an ordinary one.

    For what makes event loops before it knows of fixtures, such as the hook
    `pytest_asyncio_loop_factories`.
    """
    import asyncio  # noqa: PLC0415 - scripts need none

    try:
        harness = active.current()
    except NoHarness:
        return asyncio.new_event_loop()
    return harness.loop_factory()


class _Proxy(type):
    """Asks the active harness for the class of this name, also for the class's constants."""

    _real: tuple[type, ...]

    def _active(cls) -> Any:
        return getattr(active.current(), cls.__name__)

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        return cls._active()(*arguments, **keywords)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(cls._active(), name)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls._real)


if TYPE_CHECKING:
    WebSocketServer = ScriptWebSocketServer

    class WebSocket(ScriptWebSocket):
        """What `ws_fake.WebSocket` is too: of whatever profile, so there may be more to it."""

        def __init__(self, *arguments: Any, **keywords: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

else:

    class WebSocket(metaclass=_Proxy):
        """The `WebSocket` of the active harness; outside one, using it raises `NoHarness`."""

        _real = (ScriptWebSocket, BrowserWebSocket)

    class WebSocketServer(metaclass=_Proxy):
        """The `WebSocketServer` of the active harness; outside one, using it raises `NoHarness`."""

        _real = (ScriptWebSocketServer,)
