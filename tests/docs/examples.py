"""Runs what a page of the documentation shows, block by block, in one folder for the page.

    javascript  a file: its first line, such as `// feed.js`, names it, and a later block uses it
    python    a test (it has a `def test_`) is run by pytest and must pass, and anything else is
              executed; a first line such as `# feed.py` names the file that it is instead, which a
              later block must use, or, if it is a test, which is run unless a console block follows
    text      behind a python block: what that prints, or how that test fails; anywhere else it is a
              transcript
    console   commands behind `$ `, each with what it prints; `...` is any number of lines
    ini       the `pytest.ini` of the page from here on
    sh        commands for a reader's machine: `./dev WORD`, and pip with the project's name

Any other block fails its page. The port 8765 is a free one when a page is run. With
WSFAKE_UPDATE_DOCS set, what is printed now is written into the page.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from wsfake import Transcript
from wsfake.transcript.parsing import parse_entries

__all__ = ["ROOT", "Block", "PageRun", "blocks_of"]

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=ticks)$", re.MULTILINE | re.DOTALL
)
_FILES = {
    "python": re.compile(r"# ([\w/]+\.(?:py|ini))\n"),
    "javascript": re.compile(r"// ([\w/]+\.m?js)\n"),
}
_IS_TEST = re.compile(r"^(?:async )?def test_|^class Test", re.MULTILINE)
_EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
_INSTALLED = [["wsfake"], *([f"wsfake[{extra}]"] for extra in _EXTRAS)]
_DIRECTIVES = ("{toctree}", "{eval-rst}")
_PORT = "8765"
_PATIENCE = 120
_ONLY_WSFAKE = ("-p", "pytest_wsfake.plugin", "-p", "no:cacheprovider")
_VARIABLES = {
    "COLUMNS": "80",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}
"""The same pages are printed by whatever else is installed, and at whatever place."""

_NO_VARIABLES = ("BUILD_NUMBER", "CI", "ECHO_URL", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
_UPDATE = "WSFAKE_UPDATE_DOCS"


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    code: str
    start: int
    """The character of the page at which its code begins."""

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that it is, where its first line names one."""
        named = _FILES.get(self.language)
        found = None if named is None else named.match(self.code)
        return None if found is None else found[1]

    @property
    def is_test(self) -> bool:
        return self.language == "python" and _IS_TEST.search(self.code) is not None


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found["language"].strip(),
            found["code"],
            found.start("code"),
        )
        for found in _FENCE.finditer(text)
    ]


