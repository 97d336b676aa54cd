"""Finding the promises that were rejected and that nobody handles.

The engine tells of them, by a function of its C API that its binding for Python leaves out. Where
that function is not to be found (its names are not exported on every platform), only promises that
a script's handlers return are watched, by JavaScript itself: `track_rejections` returns None.
"""

from __future__ import annotations

import ctypes
from typing import Any

from wsfake.javascript.native import Value, native_context

__all__ = ["Rejections", "track_rejections"]


_UNDEFINED = Value(0, 3)  # JS_TAG_UNDEFINED
_TRACKER = ctypes.CFUNCTYPE(None, ctypes.c_void_p, Value, Value, ctypes.c_bool, ctypes.c_void_p)


class Rejections:
    """Hands the engine's news of rejections to a function in JavaScript."""

    def __init__(self, api: ctypes.CDLL, runtime: int, context: int) -> None:
        self._api = api
        self._runtime = runtime
        self._context = context
        self._news = False
        self._function = _UNDEFINED
        self._tracker = _TRACKER(self._told)

    def begin(self, holder: str, name: str) -> None:
        """Take the function that a global holds by this name, as long as it lives, and begin."""
        api, context = self._api, self._context
        everything = api.JS_GetGlobalObject(context)
        held = api.JS_GetPropertyStr(context, everything, holder.encode())
        self._function = api.JS_GetPropertyStr(context, held, name.encode())
        for value in (everything, held, self._function):  # its holder keeps the function
            api.JS_FreeValue(context, value)
        api.JS_SetHostPromiseRejectionTracker(self._runtime, self._tracker, None)

    def take_news(self) -> bool:
        """Tell whether anything was told since the last time."""
        news, self._news = self._news, False
        return news

    def _told(self, context: int, promise: Value, reason: Value, handled: bool, _: object) -> None:
        self._news = True
        given = (Value * 2)(promise, reason)
        count = 1 if handled else 2
        api = self._api
        result = api.JS_Call(context, self._function, _UNDEFINED, count, given)
        api.JS_FreeValue(context, result)


def track_rejections(context: Any) -> Rejections | None:
    """Return what tells of rejections in a context, or None where the engine cannot be asked."""
    found = native_context(context)
    if found is None:
        return None
    try:
        found.api.JS_SetHostPromiseRejectionTracker.argtypes = (
            ctypes.c_void_p,
            _TRACKER,
            ctypes.c_void_p,
        )
        found.api.JS_SetHostPromiseRejectionTracker.restype = None
    except AttributeError:
        return None
    return Rejections(found.api, found.runtime, found.context)
