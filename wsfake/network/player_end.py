"""An end at which a player sits: a transcript, or one side of a recording."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from wsfake.errors import Failure
from wsfake.model import Drop, Event, Message, Open, Side
from wsfake.player import LATER, Mismatch, Player, Replay

if TYPE_CHECKING:
    from wsfake.network.connection import Connection
    from wsfake.network.network import Answerer, Network

__all__ = ["PlayerEnd", "ReplayTurns"]


class ReplayTurns:
    """The ends of one recording: when one has spoken, another may be due.

    One that waits for another is asked again when its place on the timeline is reached, and not
    before: a thousand connections are not asked for each message of one.
    """

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self._waiting: list[tuple[int, int, PlayerEnd]] = []
        self._count = 0
        self._ends: dict[Player, PlayerEnd] = {}

    def join(self, end: PlayerEnd) -> None:
        self._ends[end.player] = end

    def wait(self, end: PlayerEnd) -> None:
        """Schedule an end again when the timeline comes to what it is to say."""
        self._count += 1  # no two ends are compared
        heappush(self._waiting, (end.player.place(), self._count, end))

    def go_on(self) -> None:
        """Schedule the ends that wait for nobody any more, and those that play another part."""
        waiting, order, exchanged = self._waiting, self.replay.order, self.replay.exchanged
        while exchanged:
            self._ends[exchanged.pop()].schedule()
        while waiting and order.clear(waiting[0][0]):
            heappop(waiting)[-1].schedule()


class PlayerEnd:
    """Lets a player hear and speak, when the clock says so.

    What comes next is nearly always a cue or a line that the player knows by heart, and the other
    end does nothing with a message but to hand it on. Then it runs straight between the two, by
    `attach` and `hear`, past everything that would be asked on the way and is known already.
    """

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
        again: bool = False,
    ) -> None:
        """Say who the player is; without a connection it opens its own, as a client.

        `url` is then what it connects to, instead of what its transcript says, and `to` who is to
        answer it, if not whoever answers the URL. `source` is where the transcript is from.
        `again` is for one of any number alike: what it plays is no progress towards an end.
        """
        self.network = network
        self.clock = network.clock if connection is None else connection.clock
        self.player = player
        self._side = player.side
        self._part = player.part
        self._is_client = player.side is Side.CLIENT
        self._awaken = self._wake  # one bound method, and one timer, for all calls
        self._timer = self.clock.timer(self._awaken)
        self._tell: Callable[[Any], object] | None = None  # lines, which are messages by then
        self.connection = connection
        self._turns = turns if turns is not None and turns.replay.interleaved else None
        if self._turns is not None:
            self._turns.join(self)
        self._url = url
        self._to = to
        self._source = source
        self._asked: int | None = None
        """The time at which it asked to be woken, or `_SOON`, where nothing can stop that."""
        if connection is not None:
            connection.reachable = not player.refuses
        if not again:
            network.players.append(player)

    @property
    def straight(self) -> bool:
        """Whether messages may run straight: its turn depends on no other connection."""
        return self._turns is None

    def attach(self, tell: Callable[[Message], object] | None) -> None:
        """Tell lines to the other end in this way from now on, and do nothing else about them.

        None where there is more to do. Only where it is `straight`, and the connection is made.
        """
        assert self.connection is not None
        self._number = self.connection.number
        self._origin = self.clock.now - self.network.time()
        self._tell = tell

    def hear(self, message: Message) -> bool:
        """Take what the other end says, if it is the player's cue; tell whether it is.

        Else nothing has happened yet, and it is to be said as everything is. After `attach`.
        """
        clock = self.clock
        now = clock.now
        due = self._part.hear(message, now)
        if due is None:
            return False
        note = self.network.note
        note((now - self._origin, self._number, not self._is_client, message))
        if self._asked is not None or due == LATER:
            self.schedule()
        elif due == now:
            self._asked = _SOON
            call_soon = clock.call_soon
            call_soon(self._awaken)
        else:
            self._asked = due
            clock.call_again(self._timer, due)
        return True

    def arrive(self, what: Event) -> None:
        """Judge what the script said.

        Raises the failure, or what a matcher raises, at the line that said it. Either is kept, as a
        script may swallow it.
        """
        try:
            mismatch = self.player.receive(what, self.clock.now)
        except Exception as error:
            self._let_others_go_on()
            self.network.report(error)
            raise
        if mismatch is not None:
            raise self._judge(mismatch)
        if self._asked != _SOON or self._turns is not None:
            self._go_on()

    def _judge(self, mismatch: Mismatch) -> Failure:
        from wsfake.network.failures import mismatch_failure  # noqa: PLC0415 - only for a failure

        assert self.connection is not None
        self._let_others_go_on()
        return self.network.fail(mismatch_failure(self.connection, self.player, mismatch))

    def _let_others_go_on(self) -> None:
        self.schedule()
        if self._turns is not None:
            self._turns.go_on()

    def schedule(self) -> None:
        """Ask the clock for the time at which the player is due."""
        if self._asked == _SOON:
            return
        due = self.player.due()
        if self._asked is not None:
            if due == self._asked:
                return
            self.clock.cancel(self._timer)
            self._timer = self.clock.timer(self._awaken)
            self._asked = None
        if due is not None:
            self._ask(due)
        elif self._turns is not None and self.player.held():
            self._turns.wait(self)

    def _ask(self, due: int) -> None:
        clock = self.clock
        if due <= clock.now:
            self._asked = _SOON
            clock.call_soon(self._awaken)
        else:
            self._asked = due
            clock.call_again(self._timer, due)

    def _wake(self) -> None:
        self._asked = None
        now = self.clock.now
        tell = self._tell
        try:
            if tell is None or (line := self._part.speak(now)) is None:
                self._take(now)
            else:
                note = self.network.note
                note((now - self._origin, self._number, self._is_client, line))
                tell(line)
        finally:  # where this connection has failed, the others go on
            if self._asked is None or self._turns is not None:
                self._go_on()

    def _go_on(self) -> None:
        if self._turns is None:
            self._await(self._part.due())
        else:
            self.schedule()
            self._turns.go_on()

    def _await(self, due: int) -> None:
        if due == LATER or self._asked is not None:
            self.schedule()
        else:
            self._ask(due)

    def _take(self, now: int) -> None:
        what = self.player.take(now)
        connection = self.connection
        if what is None:
            return
        if isinstance(what, Open):
            self._dial(what)
        elif connection is not None:
            if not isinstance(what, str | bytes):
                self._foretell(connection, now)
            connection.say(self._side, what)

    def _foretell(self, connection: Connection, now: int) -> None:
        """Let what comes at one instant come together: a Close and a reset, one segment on a wire.

        Of messages it makes no difference, and they are many.
        """
        player = self.player
        drop = player.upcoming()
        if isinstance(drop, Drop) and drop.inside is None and player.due() == now:
            news = "reset ahead" if drop.reset else "end ahead"
            connection.tell(player.side.other, news)

    def _dial(self, opening: Open) -> None:
        if self._url is not None:
            opening = opening.replace(url=self._url)
        self.network.connect(opening, self, to=self._to, ready=self._dialled)

    def _dialled(self, connection: Connection) -> None:
        connection.source = self._source
        self.connection = connection


_SOON = -1
