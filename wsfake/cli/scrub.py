"""`wsfake scrub`: take secrets out of cassettes that are there, or say where some stand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import define, field

from wsfake.cassette import Header, Leak, Redactor, find_leaks, find_tokens, read_cassette
from wsfake.cassette.contents import Footer
from wsfake.cassette.paths import beside
from wsfake.cassette.store import write_cassette
from wsfake.cli.redacting import add_redaction_options, redacted_by, redactor_of
from wsfake.errors import DamagedCassette
from wsfake.harness.recording import write_sidecar
from wsfake.model import Entry

__all__ = ["add_parser"]

_MOST_SHOWN = 10


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "scrub", help="take out of cassettes what is secret by the rules of now, and more names"
    )
    parser.add_argument("cassettes", nargs="+", metavar="CASSETTE", help="the path of a cassette")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; say what would be taken out"
    )
    add_redaction_options(parser)
    parser.set_defaults(command=scrub)


def scrub(arguments: argparse.Namespace) -> int:
    """Scrub each cassette. A finding is what was not, or could not be, taken out."""
    redactor = redactor_of(arguments)
    findings = False
    for name in arguments.cassettes:
        path = Path(name)
        found = _look(path, redactor)
        if found.entries and not arguments.check:
            _rewrite(path, redactor, found)
        _tell(path, found, taken_out=not arguments.check)
        findings = findings or bool(found.left) or (arguments.check and bool(found.entries))
    return 1 if findings else 0


@define
class _Found:
    header: Header
    footer: Footer | None = None
    entries: list[int] = field(factory=list)
    """The entries that change, counted from 1."""

    left: list[Leak] = field(factory=list)
    """What stands where nothing can be taken out: in binary messages, pings and raw bytes."""


def _look(path: Path, redactor: Redactor) -> _Found:
    """Read a whole cassette in constant memory.

    Raises `DamagedCassette` for one that is cut: what is left of it is another cassette.
    """
    secrets = dict(redactor.secrets)
    with read_cassette(path) as reader:
        found = _Found(reader.header)
        for number, entry in enumerate(reader, 1):
            clean = redactor.entry(entry)
            if clean != entry:
                found.entries.append(number)
            left = [*find_leaks([clean], secrets), *find_tokens([clean])]
            found.left += (leak._replace(entry=number) for leak in left)
        found.footer = reader.footer
        if reader.cut:
            raise DamagedCassette(
                f"{path} is cut off, and was left as it is: wsfake convert --recover keeps what"
                " it holds"
            )
    return found


def _rewrite(path: Path, redactor: Redactor, found: _Found) -> None:
    assert found.footer is not None
    header, footer = redacted_by(redactor, found.header), found.footer
    write_cassette(path, _cleaned(path, redactor), header, footer.ended, footer.extras)
    if beside(path, ".txt").exists():
        write_sidecar(path)


def _cleaned(path: Path, redactor: Redactor) -> Iterator[Entry]:
    with read_cassette(path) as reader:  # closed before it is replaced
        yield from map(redactor.entry, reader)


def _tell(path: Path, found: _Found, *, taken_out: bool) -> None:
    count = len(found.entries)
    if count:
        entries = "1 entry" if count == 1 else f"{count} entries"
        held = "held secrets, which were taken out" if taken_out else "would be redacted"
        shown = ", ".join(map(str, found.entries[:_MOST_SHOWN]))
        more = f" and {count - _MOST_SHOWN} more" if count > _MOST_SHOWN else ""
        print(f"{path}: {entries} {held}: {shown}{more}")
    elif not found.left:
        print(f"{path}: nothing to redact")
    for leak in found.left:
        print(
            f"wsfake: {path}: entry {leak.entry} holds a secret ({leak.name}) in bytes, where it"
            " cannot be taken out: record it again with another one",
            file=sys.stderr,
        )
