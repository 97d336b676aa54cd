"""A connection through a port of ours to the real server: bytes that pass, and what they say."""

from wsfake.proxy.relay import Relay
from wsfake.proxy.tap import Story
from wsfake.proxy.upstream import Limits, Upstream

__all__ = ["Limits", "Relay", "Story", "Upstream"]
