"""One client's connection to the real server: what each side sends, the other gets."""

from __future__ import annotations

import socket

from wsfake.live.connector import Connector
from wsfake.live.reactor import Reactor, Timer
from wsfake.live.transport import Transport
from wsfake.model import Side
from wsfake.proxy.apart import TakenApart
from wsfake.proxy.backlog import Backlog
from wsfake.proxy.delays import Delay
from wsfake.proxy.faults import Faults
from wsfake.proxy.halves import Half
from wsfake.proxy.once import OneRequest
from wsfake.proxy.request import rewrite_request
from wsfake.proxy.tap import Story, Tap
from wsfake.proxy.upstream import Limits, Upstream
from wsfake.real_time import microseconds_now

__all__ = ["Relay"]


class Relay:
    """Connects to the real server, and then passes bytes as they come, in both directions.

    `received` is everything that was read of the client so far: the head of its request, which is
    changed as `rewrite_request` says, and whatever came behind it. The real server is connected
    before the client is answered. Where it cannot be, the client's stream is reset: what replays
    a `Refuse` does the same.

    A side is read only as fast as the other one takes it. The end of a stream is passed on behind
    what came before it, and so is a reset. Redirects are passed on like any other answer. With
    `faults` that are about messages the connection is taken apart into them; without, bytes stay
    what they are. The story is told as the client sees it.

    To be used in the thread of the reactor only. `finished` is when both sockets are free; the
    story may have been told to its end before that, while a side still takes its last bytes.

    Raises `UsageError` for a request or a URL that cannot be passed on; the client is the
    caller's then.
    """

    def __init__(
        self,
        reactor: Reactor,
        client: Transport,
        received: bytes,
        upstream: Upstream,
        story: Story,
        *,
        faults: Faults | None = None,
        limits: Limits | None = None,
    ) -> None:
        faults, limits = faults or Faults(), limits or Limits()
        self._request = rewrite_request(received, upstream)
        self._reactor = reactor
        self._upstream = upstream
        self._limits = limits
        self._backlog = Backlog.of(reactor)
        self._tap = tap = Tap(story, upstream.url, limits.message_bytes)
        self._client = Half(Side.CLIENT, self._backlog, tap.client, self._ended)
        self._server = Half(Side.SERVER, self._backlog, tap.server, self._ended)
        self._linger: Timer | None = None
        self._told = False
        self.failure = ""
        """Why the real server cannot be reached, in the system's own words."""

        self._connector: Connector | None = None
        self._tell_bytes(tap.client, self._request)
        self._client.transport = client
        client.adopt(self._client)
        client.pause()
        reactor.own(self)
        self._install(faults)
        self._timer = reactor.call_later(limits.connect_seconds, self._timed_out)
        if faults.refusal is not None:
            reactor.call_soon(lambda: self._failed(faults.refusal or "refused", ""))
        else:
            self._connect()

    @property
    def finished(self) -> bool:
        """Whether both sockets are free."""
        return self._told and self._client.closed and self._server.closed

    def abort(self) -> None:
        """Free both sockets at once, and tell nothing more of the streams."""
        self._told = True
        self._timer.cancel()
        if self._linger is not None:
            self._linger.cancel()
        if self._connector is not None:
            self._connector.abort()
        for half in (self._client, self._server):
            half.free(reset=False)
        self._reactor.disown(self)

    def _install(self, faults: Faults) -> None:
        """Put what is between the two halves there: messages first, then what takes time."""
        client, server = self._client, self._server
        client.other, server.other = server, client
        if faults.takes_time:
            for half in (client, server):
                half.way = Delay(self._reactor, half, faults, self._limits.delayed_bytes)
        if faults.about_messages:
            apart = TakenApart(self._reactor, self._upstream.url, faults, client, server)
            client.way, server.way = apart.client, apart.server
        OneRequest(self._request, client, server, self._asked_again)

    def _tell_bytes(self, call: object, data: bytes) -> None:
        self._backlog.add(microseconds_now(), call, data, len(data))  # type: ignore[arg-type]

    # To the real server

    def _connect(self) -> None:
        host, port = self._upstream.host, self._upstream.port
        self._connector = Connector(
            self._reactor,
            host,
            port,
            tls=self._upstream.tls,
            on_connected=self._connected,
            on_failed=self._failed,
            sock=self._client.transport.take_ahead(host, port),
        )

    def _connected(self, sock: socket.socket) -> None:
        self._timer.cancel()
        self._server.transport = Transport(self._reactor, sock, self._server)
        self._client.begin(self._request)
        self._request = b""

    def _timed_out(self) -> None:
        if self._connector is not None:
            self._connector.abort()
        self._failed("timeout", f"no connection in {self._limits.connect_seconds:g} s")

    def _failed(self, why: str, detail: str) -> None:
        self.failure = detail
        self._timer.cancel()
        self._backlog.add(microseconds_now(), self._tap.refused, why)
        self._over(reset=True)

    # The ends of the streams

    def _asked_again(self) -> None:
        """Take one more request for the end of the client's stream, and let the answer out."""
        self._client.ended(reset=False)
        if self._linger is None:
            self._linger = self._reactor.call_later(self._limits.linger_seconds, self.abort)

    def _ended(self, half: Half, *, reset: bool) -> None:
        """Pass on how a stream ended, once all that came before it was."""
        self._backlog.add(microseconds_now(), self._tap.ended, (half.side, reset))
        if reset:
            half.free(reset=False)
            self._over(reset=True)
        elif half.other.over:
            self._over(reset=False)
        else:
            half.other.transport.finish_writing()

    def _over(self, *, reset: bool) -> None:
        if not self._told:
            self._told = True
            self._backlog.add(microseconds_now(), self._tap.over, None)
        halves = (self._client, self._server)
        for half in halves:
            half.mute()
            half.leave(reset=reset)
        if all(half.closed for half in halves):
            self.abort()
        elif self._linger is None:
            self._linger = self._reactor.call_later(self._limits.linger_seconds, self.abort)
