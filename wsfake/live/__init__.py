"""The real network: sockets of our own, which tell wire facts."""

from wsfake.live.client import LiveClient
from wsfake.live.listener import LiveListener, LiveServerEnd
from wsfake.live.reactor import Reactor

__all__ = ["LiveClient", "LiveListener", "LiveServerEnd", "Reactor"]
