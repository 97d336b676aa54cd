"""The script API: `WebSocket` and `WebSocketServer` as the hosts of scripts have them."""

from wsfake.script_api.host import Host
from wsfake.script_api.profiles import PROFILES, Profile, profile_named
from wsfake.script_api.server import WebSocketServer
from wsfake.script_api.socket import ScriptSocket
from wsfake.script_api.websocket import CloseData, MessageData, WebSocket

__all__ = [
    "PROFILES",
    "CloseData",
    "Host",
    "MessageData",
    "Profile",
    "ScriptSocket",
    "WebSocket",
    "WebSocketServer",
    "profile_named",
]
