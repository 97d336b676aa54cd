"""What the commands that play a cassette share: the dialogue as it happens, and what goes wrong."""

from __future__ import annotations

import sys

from wsfake.cassette import Redactor
from wsfake.cli.output import line_printer
from wsfake.errors import WsfakeError
from wsfake.harness import Harness
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.transcript.writing import write_entry

__all__ = ["Watcher"]


class Watcher:
    """Tells what happens, as it happens."""

    def __init__(self, harness: Harness, *, quiet: bool) -> None:
        self.told: list[str] = []
        self._harness = harness
        self._show = None if quiet else line_printer()
        self._redactor = Redactor()
        self._shown = 0

    def look(self) -> None:
        if self._show is not None:
            entries = self._harness.dialogue.entries
            for entry in entries[self._shown :]:
                clean = self._redactor.entry(entry)
                self._show(write_entry(clean, numbered=True, most=LITERAL_LENGTH))
            self._shown = len(entries)
        for failure in self._harness.failures:
            self.tell(failure)

    def finish(self) -> bool:
        """End the play; tell what is left, and whether all of it went well."""
        try:
            self._harness.finish()
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
