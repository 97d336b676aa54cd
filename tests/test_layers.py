"""Imports point down: the table of layers, and a reader of imports that checks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import wsfake

ROOT = Path(wsfake.__file__).parent

LAYERS = {
    "errors": 0,
    "model": 0,
    "clock": 1,
    "transcript": 1,
    "player": 2,
    "recorder": 2,
    "cassette": 2,
    "network": 3,
    "script_api": 3,
    "live": 4,
    "harness": 6,
    "proxies": 7,
    "cli": 7,
}

IO = {"socket", "ssl", "selectors", "asyncio", "threading", "time", "pathlib", "io", "os"}
MAY_USE = {
    "cassette": {"pathlib", "io", "os", "time"},  # it is the place for files
    "network": {"threading"},  # the lock that serialises callbacks
    "script_api": {"pathlib"},  # names of a script's files, which it does not open
}

MODULES = sorted(ROOT.rglob("*.py"))


def place_of(path: Path) -> str:
    """The package or top-level module of `wsfake` that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at any level, but what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import names its module in full"
            module = str(node.module)
            yield from (
                f"{module}.{alias.name}" if module == "wsfake" else module for alias in node.names
            )
        else:
            yield from imports(node)


def places_used(path: Path) -> set[str]:
    found = imports(ast.parse(path.read_text(encoding="utf-8")))
    parts = (module.split(".") for module in found)
    return {names[1] for names in parts if names[0] == "wsfake" and len(names) > 1}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    place = place_of(path)
    if place == "__init__":
        return
    for used in places_used(path) & LAYERS.keys():
        assert used == place or LAYERS[used] <= LAYERS[place], f"{place} imports {used}"


def test_every_place_has_its_layer() -> None:
    assert {place_of(path) for path in MODULES} - {"__init__"} == LAYERS.keys()


def test_no_two_packages_import_each_other() -> None:
    used: dict[str, set[str]] = {place: set() for place in LAYERS}
    for path in MODULES:
        if place_of(path) in used:
            used[place_of(path)] |= (places_used(path) & LAYERS.keys()) - {place_of(path)}
    done: list[str] = []
    while left := [place for place in used if place not in done]:
        free = [place for place in left if used[place] <= set(done)]
        assert free, f"these import each other: {left}"
        done += free


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if LAYERS.get(place_of(path), 9) <= 3],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_layers_0_to_3_know_no_sockets_files_and_event_loops(path: Path) -> None:
    found = {
        module.split(".")[0] for module in imports(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not (found & IO) - MAY_USE.get(place_of(path), set())
