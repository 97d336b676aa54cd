"""The pings and pongs of a recording: which a server has answered, and which nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wsfake.model import Close, Drop, End, Gap, Ping, Pong, Side

__all__ = ["answered_pings", "unasked_pongs"]


def answered_pings(sides: Sequence[Side | None], whats: Sequence[Any]) -> int | None:
    """Return how many pings of the client the server of a connection answered; None for all.

    It has left one unanswered where it has said nothing after it, though the client went on until
    it had enough: libraries close then, or drop the connection. Where nobody did, the recording may
    only have ended before the answer.
    """
    pings = answered = 0
    left = False
    for side, what in zip(sides, whats, strict=True):
        if isinstance(what, End | Gap):
            continue
        if side is Side.SERVER:
            answered, left = pings, False
        elif type(what) is Ping:
            pings += 1
        elif isinstance(what, Close | Drop):
            left = pings > answered
    return answered if left else None


def unasked_pongs(
    connections: Iterable[int], sides: Iterable[Side | None], whats: Iterable[Any]
) -> frozenset[int]:
    """Return the places of a server's pongs before which no ping with their payload stands.

    They are signs of life, which nobody has asked for (RFC 6455 section 5.5.3).
    """
    pings: set[tuple[int, bytes]] = set()
    found = []
    for i, (connection, side, what) in enumerate(zip(connections, sides, whats, strict=False)):
        if type(what) is Ping and side is Side.CLIENT:
            pings.add((connection, what.payload))
        elif type(what) is Pong and side is Side.SERVER and (connection, what.payload) not in pings:
            found.append(i)
    return frozenset(found)
