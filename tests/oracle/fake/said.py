"""The items of a `write` step as what a peer says: bytes alone, or events where they are any."""

from collections.abc import Callable
from typing import Any

from telling.wire import Item, item_bytes, text_of

from wsfake.model import Accept, Close, Event, Headers, Ping, Pong, Raw, Reject

MOST_IN_A_CONTROL_FRAME = 125


def as_bytes(items: list[Item], request: bytes, *, masked: bool) -> list[Event]:
    """One write is one piece of bytes."""
    return [Raw(b"".join(item_bytes(item, request, masked=masked) for item in items))]


def as_events(items: list[Item], request: bytes, *, masked: bool) -> list[Event]:
    """What is an event is told as one; bytes are left where there is no event for them."""
    return [
        event_of(item) or Raw(item_bytes(item, request, masked=masked))
        if not is_message(item)
        else message_of(item)
        for item in items
    ]


def is_message(item: Item) -> bool:
    return item[0] in {"text", "binary"}


def message_of(item: Item) -> str | bytes:
    content = text_of(item[1])
    return content if item[0] == "text" else bytes.fromhex(content)


def event_of(item: Item) -> Event | None:
    make = MAKERS.get(item[0])
    return None if make is None else make(*item[1:])


def accept(headers: list[str] | None = None) -> Event:
    return Accept(headers=pairs(headers or []))


def refusal(lines: list[str], body: str = "") -> Event | None:
    first, *headers = lines
    version, _, rest = first.partition(" ")
    status = rest.partition(" ")[0]
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        return None
    return Reject(int(status), pairs(headers), body.encode())


def pairs(lines: list[str]) -> Headers:
    split = [line.partition(": ") for line in lines]
    return tuple((name, value) for name, _, value in split)


def close(code: int | None = None, reason: Any = "") -> Event:
    return Close(code, text_of(reason))


def control(kind: type[Ping | Pong]) -> Callable[..., Event | None]:
    def make(written: Any = "") -> Event | None:
        payload = bytes.fromhex(text_of(written))
        return kind(payload) if len(payload) <= MOST_IN_A_CONTROL_FRAME else None

    return make


MAKERS: dict[str, Callable[..., Event | None]] = {
    "accept": accept,
    "accept-wrong-key": lambda: Reject(101),
    "http": refusal,
    "close": close,
    "ping": control(Ping),
    "pong": control(Pong),
}
