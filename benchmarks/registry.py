"""What there is to measure: every module of this package that has a function `rows`.

`rows()` measures, and yields a `Row` for each line of the table as soon as it has it, or a
`Skipped` with the reason. The module's name is the word for it on the command line, and the first
line of its docstring says what it measures. Nothing is started when it is imported.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

import benchmarks
from benchmarks.measuring import Row, Skipped

__all__ = ["Rows", "all_rows"]

Rows = Callable[[], Iterator[Row | Skipped]]


def all_rows() -> dict[str, Rows]:
    """Return what there is to measure, by name."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__)]
    modules = {
        name: import_module(f"benchmarks.{name}") for name in names if not name.startswith("_")
    }
    return {
        name: cast("Rows", module.rows)
        for name, module in modules.items()
        if hasattr(module, "rows")
    }
