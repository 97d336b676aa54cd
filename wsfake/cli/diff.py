"""`wsfake diff`: where two dialogues differ."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsfake.cassette import CassetteReader, is_cassette, read_cassette
from wsfake.cli.output import CUT_OFF
from wsfake.cli.texts import read_text
from wsfake.model import Entry
from wsfake.transcript import Matching
from wsfake.transcript.alignment import Change, changes
from wsfake.transcript.differences import differences
from wsfake.transcript.writing import write_entry

__all__ = ["add_parser"]

_LONGEST = 400
"""Characters of a message; a longer one is cut, and the line below it says where it differs."""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "diff", help="print where two dialogues differ, whether cassettes or texts"
    )
    parser.add_argument("one", help="a cassette (.msgpack), or the text form of one")
    parser.add_argument("other", help="what it is compared with, of either kind")
    parser.add_argument("--times", action="store_true", help="compare when things were said, too")
    parser.set_defaults(command=diff)


def diff(arguments: argparse.Namespace) -> int:
    """Print every difference; one is a finding, and so is a cassette that is cut off."""
    found = False
    with _entries(Path(arguments.one)) as one, _entries(Path(arguments.other)) as other:
        for change in changes(one, other, times=arguments.times):
            if not found:
                print(f"--- {arguments.one}\n+++ {arguments.other}")
            found = True
            for line in _lines(change):
                print(line)
        for path, entries in ((arguments.one, one), (arguments.other, other)):
            if isinstance(entries, CassetteReader) and entries.cut:
                found = True
                print(f"wsfake: {path}: {CUT_OFF}", file=sys.stderr)
    return 1 if found else 0


@contextmanager
def _entries(path: Path) -> Iterator[Iterable[Entry]]:
    """Give the entries of a file; a cassette is never in memory as a whole."""
    if is_cassette(path):
        with read_cassette(path) as reader:
            yield reader
    else:
        yield read_text(path)


def _lines(change: Change) -> Iterator[str]:
    entries = (*change.before, *change.removed, *change.added)
    numbered = any(entry.connection != 1 for entry in entries)
    yield f"@@ entry {change.place} @@"
    for sign, some in ((" ", change.before), ("-", change.removed), ("+", change.added)):
        for entry in some:
            for line in write_entry(entry, numbered=numbered, most=_LONGEST):
                yield f"{sign} {line}"
    if len(change.removed) == len(change.added) == 1:
        yield from _details(change.removed[0], change.added[0])


def _details(one: Entry, other: Entry) -> Iterator[str]:
    if one[1:3] == other[1:3] and one.what != other.what:
        for line in differences(one.what, other.what, Matching()):
            yield f"  {'differs':>11}  {line}"
