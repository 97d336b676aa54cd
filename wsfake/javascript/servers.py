"""A script's servers: what its turns ask of them, and what they tell it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wsfake.javascript.sockets import Sockets
from wsfake.script_api import Host, WebSocketServer

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["Servers"]


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Servers:
    """The servers of one script, by the numbers that JavaScript knows them by."""

    def __init__(self, script: Script, host: Host, sockets: Sockets) -> None:
        self._script = script
        self._host = host
        self._sockets = sockets
        self._servers: dict[int, WebSocketServer] = {}
        self._ports: list[int] = []
        self._offered: list[int] = []
        self._wrong: list[list[Any]] = []

    def listen(self, number: int, port: int, name: str) -> None:
        """Listen at a port that was free when JavaScript chose it; -1 is none that there is."""
        server = self._host.WebSocketServer({"port": port or -1, "serverName": name})
        self._servers[number] = server
        if server.port != port:
            self._wrong.append(["port", number, server.port])
        server.newConnection.connect(lambda peer: self._welcome(number, peer))

    def unlisten(self, number: int) -> None:
        self._servers[number].close()

    def _welcome(self, number: int, peer: Any) -> None:
        accepted = peer._socket
        accepted.hide(peer)
        known = self._sockets.accepted(accepted)
        self._script.turn("newConnection", number, known, accepted.shown_url)

    def news(self) -> list[list[Any]]:
        """Return what JavaScript does not know yet of ports."""
        servers = self._host.servers
        offered = [] if servers.listen_for_real is None else self._offer()
        told, self._wrong = self._wrong, []
        if servers.ports != self._ports or offered != self._offered:
            self._ports, self._offered = servers.ports, offered
            told = [["ports", self._ports, offered], *told]
        return told

    def _offer(self) -> list[int]:
        """Return a port that is free on this machine, for a server that listens for real."""
        if self._offered and self._offered[0] not in self._host.servers.ports:
            return self._offered
        return [_find_free_port()]

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return what a turn may ask of servers."""
        return {"listen": self.listen, "unlisten": self.unlisten}

    def leave(self) -> None:
        """The script has ended, and its servers with it."""
        for server in self._servers.values():
            server.close()
