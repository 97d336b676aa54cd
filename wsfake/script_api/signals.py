"""Signals, as scripts of Qt hosts connect to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Signal"]


class Signal:
    """Calls the functions that were connected, in the order in which they were.

    On hosts where a second connect counts (QtScript), a function may be called twice.
    """

    def __init__(self, call: Callable[..., None], *, twice: bool) -> None:
        self._call = call
        self._twice = twice
        self._functions: list[Callable[..., Any]] = []

    def connect(self, function: Callable[..., Any]) -> None:
        """Call a function from now on; what is no function is ignored, as on the hosts."""
        if callable(function) and (self._twice or function not in self._functions):
            self._functions.append(function)

    def disconnect(self, function: Callable[..., Any]) -> None:
        """Take a function back; one that is not connected is nothing."""
        if function in self._functions:
            self._functions.remove(function)

    def emit(self, *arguments: Any) -> None:
        for function in tuple(self._functions):
            self._call(function, *arguments)
