"""Measure everything, print a table, and write JSON beside it."""

from __future__ import annotations

import argparse
import json
import platform
from itertools import chain
from pathlib import Path

import attrs

from benchmarks import cassettes, echo, proxy
from benchmarks.measuring import Comparison

_DEFAULT = Path(__file__).parent / "results.json"
_PARTS = {
    "echo": echo.comparisons,
    "cassettes": cassettes.comparisons,
    "proxy": proxy.comparisons,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, default=_DEFAULT, help="where to (%(default)s)")
    parser.add_argument(
        "--only", choices=list(_PARTS), action="append", help="this part; may be repeated"
    )
    arguments = parser.parse_args()
    machine = (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"
    )
    print(machine)
    print(f"{'what':50} {'against':28} {'goal':>6} {'ratio':>7} {'spread':>15} {'ours/s':>10}")
    done = []
    parts = arguments.only or list(_PARTS)
    for comparison in chain.from_iterable(_PARTS[part]() for part in parts):
        print(_row(comparison), flush=True)
        done.append({**attrs.asdict(comparison), "ratio": comparison.ratio})
    arguments.json.write_text(json.dumps({"machine": machine, "results": done}, indent=1) + "\n")


def _row(comparison: Comparison) -> str:
    spread = f"{min(comparison.ratios):.2f} to {max(comparison.ratios):.2f}"
    goal = "" if comparison.goal is None else f"{comparison.goal:g}"
    return (
        f"{comparison.what:50} {comparison.against:28} {goal:>6} {comparison.ratio:7.2f}"
        f" {spread:>15} {comparison.ours:10,.0f}"
    )


main()
