"""A connection to a real server that is made before it is known what its client asks for."""

from __future__ import annotations

import socket

from wsfake.model.urls import one_name

__all__ = ["Ahead"]


class Ahead:
    """Has a connected socket at hand for whoever would connect to the same host and port."""

    def __init__(self, server: socket.socket, place: tuple[str, int]) -> None:
        server.setblocking(False)
        self.server = server
        self._place = place
        self._taken = False

    def take(self, host: str, port: int) -> socket.socket | None:
        """Return the socket, which is the caller's then; None where another place is meant."""
        if self._taken or (one_name(host), port) != (one_name(self._place[0]), self._place[1]):
            return None
        self._taken = True
        return self.server

    def abort(self) -> None:
        """Free the socket, unless it was taken."""
        if not self._taken:
            self._taken = True
            self.server.close()
