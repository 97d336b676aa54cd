"""Where a port's clients arrive: it asks who answers, and brings the two together."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from wsfake.errors import Failure
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.live.transport import Transport
from wsfake.model import Headers, Open, without_host, without_mechanics
from wsfake.network import Connection, End
from wsfake.network.failures import words_of
from wsfake.ports.desk import Desk, Through
from wsfake.ports.link import Link
from wsfake.ports.mover import Mover
from wsfake.ports.passing import Passing
from wsfake.ports.refusals import refuse
from wsfake.proxy import Backlog, Relay, Upstream

__all__ = ["Reception"]

_BAD_REQUEST = 400
_UPGRADE_REQUIRED = 426
_SERVER_ERROR = 500

_CROWD = 64
_MOST = 4096
"""So many connections are looked through each time that one more comes."""


class Reception:
    """Receives the clients of one port, with the head of their request read."""

    def __init__(self, desk: Desk, keeper: Mover, origin: str) -> None:
        self.authority = ""
        """What stands for the `Host` header of a client that sends none."""

        self.names: frozenset[str] = frozenset()
        """Hosts that are one and the same: of these, the one that a client names is meant."""

        self._desk = desk
        self._network = desk.network
        self._keeper = keeper
        self.origin = origin
        self._open: list[Link | Passing] = []
        self._crowd = _CROWD

    @property
    def open(self) -> list[Link | Passing]:
        """The connections that are not finished."""
        if any(connection.finished for connection in self._open):
            self._open = [each for each in self._open if not each.finished]
        return list(self._open)

    @property
    def count(self) -> int:
        """How many connections there are, or a few more: those that have just finished."""
        if len(self._open) >= self._crowd:
            self._crowd = min(2 * len(self.open) + _CROWD, _MOST)
        return len(self._open)

    def leave(self) -> None:
        """End every connection, as the test's end."""
        for connection in self.open:
            connection.leave()

    def admit(self, client: Transport, received: bytes) -> None:
        try:
            self._receive(client, received)
        except Exception as error:  # noqa: BLE001 - as of an alias that stands for no URL
            self._network.report(error)  # first: the test may end with what its client is told
            self._refuse(client, _SERVER_ERROR, self._network.redaction.text(words_of(error)))

    def _receive(self, client: Transport, received: bytes) -> None:
        handshake = ServerHandshake(self.authority, None)
        try:
            opening = handshake.receive(received)
        except NotAWebSocket as error:
            self._receive_other(client, received, str(error))
            return
        if opening is None:
            self._refuse(client, _BAD_REQUEST, "this is no request of HTTP/1.1")
            return
        opening = self._as_asked(opening)
        if not self._let_through(client, received, opening.url):
            self._connect(client, received, handshake, opening)

    def _as_asked(self, opening: Open) -> Open:
        """Return the opening as the test knows it: of the origin, and not of this port."""
        return opening.replace(url=self.url_of(opening), headers=_told(opening.headers))

    def url_of(self, opening: Open) -> str:
        """Return the URL that a client asks for, as the test knows it."""
        authority, _, path = opening.url.partition("://")[2].partition("/")
        return f"{_named(self.origin, authority, self.names)}/{path}"

    def _connect(
        self, client: Transport, received: bytes, handshake: ServerHandshake, opening: Open
    ) -> None:
        network, keeper = self._network, self._keeper
        self._catch_up()
        link = Link(network, keeper.reactor, client, handshake, keeper.wake)
        known = len(network.failures)
        try:
            connection = network.connect(
                opening, link, to=self._desk, ready=link.ready, clock=keeper.lane
            )
        except Failure as failure:
            link.fail(failure, told=not self._is_news(failure))
            return
        if isinstance(connection.server, Through):
            connection.client = passing = Passing(network, connection)
            self._pass_on(client, received, passing, connection.server.upstream)
            return
        self._open.append(link)
        if len(network.failures) > known:  # such as of one connection more than is served
            verdict = network.failures[known]
            link.fail(verdict, told=not self._is_news(verdict))

    def _catch_up(self) -> None:
        """Tell what other clients have seen by now: it may be why this one has come."""
        try:
            Backlog.of(self._keeper.reactor).drain()
        except Exception as error:  # noqa: BLE001 - of another connection; the test is told
            self._network.report(error)

    def _is_news(self, failure: Failure) -> bool:
        """Forget a verdict that is known word for word: a client may try again and again."""
        failures = self._network.failures
        news = not any(str(known) == str(failure) for known in failures[:-1])
        if not news:
            del failures[-1]
            self._network.errors = [e for e in self._network.errors if e is not failure]
        return news

    def _pass_on(
        self, client: Transport, received: bytes, passing: Passing, upstream: Upstream
    ) -> None:
        passing.relay = Relay(self._keeper.reactor, client, received, upstream, passing)
        self._open.append(passing)

    def _receive_other(self, client: Transport, received: bytes, why: str) -> None:
        """Pass on what asks for no WebSocket, or refuse it by name (RULES 26)."""
        asked = _request_of(received)
        if asked is None:
            self._refuse(client, _BAD_REQUEST, f"this is no request of HTTP/1.1: {why}")
            return
        method, target = asked
        url = f"{self.origin}{target}"
        if self._let_through(client, received, url):
            return
        upstream = self._desk.passes(url)
        if upstream is not None:
            connect = partial(self._take_up, url, upstream)
            self._pass_on(client, received, Passing(self._network, None, connect), upstream)
            return
        shown = self._network.redaction.url(url)
        self._refuse(
            client,
            _UPGRADE_REQUIRED,
            f"{method} {shown} is no valid opening handshake of a WebSocket ({why}),"
            " and nothing else is answered here",
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
        )

    def _let_through(self, client: Transport, received: bytes, url: str) -> bool:
        """Pass on what is none of the test's, whatever it asks for; tell whether it is so."""
        upstream = self._desk.lets_through(url)
        if upstream is not None:
            self._pass_on(client, received, Passing(self._network, None), upstream)
        return upstream is not None

    def _take_up(self, url: str, upstream: Upstream, opening: Open, passing: Passing) -> Connection:
        """Connect what the real server alone has taken for a WebSocket."""
        opening = opening.replace(url=url, headers=_told(opening.headers))
        to = _Reality(self._desk, upstream)
        return self._network.connect(opening, passing, to=to, clock=self._keeper.lane)

    def _refuse(self, client: Transport, status: int, text: str, *headers: tuple[str, str]) -> None:
        refuse(self._keeper.reactor, client, status, f"wsfake: {text}", *headers)


class _Reality:
    """Answers with the real server, whoever else would."""

    def __init__(self, desk: Desk, upstream: Upstream) -> None:
        self._desk = desk
        self._upstream = upstream

    def answer(self, connection: Connection) -> End:
        return self._desk.pass_on(connection, self._upstream)


def _told(headers: Headers) -> Headers:
    """Return the headers of a request that say anything of the client."""
    return without_host(without_mechanics(headers))


def _named(origin: str, authority: str, names: frozenset[str]) -> str:
    """Return an origin by the host that a client names it by, if both are of the names."""
    parts, host = urlsplit(origin), urlsplit(f"//{authority}").hostname or ""
    if not {host, parts.hostname} <= names:
        return origin
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def _request_of(received: bytes) -> tuple[str, str] | None:
    """Return method and target of a request, if it is one of HTTP/1.1 that can be passed on."""
    line = received.partition(b"\r\n")[0].decode("latin-1")
    parts = line.split(" ")
    if len(parts) != 3 or not parts[0].isalpha() or not parts[2].startswith("HTTP/1."):
        return None
    return (parts[0], parts[1]) if parts[1].startswith("/") else None
