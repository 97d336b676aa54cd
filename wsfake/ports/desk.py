"""What a port asks of the test that it belongs to."""

from __future__ import annotations

from typing import Protocol

from wsfake.model import Event
from wsfake.network import Connection, End, Network
from wsfake.proxy import Upstream

__all__ = ["Desk", "Through"]


class Through:
    """The server's end of a connection that is passed on, byte by byte, to the real server.

    What the client says reaches that server by itself, so nothing arrives here.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream

    def arrive(self, what: Event) -> None:
        pass


class Desk(Protocol):
    """Says who answers at a port (RULES 20), and keeps what is recorded there.

    Everything is called with the lock of the network held.
    """

    @property
    def network(self) -> Network: ...

    def answer(self, connection: Connection) -> End | None:
        """Return who answers: what is served, then the cassette, then `Through` where the mode is.

        Raises the failure of a URL that nothing answers.
        """

    def pass_on(self, connection: Connection, upstream: Upstream) -> Through:
        """Return the end that stands for the real server, as whose the connection counts."""

    def lets_through(self, url: str) -> Upstream | None:
        """Return where a WebSocket goes of which nothing is recorded; None where it is answered."""

    def passes(self, url: str) -> Upstream | None:
        """Return where a request that asks for no WebSocket goes; None where it is refused."""

    def held(self) -> int | None:
        """Return how far a recording has come where something only waits for its order; or None."""

    def give_way(self) -> bool:
        """Let that go; tell whether anything was held."""

    def flush_in(self) -> float | None:
        """Return in how many seconds `flush` is wanted, if it is."""

    def flush(self) -> None:
        """Put what was recorded into its file."""
