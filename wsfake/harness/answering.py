"""Who answers what the test does not serve: the cassette, the real world, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wsfake.errors import ConnectionNotAnswered, UsageError
from wsfake.model import Accept, Entry, Open, Side, normalise_url
from wsfake.model.urls import one_form, one_name, place_of
from wsfake.network import Answerer, Connection, End, Network, PlayerEnd, ReplayTurns
from wsfake.player import Player, Replay, ReplayConnection
from wsfake.transcript.matching import PLACEHOLDER

if TYPE_CHECKING:
    from wsfake.script_api import WebSocketServer

__all__ = ["Aliases", "FromCassette", "Unanswered"]


class Aliases:
    """What the test calls a URL, and what it really is."""

    def __init__(self) -> None:
        self._real: dict[str, str | Callable[[], str]] = {}

    def add(self, alias: str, to: str | Callable[[], str]) -> None:
        """Raise `UsageError` for an alias that is no URL, or stands for none."""
        if not isinstance(alias, str):
            raise UsageError(f"expected a URL (str) as the alias, got {alias!r}")
        if isinstance(to, str):
            normalise_url(to)
        elif not callable(to):
            raise UsageError(f"expected a URL, or a function that finds one out, got {to!r}")
        self._real[one_form(normalise_url(alias))] = to

    def real(self, url: str) -> str:
        """Return the URL to connect to, also for one whose path goes on where an alias ends.

        What finds it out is called only now. Raises `UsageError` where that is no URL.
        """
        if not self._real or url in self:
            return self._found(url)
        parts = urlsplit(_normal(url))
        path, behind = parts.path, f"?{parts.query}" if parts.query else ""
        while True:
            for end in (path, path.rstrip("/")):
                alias = f"{parts.scheme}://{parts.netloc}{end}"
                if alias in self:
                    return _appended(self._found(alias), parts.path[len(end) :] + behind)
            path, slash, _ = path.rpartition("/")
            if not slash:
                return url

    def _found(self, url: str) -> str:
        to = self._real.get(_normal(url))
        if to is None:
            return url
        real = to if isinstance(to, str) else to()
        if not isinstance(real, str):
            raise UsageError(f"the alias {url} stands for no URL: {real!r}")
        return real

    def __contains__(self, url: str) -> bool:
        return _normal(url) in self._real

    def __iter__(self) -> Iterator[str]:
        return iter(self._real)


def _appended(real: str, rest: str) -> str:
    parts = urlsplit(real)
    path, _, query = rest.partition("?")
    base = parts.path.rstrip("/") if path.startswith("/") else parts.path
    queries = "&".join(filter(None, (parts.query, query)))
    target = f"{base}{path}?{queries}" if queries else f"{base}{path}"
    return f"{parts.scheme}://{parts.netloc}{target}"


def _normal(url: str) -> str:
    try:
        return one_form(normalise_url(url))
    except UsageError:  # what a host connects to all the same is not an alias
        return url


class FromCassette:
    """Answers from a recording, each connection of it once, or once in each round."""

    def __init__(
        self,
        network: Network,
        make: Callable[[], Replay],
        path: str,
        *,
        why_nobody: Callable[[str, int], str | None],
        repeat: bool = False,
    ) -> None:
        """`make` returns the recording, of which nothing is played.

        With `repeat` it is called again for each round. `why_nobody` tells why nobody was at a host
        and port, whatever they were asked for.
        """
        self.replay = make()
        """The recording; of several rounds, the present one."""

        self.path = path
        self._network = network
        self._make = make
        self._repeat = repeat
        self._why_nobody = why_nobody
        self._turns = ReplayTurns(self.replay)

    def answer(self, connection: Connection, speed: float = 1) -> End | None:
        """Answer with the next recorded connection, at a speed."""
        opening = connection.opening
        recorded = self._next_of(self.replay, opening)
        if self._repeat and (recorded is None or self.replay.was_cut_short()):
            recorded = self._begin_anew(opening)
        if recorded is None:
            return self._nobody(connection)
        connection.source = self.path
        connection.offers_recorded = recorded.opening.extensions
        self._choose_what_is_offered(recorded, connection.opening)
        player = self.replay.play(recorded, Side.SERVER, speed)
        return PlayerEnd(self._network, player, connection, turns=self._turns)

    def _next_of(self, replay: Replay, opening: Open) -> ReplayConnection | None:
        recorded = replay.next_for(opening.url, opening.subprotocols)
        if recorded is None:  # unless it was recorded without the secrets that are in it
            url = self._network.redaction.url(opening.url)
            recorded = replay.next_for(url, opening.subprotocols)
        return recorded

    def _begin_anew(self, opening: Open) -> ReplayConnection | None:
        """Begin a round, of which this connection is the first; None where there is none.

        What is still open of the round before waits for nothing that comes no more.
        """
        replay = self._make()
        recorded = self._next_of(replay, opening)
        if recorded is not None:
            self.replay.order.let_go()
            self._turns.go_on()
            self.replay, self._turns = replay, ReplayTurns(replay)
        return recorded

    def was_opened(self, url: str) -> bool:
        """Tell whether connections to a URL were recorded, and all of them have been opened."""
        return self._next_of(self._make(), Open(url)) is not None

    def _nobody(self, connection: Connection) -> End | None:
        try:
            place = place_of(normalise_url(connection.url))
        except UsageError:  # what a host connects to all the same
            return None
        why = self._why_nobody(*place)
        return None if why is None else self._network.refuse_later(connection, why)

    def _choose_what_is_offered(self, recorded: ReplayConnection, opening: Open) -> None:
        """Accept the client's own subprotocol where the recorded one was taken out as a secret."""
        accept = recorded.whats[1] if len(recorded.whats) > 1 else None
        if not isinstance(accept, Accept) or PLACEHOLDER not in (accept.subprotocol or ""):
            return
        clean: Any = self._network.redaction.entry(Entry(0, 0, Side.CLIENT, opening)).what
        for offered, known in zip(opening.subprotocols, clean.subprotocols, strict=True):
            if known == accept.subprotocol:
                chosen = accept.replace(subprotocol=offered)
                recorded.whats = [recorded.whats[0], chosen, *recorded.whats[2:]]
                return

    def act_clients(self, server: WebSocketServer, name: str) -> None:
        """Act the recorded clients of a script's server, which is called `name` in cassettes."""
        for recorded in self.replay.connections:
            if recorded.player is None and is_of_server(recorded.url, name):
                player = self.replay.play(recorded, Side.CLIENT)
                end = PlayerEnd(
                    self._network, player, turns=self._turns, to=server, source=self.path
                )
                end.schedule()

    def dial(self, url: str | None, to: Answerer | None, speed: float) -> None:
        """Act the recorded clients that nobody has opened, against `to`, or who answers `url`.

        They ask for the paths that were recorded, unless `url` has one of its own; without a
        `url`, for all that was recorded.
        """
        for recorded in self.replay.connections:
            if recorded.player is None:
                player = self.replay.play(recorded, Side.CLIENT, speed)
                PlayerEnd(
                    self._network,
                    player,
                    turns=self._turns,
                    url=recorded.url if url is None else _at_origin(url, recorded.url),
                    to=to,
                    source=self.path,
                ).schedule()

    def give_way(self, player: Player) -> None:
        """Let an entry go that waits for another connection."""
        self.replay.give_way(player)
        self._turns.go_on()


