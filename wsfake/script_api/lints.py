"""Mistakes that real scripts contain, noticed while they run.

A lint is a warning of its own category and never changes what happens: the host says nothing about
these mistakes, and so they live long.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any

from wsfake.errors import LintWarning
from wsfake.transcript.arity import count_required, is_async

__all__ = ["LINTS", "MISSPELT", "Lints", "Misspelt"]

LINTS: dict[str, str] = {
    "reconnects twice": (
        "{url} is connected to again from both onclose and onerror: one failure makes two"
        " connections; reconnect from onclose alone"
    ),
    "sends before open": (
        "sent before the connection was open: the message is lost; send it in onopen"
    ),
    "sends after close": "sent after the connection was closed: the message is lost",
    "port as a number": (
        "WebSocketServer({port}) ignores the number and takes a free port:"
        ' write WebSocketServer({{"port": {port}}})'
    ),
    "class constant": (
        "WebSocket.{name} is undefined on this host: use the constant of an instance, socket.{name}"
    ),
    "error argument": (
        "onerror is called without an argument on this host: {name} is undefined there"
    ),
    "async handler": (
        "on{event} is a coroutine function: it is called, and nothing awaits what it returns"
    ),
    "misspelt handler": "{name} is never called: the handler is {right}",
}
"""Each lint by its name, with the text of its warning."""

MISSPELT = {
    wrong: f"on{event}"
    for event in ("open", "message", "error", "close")
    for wrong in (f"on_{event}", f"on{event.title()}")
}
"""Names that other libraries have for handlers, with those that hosts call."""

_OURS = str(Path(__file__).parent.parent)
_ONLY_ON_FAILURE = ("close", "error")


Cause = tuple[int, str]
"""A socket, and its event."""

Place = tuple[str, int, str]
"""A file, a line, and the module's name."""


class Lints:
    """Notices the mistakes that a profile names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self.cause: Cause | None = None
        """Of what everything is a consequence that is done now."""

        self._reconnected: set[tuple[int, str, str]] = set()
        self.find_place: Callable[[], Place | None] = lambda: None
        """Knows the line of a script that has no frames, where it is such a one that runs."""

    # What a socket reports

    def lost(self, state: str) -> None:
        """Take note of a message that was sent in a state in which the host drops it."""
        early = state in ("connecting", "handshaking", "rejected")
        self.warn("sends before open" if early else "sends after close")

    def connecting(self, url: str) -> None:
        """Take note of a new connection, for what it may be the consequence of."""
        if self.cause is None:
            return
        socket, event = self.cause
        self._reconnected.add((socket, event, url))
        if all((socket, each, url) in self._reconnected for each in _ONLY_ON_FAILURE):
            self.warn("reconnects twice", url=url)

    def handler_set(self, event: str, function: Callable[..., Any]) -> None:
        """Take note of a handler."""
        if event == "error" and count_required(function):
            name = next(iter(inspect.signature(function).parameters))
            self.warn("error argument", name=name)
        if is_async(function):
            self.warn("async handler", event=event)

    def misspelt(self, name: str, right: str) -> None:
        """Take note of a handler that is set under a name that no host knows."""
        self.warn("misspelt handler", name=name, right=right)

    def port_as_number(self, port: object) -> None:
        """Take note of a server that was given a number in place of its options."""
        self.warn("port as a number", port=port)

    def class_constant(self, name: str) -> None:
        """Take note of a constant that was looked for on the class."""
        self.warn("class constant", name=name)

    # Causes

    def begin(self, socket: object, event: str) -> Cause | None:
        """Take what is done from now on for a consequence of a socket's event.

        Returns what was the cause before, to be put back.
        """
        before = self.cause
        if event in _ONLY_ON_FAILURE:
            self.cause = (id(socket), event)
        return before

    def carry(self, function: Callable[..., Any]) -> Callable[[], Any]:
        """Return a function that is called later, for the same cause as now."""
        cause = self.cause
        if cause is None:
            return function

        def call() -> Any:
            before, self.cause = self.cause, cause
            try:
                return function()
            finally:
                self.cause = before

        return call

    def warn(self, lint: str, /, **particulars: object) -> None:
        """Warn of a mistake, if the profile names it, at the line of the script."""
        if lint not in self._names:
            return
        text = LINTS[lint].format(**particulars)
        path, line, module = self.find_place() or _place()
        warnings.warn_explicit(LintWarning(text), LintWarning, path, line, module=module)


def _place() -> Place:
    """Return the line of the script: that of the innermost frame that is not wsfake's."""
    frame: FrameType = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno, frame.f_globals.get("__name__", "")


class Misspelt:
    """An attribute of a socket that a script takes for a handler: any, but for the warning."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, socket: Any, owner: type) -> Any:
        """Return what was set; there is nothing before."""
        values = {} if socket is None else vars(socket)
        if self._name not in values:
            raise AttributeError(f"'WebSocket' object has no attribute {self._name!r}")
        return values[self._name]

    def __set__(self, socket: Any, value: object) -> None:
        """Keep it, as of every attribute."""
        vars(socket)[self._name] = value
        if callable(value):
            socket._host.lints.misspelt(self._name, MISSPELT[self._name])

    @classmethod
    def watch(cls, sockets: type) -> None:
        """Notice what is set on these sockets."""
        for name in MISSPELT:
            setattr(sockets, name, cls(name))
