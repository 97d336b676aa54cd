"""`wsfake run`: run a script against a cassette, or for real."""

from __future__ import annotations

import argparse
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

from wsfake.errors import UsageError, WsfakeError
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
    code = _run(script, harness)
    written = harness.summary.written
    if written is not None:
        print(
            f"wsfake: {'recorded' if harness.summary.kept else 'set aside'} {written}",
            file=sys.stderr,
        )
    elif arguments.record:
        print("wsfake: nothing was recorded: the script made no connection", file=sys.stderr)
        code = code or 1
    return code


def _run(script: Path, harness: Harness) -> int:
    """Run a script; what it raises is told without the lines that are not its own."""
    sys.path.insert(0, str(script.parent))
    argv, sys.argv = sys.argv, [str(script)]
    code = 0
    try:
        with harness:
            try:
                runpy.run_path(str(script), run_name="__main__")
            except SystemExit as exit_:
                code = _exit_code(exit_)
                if code:
                    raise
            harness.run()
    except SystemExit:
        pass
    except (WsfakeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - of the script, or several of the harness
        _tell(error, script)
        return 1
    finally:
        sys.argv = argv
        sys.path.remove(str(script.parent))
    return code


def _exit_code(exit_: SystemExit) -> int:
    """Return what the interpreter would exit with, and say what it would say."""
    if exit_.code is None or isinstance(exit_.code, int):
        return exit_.code or 0
    print(exit_.code, file=sys.stderr)
    return 1


def _tell(error: Exception, script: Path) -> None:
    if isinstance(error, ExceptionGroup) and error.subgroup(WsfakeError) is not None:
        for each in error.exceptions:
            if isinstance(each, WsfakeError):
                print(f"wsfake: {each}", file=sys.stderr)
        rest = error.split(WsfakeError)[1]
        if rest is None:
            return
        error = rest
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != str(script):
        frames = frames.tb_next
    traceback.print_exception(error.with_traceback(frames))


def _mode(arguments: argparse.Namespace) -> str:
    if arguments.record:
        return "rewrite"
    return "live" if arguments.cassette is None else "none"
