"""Naming a part of a JSON value."""

from __future__ import annotations

import re
from typing import Final

from wsfake.errors import UsageError
from wsfake.values import Value

__all__ = ["Path", "Selector", "write_path"]

Path = tuple[str | int, ...]

_ROOTED = re.compile(r"""\$((?:\.[^.\[\]*$'"]+|\.\*|\[\d+\]|\[\*\]|\['[^']*'\])*)""")
_PART = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\[(\*)\]|\['([^']*)'\]""")


class Selector(Value):
    """Selects values by where they stand: a bare name at any depth, or a path from the root.

    A path is `$`, then `.name`, `['name']`, `[0]`, and `*` for any one of these.
    """

    __slots__ = ("_parts", "_rooted", "source")

    def __init__(self, source: str, parts: tuple[str | int | None, ...], rooted: bool) -> None:
        self.source: Final = source
        self._parts: Final = parts
        self._rooted: Final = rooted

    @classmethod
    def parse(cls, source: str) -> Selector:
        """Raise `UsageError` for what is neither a name nor a path."""
        if not isinstance(source, str) or not source:
            raise UsageError(f"expected a key's name or a path such as $.meta.id, got {source!r}")
        if not source.startswith("$"):
            return cls(source, (source,), False)
        found = _ROOTED.fullmatch(source)
        if found is None:
            raise UsageError(
                f"expected a path such as $.meta.id, $.items[0] or $.items[*].id, got {source!r}"
            )
        return cls(source, tuple(map(_part, _PART.finditer(found[1]))), True)

    def selects(self, path: Path) -> bool:
        """Tell whether the value at this path is selected."""
        if not self._rooted:
            return bool(path) and path[-1] == self._parts[0]
        return len(path) == len(self._parts) and all(
            part is None or part == step for part, step in zip(self._parts, path, strict=True)
        )


def _part(found: re.Match[str]) -> str | int | None:
    name, index, _, quoted = found.groups()
    if index is not None:
        return int(index)
    if quoted is not None:
        return quoted
    return None if name in (None, "*") else name


def write_path(path: Path) -> str:
    """Return a path from the root as text."""
    return "$" + "".join(map(_write_part, path))


def _write_part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(r"[^.\[\]*$'\"]+", part) else f"['{part}']"
