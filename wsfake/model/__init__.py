"""What can be said on a connection: sides, events, entries, URLs. No behaviour and no I/O."""

from wsfake.model.entries import Entries
from wsfake.model.entry import Entry, make_entry
from wsfake.model.events import (
    Accept,
    Close,
    Drop,
    End,
    Event,
    Gap,
    Headers,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Stall,
)
from wsfake.model.mechanics import without_host, without_mechanics
from wsfake.model.sides import Side
from wsfake.model.urls import UrlPattern, comparable, is_at, normalise_url

__all__ = [
    "Accept",
    "Close",
    "Drop",
    "End",
    "Entries",
    "Entry",
    "Event",
    "Gap",
    "Headers",
    "Message",
    "Open",
    "Ping",
    "Pong",
    "Raw",
    "Refuse",
    "Reject",
    "Side",
    "Stall",
    "UrlPattern",
    "comparable",
    "is_at",
    "make_entry",
    "normalise_url",
    "without_host",
    "without_mechanics",
]
