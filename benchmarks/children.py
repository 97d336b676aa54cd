"""Peers that need a process, an environment or a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

__all__ = [
    "Unavailable",
    "environment",
    "fresh",
    "one_processor",
    "pytest_seconds",
    "run",
    "worker",
]

_ROOT = Path(__file__).parent.parent
_ENVIRONMENTS = Path(__file__).parent / ".environments"
_PATH = os.pathsep.join([str(_ROOT), str(_ROOT / "pytest_plugin")])
_TIMEOUT = 600


class Unavailable(Exception):
    """A peer cannot be had here, and why."""


def environment(*requirements: str) -> str:
    """Return the interpreter of an environment that holds a peer, made where there is none.

    Raises `Unavailable` where it cannot be made.
    """
    folder = _ENVIRONMENTS / requirements[0]
    python = folder / "bin" / "python"
    if (folder / "made").exists():
        return str(python)
    commands = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *requirements],
    )
    for command in commands:
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_TIMEOUT)
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(f"{requirements[0]} could not be installed: {error}") from None
    (folder / "made").touch()
    return str(python)


def fresh(code: str, python: str = sys.executable) -> float:
    """Run a program in a process of its own; it prints how many seconds it took for its task."""
    return float(run([python, "-c", code]).split()[-1])


@contextmanager
def worker(
    code: str, *arguments: str, python: str = sys.executable
) -> Iterator[subprocess.Popen[str]]:
    """Run a program beside, with its input and output to talk to; it ends when its input does."""
    with subprocess.Popen(
        [python, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_surroundings(),
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


@contextmanager
def one_processor() -> Iterator[None]:
    """Keep this process, and those that it starts, on one processor, where the system can.

    The processors of a shared machine are not equally fast at a time, so processes that are
    compared, and take turns, are to be on the same one.
    """
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


_TIMING = """
import time
import pytest

begin = None

def pytest_runtest_logfinish():
    global begin
    begin = begin or time.perf_counter()  # the first test loads what all of them use

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    try:
        return (yield)
    finally:
        if not hasattr(session.config, "workerinput"):
            with open("seconds.txt", "w") as file:
                file.write(str(time.perf_counter() - begin))
"""


def pytest_seconds(
    tests: str, *options: str, files: Mapping[str, bytes] = MappingProxyType({})
) -> float:
    """Return for how long a pytest of its own runs these tests, without its start and its end.

    The first test does not count: it loads what all of them use.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conftest.py").write_text(_TIMING)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
        (folder / "test_it.py").write_text(tests)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        run([sys.executable, "-m", "pytest", "-q", "-x", *options], folder)
        return float((folder / "seconds.txt").read_text())


def run(command: list[str], folder: Path | None = None) -> str:
    """Run a command to its end, and return what it printed. Raises `RuntimeError` if it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=_surroundings(),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _surroundings() -> dict[str, str]:
    """Return variables with which every module is loaded as one that was installed: compiled."""
    named = {
        "PYTHONPATH": _PATH,
        "PYTHONPYCACHEPREFIX": str(_ENVIRONMENTS / "compiled"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    others = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**others, **named}


_UNSET = ("PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "CI")
