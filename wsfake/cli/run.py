"""`wsfake run`: run a script against a cassette, or for real."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path
from typing import Any

from wsfake.errors import UsageError
from wsfake.harness import Harness

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "run", help="run a Python script that does `from wsfake import WebSocket`"
    )
    parser.add_argument("script", help="the path of a Python script")
    parser.add_argument(
        "--cassette",
        metavar="FILE",
        help="replay this cassette, offline; without one the script connects for real",
    )
    parser.add_argument(
        "--record", action="store_true", help="connect for real, and record the cassette"
    )
    parser.add_argument("--profile", default="overte", help="whose WebSocket it is (%(default)s)")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the script, and then its callbacks until nothing more can happen."""
    script = Path(arguments.script)
    if script.suffix != ".py":
        raise UsageError(f"expected a Python script (.py), got {arguments.script}")
    if not script.is_file():
        raise UsageError(f"expected a script that exists, got {arguments.script}")
    if arguments.record and arguments.cassette is None:
        raise UsageError("--record writes a cassette: name it with --cassette FILE")
    mode = _mode(arguments)
    if mode == "none" and not Path(arguments.cassette).is_file():
        raise UsageError(f"{arguments.cassette}: there is no such cassette; --record makes it")
    harness = Harness(
        arguments.cassette,
        mode,
        profile=arguments.profile,
        how_to_record=f"wsfake run {arguments.script} --cassette {arguments.cassette} --record",
    )
    sys.path.insert(0, str(script.parent))
    with harness:
        runpy.run_path(str(script), run_name="__main__")
        harness.run()
    if harness.summary.written is not None:
        print(f"wsfake: recorded {harness.summary.written}", file=sys.stderr)
    return 0


def _mode(arguments: argparse.Namespace) -> str:
    if arguments.record:
        return "rewrite"
    return "live" if arguments.cassette is None else "none"
