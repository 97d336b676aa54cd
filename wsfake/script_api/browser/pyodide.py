"""The modules that code for Pyodide and PyScript imports: what of them belongs to a WebSocket.

Their names and what they take are those of Pyodide 0.27 and of PyScript's `pyscript.WebSocket`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from wsfake.errors import UsageError
from wsfake.script_api.browser import binary, event_target, events
from wsfake.script_api.browser.exceptions import DOMException

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["provide"]

_HANDLERS = ("onopen", "onmessage", "onerror", "onclose")
_CLASSES = (
    binary.Blob,
    event_target.AbortController,
    event_target.EventTarget,
    events.CloseEvent,
    events.Event,
    events.MessageEvent,
)


@contextmanager
def provide(host: Host) -> Iterator[None]:
    """Have the modules in `sys.modules` until the end of the block, and then what was there."""
    if host.profile.face != "dom":
        raise UsageError("pyodide() needs the profile 'browser': Harness(profile='browser')")
    modules = _make_modules(host.WebSocket)
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _make_modules(web_socket: type) -> dict[str, ModuleType]:
    script = _make_script_class(web_socket)
    classes = {kind.__name__: _JsClass(kind) for kind in _CLASSES}
    ffi: dict[str, Any] = {
        "create_proxy": create_proxy,
        "create_once_callable": create_proxy,
        "to_js": to_js,
    }
    made = [
        _Module("js", WebSocket=_JsClass(web_socket), Uint8Array=_JsClass(_Uint8Array), **classes),
        _Module("pyodide"),
        _Module("pyodide.ffi", **ffi, JsException=DOMException),
        _Module("pyscript", WebSocket=script),
        _Module("pyscript.ffi", create_proxy=create_proxy, to_js=to_js),
        _Module("pyscript.websocket", WebSocket=script),
    ]
    modules: dict[str, ModuleType] = {module.__name__: module for module in made}
    for name, module in modules.items():
        package, _, last = name.rpartition(".")
        if package:
            setattr(modules[package], last, module)
    return modules


class _Module(ModuleType):
    """A module that says what it has, when asked for what it has not."""

    def __init__(self, name: str, **members: Any) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__.update(members)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        has = ", ".join(member for member in self.__dict__ if not member.startswith("__"))
        raise AttributeError(
            f"{self.__name__}.{name} is not there: ws_fake.pyodide() gives it {has or 'nothing'}"
        )


class _JsClass:
    """A class of JavaScript as Pyodide shows it: `js.WebSocket.new(url)`."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    @property
    def name(self) -> str:
        return self._kind.__name__

    def new(self, *arguments: Any) -> Any:
        return self._kind(*arguments)

    def __call__(self, *arguments: Any) -> Any:
        raise TypeError(f"expected js.{self.name}.new(...): a class is not called without new")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._kind)


class _Uint8Array(bytearray):
    """`js.Uint8Array.new(3)` and `.new(buffer)`."""

    def assign(self, data: Any) -> None:
        self[:] = bytes(data)

    def to_py(self) -> memoryview:
        return memoryview(self)

    def to_bytes(self) -> bytes:
        return bytes(self)


def to_js(value: Any, **ignored: Any) -> Any:
    """Return the value itself: this is Python on both sides."""
    return value


def create_proxy(function: Callable[..., Any], **ignored: Any) -> Any:
    """Return a function that can be destroyed, and is called as the other one."""

    @functools.wraps(function)
    def proxy(*arguments: Any) -> Any:
        return function(*arguments)

    proxy.destroy = lambda: None  # type: ignore[attr-defined]
    return proxy


class _ScriptEvent:
    """An event as `pyscript.WebSocket` hands it on: binary data is a memoryview."""

    def __init__(self, event: events.Event) -> None:
        self._event = event

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._event, name)
        return value.to_py() if isinstance(value, binary.ArrayBuffer) else value


def _hand_on(handler: Any) -> Any:
    return (lambda event: handler(_ScriptEvent(event))) if callable(handler) else handler


def _make_script_class(web_socket: Any) -> type:
    class WebSocket:
        """`pyscript.WebSocket(url=..., protocols=..., onmessage=...)`."""

        CONNECTING, OPEN, CLOSING, CLOSED = range(4)

        def __init__(self, *, url: object, protocols: object = None, **handlers: Any) -> None:
            object.__setattr__(self, "_ws", web_socket(url, protocols))
            for name, handler in handlers.items():
                if name not in _HANDLERS:
                    raise TypeError(f"expected a handler, one of {', '.join(_HANDLERS)}: {name!r}")
                setattr(self, name, handler)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._ws, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(self._ws, name, _hand_on(value) if name in _HANDLERS else value)

        def close(self, code: object = None, reason: object = None) -> None:
            self._ws.close(code, reason)

        def send(self, data: Any) -> None:
            self._ws.send(data if isinstance(data, str) else bytes(data))

    return WebSocket
