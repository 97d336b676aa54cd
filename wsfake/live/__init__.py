"""The real network: sockets of our own, which tell wire facts."""

from wsfake.live.client import LiveClient
from wsfake.live.listener import LiveListener
from wsfake.live.reactor import Reactor
from wsfake.live.server_end import LiveServerEnd

__all__ = ["LiveClient", "LiveListener", "LiveServerEnd", "Reactor"]
