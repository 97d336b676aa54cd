"""ES modules: the engine asks for each by its URL, in the middle of a turn.

The binding has no loader of modules; the engine's own is set by its C API. So where that cannot be
reached there are none: `load_modules` tells.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from typing import Any

from wsfake.javascript.native import Native, native_context

__all__ = ["Modules", "load_modules"]

_LOADER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_GLOBAL, _MODULE, _COMPILE_ONLY = 0, 1, 32
_IS_MODULE = -3  # JS_TAG_MODULE


class Modules:
    """Answers the engine with the text of each module that it asks for.

    `read` returns a text, or raises `LookupError` with what is wrong.
    """

    def __init__(self, native: Native, read: Callable[[str], str]) -> None:
        self._native = native
        self._read = read
        self._loader = _LOADER(self._load)  # the engine keeps no reference
        api, pointer = native.api, ctypes.c_void_p
        api.JS_SetModuleLoaderFunc.restype = None
        api.JS_SetModuleLoaderFunc.argtypes = (pointer, pointer, _LOADER, pointer)
        api.JS_SetModuleLoaderFunc(native.runtime, None, self._loader, None)

    def _load(self, context: int, name: bytes, _: object) -> int | None:
        """Return the module, or None with an exception pending."""
        try:
            text = self._read(name.decode("utf-8", "replace"))
        except LookupError as error:
            told = f"throw new TypeError({json.dumps(error.args[0])})"
            self._evaluate(context, told, name, _GLOBAL)
            return None
        module = self._evaluate(context, text, name, _MODULE | _COMPILE_ONLY)
        if module.tag != _IS_MODULE:
            return None
        api = self._native.api
        meta = api.JS_GetImportMeta(context, module.payload)
        api.JS_SetPropertyStr(context, meta, b"url", api.JS_NewStringLen(context, name, len(name)))
        for value in (meta, module):
            api.JS_FreeValue(context, value)
        return int(module.payload)

    def _evaluate(self, context: int, text: str, name: bytes, flags: int) -> Any:
        source = text.encode("utf-8", "surrogatepass")
        return self._native.api.JS_Eval(context, source, len(source), name, flags)


def load_modules(context: Any, read: Callable[[str], str]) -> Modules | None:
    """Let a context have modules, whose texts `read` returns; None where the engine cannot."""
    native = native_context(context)
    if native is None or not hasattr(native.api, "JS_SetModuleLoaderFunc"):
        return None
    return Modules(native, read)
