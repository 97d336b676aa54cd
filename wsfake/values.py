"""Values whose classes cost nothing to make: those that every test needs."""

from __future__ import annotations

from typing import Any, ClassVar, Self

__all__ = ["Value"]


class Value:
    """Is what its fields are: equal to one of its own class with equal fields, and hashed by them.

    A class of values names its fields in `__slots__`. Nobody sets them but its `__init__`: they are
    `Final`, to which type checkers see. Events take them by these names; what makes them of
    something else, as a matcher of JSON and a URL do, has no use for `replace`.
    """

    __slots__: ClassVar[tuple[str, ...]] = ()

    def fields(self) -> dict[str, Any]:
        """Return the fields by their names."""
        return {name: getattr(self, name) for name in type(self).__slots__}

    def replace(self, **changes: Any) -> Self:
        """Return the same value but for some fields, of a class that takes them by their names."""
        return type(self)(**self.fields() | changes)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash((type(self), *self.fields().values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.fields().items())
        return f"{type(self).__name__}({fields})"
