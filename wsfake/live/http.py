"""What both opening handshakes share: the headers of HTTP/1.1 (RFC 6455 section 4)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from websockets.datastructures import Headers as HttpHeaders
from websockets.exceptions import InvalidHandshake, InvalidHeader, NegotiationError
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.headers import (
    build_extension,
    parse_connection,
    parse_extension,
    parse_subprotocol,
    parse_upgrade,
)
from websockets.utils import accept_key

from wsfake.errors import UsageError
from wsfake.model import Headers, Side, normalise_url
from wsfake.model.urls import mask_user_info
from wsfake.transcript.checks import TOKEN

__all__ = [
    "DEFLATE",
    "HEAD_END",
    "LARGEST_HEAD",
    "NO_BODY",
    "ascii_host",
    "basic_credentials",
    "can_be_used",
    "check_upgrade",
    "deflate_of",
    "encode_headers",
    "extensions_in",
    "fits_offer",
    "header_block",
    "headers_of",
    "named_in",
    "request_target",
    "subprotocols_in",
    "with_accept_for",
    "without",
]

LARGEST_HEAD = 1 << 16
"""Bytes of the head of a request, or of an interim answer; more are nobody's."""

HEAD_END = b"\r\n\r\n"

NO_BODY = {204, 304}
"""What has no body in any answer (RFC 9112 section 6.3), besides those below 200."""

DEFLATE = "permessage-deflate"

_SAFE_IN_PATH = "%/?:@!$&'()*+,;=[]~"
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def headers_of(headers: HttpHeaders) -> Headers:
    """Return headers as they came, in their order and with their names as written."""
    return tuple(headers.raw_items())


def without(headers: Headers, names: Iterable[str]) -> Headers:
    """Return the headers whose names, without case, are none of `names` (in lower case)."""
    dropped = frozenset(names)
    return tuple((name, value) for name, value in headers if name.lower() not in dropped)


def with_accept_for(key: str, headers: Headers) -> Headers:
    """Return headers in which every Sec-WebSocket-Accept is the right one for a key."""
    return tuple(
        (name, accept_key(key) if name.lower() == "sec-websocket-accept" else value)
        for name, value in headers
    )


def request_target(url: str) -> str:
    """Return the path and the query of a URL as a request names them (RFC 9112 section 3.2.1)."""
    parts = urlsplit(normalise_url(url))
    return quote(parts.path + (f"?{parts.query}" if parts.query else ""), safe=_SAFE_IN_PATH)


def basic_credentials(url: str) -> str | None:
    """Return the value of an `Authorization` header for the user info of a URL, or None."""
    parts = urlsplit(url)
    if parts.username is None:
        return None
    secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return f"Basic {base64.b64encode(secret).decode()}"


def ascii_host(url: str) -> str:
    """Return the host of a URL as it is looked up.

    Raises `UsageError` for a name that cannot be one.
    """
    host = urlsplit(normalise_url(url)).hostname or ""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise UsageError(
            f"not the name of a host: {host!r} in {mask_user_info(url)!r} ({error})"
        ) from None


