"""The seam between a connection and whatever sits at one of its ends."""

from __future__ import annotations

from typing import Protocol

from wsfake.model import Event

__all__ = ["End"]


class End(Protocol):
    """One end of a connection: a script's socket, a player, a handler, or a real socket.

    An end speaks by calling the `say` that it was given with an event of its own side; it listens
    by `arrive`. It deals in wire facts (who did what), never in callbacks.
    """

    def arrive(self, what: Event) -> None:
        """Take note that the *other* side has done `what`."""
