"""Headers that say no more than that a handshake is one."""

from __future__ import annotations

from wsfake.model.events import Headers

__all__ = ["without_host", "without_mechanics"]

_ALWAYS = {
    ("upgrade", "websocket"),
    ("connection", "upgrade"),
    ("sec-websocket-version", "13"),
}
_TOLD_BY_FIELDS = ("sec-websocket-extensions", "sec-websocket-protocol")
_FRESH = ("sec-websocket-key", "sec-websocket-accept")


def without_mechanics(headers: Headers) -> Headers:
    """Return the headers of a handshake that tell one from another.

    Left out is what every handshake must have (RFC 6455 section 4), what its subprotocols and
    extensions are told by, and the key, which is new each time.
    """
    return tuple(
        (name, value)
        for name, value in headers
        if (name.lower(), value.lower()) not in _ALWAYS
        and name.lower() not in _TOLD_BY_FIELDS
        and name.lower() not in _FRESH
    )


def without_host(headers: Headers) -> Headers:
    """Return headers without `Host`: that of the URL, or of a port that stands for it."""
    return tuple(pair for pair in headers if pair[0].lower() != "host")
