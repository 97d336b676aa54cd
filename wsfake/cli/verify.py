"""`wsfake verify`: whether a real server still says what a cassette says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from wsfake.cassette import PLACEHOLDER
from wsfake.cli.playing import add_matching, entries_of, playing
from wsfake.errors import UsageError
from wsfake.model import Entry, Open, Side
from wsfake.transcript.writing import write_entry

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "verify", help="connect to the real server, and tell where it has left a cassette"
    )
    parser.add_argument("cassette", metavar="FILE", help="the path of a cassette")
    parser.add_argument(
        "--at", metavar="URL", help="where the server is now; by default where it was recorded"
    )
    add_matching(parser)
    parser.set_defaults(command=verify)


def verify(arguments: argparse.Namespace) -> int:
    """Act the recorded clients against the real server; a difference is a finding."""
    entries = entries_of(arguments.cassette)
    _check(arguments.cassette, entries, elsewhere=arguments.at is not None)
    with playing(arguments) as watcher:
        watcher.act_client(arguments.at, entries)
    if not watcher.finish():
        return 1
    count = len({entry.connection for entry in watcher.harness.dialogue.entries})
    connections = "1 connection" if count == 1 else f"{count} connections"
    print(f"wsfake: the server says what the cassette says ({connections})")
    return 0


def _check(path: str, entries: Sequence[Entry], *, elsewhere: bool) -> None:
    """Raise `UsageError` where the cassette's clients cannot be acted against a real server."""
    for number, entry in enumerate(entries, 1):
        if entry.side is not Side.CLIENT:
            continue
        if isinstance(entry.what, Open) and not elsewhere and "://" not in entry.what.url:
            raise UsageError(
                f"{path}: these are clients of a script's server, {entry.what.url}:"
                " say where it is, with --at URL"
            )
        if _was_redacted(entry, elsewhere=elsewhere):
            raise UsageError(
                f"{path}, entry {number}: a secret was taken out of what the client says, and"
                f" cannot be said again: {next(iter(write_entry(entry))).strip()}\n"
                "  a test can say it, under pytest --ws-mode=verify;"
                " of a URL, the whole can be given with --at URL"
            )


def _was_redacted(entry: Entry, *, elsewhere: bool) -> bool:
    what = entry.what
    if isinstance(what, Open):
        return not elsewhere and PLACEHOLDER in what.url
    return isinstance(what, str) and PLACEHOLDER in what
