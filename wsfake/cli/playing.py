"""What the commands that play a cassette share: the dialogue as it happens, and what goes wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from wsfake.cassette import PLACEHOLDER, Redactor, load
from wsfake.cli.output import line_printer
from wsfake.errors import UsageError, WsfakeError
from wsfake.harness import Advice, Harness
from wsfake.model import Entry, Open
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.transcript.writing import write_entry

__all__ = ["Watcher", "add_matching", "entries_of", "playing", "warn"]

_SILENCE_SECONDS = 5.0
"""After so much of it a client's part is over, where the server leaves the connection open."""


def add_matching(parser: argparse.ArgumentParser) -> None:
    """Add the options that `playing` takes."""
    parser.add_argument("--match", choices=("exact", "json"), help="how messages are compared")
    parser.add_argument(
        "--volatile",
        metavar="NAME",
        action="append",
        help="a JSON value that differs from run to run; may be repeated",
    )
    parser.add_argument("--quiet", action="store_true", help="do not print the dialogue")


def warn(text: str) -> None:
    print(f"wsfake: warning: {text}", file=sys.stderr, flush=True)


@contextmanager
def playing(
    arguments: argparse.Namespace,
    speed: float = 0,
    *,
    connect: str = "",
    again: str = "",
    repeat: bool = False,
) -> Iterator[Watcher]:
    """Give what watches over the harness that plays a cassette; nothing else is connected to.

    `connect` says what somebody is to do so that anything is played, and `again` so that it is
    played more than once. With `repeat` it is, and then may as well not be played at all.
    """
    harness = Harness(
        arguments.cassette,
        "none",
        advice=Advice(
            record=f"wsfake record URL -o {arguments.cassette}",
            script="",
            again=again,
            run="",
            connect=connect,
            let_be="",
            what="the replay",
        ),
        warn=warn,
        repeat=repeat,
        unplayed="ignore" if repeat else "fail",
        speed=speed,
        match=arguments.match,
        volatile=arguments.volatile or (),
        record_idle=_SILENCE_SECONDS,
    )
    try:
        yield Watcher(harness, quiet=arguments.quiet)
    except BaseException:
        harness.finish("failed")
        raise


def entries_of(path: str) -> Sequence[Entry]:
    """Return what a cassette that is to be played holds.

    Raises `UsageError` where that is nothing, and what `load` raises.
    """
    entries = load(path).entries
    if not entries:
        raise UsageError(f"{path}: there is no connection in this cassette")
    return entries


def _headers_without_secrets(entries: Sequence[Entry]) -> Iterable[str]:
    openings = [entry.what for entry in entries if isinstance(entry.what, Open)]
    headers = chain.from_iterable(opening.headers for opening in openings)
    return dict.fromkeys(name for name, value in headers if PLACEHOLDER in value)


class Watcher:
    """Tells what happens, as it happens."""

    def __init__(self, harness: Harness, *, quiet: bool) -> None:
        self.told: list[str] = []
        self.harness = harness
        self._show = None if quiet else line_printer()
        self._redactor = Redactor()
        self._shown = 0
        self._remarked = 0

    def look(self) -> None:
        dialogue = self.harness.dialogue
        if self._show is not None:
            for entry in dialogue.entries[self._shown :]:
                clean = self._redactor.entry(entry)
                self._show(write_entry(clean, numbered=True, most=LITERAL_LENGTH))
            self._shown = len(dialogue.entries)
        for _, text in dialogue.remarks[self._remarked :]:
            print(f"wsfake: {text}", file=sys.stderr, flush=True)
        self._remarked = len(dialogue.remarks)
        for failure in self.harness.failures:
            self.tell(failure)

    def act_client(self, url: str | None, entries: Sequence[Entry]) -> None:
        """Connect to the real server as the recorded clients did, and let them say their part.

        `entries` are those of the cassette.
        """
        if names := ", ".join(_headers_without_secrets(entries)):
            warn(
                f"{self.harness.cassette}: the secrets in {names} were taken out, and the server"
                f" gets {PLACEHOLDER} in their place; a test can say them, under pytest"
                " --ws-mode=verify"
            )
        self.harness.play_client(url, live=True)
        try:
            self.harness.run()
        except (WsfakeError, ExceptionGroup) as error:
            self.tell(error)

    def finish(self) -> bool:
        """End the play; tell what is left, and whether all of it went well."""
        try:
            self.harness.finish()
        except (WsfakeError, ExceptionGroup) as error:
            self.tell(error)
        self.look()
        return not self.told

    def tell(self, error: Exception) -> None:
        """Say what went wrong, once."""
        for each in error.exceptions if isinstance(error, ExceptionGroup) else [error]:
            text = str(each)
            if text not in self.told:
                self.told.append(text)
                print(f"wsfake: {text}", file=sys.stderr, flush=True)