class PageRun:
    """Runs one page in the folder of a `pytester`."""

    def __init__(self, page: Path, pytester: pytest.Pytester) -> None:
        self.blocks = [b for b in blocks_of(page) if not b.language.startswith(_DIRECTIVES)]
        self._page = page
        self._pytester = pytester
        self._port = str(_free_port())
        self._background: list[subprocess.Popen[str]] = []
        self._printed: str | None = None
        """What the block before has printed, if that was a python block."""
        self._updates: list[tuple[Block, str]] = []

    def run(self) -> None:
        """Run every block.

        Raises `AssertionError`, which names the place, for one that is not as the page says.
        """
        runners = {
            "javascript": self._write_file,
            "python": self._run_python,
            "text": self._check_text,
            "console": self._run_console,
            "ini": self._write_ini,
            "sh": self._check_sh,
        }
        try:
            for number, block in enumerate(self.blocks):
                assert block.language in runners, f"{block.where}: nothing runs this block"
                runners[block.language](block, self.blocks[number + 1 :])
        finally:
            for process in self._background:
                process.kill()
                process.wait(_PATIENCE)
            self._update()

    # python

    def _run_python(self, block: Block, rest: list[Block]) -> None:
        follower = rest[0].language if rest else ""
        if block.is_test:
            path = self._write(block.file or f"test_block_{block.line}.py", block)
            if follower != "console":
                self._printed = self._run_test(block, path, printed=follower == "text")
        elif block.file is not None:
            self._write_file(block, rest)
        else:
            self._printed = self._execute(block)
        if follower != "text":
            assert not self._printed, f"{block.where}: the page does not say what this prints"
            self._printed = None

    def _write_file(self, block: Block, rest: list[Block]) -> None:
        assert block.file is not None, f"{block.where}: its first line names no file"
        self._write(block.file, block)
        stem = Path(block.file).stem
        used = stem == "conftest" or any(stem in later.code for later in rest)
        assert used, f"{block.where}: no later block uses {block.file}"

    def _write(self, name: str, block: Block) -> Path:
        path = self._pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._with_port(block.code), encoding="utf-8")
        return path

    def _run_test(self, block: Block, path: Path, *, printed: bool) -> str:
        with patch.dict(os.environ, _VARIABLES), redirect_stdout(io.StringIO()) as said:
            run = self._pytester.inline_run(*_ONLY_WSFAKE, "--strict-config", str(path))
        reports = run.getreports("pytest_runtest_logreport")
        failed = [report for report in reports if report.failed]
        texts = [_failure_text(report) for report in failed]
        if not printed:
            assert not failed, f"{block.where}:\n" + "\n".join(texts)
            passed = sum(report.passed and report.when == "call" for report in reports)
            assert passed, f"{block.where}: no test was run\n{said.getvalue()}"
            return ""
        return "\n\n".join(texts) if texts else "".join(dict.fromkeys(r.capstdout for r in reports))

    def _execute(self, block: Block) -> str:
        program = compile("\n" * block.line + self._with_port(block.code), str(block.page), "exec")
        with redirect_stdout(io.StringIO()) as said:
            exec(program, {"__name__": "__main__"})
        return said.getvalue()

    # text

    def _check_text(self, block: Block, _: list[Block]) -> None:
        printed, self._printed = self._printed, None
        if printed is not None:
            self._compare(block, block.code.strip("\n"), printed.strip("\n"))
        elif re.search(r"#\d+  ", block.code):
            assert parse_entries(block.code), block.where
        else:
            assert Transcript.parse(block.code).steps, block.where

    def _compare(self, block: Block, expected: str, actual: str) -> None:
        actual = self._as_shown(actual)
        if not _fits(expected, actual):
            self._updates.append((block, f"{actual}\n"))
            assert os.environ.get(_UPDATE), (
                f"{block.where} is not what comes\n--- page\n{expected}\n--- now\n{actual}"
            )

    # console

    def _run_console(self, block: Block, _: list[Block]) -> None:
        self._printed = None
        shown: list[str] = []
        for command, expected in _commands(block):
            actual = self._as_shown(self._call(command, block, expected))
            fits = _fits(expected, actual)
            shown += [f"$ {command}", *([expected] if fits and expected else [])]
            if not fits:
                shown.append(actual)
                assert os.environ.get(_UPDATE), (
                    f"{block.where}: {command}\n--- page\n{expected}\n--- now\n{actual}"
                )
        updated = "\n".join(shown) + "\n"
        if updated != block.code:
            self._updates.append((block, updated))

    def _call(self, command: str, block: Block, expected: str) -> str:
        words = shlex.split(self._with_port(command))
        if words[:3] == ["python", "-m", "pytest"]:
            words = words[2:]
        environment = _environment(words) | {"HOME": str(self._pytester.path)}
        if words == ["kill", "%1"]:
            process = self._background.pop(0)
            process.kill()
            process.wait(_PATIENCE)
            return ""
        programs = {
            "python": [sys.executable],
            "pytest": [sys.executable, "-m", "pytest", *_ONLY_WSFAKE],
            "wsfake": [sys.executable, "-m", "wsfake.cli"],
        }
        assert words[0] in programs, f"{block.where}: nothing runs {words[0]}"
        arguments = [*programs[words[0]], *words[1:]]
        if words[-1] == "&":
            self._start(arguments[:-1], environment)
            return ""
        done = subprocess.run(
            arguments,
            cwd=self._pytester.path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        may_fail = os.environ.get(_UPDATE) or re.search(
            r"^(FAILED|ERROR|E  |wsfake: |@@ )|would be redacted", expected, re.MULTILINE
        )
        assert done.returncode == 0 or may_fail, f"{block.where}: {command}\n{done.stdout}"
        return done.stdout.strip("\n")

    def _start(self, arguments: list[str], environment: dict[str, str]) -> None:
        process = subprocess.Popen(
            arguments,
            cwd=self._pytester.path,
            env=environment,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._background.append(process)
        deadline = time.monotonic() + _PATIENCE
        while not _listens(int(self._port)):
            assert process.poll() is None, f"{arguments} has ended"
            assert time.monotonic() < deadline, f"{arguments} does not listen at {self._port}"
            time.sleep(0.02)

    # ini and sh

    def _write_ini(self, block: Block, _: list[Block]) -> None:
        (self._pytester.path / "pytest.ini").write_text(block.code, encoding="utf-8")

    def _check_sh(self, block: Block, _: list[Block]) -> None:
        words_of_dev = re.findall(r"^([a-z]+)\)$", (ROOT / "dev").read_text(), re.MULTILINE)
        for line in block.code.splitlines():
            command = line.partition("#")[0].split()
            if not command:
                continue
            known = (
                command[0] == "./dev" and command[1] in words_of_dev,
                command[:2] == ["pip", "install"] and command[2:] in _INSTALLED,
            )
            assert any(known), f"{block.where}: not a command of this project: {line}"

    # What differs from run to run

    def _with_port(self, text: str) -> str:
        return text.replace(_PORT, self._port)

    def _as_shown(self, text: str) -> str:
        text = text.replace(self._port, _PORT).replace(f"{self._pytester.path}{os.sep}", "")
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def _update(self) -> None:
        if os.environ.get(_UPDATE) and self._updates:
            text = self._page.read_text(encoding="utf-8")
            for block, code in reversed(self._updates):
                text = text[: block.start] + code + text[block.start + len(block.code) :]
            self._page.write_text(text, encoding="utf-8")


def _failure_text(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash is not None else report.longreprtext


def _commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command, and the output that stands below it."""
    parts = re.split(r"^\$ (.*)\n", block.code, flags=re.MULTILINE)
    assert parts[0] == "", f"{block.where}: expected a command behind $"
    for command, output in zip(parts[1::2], parts[2::2], strict=True):
        yield command, output.strip("\n")


def _environment(words: list[str]) -> dict[str, str]:
    """Take the variables that stand before a command out of it, and return the environment."""
    environment = {
        name: value
        for name, value in {**os.environ, **_VARIABLES}.items()
        if name not in _NO_VARIABLES
    }
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return environment


def _fits(expected: str, actual: str) -> bool:
    """Compare output: real times and fresh ids differ, and `...` is any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(_settled(line)) + r"\n"
        for line in expected.split("\n")
    )
    return re.fullmatch(pattern, _settled(actual) + "\n") is not None


def _settled(text: str) -> str:
    text = re.sub(r"\bin \d+\.\d+s\b", "in N s", text)
    text = re.sub(r"={2,}", "==", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
    return re.sub(r"^ *\d+(\.\d+)? ms", "N ms", text, flags=re.MULTILINE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
