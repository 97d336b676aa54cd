"""Taking note of what is imported late."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

__all__ = ["OnImport"]


class OnImport(MetaPathFinder):
    """Calls `then` whenever one of the modules has been imported."""

    def __init__(self, modules: Collection[str], then: Callable[[], None]) -> None:
        self._modules = modules
        self._then = then
        self._looking: set[str] = set()

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._modules or fullname in self._looking:
            return None
        self._looking.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._looking.discard(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_module(module: ModuleType) -> None:
                execute(module)
                self._then()

            spec.loader.exec_module = execute_module  # type: ignore[method-assign]
        return spec
