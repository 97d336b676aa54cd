"""Finding the promises that were rejected and that nobody handles.

The engine tells of them, by a function of its C API that its binding for Python leaves out. Where
that function is not to be found (its names are not exported on every platform), only promises that
a script's handlers return are watched, by JavaScript itself: `track_rejections` returns None.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

__all__ = ["Rejections", "track_rejections"]


class _Value(ctypes.Structure):
    """`JSValue` where pointers have 64 bits: the engine's `quickjs.h`."""

    _fields_ = (("payload", ctypes.c_uint64), ("tag", ctypes.c_int64))


_UNDEFINED = _Value(0, 3)  # JS_TAG_UNDEFINED
_TRACKER = ctypes.CFUNCTYPE(None, ctypes.c_void_p, _Value, _Value, ctypes.c_bool, ctypes.c_void_p)
_POINTER = ctypes.sizeof(ctypes.c_void_p)


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

    def _told(
        self, context: int, promise: _Value, reason: _Value, handled: bool, _: object
    ) -> None:
        self._news = True
        given = (_Value * 2)(promise, reason)
        count = 1 if handled else 2
        api = self._api
        result = api.JS_Call(context, self._function, _UNDEFINED, count, given)
        api.JS_FreeValue(context, result)


def track_rejections(context: Any) -> Rejections | None:
    """Return what tells of rejections in a context, or None where the engine cannot be asked."""
    api = _api()
    if api is None or type(context).__basicsize__ < object.__basicsize__ + 2 * _POINTER:
        return None
    begin = id(context) + object.__basicsize__
    runtime, inner = (ctypes.c_void_p.from_address(begin + n * _POINTER).value for n in (0, 1))
    if not runtime or not inner or runtime % _POINTER or inner % _POINTER:
        return None
    if api.JS_GetRuntime(inner) != runtime:
        return None
    return Rejections(api, runtime, inner)


@cache
def _api() -> ctypes.CDLL | None:
    import sys  # noqa: PLC0415 - with the engine alone

    import _quickjs  # noqa: PLC0415 - an extra

    if sys.implementation.name != "cpython" or ctypes.sizeof(ctypes.c_uint64) != _POINTER:
        return None
    try:
        api = ctypes.CDLL(_quickjs.__file__)
        pointer, value = ctypes.c_void_p, _Value
        for name, result, *arguments in (
            ("JS_GetRuntime", pointer, pointer),
            ("JS_GetGlobalObject", value, pointer),
            ("JS_GetPropertyStr", value, pointer, value, ctypes.c_char_p),
            ("JS_FreeValue", None, pointer, value),
            ("JS_Call", value, pointer, value, value, ctypes.c_int, ctypes.POINTER(value)),
            ("JS_SetHostPromiseRejectionTracker", None, pointer, _TRACKER, pointer),
        ):
            function = getattr(api, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return api
