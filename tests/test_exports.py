from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import wsfake

PUBLIC = [
    "CassetteError",
    "ConnectionNotAnswered",
    "Failure",
    "Harness",
    "Transcript",
    "UnexpectedMessage",
    "Unplayed",
    "UsageError",
    "WebSocket",
    "WebSocketServer",
    "WsfakeError",
    "WsfakeWarning",
    "json",
    "partial_json",
    "regex",
]


def test_the_public_names_are_these() -> None:
    assert sorted(wsfake.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(wsfake))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(wsfake, name).__name__ == name


def test_what_type_checkers_see_is_what_there_is() -> None:
    tree = ast.parse(Path(wsfake.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: str(node.module).removeprefix("wsfake.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == wsfake._PLACES


def test_another_name_is_an_error_like_any_modules() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = wsfake.Nothing
    assert str(caught.value) == "module 'wsfake' has no attribute 'Nothing'"


def test_importing_the_package_loads_nothing_but_itself() -> None:
    code = (
        "import sys, wsfake;"
        "print([m for m in sys.modules if m.partition('.')[0] in"
        " ('wsfake', 'attrs', 'attr', 'msgpack', 'websockets', 'asyncio')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['wsfake']\n"
