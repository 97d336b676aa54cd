"""What a test did, for whoever reports it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["Summary"]


class Summary(NamedTuple):
    """Counts of one test; a report adds them up."""

    replayed: int = 0
    """Connections that were answered from the cassette."""

    recorded: int = 0
    """Entries that were recorded."""

    unplayed: bool = False
    gave_way: int = 0
    ended_by_silence: bool = False
    cassette: Path | None = None
    written: Path | None = None
    """Where the recording is: the cassette, or what was set aside."""

    kept: bool = False
    """Whether the recording has become the cassette."""

    set_aside: str = ""
    """Why it has not: `failed`, `retried` or `interrupted`."""
