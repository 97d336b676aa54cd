"""Attributes that scripts cannot change."""

from __future__ import annotations

from typing import Any

__all__ = ["ignore", "readonly"]


def ignore(target: object, value: object = None) -> None:
    """Do nothing: outside of strict mode JavaScript ignores what cannot be assigned or deleted."""


def readonly(attribute: str, doc: str) -> Any:
    """Return a property that shows an attribute; assigning and deleting are ignored."""
    return property(lambda target: getattr(target, attribute), ignore, ignore, doc)
