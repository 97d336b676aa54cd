"""Which arguments a script's functions must be given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["count_required"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def count_required(function: Callable[..., Any]) -> int:
    """Return how many arguments must be given; what an event does not have is undefined, None."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0
    return sum(1 for p in parameters if p.kind in _POSITIONAL and p.default is p.empty)
