"""The command line: one module for each command.

Exit codes: 0 is fine, 1 a finding (a failure, a damaged cassette), 2 wrong use, 130 interrupted
by Ctrl-C where that is not how the command is ended.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

__all__ = ["main"]

_COMMANDS = (
    "convert",
    "demo",
    "diff",
    "git-setup",
    "record",
    "run",
    "scrub",
    "serve",
    "show",
    "verify",
)

_INTERRUPTED = 130
"""What shells say of a program that SIGINT, which is 2, has ended: 128 and that."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    from wsfake.errors import (  # noqa: PLC0415 - as below
        CassetteError,
        DamagedCassette,
        NoCassette,
        UsageError,
        WsfakeError,
    )

    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, TextIOWrapper):  # what a terminal cannot show is shown escaped
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except (UsageError, CassetteError) as error:
        print(f"wsfake: {error}", file=sys.stderr)
        damaged = isinstance(error, DamagedCassette) and not isinstance(error, NoCassette)
        return 1 if damaged else 2
    except WsfakeError as error:
        print(f"wsfake: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # as when the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("wsfake: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import version  # noqa: PLC0415 - the plugin imports no command

    parser = argparse.ArgumentParser(
        prog="wsfake", description="A test double and recording proxy for WebSocket scripts."
    )
    parser.add_argument("--version", action="version", version=f"wsfake {version('wsfake')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in _COMMANDS:
        import_module(f"wsfake.cli.{name.replace('-', '_')}").add_parser(commands)
    return parser
