"""What of the engine's C API its binding for Python leaves out, where it can be reached."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

from attrs import frozen

__all__ = ["Native", "Value", "native_context"]


class Value(ctypes.Structure):
    """`JSValue` where pointers have 64 bits: the engine's `quickjs.h`."""

    _fields_ = (("payload", ctypes.c_uint64), ("tag", ctypes.c_int64))


_POINTER = ctypes.sizeof(ctypes.c_void_p)


@frozen(eq=False)
class Native:
    """A context of the engine's, as its C API knows it."""

    api: ctypes.CDLL
    runtime: int
    context: int


def native_context(context: Any) -> Native | None:
    """Return what a context of the binding's is in C, or None where that cannot be found out."""
    api = _api()
    if api is None or type(context).__basicsize__ < object.__basicsize__ + 2 * _POINTER:
        return None
    begin = id(context) + object.__basicsize__
    runtime, inner = (ctypes.c_void_p.from_address(begin + n * _POINTER).value for n in (0, 1))
    if not runtime or not inner or runtime % _POINTER or inner % _POINTER:
        return None
    if api.JS_GetRuntime(inner) != runtime:
        return None
    return Native(api, runtime, inner)


@cache
def _api() -> ctypes.CDLL | None:
    import _quickjs  # noqa: PLC0415 - an extra

    if sys.implementation.name != "cpython" or ctypes.sizeof(ctypes.c_uint64) != _POINTER:
        return None
    try:
        api = ctypes.CDLL(_quickjs.__file__)
        pointer, value, text = ctypes.c_void_p, Value, ctypes.c_char_p
        for name, result, *arguments in (
            ("JS_GetRuntime", pointer, pointer),
            ("JS_GetGlobalObject", value, pointer),
            ("JS_GetPropertyStr", value, pointer, value, text),
            ("JS_SetPropertyStr", ctypes.c_int, pointer, value, text, value),
            ("JS_FreeValue", None, pointer, value),
            ("JS_Call", value, pointer, value, value, ctypes.c_int, ctypes.POINTER(value)),
            ("JS_Eval", value, pointer, text, ctypes.c_size_t, text, ctypes.c_int),
            ("JS_GetImportMeta", value, pointer, pointer),
            ("JS_NewStringLen", value, pointer, text, ctypes.c_size_t),
        ):
            function = getattr(api, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return api
