"""`DOMException`: what a browser's objects raise."""

from __future__ import annotations

__all__ = ["DOMException"]

_CODES = {
    "NotSupportedError": 9,
    "InvalidStateError": 11,
    "SyntaxError": 12,
    "InvalidAccessError": 15,
    "SecurityError": 18,
    "NetworkError": 19,
    "AbortError": 20,
    "TimeoutError": 23,
}
"""The legacy codes of the names that can come up here (Web IDL, section 2.8.1)."""


class DOMException(Exception):
    """An exception with a name; `code` is its legacy number, and 0 for names that have none."""

    def __init__(self, message: str = "", name: str = "Error") -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.code = _CODES.get(name, 0)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.message else self.name

    def __repr__(self) -> str:
        return f"DOMException({self.message!r}, {self.name!r})"
