"""The golden recordings as dialogues of one connection each, and what is told of one by a door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wsfake.cassette import Header, load, write_cassette
from wsfake.model import (
    Close,
    Drop,
    Entry,
    Event,
    Open,
    Refuse,
    Reject,
    Side,
    Stall,
)

__all__ = ["CASES", "Said", "connection_of", "story", "write"]

Said = tuple[str, object]

_GOLDEN = Path(__file__).parents[2] / "cassettes" / "conformance"
_SAYABLE_CODES = {1000, 1001, *range(3000, 5000)}
"""The codes that every client lets its user send."""

CASES = [
    (name, number)
    for name, numbers in {
        "blocks": [1],
        "closes": [2, 4, 5, 6],
        "connections": [1, 2],
        "drops": [1, 3, 5, 6],
        "echo": [1],
        "messages": [1],
        "refusals": [1],
        "rejections": [1, 2],
    }.items()
    for number in numbers
]
"""Every connection of them of which the client's side can be said by any client."""


def connection_of(name: str, number: int) -> list[Entry]:
    """Return one connection of a golden recording, with no secret in its URL."""
    entries = [e for e in load(_GOLDEN / f"{name}.msgpack").entries if e.connection == number]
    first = entries[0].what
    assert isinstance(first, Open)
    url = first.url.partition("?")[0]
    opening = Open(url, subprotocols=first.subprotocols)
    begin = entries[0].at
    whats = [opening, *(entry.what for entry in entries[1:])]
    for entry in entries:
        if entry.side is Side.CLIENT and isinstance(entry.what, Close):
            assert entry.what.code in _SAYABLE_CODES
    return [
        Entry(entry.at - begin, 1, entry.side, what)
        for entry, what in zip(entries, whats, strict=True)
    ]


def write(path: Path, entries: list[Entry]) -> None:
    write_cassette(path, entries, Header())


def story(entries: Iterator[Entry] | tuple[Entry, ...]) -> list[Said]:
    """Return what every door has to tell alike: messages and ends (RULES 27).

    How TCP ends behind a refusal and behind both Close frames is the client's own.
    """
    told: list[Said] = []
    over: set[Side] = set()
    for entry in entries:
        what = entry.what
        answers = len(over) == 2 or (entry.side is Side.CLIENT and entry.side.other in over)
        if answers and not isinstance(what, Close):
            continue
        if isinstance(what, str | bytes | Refuse | Stall):
            told.append((str(entry.side), what))
        elif isinstance(what, Close):
            told.append((str(entry.side), (what.code, what.reason)))
        elif isinstance(what, Drop):
            told.append((str(entry.side), "drops"))
        elif isinstance(what, Reject):
            told.append((str(entry.side), (what.status, what.body)))
        if is_end(what):
            over.add(entry.side)
    return told


def is_end(what: Event) -> bool:
    return isinstance(what, Close | Drop | Reject | Refuse)
