"""Where the connections come from that the test does not serve: its cassette, the real world."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsfake.clock import VirtualClock
from wsfake.errors import CassetteError, DamagedCassette, UsageError
from wsfake.harness.answering import Aliases, FromCassette, Unanswered
from wsfake.harness.nowhere import Nowhere
from wsfake.harness.secrets import Secrets
from wsfake.harness.settings import Settings
from wsfake.harness.summary import Summary
from wsfake.model import normalise_url
from wsfake.network import Answerer, Connection, End, Network
from wsfake.player import Player, Replay
from wsfake.script_api import Host
from wsfake.transcript import Matching

if TYPE_CHECKING:
    import ssl

    from wsfake import script_api
    from wsfake.cassette import Cassette
    from wsfake.harness.real import RealWorld
    from wsfake.harness.recording import CassetteDeck

__all__ = ["Sources"]

_MOST_NAMED = 30


class Sources:
    """Answers, in turn: what the test serves and its scripts listen at; the cassette; the mode.

    Nothing of cassettes and of real connections is loaded before it is needed.
    """

    def __init__(
        self,
        settings: Settings,
        network: Network,
        host: Host,
        secrets: Secrets,
        *,
        clock: VirtualClock,
        matching: Matching,
        explain: Callable[[str | None], list[str]],
        warn: Callable[[str], None],
        repeat: bool,
    ) -> None:
        """Insert the cassette, to be played once, or any number of times with `repeat`.

        Raises `CassetteError` for one that cannot be read.
        """
        self.aliases = Aliases()
        self.matching = matching
        self.secrets = secrets
        self.settings = settings
        self.from_cassette: FromCassette | None = None
        self.deck: CassetteDeck | None = None
        self.real: RealWorld | None = None
        self.nowhere = Nowhere()
        """Where nobody was when the cassette was recorded, and where nobody is now."""

        self.contexts: dict[str, ssl.SSLContext] = {}
        """By what intercepted clients verify a host: so do we, who connect to it for them."""

        self._network = network
        self._clock = clock
        self._host = host
        self._warn = warn
        self._repeat = repeat
        self.on_real: Callable[[RealWorld], None] = lambda _: None
        """Called with the real world, once something is connected for real."""

        self.unanswered = Unanswered(explain, network)
        self._insert_cassette()
        network.answerers.append(self.unanswered)

    def _insert_cassette(self) -> None:
        settings = self.settings
        if settings.cassette is None and settings.mode == "none":
            return
        from wsfake.harness.recording import CassetteDeck  # noqa: PLC0415 - it takes msgpack

        self.deck = deck = CassetteDeck(settings, lambda: self.secrets.redactor)
        cassette = deck.load()
        if deck.replays and cassette is not None:
            self._replay(cassette)
        if deck.connects:
            self._network.answerers.append(self)
            self._host.servers.listen_for_real = self._listen_for_real
            self._host.servers.on_unlisten = self._unlisten

    def _replay(self, cassette: Cassette) -> None:
        if cassette.cut:
            self._warn(
                f"{self.path}: this cassette is cut off after entry {len(cassette.entries)};"
                " it is played as far as it goes"
            )
        make = partial(Replay, cassette.entries, self.matching)
        try:
            self.from_cassette = FromCassette(
                self._network, make, self.path, why_nobody=self.why_nobody, repeat=self._repeat
            )
        except UsageError as error:
            raise DamagedCassette(f"{self.path}: this cassette tells no story: {error}") from None
        if cassette.footer is not None:
            self.nowhere.read(cassette.footer.extras)
        self._network.answerers.append(self.from_cassette)
        self._host.servers.on_listen = self._act_clients

    def _act_clients(self, server: script_api.WebSocketServer) -> None:
        assert self.from_cassette is not None
        self.from_cassette.act_clients(server, self._host.servers.name(server))

    # The real world

    def answer(self, connection: Connection) -> End | None:
        """Connect for real."""
        return self.real_world().answer(connection)

    def real_world(self) -> RealWorld:
        """Return what makes real connections; asked for with the first of them."""
        if self.real is None:
            from wsfake.harness.real import RealWorld  # noqa: PLC0415 - it takes websockets

            deck, context = self.deck, self.settings.ssl_context
            self.real = RealWorld(self._network, self._clock, self.aliases, deck, context)
            if deck is not None and deck.recorder is not None:
                deck.follow(self._network)
            self.on_real(self.real)
        return self.real

    def _listen_for_real(self, server: script_api.WebSocketServer, port: int) -> int:
        return self.real_world().listen(server, port, self._host.servers.name(server))

    def _unlisten(self, port: int) -> None:
        if self.real is not None:
            self.real.unlisten(port)

    @property
    def is_live(self) -> bool:
        return self.deck is not None and self.deck.connects

    @property
    def is_recording(self) -> bool:
        return self.deck is not None and self.deck.recorder is not None

    # The replay

    def why_nobody(self, host: str, port: int | None) -> str | None:
        """Return why nobody was at a place; None where it is known, or looked at for real."""
        return None if self.is_live else self.nowhere.why(host, port)

    @property
    def replay(self) -> Replay | None:
        return self.from_cassette.replay if self.from_cassette is not None else None

    def dial(self, url: str | None, to: Answerer | None) -> None:
        """Act the clients of the cassette. Raises `UsageError` where none is replayed."""
        if url is not None:
            normalise_url(url)
        if self.from_cassette is None:
            raise UsageError(
                "expected a Transcript, or a cassette that is replayed:"
                f" {self.path or 'this test has none'}"
            )
        self.from_cassette.dial(url, to, self.settings.speed)

    def held(self) -> Player | None:
        """Return the player that only waits for another connection of the recording."""
        return None if self.from_cassette is None else self.from_cassette.replay.held()

    def give_way(self, player: Player) -> None:
        assert self.from_cassette is not None
        self.from_cassette.give_way(player)

    # In words

    @property
    def path(self) -> str:
        """The cassette's path, as it is shown; empty where there is none."""
        path = self.settings.cassette
        if path is None:
            return ""
        return str(path).removeprefix(os.path.join(os.getcwd(), ""))

    def mode_in_words(self) -> str:
        """Say the mode, and why the network is closed in it."""
        mode = self.settings.mode
        if mode == "none":
            return "none (the network is closed)"
        if self.deck is not None and self.deck.held_by_ci:
            return f"{mode} (CI is set, so nothing is recorded: the network is closed)"
        return f"{mode} (the cassette is there, so the network is closed)"

    def cassette_in_words(self) -> str:
        """Name the cassette, and the connections that it holds."""
        if not self.path:
            return "none"
        if self.replay is None:
            from wsfake.cassette.paths import beside  # noqa: PLC0415 - only for a failure

            aside = beside(Path(self.path), ".failed.msgpack")
            failed = (
                f", but {aside.name} of a recording that failed" if os.path.exists(aside) else ""
            )
            return f"{self.path} (there is none{failed})"
        connections = self.replay.connections
        held = [
            f"{connection.url} ({'opened' if connection.player else 'not opened'})"
            for connection in connections[:_MOST_NAMED]
        ]
        more = len(connections) - len(held)
        return "\n".join([self.path, *held, *([f"and {more} more"] if more else [])])

    # The end

    def close(self) -> None:
        """Let what was said go out, for a bounded time, and free every socket."""
        if self.real is not None:
            self.real.close()

    def abort(self) -> None:
        """Free every socket at once."""
        if self.real is not None:
            self.real.abort()

    def flush(self) -> None:
        """Put what was recorded so far into the part file."""
        if self.deck is not None:
            self.deck.flush()

    def discard(self) -> None:
        """Forget the recording."""
        if self.deck is not None:
            self.deck.discard()

    def rescue(self, error: CassetteError) -> CassetteError:
        """Let the recording be as far as it is written; return an error that names it besides."""
        return error if self.deck is None else self.deck.rescue(error)

    def put_away(self, outcome: str, ended: str) -> None:
        """Make the recording the cassette where the test has passed; else set it aside."""
        if self.deck is not None:
            self.deck.finish(outcome, ended, self.nowhere.extras())

    def summary(self, **told: Any) -> Summary:
        replay, deck = self.replay, self.deck
        written = None if deck is None else deck.kept
        kept = written is not None and written == self.settings.cassette
        if kept or written is None:
            told["set_aside"] = ""
        return Summary(
            replayed=0 if replay is None else replay.opened,
            gave_way=0 if replay is None else replay.order.gave_way,
            cassette=self.settings.cassette,
            recorded=0 if deck is None else deck.recorded,
            written=written,
            kept=kept,
            **told,
        )
