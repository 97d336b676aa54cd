"""A player on its own: what it hears, and what it says when it is due."""

from typing import Any

from wsfake.model import Accept, Event, Open, Side
from wsfake.player import Mismatch, Plan, Player
from wsfake.transcript import Matching, Transcript

CLIENT, SERVER = Side.CLIENT, Side.SERVER
OPEN = Open("ws://echo.example/")


class Broken:
    """A matcher that raises."""

    def __eq__(self, other: object) -> bool:
        raise KeyError("id")

    __hash__ = None  # type: ignore[assignment]


def player_of(
    transcript: Transcript, side: Side = SERVER, *, opened: bool = True, **matching: Any
) -> Player:
    """Return who acts a side; with the opening handshake done, unless `opened` is false."""
    player = Player(
        Plan.of_transcript(transcript),
        side,
        Matching(**matching),
        expected_headers=transcript.expected_headers,
    )
    if opened and side is SERVER:
        assert player.receive(OPEN, 0) is None
        assert player.take(0) == Accept()
    elif opened:
        assert isinstance(player.take(0), Open)
        assert player.receive(Accept(), 0) is None
    return player


def hear(player: Player, *whats: Event, at: float = 0) -> Mismatch | None:
    """Let the script do these things; return the first verdict."""
    for what in whats:
        mismatch = player.receive(what, round(at * 1_000_000))
        if mismatch is not None:
            return mismatch
    return None


def says(player: Player) -> list[Any]:
    """Return all that the player says until it waits, each with its time unless that is 0."""
    said: list[Any] = []
    now = 0
    while (due := player.due()) is not None:
        now = max(now, due)
        what = player.take(now)
        said.append(what if now == 0 else (now / 1_000_000, what))
    return said
