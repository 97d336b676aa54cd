"""The in-memory network: connections, who is at their ends, and what is said on them."""

from wsfake.network.connection import Connection
from wsfake.network.dialogue import Dialogue, write_dialogue
from wsfake.network.ends import End
from wsfake.network.following import Follower
from wsfake.network.network import Answerer, Network
from wsfake.network.player_end import PlayerEnd, ReplayTurns
from wsfake.network.served import Handler, Peer, PeerConnection, Served, Services

__all__ = [
    "Answerer",
    "Connection",
    "Dialogue",
    "End",
    "Follower",
    "Handler",
    "Network",
    "Peer",
    "PeerConnection",
    "PlayerEnd",
    "ReplayTurns",
    "Served",
    "Services",
    "write_dialogue",
]
