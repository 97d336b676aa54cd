"""`wsfake convert`: a cassette as text, a text as a cassette, or what is left of a damaged one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from wsfake.cassette import Header, load, write_cassette
from wsfake.errors import CassetteError, UsageError
from wsfake.model import Entry
from wsfake.network import write_dialogue
from wsfake.transcript.parsing import parse_entries

__all__ = ["add_parser"]

_KINDS = (".msgpack", ".txt")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "convert", help="turn a cassette into its text form, or back, or recover a damaged one"
    )
    parser.add_argument("source", help="a cassette (.msgpack) or its text form (.txt)")
    parser.add_argument("target", help="what to write, of either kind")
    parser.add_argument(
        "--recover",
        action="store_true",
        help="keep what can be read of a cut or damaged cassette",
    )
    parser.set_defaults(command=convert)


def convert(arguments: argparse.Namespace) -> int:
    """Write the target; a source of which something is lost is a finding."""
    source, target = Path(arguments.source), Path(arguments.target)
    for path in (source, target):
        if path.suffix not in _KINDS:
            raise UsageError(f"expected a path that ends in {' or '.join(_KINDS)}, got {path}")
    header, entries, lost = _read(source, recover=arguments.recover)
    for finding in lost:
        print(f"wsfake: {source}: {finding}", file=sys.stderr)
    if target.suffix == ".msgpack":
        write_cassette(target, entries, header)
    else:
        _write_text(target, entries)
    return 1 if lost else 0


def _read(path: Path, *, recover: bool) -> tuple[Header, list[Entry], list[str]]:
    if path.suffix == ".txt":
        return Header(), parse_entries(_read_text(path)), []
    cassette = load(path, recover=recover)
    lost = [str(damage) for damage in cassette.damage]
    if cassette.cut and not recover:
        raise UsageError(f"{path} is cut off: --recover keeps what it holds")
    if cassette.cut:
        lost.append("cut off: what was recorded after this is lost")
    return cassette.header, list(cassette.entries), lost


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: expected a text in UTF-8: {error}") from None


def _write_text(path: Path, entries: list[Entry]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in write_dialogue(entries)), encoding="utf-8")
    except OSError as error:
        raise CassetteError(f"{path}: {error.strerror}") from None
