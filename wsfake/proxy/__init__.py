"""A connection through a port of ours to the real server: bytes that pass, and what they say."""

from wsfake.proxy.backlog import Backlog
from wsfake.proxy.faults import Faults
from wsfake.proxy.handle import LiveHandle
from wsfake.proxy.relay import Relay
from wsfake.proxy.tap import Story
from wsfake.proxy.upstream import Limits, Upstream

__all__ = ["Backlog", "Faults", "Limits", "LiveHandle", "Relay", "Story", "Upstream"]
