"""The messages of ASGI for WebSockets: what an application may say when, and what it means.

The specification is `HTTP & WebSocket ASGI Message Format`, part WebSocket, version 2.4. That a
message which is not as it should be is an error raised in the application is in `ASGI`, section
`Error Handling`; so is that keys which are in no specification are none.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from wsfake.live.http import encode_headers
from wsfake.model import Accept, Close, Headers, Open, Reject, normalise_url

__all__ = ["Message", "accept", "body", "close", "kind", "rejection", "said", "scope"]

Message = MutableMapping[str, Any]

_MAY_SAY = {
    "connecting": ("websocket.accept", "websocket.close", "websocket.http.response.start"),
    "rejecting": ("websocket.http.response.body",),
    "open": ("websocket.send", "websocket.close"),
    "ended": (),
}


def scope(opening: Open) -> Message:
    """Return what an application is told of a connection (section `Connection Scope`).

    Its bytes are those that a server reads. Raises `UsageError` for a header that cannot be sent.
    """
    parts = urlsplit(normalise_url(opening.url))
    secure = parts.scheme == "wss"
    port = parts.port or (443 if secure else 80)
    headers = [(name.lower(), value) for name, value in encode_headers(opening.headers)]
    if not any(name == b"host" for name, _ in headers):
        headers.insert(0, (b"host", parts.netloc.encode()))
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": (parts.hostname or "", port),
        "subprotocols": list(opening.subprotocols),
        "extensions": {"websocket.http.response": {}},
    }


def kind(message: Message, state: str) -> str:
    """Return the type of a message; raise `RuntimeError` for one that is not to come then."""
    kind = message.get("type")
    expected = _MAY_SAY[state]
    if kind not in expected:
        names = " or ".join(map(repr, expected)) or "nothing more on a connection that has ended"
        raise RuntimeError(f"expected {names}, got {kind!r}")
    return str(kind)


# What they hold: each raises `TypeError` for a value of another type than it is to be


def accept(message: Message) -> Accept:
    return Accept(_value(message, "subprotocol", str, None), _headers(message))


def said(message: Message) -> str | bytes:
    """Return a message to the client: `text` or `bytes`, of which exactly one is to be there."""
    text = _value(message, "text", str, None)
    binary = _value(message, "bytes", bytes, None)
    if (text is None) == (binary is None):
        count = "neither" if text is None else "both"
        raise TypeError(f"expected either 'text' or 'bytes' in 'websocket.send', got {count}")
    said: str | bytes = binary if text is None else text
    return said


def close(message: Message) -> Close:
    return Close(_value(message, "code", int, 1000), _value(message, "reason", str, None) or "")


def rejection(message: Message) -> Reject:
    """Return the beginning of a rejection (extension `websocket.http.response`)."""
    return Reject(_value(message, "status", int), _headers(message))


def body(message: Message) -> bytes:
    body: bytes = _value(message, "body", bytes, b"")
    return body


def _headers(message: Message) -> Headers:
    pairs = [(name, value) for name, value in message.get("headers", ())]
    for text in (text for pair in pairs for text in pair):
        if not isinstance(text, bytes):
            raise TypeError(f"expected bytes in 'headers' of {message['type']!r}, got {text!r}")
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)


def _value(message: Message, key: str, expected: type, *default: object) -> Any:
    """Return what a message holds; a default is what stands for a key that is not there.

    Only where that is None may the value be None.
    """
    value = message.get(key, *default)
    if not isinstance(value, expected) and (value is not None or default != (None,)):
        name = expected.__name__
        raise TypeError(f"expected {name} as {key!r} of {message['type']!r}, got {value!r}")
    return value
