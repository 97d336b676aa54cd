"""The listeners of an event target, and how they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from attrs import define

from wsfake.errors import UsageError
from wsfake.script_api.browser.events import Event
from wsfake.transcript.arity import count_arguments, count_required

__all__ = ["Listener", "is_object"]

_PRIMITIVES = (str, bytes, int, float, type(None))


def is_object(value: object) -> bool:
    """Whether a value would be an object, or a function, in JavaScript."""
    return callable(value) or not isinstance(value, _PRIMITIVES)


@define(eq=False)
class Listener:
    """A listener, or the handler of an `on...` attribute (DOM Standard section 2.7)."""

    type: str
    callback: Any
    capture: bool = False
    once: bool = False
    passive: bool = False
    is_handler: bool = False
    removed: bool = False

    def fits(self, name: str, callback: Any, capture: bool) -> bool:
        """Whether it is the listener that was added with these; methods are compared as such."""
        same = self.callback is callback or (
            inspect.isroutine(callback) and self.callback == callback
        )
        return same and not self.is_handler and self.type == name and self.capture == capture

    def call(self, event: Event) -> None:
        """Call it with the event, if it takes one.

        Raises what it raises.
        """
        function = self._function()
        if function is None:
            return
        most, least = count_arguments(function), count_required(function)
        given = (event,)[:most] + (None,) * (least - 1)
        result = function(*given)
        if inspect.iscoroutine(result):
            result = _finish(result)
        if self.is_handler and result is False:
            event.preventDefault()

    def _function(self) -> Callable[..., Any] | None:
        callback = self.callback
        if callable(callback):
            return callback  # type: ignore[no-any-return]
        if self.is_handler:
            return None
        handle = getattr(callback, "handleEvent", None)
        if not callable(handle):
            raise TypeError(f"expected a listener with a method handleEvent, got {callback!r}")
        return handle  # type: ignore[no-any-return]


def _finish(coroutine: Any) -> Any:
    """Run a listener that is a coroutine: what a double's objects let it await is there at once.

    Raises `UsageError` where it waits for anything else.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise UsageError(
        f"the async listener {coroutine.__qualname__} waits for something that is not there at"
        " once: only what events and blobs hold can be awaited in it"
    )
