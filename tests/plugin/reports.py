"""Reading the terminal report of a run."""

import re
from collections.abc import Sequence
from textwrap import dedent

import pytest

__all__ = ["block", "run", "summary", "text"]


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest in this process, with no other plugin and no cache left behind."""
    return pytester.runpytest_inprocess(
        "-p", "pytest_wsfake.plugin", "-p", "no:cacheprovider", *options
    )


def block(result: pytest.RunResult, title: str) -> str:
    """Return what is reported under a title such as `test_feed`, whole."""
    rule = re.compile(rf"_+ {re.escape(title)} _+")
    start = next(n for n, line in enumerate(result.outlines) if rule.fullmatch(line)) + 1
    rest = result.outlines[start:]
    end = next(n for n, line in enumerate(rest) if re.match(r"(_+ .* _+|=+ .* =+)$", line))
    told = rest[:end]
    summed = [n for n, line in enumerate(told) if line.startswith("ws_fake: ")]
    return "".join(f"{line.rstrip()}\n" for line in told[: summed[0] if summed else end])


def summary(result: pytest.RunResult) -> list[str]:
    """Return the lines in which wsfake sums the run up."""
    lines = result.outlines
    start = next((n for n, line in enumerate(lines) if line.startswith("ws_fake: ")), None)
    if start is None:
        return []
    rest: Sequence[str] = lines[start + 1 :]
    return [lines[start], *rest[: next(n for n, line in enumerate(rest) if line[:2] != "  ")]]


def text(whole: str) -> str:
    """Return a text that is indented in the source of a test."""
    return dedent(whole).removeprefix("\n")
