"""Messages from script to script, by the channels of the hosts' `Messages`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wsfake.script_api import Host

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["Messages"]


class Messages:
    """Hands what one script sends to every script of the test, itself included."""

    def __init__(self, script: Script, host: Host) -> None:
        self._script = script
        self._clock = host.network.clock

    def publish(self, channel: str, encoded: str, sender: str, local: bool) -> None:
        """Deliver a message when what is due now is done; who has subscribed, JavaScript knows."""
        for other in [*self._script.neighbours]:

            def deliver(other: Script = other) -> None:
                other.turn("message", channel, encoded, sender, local)

            self._clock.call_soon(deliver)

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return what a turn may ask of messages."""
        return {"publish": self.publish}

    def leave(self) -> None:
        """Nothing is left of a script that has ended: it is no neighbour any more."""
