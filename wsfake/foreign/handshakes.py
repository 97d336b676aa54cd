"""Handshakes as other tools write them: URLs of HTTP, headers in lists, decoded bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wsfake.errors import UsageError
from wsfake.foreign.values import Value
from wsfake.model import (
    Accept,
    Headers,
    Open,
    Refuse,
    Reject,
    normalise_url,
    without_host,
    without_mechanics,
)
from wsfake.transcript.checks import TOKEN

__all__ = ["as_accept", "as_open", "as_refusal", "as_reject", "header_name", "named"]

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_URL = re.compile(r"([A-Za-z]+)://([^/?#\s][^\s]*)")
_USER = re.compile(r"(?<=//)[^/@]*@")
_NOT_AS_SENT = ("content-encoding", "content-length", "transfer-encoding")
"""Headers of a body that a tool has decoded before it wrote it down."""

_ERRORS = (
    (r"NAME_NOT_RESOLVED|ENOTFOUND|not known", "not found"),
    (r"CERT_|SSL|TLS", "tls"),
    (r"TIMED_OUT|timeout", "timeout"),
    (r"UNREACHABLE|INTERNET_DISCONNECTED", "unreachable"),
)
_CODE = re.compile(r"Unexpected response code: ([1-9][0-9]{2})")


def as_open(url: Value, headers: Iterable[tuple[str, str]] = ()) -> Open:
    """Return the client's handshake. Raises `ForeignFileError` for what is no URL of a host."""
    found = _URL.fullmatch(url.text())
    scheme = _SCHEMES.get(found[1].lower()) if found else None
    if found is None or scheme is None:
        url.wrong("a URL of ws, wss, http or https with a host", _shown(url))
    given = _real(headers)
    asked = f"{scheme}://{found[2].partition('#')[0]}"
    try:
        normalise_url(asked)
    except UsageError:
        url.wrong("a URL with a possible host and port", _shown(url))
    return Open(
        asked,
        without_host(without_mechanics(given)),
        _items(named(given, "sec-websocket-protocol")),
        _items(named(given, "sec-websocket-extensions")),
    )


def _shown(url: Value) -> str:
    """Return as much of a URL as may be told: what else is in it can be a secret."""
    return repr(_USER.sub("", url.text().partition("?")[0])[:80])


def as_accept(headers: Iterable[tuple[str, str]] = ()) -> Accept:
    given = _real(headers)
    chosen = _items(named(given, "sec-websocket-protocol"))
    extensions = _items(named(given, "sec-websocket-extensions"))
    return Accept(chosen[0] if chosen else None, without_mechanics(given), extensions)


def as_reject(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Reject:
    given = _real(headers)
    return Reject(
        status,
        tuple(header for header in given if header[0].lower() not in _NOT_AS_SENT),
        body,
    )


def as_refusal(error: str) -> Refuse | Reject:
    """Return what a browser's words for a connection that never opened mean."""
    found = _CODE.search(error)
    if found is not None:
        return Reject(int(found[1]))
    for pattern, why in _ERRORS:
        if re.search(pattern, error):
            return Refuse(why)
    return Refuse()


def named(headers: Headers, name: str) -> str:
    """Return the values of a header, as one."""
    return ", ".join(value for key, value in headers if key.lower() == name)


def header_name(name: str, place: Value) -> str:
    """Return the name of a header, of HTTP/2 too. Raises `ForeignFileError` for what is none."""
    if not TOKEN.fullmatch(name.removeprefix(":")):
        place.wrong("the name of a header (RFC 9110 section 5.6.2)", repr(name[:40]))
    return name


def _real(headers: Iterable[tuple[str, str]]) -> Headers:
    """Leave out the fields with which HTTP/2 says what a request line says."""
    return tuple((name, value) for name, value in headers if name[:1] != ":")


def _items(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())
