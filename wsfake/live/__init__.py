"""Real connections: sockets of our own, and what was on their wire."""

from wsfake.live.client import LiveClient
from wsfake.live.listener import LiveListener
from wsfake.live.reactor import Reactor
from wsfake.live.server import LiveServerEnd

__all__ = ["LiveClient", "LiveListener", "LiveServerEnd", "Reactor"]
