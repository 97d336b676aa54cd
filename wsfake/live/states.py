"""The states of a live connection, as one table (RFC 6455 sections 4 and 7)."""

from __future__ import annotations

import enum
from typing import NamedTuple

__all__ = ["TABLE", "Happening", "State", "Step"]


class State(enum.Enum):
    """How far a live connection has come. *We* are at this end of TCP, the *peer* at the other."""

    CONNECTING = "connecting"  # name, TCP, TLS
    OPENING = "opening"  # the opening handshake is under way
    REJECTED = "rejected"  # an HTTP answer other than a valid 101, with TCP open
    OPEN = "open"
    BROKEN = "broken"  # the peer sent what cannot be parsed, and is not parsed any more
    CLOSE_SENT = "close sent"
    CLOSE_RECEIVED = "close received"
    LAST_WORD = "last word"  # Close received, and the peer's stream ended: our Close is due
    CLOSED = "closed"  # both Close frames passed: TCP is about to end
    FINISHED = "finished"  # nothing is said or heard any more


class Happening(enum.Enum):
    """What can happen to a live connection."""

    CONNECTED = "connected"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    VIOLATION = "violation"
    CLOSE_SENT = "close sent"  # given to the operating system, and not just asked for
    CLOSE_RECEIVED = "close received"
    PEER_ENDED = "peer ended"  # TCP: end of stream
    PEER_RESET = "peer reset"  # TCP: reset
    TIMEOUT = "timeout"
    ABANDONED = "abandoned"  # by us: refused, dropped, or the test ended


class Step(NamedTuple):
    """Where a happening leads to, and whether it is told as a `Drop`."""

    state: State
    drop: bool = False


_S, _H = State, Happening
_END, _DROP = Step(State.FINISHED), Step(State.FINISHED, drop=True)

TABLE: dict[tuple[State, Happening], Step] = {
    (_S.CONNECTING, _H.CONNECTED): Step(_S.OPENING),
    (_S.CONNECTING, _H.TIMEOUT): _END,  # told as a Refuse
    (_S.OPENING, _H.ACCEPTED): Step(_S.OPEN),
    (_S.OPENING, _H.REJECTED): Step(_S.REJECTED),
    (_S.OPENING, _H.VIOLATION): Step(_S.BROKEN),
    (_S.OPENING, _H.PEER_ENDED): _DROP,
    (_S.OPENING, _H.PEER_RESET): _DROP,
    (_S.OPENING, _H.TIMEOUT): _END,  # told as a Stall
    (_S.REJECTED, _H.PEER_ENDED): _DROP,
    (_S.REJECTED, _H.PEER_RESET): _DROP,
    (_S.OPEN, _H.VIOLATION): Step(_S.BROKEN),
    (_S.OPEN, _H.CLOSE_SENT): Step(_S.CLOSE_SENT),
    (_S.OPEN, _H.CLOSE_RECEIVED): Step(_S.CLOSE_RECEIVED),
    (_S.OPEN, _H.PEER_ENDED): _DROP,
    (_S.OPEN, _H.PEER_RESET): _DROP,
    (_S.OPEN, _H.TIMEOUT): _DROP,  # the peer did not even read our Close
    (_S.BROKEN, _H.CLOSE_SENT): Step(_S.BROKEN),
    (_S.BROKEN, _H.PEER_ENDED): _DROP,
    (_S.BROKEN, _H.PEER_RESET): _DROP,
    (_S.BROKEN, _H.TIMEOUT): _DROP,
    (_S.CLOSE_SENT, _H.CLOSE_SENT): Step(_S.CLOSE_SENT),
    (_S.CLOSE_SENT, _H.VIOLATION): Step(_S.BROKEN),
    (_S.CLOSE_SENT, _H.CLOSE_RECEIVED): Step(_S.CLOSED),
    (_S.CLOSE_SENT, _H.PEER_ENDED): _DROP,
    (_S.CLOSE_SENT, _H.PEER_RESET): _DROP,
    (_S.CLOSE_SENT, _H.TIMEOUT): _DROP,
    (_S.CLOSE_RECEIVED, _H.CLOSE_SENT): Step(_S.CLOSED),
    (_S.CLOSE_RECEIVED, _H.PEER_ENDED): Step(_S.LAST_WORD),
    (_S.CLOSE_RECEIVED, _H.PEER_RESET): _DROP,  # measured: not clean any more in Qt 5.15.2
    (_S.CLOSE_RECEIVED, _H.TIMEOUT): _END,
    (_S.LAST_WORD, _H.CLOSE_SENT): _END,
    (_S.LAST_WORD, _H.PEER_RESET): _END,
    (_S.LAST_WORD, _H.TIMEOUT): _END,
    (_S.CLOSED, _H.CLOSE_SENT): Step(_S.CLOSED),
    (_S.CLOSED, _H.PEER_ENDED): _END,
    (_S.CLOSED, _H.PEER_RESET): _END,
    (_S.CLOSED, _H.TIMEOUT): _END,
} | {(state, _H.ABANDONED): _END for state in _S}
"""Where each happening leads to in each state. One that is missing cannot be, and is an error."""
