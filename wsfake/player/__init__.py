"""Acting one side of a transcript or of a recording. No I/O, no clock."""

from wsfake.player.conversation import Conversation, Heard
from wsfake.player.mismatch import Mismatch
from wsfake.player.order import Order
from wsfake.player.part import LATER
from wsfake.player.plan import Plan
from wsfake.player.player import Player
from wsfake.player.replay import Replay, ReplayConnection

__all__ = [
    "LATER",
    "Conversation",
    "Heard",
    "Mismatch",
    "Order",
    "Plan",
    "Player",
    "Replay",
    "ReplayConnection",
]