def encode_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return headers as they are sent.

    Raises `UsageError` for a name or a value that would be no header, or more than one.
    """
    for name, value in headers:
        if not TOKEN.fullmatch(name):
            raise UsageError(f"not the name of a header: {name!r}")
        if not _VALUE.fullmatch(value):
            raise UsageError(f"not a value for the header {name}: {value!r}")
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]


def header_block(headers: Headers) -> bytes:
    """Return the header lines and the empty line behind them; raises as `encode_headers` does."""
    lines = [b"%b: %b\r\n" % pair for pair in encode_headers(headers)]
    return b"".join([*lines, b"\r\n"])


def check_upgrade(headers: HttpHeaders) -> None:
    """Raise `InvalidHandshake` unless `Connection` and `Upgrade` ask for a WebSocket."""
    connection = [
        option.lower()
        for value in headers.get_all("Connection")
        for option in parse_connection(value)
    ]
    upgrade = [
        protocol.lower()
        for value in headers.get_all("Upgrade")
        for protocol in parse_upgrade(value)
    ]
    if "upgrade" not in connection or upgrade != ["websocket"]:
        raise NegotiationError("no upgrade to a WebSocket")


def extensions_in(headers: HttpHeaders) -> tuple[str, ...]:
    """Return the extensions that are named, each with its parameters in one form.

    Raises `InvalidHandshake` for a header that does not follow RFC 6455 section 9.1.
    """
    return tuple(
        build_extension([extension])
        for value in headers.get_all("Sec-WebSocket-Extensions")
        for extension in parse_extension(value)
    )


def subprotocols_in(headers: HttpHeaders) -> tuple[str, ...]:
    """Return the subprotocols that are named; raises `InvalidHandshake` if they are no tokens."""
    return tuple(
        str(name)
        for value in headers.get_all("Sec-WebSocket-Protocol")
        for name in parse_subprotocol(value)
    )


def deflate_of(
    extensions: tuple[str, ...], side: Side, *, speaks: bool = True
) -> PerMessageDeflate | None:
    """Return the compression of a server's answer, as `side` has to use it (RFC 7692).

    A side that only listens (`speaks` is false) bears a window that zlib cannot write with.

    Raises `UsageError` for an extension that is not permessage-deflate, or with parameters that
    zlib does not have.
    """
    if not extensions:
        return None
    try:
        ((name, listed),) = parse_extension(", ".join(extensions))
        parameters = dict(listed)
        if name != DEFLATE or not set(parameters) <= _PARAMETERS:
            raise ValueError(name)
        contexts = [f"{end}_no_context_takeover" in parameters for end in ("client", "server")]
        bits = [int(parameters.get(f"{end}_max_window_bits") or 15) for end in ("client", "server")]
        ours = 0 if side is Side.CLIENT else 1
        if not speaks:
            bits[ours] = 15
        if not 8 <= bits[1 - ours] <= 15 or not 9 <= bits[ours] <= 15:
            raise ValueError(bits)
    except (ValueError, InvalidHandshake):
        raise UsageError(f"not an extension that can be used: {', '.join(extensions)}") from None
    return PerMessageDeflate(contexts[1 - ours], contexts[ours], bits[1 - ours], bits[ours])


def is_deflate(extension: str) -> bool:
    """Whether an extension is permessage-deflate, with whatever parameters."""
    try:
        return parse_extension(extension)[0][0] == DEFLATE
    except InvalidHeader:
        return False


def can_be_used(extensions: tuple[str, ...]) -> bool:
    """Whether they are one permessage-deflate that a server of ours can do."""
    try:
        return deflate_of(extensions, Side.SERVER) is not None
    except UsageError:
        return False


def named_in(extensions: tuple[str, ...], offers: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of a server's extensions that a client has offered, by their names."""
    offered = set(map(_name, offers))
    return tuple(one for one in extensions if _name(one) in offered)


def _name(extension: str) -> str:
    return extension.partition(";")[0].strip()


def fits_offer(answer: str, offer: str) -> bool:
    """Tell whether a client that made an offer bears an answer to it (RFC 7692 section 7.1).

    Of extensions other than permessage-deflate nothing is known but the name.
    """
    try:
        ((named, listed),) = parse_extension(answer)
        ((name, wished),) = parse_extension(offer)
    except InvalidHeader:  # of a cassette: anything may stand there
        return False
    agreed, asked = dict(listed), dict(wished)
    if named != name or "client_max_window_bits" in agreed.keys() - asked.keys():
        return False
    if "server_no_context_takeover" in asked.keys() - agreed.keys():
        return False
    if "server_max_window_bits" not in asked:
        return True
    bits = asked["server_max_window_bits"], agreed.get("server_max_window_bits") or "15"
    return all(text and text.isdecimal() for text in bits) and int(bits[1]) <= int(bits[0] or 0)


_PARAMETERS = {
    "client_no_context_takeover",
    "server_no_context_takeover",
    "client_max_window_bits",
    "server_max_window_bits",
}
