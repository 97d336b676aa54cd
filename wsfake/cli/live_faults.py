"""The options by which a live connection is given faults."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wsfake.errors import TranscriptError, UsageError
from wsfake.model import Close, Drop, Refuse, Reject, Stall
from wsfake.proxy import Faults

__all__ = ["add_fault_options", "faults_of"]


def add_fault_options(parser: argparse.ArgumentParser) -> None:
    faults = parser.add_argument_group(
        "faults", "what goes wrong on every connection; they compose"
    )
    faults.add_argument("--latency", metavar="MS", type=float, default=0, help="delay everything")
    faults.add_argument(
        "--jitter", metavar="MS", type=float, default=0, help="and by at most so much more"
    )
    faults.add_argument(
        "--seed", metavar="N", type=int, default=0, help="what jitter is drawn from"
    )
    faults.add_argument(
        "--bandwidth", metavar="KB", type=float, help="kilobytes per second in each direction"
    )
    for name, what in (
        ("drop", "the server drops the connection"),
        ("reset", "the server resets the connection"),
        ("stall", "the server says nothing more"),
    ):
        faults.add_argument(
            f"--{name}-after", metavar="N", type=int, help=f"{what} after N messages of its own"
        )
    faults.add_argument(
        "--close-after",
        metavar="N:CODE[:REASON]",
        help="the server closes with this code after N messages of its own",
    )
    faults.add_argument(
        "--edit",
        metavar="FILE.py:FUNCTION",
        help="called with who said a message (wsfake.model.Side) and the message; what it returns"
        " passes in its place, and None swallows it",
    )
    faults.add_argument(
        "--on-open",
        metavar="FILE.py:FUNCTION",
        help="called with a handle for both sides of each connection",
    )
    faults.add_argument("--reject", metavar="STATUS", type=int, help="answer with this HTTP status")
    faults.add_argument("--refuse", action="store_true", help="let no connection be made")


def faults_of(arguments: argparse.Namespace) -> Faults:
    """Return the faults that were asked for; raise `UsageError` for what cannot be."""
    programs: dict[str, dict[str, Any]] = {}
    try:
        faults = Faults(
            latency=arguments.latency / 1000,
            jitter=arguments.jitter / 1000,
            seed=arguments.seed,
            bandwidth=None if arguments.bandwidth is None else arguments.bandwidth * 1000,
            edit=_function("--edit", arguments.edit, programs),
            on_open=_function("--on-open", arguments.on_open, programs),
        )
        for count, effect in (
            (arguments.drop_after, Drop()),
            (arguments.reset_after, Drop(reset=True)),
            (arguments.stall_after, Stall()),
        ):
            if count is not None:
                faults = faults.fault("message", effect, after=count)
        if arguments.close_after is not None:
            count, close = _close(arguments.close_after)
            faults = faults.fault("message", close, after=count)
    except (TranscriptError, ValueError) as error:
        raise UsageError(str(error)) from None
    if arguments.reject is not None:
        if not 200 <= arguments.reject <= 999:
            raise UsageError(f"expected --reject a status from 200 to 999, got {arguments.reject}")
        faults = faults.fault("handshake", Reject(arguments.reject))
    return faults.fault("connect", Refuse()) if arguments.refuse else faults


def _close(text: str) -> tuple[int, Close]:
    count, _, rest = text.partition(":")
    code, _, reason = rest.partition(":")
    if not count.isdecimal() or not code.isdecimal() or int(code) > 0xFFFF:
        raise UsageError(f"expected --close-after N:CODE or N:CODE:REASON, got {text!r}")
    return int(count), Close(int(code), reason)


def _function(
    option: str, text: str | None, programs: dict[str, dict[str, Any]]
) -> Callable[..., Any] | None:
    """Return a function of a user's program, which is run once for all of its functions."""
    if text is None:
        return None
    path, colon, name = text.rpartition(":")
    if not colon or not os.path.isfile(path):
        raise UsageError(f"expected {option} FILE.py:FUNCTION with a file that is there: {text!r}")
    if path not in programs:
        sys.path.insert(0, str(Path(path).resolve().parent))  # for what it imports itself
        try:
            programs[path] = runpy.run_path(path)
        except Exception as error:  # whatever is wrong with it, it is the user's own
            raise UsageError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    function = programs[path].get(name)
    if not callable(function):
        there = sorted(each for each, what in programs[path].items() if _is_own(what))
        raise UsageError(f"expected {option} a function of {path} ({', '.join(there)}), got {name}")
    return function  # type: ignore[no-any-return]


def _is_own(what: object) -> bool:
    return callable(what) and getattr(what, "__module__", "") == "<run_path>"
