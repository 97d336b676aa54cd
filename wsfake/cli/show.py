"""`wsfake show`: print a cassette."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from typing import Any

from wsfake.cassette import read_cassette
from wsfake.cli.output import CUT_OFF, print_lines
from wsfake.model import Entry
from wsfake.transcript.writing import write_entries

__all__ = ["add_parser", "entry_to_json"]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("show", help="print a cassette as the dialogue that it holds")
    parser.add_argument("cassette", help="the path of a cassette")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object for each entry, in lines"
    )
    parser.add_argument(
        "--no-times",
        action="store_true",
        help="print every time as 0, to compare what was said in two recordings",
    )
    parser.set_defaults(command=show)


def show(arguments: argparse.Namespace) -> int:
    """Print all that can be read; what cannot is told on stderr, and is a finding."""
    with read_cassette(arguments.cassette, recover=True) as reader:
        entries = map(_timeless, reader) if arguments.no_times else iter(reader)
        if arguments.json:
            for entry in entries:
                print(json.dumps(entry_to_json(entry)))
        else:
            numbered = _has_several_connections(arguments.cassette)
            print_lines(write_entries(entries, numbered=numbered))
        findings = [str(damage) for damage in reader.damage]
        if reader.cut:
            findings.append(CUT_OFF)
    for finding in findings:
        print(f"wsfake: {arguments.cassette}: {finding}", file=sys.stderr)
    return 1 if findings else 0


def _timeless(entry: Entry) -> Entry:
    return entry._replace(at=0)


def _has_several_connections(path: str) -> bool:
    """Look through the whole cassette first, so that one of any size is never held in memory."""
    with read_cassette(path, recover=True) as reader:
        return any(entry.connection != 1 for entry in reader)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON can say it: times in microseconds, bytes in base64."""
    what = entry.what
    said: dict[str, Any]
    if isinstance(what, str):
        said = {"kind": "text", "text": what}
    elif isinstance(what, bytes):
        said = {"kind": "binary", **_plain(what)}
    else:
        said = {"kind": type(what).__name__.lower(), **dict(_fields(what))}
    return {
        "at": entry.at,
        "connection": entry.connection,
        "side": str(entry.side),
        **said,
    }


def _fields(what: Any) -> Iterator[tuple[str, Any]]:
    for name, value in what.fields().items():
        yield name, _plain(value)


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
