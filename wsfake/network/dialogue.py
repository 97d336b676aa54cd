"""The dialogue of a test, as a value and as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from wsfake.model import Entry
from wsfake.values import Value

__all__ = ["LITERAL_LENGTH", "MOST_SHOWN", "Dialogue", "write_dialogue"]

MOST_SHOWN = 100
"""Entries of a dialogue that is shown as a whole; of a longer one, the last."""

LITERAL_LENGTH = 400
"""Characters of a message in a verdict; a longer one is cut."""


class Dialogue(Value):
    """Everything that was said so far, on every connection, in order."""

    __slots__ = ("entries", "remarks")

    def __init__(
        self, entries: tuple[Entry, ...], remarks: tuple[tuple[int, str], ...] = ()
    ) -> None:
        self.entries: Final = entries
        self.remarks: Final = remarks

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in write_dialogue(self.entries, self.remarks))


def write_dialogue(
    entries: Sequence[Entry],
    remarks: Sequence[tuple[int, str]] = (),
    *,
    redact: Callable[[Entry], Entry] | None = None,
    most_entries: int | None = None,
    most: int | None = None,
    numbered: bool | None = None,
) -> list[str]:
    """Return the lines of a dialogue; of a long one, the last `most_entries` entries.

    Remarks stand as comments where they were made.
    """
    from wsfake.transcript.writing import write_entry  # noqa: PLC0415 - most tests show nothing

    if numbered is None:
        numbered = any(entry.connection != 1 for entry in entries)
    start = 0 if most_entries is None else max(0, len(entries) - most_entries)
    lines = [f"# {start} entries before these"] if start else []
    said: dict[int, list[str]] = {}
    for place, text in remarks:
        said.setdefault(place, []).append(text)
    for place in range(start, len(entries) + 1):
        lines += [f"# {text}" for text in said.get(place, ())]
        if place < len(entries):
            entry = entries[place] if redact is None else redact(entries[place])
            lines += write_entry(entry, numbered=numbered, most=most)
    return lines
