"""One request on each connection: a second one would carry the port's own `Host`."""

from __future__ import annotations

import re
from collections.abc import Callable

from wsfake.live.answers import StatusReader
from wsfake.proxy.halves import Half

__all__ = ["OneRequest"]

_NOT_REFUSED = {101, 0}
"""Switched to another protocol, or none of HTTP from the start."""

_BODY = re.compile(rb"\r\n(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"[!-'*-~]+ [!-~]+ HTTP/1\.[01]\r\n")


class OneRequest:
    """Watches both halves until the real server has answered.

    Once it has switched to the WebSocket protocol, the halves are left as they were. After another
    answer, `on_second` is called for what looks like one more request, which is not passed on. The
    client is then to ask on a connection of its own, as it has to after any end of one that was
    kept alive (RFC 9112 section 9.5): there its request is changed, and recorded, as the first was.
    """

    def __init__(
        self, request: bytes, client: Half, server: Half, on_second: Callable[[], None]
    ) -> None:
        self._halves = client, server
        self._ways = client.way, server.way
        self._on_second = on_second
        head = request.partition(b"\r\n\r\n")[0]
        self._has_body = _BODY.search(head) is not None
        self._answers = StatusReader()
        self._refused = False
        self._over = False
        client.way = _Watch(client, self._asked)
        server.way = _Watch(server, self._answered)

    def _answered(self, data: bytes) -> bool:
        status = None if self._refused else self._answers.receive(data)
        if status in _NOT_REFUSED:
            for half, way in zip(self._halves, self._ways, strict=True):
                half.way = way
        elif status is not None:
            self._refused = True
        return True

    def _asked(self, data: bytes) -> bool:
        if self._refused and not self._over:
            self._over = not self._has_body or _REQUEST_LINE.match(data) is not None
            if self._over:
                self._on_second()
        return not self._over


class _Watch:
    """A `Way` that lets `look` say whether bytes pass, and leads into the one that was there."""

    def __init__(self, half: Half, look: Callable[[bytes], bool]) -> None:
        self._half = half
        self._way = half.way
        self._look = look

    @property
    def full(self) -> bool:
        return self._way is not None and self._way.full

    def take(self, data: bytes) -> None:
        if not self._look(data):
            return
        if self._way is None:
            self._half.pass_on(data)
        else:
            self._way.take(data)

    def end(self, *, reset: bool) -> None:
        if self._way is None:
            self._half.pass_end(reset=reset)
        else:
            self._way.end(reset=reset)
