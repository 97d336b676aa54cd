"""What a real connection does between its handshake and its end, at either side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from websockets.extensions.base import Extension

from wsfake.errors import UsageError
from wsfake.live.framing import Framing
from wsfake.live.reactor import Reactor, Timer
from wsfake.live.states import TABLE, Happening, State
from wsfake.live.transport import Transport
from wsfake.model import Close, Drop, End, Event, Open, Raw, Side, Stall

__all__ = ["Connection"]

_NO_FRAMES_YET = {State.CONNECTING, State.OPENING, State.REJECTED}
_GOING_AWAY = 1001


class Connection(ABC):
    """A real socket as one end of a connection: it stands for the peer behind it.

    `say(event)` is called for each thing that the peer did, in order, and from inside
    `Reactor.wait()` only; `arrive(event)` does to the peer what the script did. It never answers
    by itself: pongs and Close echoes come by `arrive`, too. After an end (by `Drop`, `Refuse`, or
    by both Close frames) it is `finished`, and whatever arrives is ignored: a script cannot know
    yet.

    Times are seconds of real time. `close_timeout` counts from our Close: when it is over, TCP is
    ended by us, and that is a `Drop` of the peer if no Close had come from it.
    """

    def __init__(
        self,
        reactor: Reactor,
        side: Side,
        say: Callable[[Event], None],
        *,
        open_timeout: float,
        close_timeout: float,
    ) -> None:
        self.say = say
        self.state = State.CONNECTING
        self._reactor = reactor
        self._side = side
        self._close_timeout = close_timeout
        self._transport: Transport | None = None
        self._framing: Framing | None = None
        self._timer: Timer | None = reactor.call_later(open_timeout, self._timed_out)
        self._close_queued = False
        self._silent = False

    @property
    def finished(self) -> bool:
        """Nothing will be said any more, and the socket is free."""
        if self._transport is None:
            return self.state is State.FINISHED
        return self._transport.closed  # by its end, or with the reactor

    def arrive(self, what: Event) -> None:
        """Do to the peer what the script did.

        `Close` goes out with its code as it is, `Raw` as it is; `Drop` ends TCP, by a reset if it
        says so; `End` sends Close 1001 to an open peer and ends TCP, waiting for nothing.

        Raises `UsageError` for what cannot be said now, or not at all.
        """
        kind, framing = type(what), self._framing
        if (kind is str or kind is bytes) and framing is not None:  # as nearly all are
            if self.state is not State.FINISHED:
                self._need_transport().write(framing.encode(what))
            return
        if self.state is State.FINISHED or isinstance(what, Stall | Open):
            return
        if isinstance(what, Drop):
            self._abandon(what)
        elif isinstance(what, End):
            self._test_ended()
        elif self._framing is None:
            self._arrive_early(what)
        else:
            self._send(self._framing, what)

    # What the transport reports.

    def received(self, data: bytes) -> None:
        state, framing = self.state, self._framing
        if state is State.OPENING:
            self._handshake_received(data)
        elif framing is not None and (state is State.OPEN or state is State.CLOSE_SENT):
            for event in framing.receive(data):
                self._hear(event)
        elif state is State.BROKEN:
            self._tell(Raw(data))  # a host may go on where we cannot

    def ended(self, *, reset: bool) -> None:
        if self.state is State.OPENING:
            self._handshake_ended()
        inside = None if self._framing is None else self._framing.inside()
        self._happen(Happening.PEER_RESET if reset else Happening.PEER_ENDED, Drop(reset, inside))

    def flushed(self) -> None:
        if self._close_queued:
            self._close_queued = False
            self._happen(Happening.CLOSE_SENT)

    # What each side does in its own way.

    @abstractmethod
    def _handshake_received(self, data: bytes) -> None:
        """Take bytes that came in state OPENING."""

    @abstractmethod
    def _handshake_ended(self) -> None:
        """Tell what can be told of a handshake that ends here; the Drop comes by itself."""

    @abstractmethod
    def _handshake_timed_out(self) -> None:
        """Give up an opening handshake that takes too long."""

    @abstractmethod
    def _arrive_early(self, what: Event) -> None:
        """Do what the script did before there were frames."""

    # What is common to both.

    def _start(self, transport: Transport) -> None:
        self._transport = transport
        self._happen(Happening.CONNECTED)

    def _open(self, deflate: Extension | None, rest: bytes) -> None:
        self._cancel_timer()
        self._framing = Framing(self._side, deflate)
        self._happen(Happening.ACCEPTED)
        if rest:
            self.received(rest)

    def _hear(self, event: Event) -> None:
        if type(event) is str or type(event) is bytes:
            self._tell(event)
        elif isinstance(event, Close):
            self._happen(Happening.CLOSE_RECEIVED, event)
        elif isinstance(event, Raw):
            self._happen(Happening.VIOLATION, event)
        else:
            self._tell(event)

    def _happen(self, what: Happening, fact: Event | None = None) -> None:
        """Go where the table says; tell `fact`, a Drop only if the table says so."""
        before, (self.state, drop) = self.state, TABLE[self.state, what]
        if fact is not None and (drop or not isinstance(fact, Drop)):
            self._tell(fact)
        if self.state is not before:
            self._entered(what, reset=drop and what is Happening.TIMEOUT)

    def _entered(self, what: Happening, *, reset: bool) -> None:
        if self.state is State.FINISHED:
            self._close_queued = False  # that it goes out yet is no happening any more
            self._cancel_timer()
            self._end_transport(what, reset=reset)
        elif self.state is State.LAST_WORD and self._timer is None:
            self._start_close_timer()
        elif self.state is State.CLOSED and self._side is Side.SERVER:
            # The server ends TCP first (RFC 6455 section 7.1.1).
            self._need_transport().finish_writing()

    def _end_transport(self, what: Happening, *, reset: bool) -> None:
        if self._transport is None or what is Happening.ABANDONED:
            return  # the one who abandons it says how it ends
        if what is Happening.CLOSE_SENT:
            self._transport.close()
        else:
            self._transport.abort(reset=reset)

    def _tell(self, event: Event) -> None:
        # By the queue, so that one event's failure is no matter of the next one, and so that no
        # script is called inside one of its own calls.
        self._reactor.call_soon(lambda: None if self._silent else self.say(event))

    def _send(self, framing: Framing, what: Event) -> None:
        data = framing.encode(what)
        if isinstance(what, Close):
            self._close_queued = True
            self._start_close_timer()
        self._need_transport().write(data)

    def _abandon(self, how: Drop) -> None:
        self._silent = True
        transport, framing = self._transport, self._framing
        last_words = b"" if framing is None else framing.encode(how)
        self._happen(Happening.ABANDONED)
        if transport is None:
            return
        transport.write(last_words)
        self._leave(transport, reset=how.reset)

    def _leave(self, transport: Transport, *, reset: bool) -> None:
        if reset:
            transport.abort(reset=True)
            return
        transport.close()
        if not transport.closed:
            self._reactor.call_later(self._close_timeout, lambda: transport.abort(reset=True))

    def _test_ended(self) -> None:
        transport, framing = self._transport, self._framing
        says_so = self.state in {State.OPEN, State.BROKEN}
        self._silent = True
        self._happen(Happening.ABANDONED)
        if transport is not None:
            if says_so and framing is not None:
                transport.write(framing.encode(Close(_GOING_AWAY)))
            self._leave(transport, reset=False)

    def _start_close_timer(self) -> None:
        self._cancel_timer()
        self._timer = self._reactor.call_later(self._close_timeout, self._timed_out)

    def _timed_out(self) -> None:
        self._timer = None
        if self.state in _NO_FRAMES_YET:
            self._handshake_timed_out()
        else:
            self._happen(Happening.TIMEOUT, Drop())

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _need_transport(self) -> Transport:
        if self._transport is None:
            raise UsageError("the connection is not open")
        return self._transport
