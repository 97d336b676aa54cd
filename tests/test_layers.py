"""Imports point down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import wsfake

ROOT = Path(str(wsfake.__file__)).parent

LAYERS = {
    "errors": 0,
    "values": 0,
    "model": 0,
    "clock": 1,
    "transcript": 1,
    "wire": 1,
    "player": 2,
    "recorder": 2,
    "cassette": 2,
    "real_time": 3,
    "foreign": 3,
    "network": 3,
    "script_api": 3,
    "live": 4,
    "proxy": 4,
    "ports": 4,
    "javascript": 5,
    "intercept": 5,
    "harness": 6,
    "cli": 7,
    "proxies": 7,
}

BESIDE = {
    ("model", "errors"),
    ("model", "values"),
    ("transcript", "clock"),  # a pause is a time
    ("transcript", "wire"),  # what of a text or a reason fits into a frame
    ("proxy", "live"),  # a relay stands on its reactor, transports and framing
    ("ports", "live"),
    ("ports", "proxy"),  # a port passes on what it does not answer by itself
    ("script_api", "network"),  # its sockets are ends of connections in memory
}
"""Who imports whom within one layer."""

OUTSIDE = {"socket", "ssl", "selectors", "asyncio"}


def imports(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the modules that are imported anywhere, but for types alone."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imports(node.orelse)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, ast.unparse(node)
            yield from (f"wsfake.{name.name}" for name in node.names if node.module == "wsfake")
            yield str(node.module)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.stmt):
                    yield from imports([child])
                elif isinstance(child, ast.ExceptHandler | ast.match_case):
                    yield from imports(child.body)


MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def package(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_package_has_its_layer() -> None:
    assert {package(path) for path in MODULES} == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_none_above_it(path: Path) -> None:
    own = package(path)
    for module in imports(ast.parse(path.read_text("utf-8")).body):
        top, _, rest = module.partition(".")
        if LAYERS[own] <= 3:
            assert top not in OUTSIDE, f"{own} knows no {top}"
        other = rest.partition(".")[0]
        if top == "wsfake" and other in LAYERS and other != own and (own, other) not in BESIDE:
            assert LAYERS[other] < LAYERS[own], f"{own} imports {module}"


def test_an_import_is_found_wherever_it_stands() -> None:
    code = """
import a
from b.c import d
from wsfake import errors
if TYPE_CHECKING:
    import e
else:
    import f
def g():
    try:
        import h
    except ImportError:
        import i
    match g:
        case 1:
            import j
"""
    found = set(imports(ast.parse(code).body))
    assert found == {"a", "b.c", "wsfake", "wsfake.errors", "f", "h", "i", "j"}
