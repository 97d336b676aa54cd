"""Real connections: sockets of our own, and what was on their wire."""

from wsfake.live.client import LiveClient
from wsfake.live.reactor import Reactor

__all__ = ["LiveClient", "Reactor"]
