"""At the end of the run: how many scenarios there are, and how many of them are equal."""

from collections import Counter
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for profile, result in oracle_results(report):
                told[profile] += result == "told"
                left_out[profile] += result != "told"
                equal[profile] += result == "told" and outcome == "passed"
    if told or left_out:
        terminalreporter.section("the oracle")
        for profile in sorted(told | left_out):
            rest = f", {left_out[profile]} left out" if left_out[profile] else ""
            terminalreporter.line(
                f"{profile}: {told[profile]} scenarios, {equal[profile]} equal{rest}"
            )
        terminalreporter.line(f"all: {told.total()} scenarios, {equal.total()} equal")


def oracle_results(report: Any) -> list[tuple[str, str]]:
    if getattr(report, "when", None) != "call":
        return []
    return [value for name, value in report.user_properties if name == "oracle"]
