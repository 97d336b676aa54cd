"""How many arguments a callable takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any, TypeGuard

from wsfake.errors import UsageError

__all__ = ["check_function", "count_arguments", "count_required", "is_async", "takes"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def takes(function: Callable[..., Any], given: int) -> bool:
    """Tell whether a callable can be called with so many positional arguments."""
    if _is_plain(function):
        most = function.__code__.co_argcount
        return most - len(function.__defaults__ or ()) <= given <= most
    known = count_arguments(function)
    return count_required(function) <= given and (known is None or given <= known)


def count_arguments(function: Callable[..., Any]) -> int | None:
    """Return how many positional arguments a callable takes, or None for any number.

    Scripts of the doubled hosts may leave out arguments that they do not use, as JavaScript allows;
    so may the callables given to wsfake. A callable without a signature takes all.
    """
    if _is_plain(function):
        return function.__code__.co_argcount
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(1 for parameter in parameters if parameter.kind in _POSITIONAL)


def count_required(function: Callable[..., Any]) -> int:
    """Return how many positional arguments must be given; 0 without a signature."""
    if _is_plain(function):
        return function.__code__.co_argcount - len(function.__defaults__ or ())
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0
    return sum(1 for p in parameters if p.kind in _POSITIONAL and p.default is p.empty)


def check_function(function: object, role: str) -> None:
    """Raise `UsageError` for what cannot be called, or would have to be awaited."""
    if not callable(function):
        raise UsageError(f"expected a function for {role}, got {function!r}")
    if is_async(function):
        name = getattr(function, "__name__", repr(function))
        raise UsageError(
            f"expected a function for {role} that is called and done, got the coroutine function"
            f" {name}: nothing would await it"
        )


def is_async(function: object) -> bool:
    """Whether a call makes a coroutine, which does nothing until it is awaited."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(function, "__code__", None)  # a method's too; `inspect` takes ten times as long
    if code is None:
        code = getattr(type(function).__call__, "__code__", None) if callable(function) else None
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def _is_plain(function: Callable[..., Any]) -> TypeGuard[FunctionType]:
    """Whether the code of a function says it all: a signature takes fifty times as long to make."""
    return (
        type(function) is FunctionType
        and not function.__dict__  # where decorators and others leave a signature
        and not function.__code__.co_flags & inspect.CO_VARARGS
    )
