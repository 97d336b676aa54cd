"""Driving a player by hand: no network, no clock, only what is said and when."""

from __future__ import annotations

from typing import Any

from wsfake import Transcript
from wsfake.model import Event, Open, Side
from wsfake.player import Mismatch, Plan, Player
from wsfake.transcript import Matching

SECOND = 1_000_000
OPEN = Open("ws://a/")


class Drive:
    """A player that has heard the opening handshake, if it is the server."""

    def __init__(
        self, transcript: Transcript, side: Side = Side.SERVER, matching: Matching | None = None
    ) -> None:
        self.player = Player(
            Plan.of_transcript(transcript),
            side,
            matching,
            expected_headers=transcript.expected_headers,
        )
        self.now = 0
        self.log: list[tuple[int, Any]] = []
        if side is Side.SERVER:
            self.hear(OPEN)

    def hear(self, *whats: Event) -> Mismatch | None:
        """The script does these things, all at this instant."""
        for what in whats:
            mismatch = self.player.receive(what, self.now)
            if mismatch is not None:
                return mismatch
        return None

    def speak(self, until: int | None = None) -> list[Any]:
        """Let the player say what it has to say; return it, without the answer to the opening."""
        said = []
        while (due := self.player.due()) is not None and (until is None or due <= until):
            self.now = max(self.now, due)
            what = self.player.take(self.now)
            self.log.append((self.now, what))
            if what is not None and type(what).__name__ != "Accept":
                said.append(what)
        return said

    def unplayed(self) -> list[Any]:
        return [what for _, what in self.player.unplayed()]
