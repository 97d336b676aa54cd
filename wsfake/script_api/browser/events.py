"""Events: `Event`, `MessageEvent`, `CloseEvent` (DOM Standard section 2; HTML; WebSockets)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsfake.script_api.browser.readonly import readonly
from wsfake.script_api.conversions import to_string

if TYPE_CHECKING:
    from wsfake.script_api.browser.event_target import EventTarget

__all__ = ["CloseEvent", "Event", "MessageEvent"]


class Event:
    """An event: `Event("name", {"bubbles": True})`, or with keywords in place of the object.

    `timeStamp` is in milliseconds of the clock, since the first connect; an event that a script
    makes has it from the moment at which it is dispatched, and 0 before.
    """

    NONE, CAPTURING_PHASE, AT_TARGET, BUBBLING_PHASE = range(4)

    def __init__(self, name: object, init: object = None, /, **keywords: Any) -> None:
        named = (dict(init) if isinstance(init, dict) else {}) | keywords
        self._type = to_string(name)
        self._bubbles = bool(named.get("bubbles", False))
        self._cancelable = bool(named.get("cancelable", False))
        self._target: EventTarget | None = None
        self._current: EventTarget | None = None
        self._phase = Event.NONE
        self._dispatching = False
        self._stopped_at_once = False
        self._canceled = False
        self._in_passive = False
        self._trusted = False
        self._time = 0.0

    type = readonly("_type", "Its name, such as `message`.")
    target = readonly("_target", "What it was dispatched to.")
    srcElement = readonly("_target", "The same as `target`.")
    currentTarget = readonly("_current", "Whose listeners are being called, or None.")
    eventPhase = readonly("_phase", "`AT_TARGET` while listeners are called, else `NONE`.")
    bubbles = readonly("_bubbles", "Whether it goes on to parents, of which a socket has none.")
    cancelable = readonly("_cancelable", "Whether `preventDefault` does anything.")
    defaultPrevented = readonly("_canceled", "Whether `preventDefault` was called.")
    isTrusted = readonly("_trusted", "Whether it is the browser's own, and no script's.")
    timeStamp = readonly("_time", "Milliseconds since the first connect.")
    composed = False

    def stopPropagation(self) -> None:
        """Do nothing: a socket has no parents to which an event could go on."""

    def stopImmediatePropagation(self) -> None:
        self._stopped_at_once = True

    def preventDefault(self) -> None:
        if self._cancelable and not self._in_passive:
            self._canceled = True

    def composedPath(self) -> list[Any]:
        return [] if self._current is None else [self._current]

    def __str__(self) -> str:
        return f"[object {_interface(self)}]"

    def __repr__(self) -> str:
        return f"<{_interface(self)} {self._type}>"


class MessageEvent(Event):
    """What `message` comes with: `data` is a text, a `Blob` or an `ArrayBuffer`."""

    def __init__(self, name: object, init: object = None, /, **keywords: Any) -> None:
        super().__init__(name, init, **keywords)
        named = (dict(init) if isinstance(init, dict) else {}) | keywords
        self._data = named.get("data")
        self._origin = to_string(named.get("origin", ""))
        self._last_event_id = to_string(named.get("lastEventId", ""))

    data = readonly("_data", "What came.")
    origin = readonly("_origin", "The origin of the socket's URL, such as `ws://host:8080`.")
    lastEventId = readonly("_last_event_id", 'Always "" for a socket.')
    source = None
    ports: tuple[Any, ...] = ()


class CloseEvent(Event):
    """What `close` comes with."""

    def __init__(self, name: object, init: object = None, /, **keywords: Any) -> None:
        super().__init__(name, init, **keywords)
        named = (dict(init) if isinstance(init, dict) else {}) | keywords
        self._was_clean = bool(named.get("wasClean", False))
        self._code = int(named.get("code", 0))
        self._reason = to_string(named.get("reason", ""))

    wasClean = readonly("_was_clean", "Whether the closing handshake was completed.")
    code = readonly("_code", "The peer's code, 1005 for none, 1006 for a failure.")
    reason = readonly("_reason", "The peer's reason.")

    def __repr__(self) -> str:
        clean = "clean" if self._was_clean else "not clean"
        return f"<{_interface(self)} {self._type} {self._code} {self._reason!r} {clean}>"


def _interface(event: Event) -> str:
    return next(c.__name__ for c in type(event).__mro__ if c in (Event, MessageEvent, CloseEvent))
