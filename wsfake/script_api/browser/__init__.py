"""What scripts of browsers see: `WebSocket`, events, exceptions, and the classes around them.

`ws_fake.WebSocket` is the class to connect with, in the profile `browser`; the others are the same
for every test, and are imported from here.
"""

from wsfake.script_api.browser.binary import ArrayBuffer, Blob
from wsfake.script_api.browser.event_target import AbortController, AbortSignal, EventTarget
from wsfake.script_api.browser.events import CloseEvent, Event, MessageEvent
from wsfake.script_api.browser.exceptions import DOMException

__all__ = [
    "AbortController",
    "AbortSignal",
    "ArrayBuffer",
    "Blob",
    "CloseEvent",
    "DOMException",
    "Event",
    "EventTarget",
    "MessageEvent",
]