def _at_origin(url: str, recorded: str) -> str:
    """Return a URL with the path of a recorded one, unless it has one of its own."""
    parts = urlsplit(url)
    if parts.path not in ("", "/") or parts.query:
        return url
    path = recorded.partition("://")[2] or recorded  # a script's server has a name and no scheme
    return f"{parts.scheme}://{parts.netloc}/{path.partition('/')[2]}"


def is_of_server(url: str, name: str) -> bool:
    """Tell whether a URL of a cassette is of the server of a script that has this name."""
    return url == name or url.startswith((f"{name}/", f"{name}?"))


_MOST_PLACES = 5


def _place(host: str, port: int | None) -> str:
    """Return a place as it is shown; clients try one address of this machine after another."""
    name = one_name(host)
    name = f"[{name}]" if ":" in name else name
    return name if port is None else f"{name}:{port}"


class Unanswered:
    """Answers nobody: the network is closed."""

    def __init__(self, explain: Callable[[str | None], list[str]], network: Network) -> None:
        """`explain` returns the lines of advice for a URL that is not answered, if it is known."""
        self.intercepts = False
        """Whether connections of client code are intercepted, and could be let through."""

        self._sought: dict[str, int] = {}
        """Where client code was connecting to, and nobody was found yet; and how often."""

        self._explain = explain
        self._network = network

    def seek(self, host: str, port: int | None) -> None:
        """Take note of a place that client code connects to, and that nobody here answers."""
        name = _place(host, port)
        self._sought[name] = self._sought.get(name, 0) + 1

    def find(self, host: str, port: int | None) -> None:
        """Take note that somebody is there."""
        self._sought.pop(_place(host, port), None)

    @property
    def sought_in_vain(self) -> int:
        """How often client code was connecting to a place where nobody was found."""
        return sum(self._sought.values())

    @property
    def sought(self) -> str:
        """The places where client code has found nobody, in words; empty where there are none."""
        places = list(self._sought)
        more = len(places) - _MOST_PLACES
        return ", ".join(places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")

    def nobody_found(self) -> str:
        """Say where client code has found nobody, and who could have answered; or nothing.

        It may have meant a WebSocket, and that is all that is known: it came to say nothing.
        """
        if not self._sought:
            return ""
        text = [
            f"nobody was there at {self.sought}, and nothing of the test answers there",
            *self._explain(None),
        ]
        return self._network.redaction.text("\n".join(text))

    def answer(self, connection: Connection) -> End | None:
        network = self._network
        url = network.redaction.url(connection.url)
        text = [
            f"nothing answers {url}",
            *self._explain(connection.url),
        ]
        if self.intercepts:
            place = urlsplit(url).netloc.rpartition("@")[2]
            text.append(f"  to let it through: ws_passthrough = {place}")
        raise network.fail(ConnectionNotAnswered(network.redaction.text("\n".join(text))))
