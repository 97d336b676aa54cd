"""Results as lines of text, and as plain data."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from benchmarks.measuring import Row, Skipped

__all__ = ["HEADLINE", "as_data", "as_line", "goal_in_words", "machine", "spread_in_words"]

HEADLINE = (
    f"{'what':48} {'against':40} {'goal':>8} {'ratio':>8}    {'spread':>16} {'ours':>10} unit"
)


def as_line(row: Row | Skipped) -> str:
    """Return a line of the table, as it is printed."""
    start = f"{row.what:48} {row.against:40} {goal_in_words(row.goal, row.unit):>8}"
    if isinstance(row, Skipped):
        return f"{start} skipped: {row.why}"
    verdict = {True: "ok", False: "--", None: "  "}[row.reached]
    ours = f"{row.ours:10,.0f}" if row.unit == "per second" else f"{row.ours:10.3g}"
    return f"{start} {row.ratio:8.3g} {verdict} {spread_in_words(row.ratios):>16} {ours} {row.unit}"


def goal_in_words(goal: float | None, unit: str) -> str:
    """Return a goal with the direction in which it is better."""
    if goal is None:
        return ""
    return f"{'>=' if unit == 'per second' else '<='} {goal:.3g}"


def spread_in_words(ratios: tuple[float, ...]) -> str:
    """Return the least and the greatest ratio."""
    return f"{min(ratios):.3g} to {max(ratios):.3g}"


def as_data(row: Row | Skipped) -> dict[str, Any]:
    """Return a line as JSON has it."""
    data = attrs.asdict(row)
    return data if isinstance(row, Skipped) else {**data, "ratio": row.ratio}


def machine() -> Mapping[str, object]:
    """Return what the figures were measured on."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())
