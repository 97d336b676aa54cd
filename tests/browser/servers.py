"""Servers that the tests of the browser profile talk to, and what they note."""

from typing import Any

from wsfake.network import Peer

EVENTS = ("open", "message", "error", "close")


def echo(peer: Peer) -> None:
    """Say everything back; of the subprotocols take the first."""
    if peer.subprotocols:
        peer.accept(peer.subprotocols[0])
    peer.on_message(peer.send)


def goodbye(peer: Peer) -> None:
    """Close as soon as anything is said."""
    peer.on_message(lambda message: peer.close(1000, "Goodbye"))


def listen(socket: Any) -> list[str]:
    """Note every event of a socket, each with the `readyState` in it."""
    log: list[str] = []

    def note(event: Any) -> None:
        text = {"message": "data", "close": "code"}.get(event.type)
        shown = f" {getattr(event, text)!r}" if text else ""
        clean = ("", " clean")[event.wasClean] if event.type == "close" else ""
        log.append(f"{event.type}{shown}{clean} at {socket.readyState}")

    for name in EVENTS:
        socket.addEventListener(name, note)
    return log
