from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import wsfake


@pytest.mark.parametrize("name", wsfake.__all__)
def test_every_name_can_be_imported(name: str) -> None:
    assert getattr(wsfake, name) is not None
    assert name in dir(wsfake)


def test_a_name_is_the_one_of_its_module() -> None:
    assert wsfake.Transcript is import_module("wsfake.transcript").Transcript
    assert wsfake.Failure is import_module("wsfake.errors").Failure


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError) as caught:
        wsfake.Nothing  # noqa: B018
    assert str(caught.value) == "module 'wsfake' has no attribute 'Nothing'"


def test_the_names_are_those_that_a_type_checker_sees() -> None:
    tree = ast.parse(Path(str(wsfake.__file__)).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        name.asname: f"{node.module}".removeprefix("wsfake.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert seen == wsfake._PLACES
    assert list(wsfake._PLACES) == sorted(wsfake._PLACES)


def test_importing_the_package_loads_none_of_its_modules() -> None:
    code = "import sys, wsfake; print([name for name in sys.modules if 'wsfake.' in name])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=60,
        cwd=Path(str(wsfake.__file__)).parents[1],
    )  # fmt: skip
    assert done.stdout == "[]\n"
