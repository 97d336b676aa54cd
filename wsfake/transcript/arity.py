"""How many arguments a callable takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["count_arguments", "count_required"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def count_arguments(function: Callable[..., Any]) -> int | None:
    """Return how many positional arguments a callable takes, or None for any number.

    Scripts of the doubled hosts may leave out arguments that they do not use, as JavaScript allows;
    so may the callables given to wsfake. A callable without a signature takes all.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(1 for parameter in parameters if parameter.kind in _POSITIONAL)


def count_required(function: Callable[..., Any]) -> int:
    """Return how many positional arguments must be given; 0 without a signature."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0
    return sum(1 for p in parameters if p.kind in _POSITIONAL and p.default is p.empty)
