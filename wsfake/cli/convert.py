"""`wsfake convert`: a cassette as text or back, what other tools recorded, what damage has left."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from wsfake.cassette import Header, find_leaks, is_cassette, load, write_cassette
from wsfake.cli.output import CUT_OFF
from wsfake.cli.redacting import (
    add_redaction_options,
    names_secrets,
    redacted_by,
    redactor_of,
)
from wsfake.cli.texts import read_text
from wsfake.errors import CassetteError, DamagedCassette, UnsafeCassette, UsageError
from wsfake.foreign import is_foreign, read_foreign
from wsfake.foreign.cassetter import FILTERED
from wsfake.model import Entry
from wsfake.network import write_dialogue

__all__ = ["add_parser"]

_CASSETTE, _TEXT = ".msgpack", ".txt"
_KINDS = (_CASSETTE, _TEXT)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "convert",
        help="turn a cassette into its text form or back, take over what other tools recorded,"
        " or recover a damaged cassette",
    )
    parser.add_argument(
        "source",
        help="a cassette (.msgpack), its text form, a HAR file of Chrome, Playwright or mitmproxy,"
        " or a YAML cassette of cassetter",
    )
    parser.add_argument("target", help="what to write: a cassette (.msgpack) or its text (.txt)")
    parser.add_argument(
        "--recover",
        action="store_true",
        help="keep what can be read of a cut or damaged cassette",
    )
    parser.add_argument(
        "--filtered",
        metavar="TEXT",
        default=FILTERED,
        help="what stands for a secret in a cassette of cassetter (%(default)s)",
    )
    add_redaction_options(parser)
    parser.set_defaults(command=convert)


@frozen
class _Source:
    header: Header
    entries: Sequence[Entry]
    lost: list[str] = field(factory=list)
    """What cannot be read of it."""

    notes: tuple[str, ...] = ()
    """What it does not say, or is not taken over."""


def convert(arguments: argparse.Namespace) -> int:
    """Write the target; a source of which something is lost is a finding."""
    source, target = Path(arguments.source), Path(arguments.target)
    if target.suffix not in _KINDS:
        raise UsageError(f"expected a target that ends in {' or '.join(_KINDS)}, got {target}")
    read = _read(source, arguments)
    for text in (*read.lost, *read.notes):
        print(f"wsfake: {source}: {text}", file=sys.stderr)
    if target.suffix == _CASSETTE:
        write_cassette(target, read.entries, read.header)
    else:
        _write_text(target, read.entries)
    return 1 if read.lost else 0


def _read(path: Path, arguments: argparse.Namespace) -> _Source:
    if arguments.recover or is_cassette(path):
        source = _read_cassette(path, recover=arguments.recover)
    elif is_foreign(path):
        foreign = read_foreign(path, filtered=arguments.filtered)
        source = _Source(Header(recorded=foreign.recorded), foreign.entries, notes=foreign.notes)
        return _without_secrets(path, source, arguments)
    else:
        source = _Source(Header(), read_text(path))
    return _without_secrets(path, source, arguments) if names_secrets(arguments) else source


def _read_cassette(path: Path, *, recover: bool) -> _Source:
    cassette = load(path, recover=recover)
    lost = [str(damage) for damage in cassette.damage]
    if cassette.cut and not recover:
        raise DamagedCassette(f"{path} is cut off: --recover keeps what it holds")
    if cassette.cut:
        lost.append(CUT_OFF)
    return _Source(cassette.header, cassette.entries, lost)


def _without_secrets(path: Path, source: _Source, arguments: argparse.Namespace) -> _Source:
    """Take the secrets out of what another tool has recorded, or where options name some."""
    redactor = redactor_of(arguments)
    entries = tuple(map(redactor.entry, source.entries))
    for leak in find_leaks(entries, dict(redactor.secrets)):
        raise UnsafeCassette(
            f"{path}: the value of {leak.name} stands in entry {leak.entry} where it cannot be"
            " taken out, so nothing was written"
        )
    header = redacted_by(redactor, source.header)
    return evolve(source, header=header, entries=entries)


def _write_text(path: Path, entries: Sequence[Entry]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in write_dialogue(entries)), encoding="utf-8")
    except OSError as error:
        raise CassetteError(f"{path}: {error.strerror}") from None
