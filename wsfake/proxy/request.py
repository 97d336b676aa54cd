"""A client's request, on its way to another host than it was sent to."""

from __future__ import annotations

from websockets.headers import build_host

from wsfake.errors import UsageError
from wsfake.live.http import basic_credentials, request_target, without
from wsfake.model import Headers
from wsfake.proxy.upstream import Upstream
from wsfake.transcript.checks import TOKEN

__all__ = ["headers_in", "rewrite_request"]


def rewrite_request(received: bytes, upstream: Upstream) -> bytes:
    """Return what the real server gets: the request with its target, and its `Host`, changed.

    `Origin` is changed where `upstream` says so, and `Authorization` is added where its URL has
    user info and the client sent none. Everything else is byte for byte what came, with the order
    and the case of headers, and so is what came behind the request.

    Raises `UsageError` if the head of the request is not whole.
    """
    head, end, behind = received.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, _, rest = first.partition(b" ")
    _, space, version = rest.rpartition(b" ")
    if not end or not space:
        raise UsageError(f"expected a whole request of HTTP/1.1, got {received[:80]!r}")
    changed = {b"host": build_host(upstream.host, upstream.port, upstream.secure).encode()}
    if upstream.origin is not None:
        changed[b"origin"] = upstream.origin.encode("latin-1")
    lines = [_with_value(line, changed) for line in lines]
    credentials = basic_credentials(upstream.url)
    if credentials is not None and not any(_name(line) == b"authorization" for line in lines):
        lines.append(b"Authorization: " + credentials.encode())
    target = request_target(upstream.url).encode()
    return b"\r\n".join([b" ".join((method, target, version)), *lines]) + end + behind


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _with_value(line: bytes, changed: dict[bytes, bytes]) -> bytes:
    value = changed.get(_name(line))
    if value is None:
        return line
    name, colon, old = line.partition(b":")
    blank = old[: len(old) - len(old.lstrip())]
    return name + colon + blank + value


def headers_in(request: bytes) -> Headers:
    """Return the headers of a request that need not be a valid one, but for the client's key.

    Lines whose name is no token (RFC 9110 section 5.6.2) are none.
    """
    _, *lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = [line.decode("latin-1").partition(":") for line in lines]
    return without(
        tuple((name, value.strip()) for name, _, value in pairs if TOKEN.fullmatch(name)),
        {"sec-websocket-key"},
    )
