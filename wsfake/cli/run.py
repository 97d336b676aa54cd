"""`wsfake run`: run a script against a cassette, or for real."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

from wsfake.cassette.framing import is_there
from wsfake.cli.playing import warn
from wsfake.errors import UsageError, WsfakeError
from wsfake.harness import Advice, Harness

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("run", help="run a script, in JavaScript or in Python")
    parser.add_argument(
        "script",
        help="the path of a script: JavaScript (.js), run unmodified, or Python (.py) that does"
        " `from wsfake import WebSocket`",
    )
    parser.add_argument(
        "--cassette",
        metavar="FILE",
        help="replay this cassette, offline; without one the script connects for real",
    )
    parser.add_argument(
        "--record", action="store_true", help="connect for real, and record the cassette"
    )
    parser.add_argument("--profile", default="overte", help="whose WebSocket it is (%(default)s)")
    parser.add_argument(
        "--for",
        dest="seconds",
        type=float,
        metavar="SECONDS",
        help="end after so many seconds of the clock; by default when nothing more can happen",
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the script, and then its callbacks until nothing more can happen."""
    script = Path(arguments.script)
    if script.suffix not in _LANGUAGES:
        raise UsageError(
            "expected a script in JavaScript (.js, or .mjs for a module) or Python (.py), got"
            f" {arguments.script}"
        )
    if not os.path.isfile(script):
        raise UsageError(f"expected a script that exists, got {arguments.script}")
    if arguments.record and arguments.cassette is None:
        raise UsageError("--record writes a cassette: name it with --cassette FILE")
    mode = _mode(arguments)
    if mode == "none" and not is_there(arguments.cassette):
        raise UsageError(f"{arguments.cassette}: there is no such cassette; --record makes it")
    harness = Harness(
        arguments.cassette,
        mode,
        profile=arguments.profile,
        advice=Advice(
            record=f"wsfake run {arguments.script} --cassette {arguments.cassette} --record",
            script="",
            run="",
            connect="new WebSocket(...) in the script",
            let_be="",
            what="the script",
        ),
        warn=warn,
    )
    try:
        code = _run(script, harness, arguments.seconds)
    finally:
        _tell_written(harness)
    if arguments.record and harness.summary.written is None:
        print("wsfake: nothing was recorded: the script made no connection", file=sys.stderr)
        code = code or 1
    return code


def _tell_written(harness: Harness) -> None:
    written, kept = harness.summary.written, harness.summary.kept
    if written is not None:
        print(f"wsfake: {'recorded' if kept else 'set aside'} {written}", file=sys.stderr)


def _run(script: Path, harness: Harness, seconds: float | None) -> int:
    """Run a script; what it raises is told without the lines that are not its own."""
    sys.path.insert(0, str(script.parent))
    argv, sys.argv = sys.argv, [str(script)]
    code = 0
    try:
        with harness:
            try:
                _LANGUAGES[script.suffix](script, harness)
            except SystemExit as exit_:
                code = _exit_code(exit_)
                if code:
                    raise
            if seconds is None:
                harness.run()
            else:
                harness.advance(seconds)
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


def _run_python(script: Path, harness: Harness) -> None:
    runpy.run_path(str(script), run_name="__main__")


def _run_javascript(script: Path, harness: Harness) -> None:
    harness.load_script(script, on_print=lambda text: print(text, flush=True))


_LANGUAGES = {".py": _run_python, ".js": _run_javascript, ".mjs": _run_javascript}


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
