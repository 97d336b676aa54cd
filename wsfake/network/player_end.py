"""An end at which a player sits: a transcript, or one side of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsfake.clock import Timer
from wsfake.errors import Failure
from wsfake.model import Drop, Event, Open
from wsfake.player import Mismatch, Player, Replay

if TYPE_CHECKING:
    from wsfake.network.connection import Connection
    from wsfake.network.network import Answerer, Network

__all__ = ["PlayerEnd", "ReplayTurns"]


class ReplayTurns:
    """The ends of one recording: when one has spoken, another may be due."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.ends: list[PlayerEnd] = []

    def go_on(self) -> None:
        for end in self.ends:
            end.schedule()


class PlayerEnd:
    """Lets a player hear and speak, when the clock says so."""

    def __init__(
        self,
        network: Network,
        player: Player,
        connection: Connection | None = None,
        *,
        turns: ReplayTurns | None = None,
        url: str | None = None,
        to: Answerer | None = None,
        source: str = "",
    ) -> None:
        """Say who the player is; without a connection it opens its own, as a client.

        `url` is then what it connects to, instead of what its transcript says, and `to` who is to
        answer it, if not whoever answers the URL. `source` is where the transcript is from.
        """
        self.network = network
        self.clock = network.clock if connection is None else connection.clock
        self.player = player
        self._side = player.side
        self.connection = connection
        self._turns = turns if turns is not None and turns.replay.interleaved else None
        self._url = url
        self._to = to
        self._source = source
        self._timer: Timer | None = None
        self._soon = False
        if connection is not None:
            connection.reachable = not player.refuses
        if turns is not None:
            turns.ends.append(self)
        network.players.append(player)

    def arrive(self, what: Event) -> None:
        """Judge what the script said.

        Raises the failure, at the line that said it.
        """
        mismatch = self.player.receive(what, self.clock.now)
        if mismatch is not None:
            raise self._judge(mismatch)
        if not self._soon or self._turns is not None:
            self._go_on()

    def _judge(self, mismatch: Mismatch) -> Failure:
        from wsfake.network.failures import mismatch_failure  # noqa: PLC0415 - only for a failure

        assert self.connection is not None
        if self._turns is not None:
            self._turns.go_on()
        else:
            self.schedule()
        return self.network.fail(mismatch_failure(self.connection, self.player, mismatch))

    def schedule(self) -> None:
        """Ask the clock for the time at which the player is due."""
        if self._soon:
            return
        due = self.player.due()
        clock = self.clock
        if self._timer is not None:
            if due == self._timer.due:
                return
            clock.cancel(self._timer)
            self._timer = None
        if due is None:
            return
        if due <= clock.now:
            self._soon = True
            clock.call_soon(self._wake)
        else:
            self._timer = clock.call_at(due, self._wake)

    def _wake(self) -> None:
        self._soon = False
        self._timer = None
        now = self.clock.now
        try:
            what = self.player.take(now)
            if type(what) is str and self.connection is not None:  # as nearly all are
                self.connection.say(self._side, what)
            elif what is not None:
                self._say(what, now)
        finally:  # where this connection has failed, the others go on
            if self._turns is not None or not (self._soon or self._timer is not None):
                self._go_on()

    def _go_on(self) -> None:
        if self._turns is not None:
            self._turns.go_on()
        elif self.player.prompt and self._timer is None:
            self._soon = True
            self.clock.call_soon(self._wake)
        else:
            self.schedule()

    def _say(self, what: Event, now: int) -> None:
        connection = self.connection
        if isinstance(what, Open):
            self._dial(what)
        elif connection is not None:
            if not isinstance(what, bytes):
                self._foretell(connection, now)
            connection.say(self._side, what)

    def _foretell(self, connection: Connection, now: int) -> None:
        """Let what comes at one instant come together: a Close and a reset, one segment on a wire.

        Of messages it makes no difference, and they are many.
        """
        player = self.player
        if player.due() == now:
            drop = player.upcoming()
            if isinstance(drop, Drop) and drop.inside is None:
                news = "reset ahead" if drop.reset else "end ahead"
                connection.tell(player.side.other, news)

    def _dial(self, opening: Open) -> None:
        if self._url is not None:
            opening = opening.replace(url=self._url)
        self.network.connect(opening, self, to=self._to, ready=self._dialled)

    def _dialled(self, connection: Connection) -> None:
        connection.source = self._source
        self.connection = connection
