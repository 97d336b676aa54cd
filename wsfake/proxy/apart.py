"""A live connection taken apart into messages, so that one of them can be missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from wsfake.live.answers import AnswerReader
from wsfake.live.framing import Framing
from wsfake.live.http import deflate_of, named_in, without
from wsfake.live.reactor import Reactor
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.model import Accept, Close, Drop, Event, Message, Open, Raw, Reject, Side, Stall
from wsfake.proxy.faults import Faults
from wsfake.proxy.halves import Half
from wsfake.proxy.handle import LiveHandle
from wsfake.transcript.checks import sayable

__all__ = ["TakenApart"]


class _Direction:
    """What one side says, on its way to the other: a `Way`.

    `hear` makes events of bytes and hands them to `on_event`; without it bytes pass as they are.
    """

    def __init__(self, half: Half) -> None:
        self.side = half.side
        self.said = 0
        self.silent = False
        """Whether nothing of this side is passed on any more."""

        self.keeps_open = False
        """Whether the end of its stream is not passed on either."""

        self.hear: Callable[[bytes], None] | None = None
        self.speak: Framing | None = None
        self._half = half
        self._way = half.way

    @property
    def full(self) -> bool:
        return self._way is not None and self._way.full

    def take(self, data: bytes) -> None:
        if self.hear is not None:
            self.hear(data)
        elif not self.silent:
            self.put(data)

    def end(self, *, reset: bool) -> None:
        if self.keeps_open:
            self._half.over = True  # for when the other side ends
        elif self._way is None:
            self._half.pass_end(reset=reset)
        else:
            self._way.end(reset=reset)

    def put(self, data: bytes) -> None:
        """Send bytes to the other side."""
        if not data:
            return
        if self._way is None:
            self._half.pass_on(data)
        else:
            self._way.take(data)


class TakenApart:
    """Both directions of a connection, with faults where messages pass.

    The opening handshake passes as bytes, unless a fault answers it. Fragments are put together,
    and compression is undone and done again, by what the two ends have agreed.
    """

    def __init__(
        self, reactor: Reactor, url: str, faults: Faults, client: Half, server: Half
    ) -> None:
        self.client = _Direction(client)
        self.server = _Direction(server)
        self._reactor = reactor
        self._url = url
        self._faults = faults
        self._left = list(faults.script)
        self._request = ServerHandshake("", None)
        self._opening: Open | None = None
        self._answers: AnswerReader | None = None
        self._answer = bytearray()
        self.client.hear = self._hear_request
        self.server.hear = self._hear_answer

    def _direction(self, side: Side) -> _Direction:
        return self.client if side is Side.CLIENT else self.server

    # The opening handshake

    def _hear_request(self, data: bytes) -> None:
        self.client.put(data)
        try:
            opening = self._request.receive(data)
        except NotAWebSocket:
            self.client.hear = self.server.hear = None
            return
        if opening is not None:
            headers = without(opening.headers, {"sec-websocket-key"})
            self._opening = Open(self._url, headers, opening.subprotocols, opening.extensions)
            self._answers = AnswerReader(self._request.key, lambda _: None)
            self.client.hear = None

    def _hear_answer(self, data: bytes) -> None:
        if self._answers is None:
            self.server.put(data)
            return
        for fault in self._left:
            if fault.phase == "handshake":
                self.server.hear = None
                self._do(fault.side, fault.effect)
                self.server.silent = True
                return
        self._answer += data
        answer = self._answers.receive(data)
        if isinstance(answer, Accept):
            rest = self._answers.rest
            self.server.put(bytes(self._answer[: len(self._answer) - len(rest)]))
            self._accept(answer, rest)
        elif answer is not None:
            self.server.hear = None
            self.server.put(bytes(self._answer))

    def _accept(self, answer: Accept, rest: bytes) -> None:
        assert self._opening is not None
        # One framing stands for each of our two ends, and has a context for either direction.
        agreed = named_in(answer.extensions, self._opening.extensions)
        as_server = Framing(Side.SERVER, deflate_of(agreed, Side.SERVER))
        as_client = Framing(Side.CLIENT, deflate_of(agreed, Side.CLIENT))
        self.client.hear = self._hearing(self.client, as_server)
        self.server.hear = self._hearing(self.server, as_client)
        self.client.speak, self.server.speak = as_client, as_server
        if self._faults.on_open is not None:
            handle = LiveHandle(self._opening, answer.subprotocol, self._post)
            self._call(self._faults.on_open, handle)
        for direction in (self.client, self.server):
            self._said(direction)
        if rest:
            self.server.take(rest)

    def _hearing(self, direction: _Direction, framing: Framing) -> Callable[[bytes], None]:
        def hear(data: bytes) -> None:
            for event in framing.receive(data):
                self._hear(direction, event)

        return hear

    # Messages

    def _hear(self, direction: _Direction, event: Event) -> None:
        if direction.silent:
            return
        if isinstance(event, str | bytes):
            kept = self._edited(direction.side, event)
            if kept is None:
                return
            self._say(direction, kept)
            direction.said += 1
            self._said(direction)
        elif isinstance(event, Raw):
            direction.hear = None
            direction.put(event.data)
        else:
            self._say(direction, event)

    def _edited(self, side: Side, message: Message) -> Message | None:
        edit = self._faults.edit
        if edit is None:
            return message
        try:
            edited = edit(side, message)
            return None if edited is None else sayable(edited)
        except Exception as error:  # noqa: BLE001 - raised where the reactor is pumped
            self._raise_soon(error)
            return message

    def _say(self, direction: _Direction, what: Event) -> None:
        if direction.silent:
            return
        assert direction.speak is not None
        direction.put(direction.speak.encode(what))
        if isinstance(what, Close):
            direction.silent = True
            self._closes(direction.side.other)

    def _said(self, direction: _Direction) -> None:
        """Do what is to be done once a side has said so many messages."""
        for fault in list(self._left):
            if (
                fault.phase == "message"
                and fault.side is direction.side
                and fault.after <= direction.said
            ):
                self._left.remove(fault)
                self._do(fault.side, fault.effect)

    def _closes(self, answering: Side) -> None:
        for fault in list(self._left):
            if fault.phase == "close" and fault.side is answering:
                self._left.remove(fault)
                self._do(answering, fault.effect)
                self._direction(answering).silent = True

    def _do(self, side: Side, what: Event) -> None:
        """Let a side do something that it did not do itself."""
        direction = self._direction(side)
        match what:
            case Drop(reset, inside):
                if inside is not None and direction.speak is not None:
                    direction.put(direction.speak.encode(what))
                direction.silent = True
                direction.end(reset=reset)
                direction.keeps_open = True
            case Stall():
                direction.silent = direction.keeps_open = True
            case Raw(data):
                direction.put(data)
            case Reject():
                direction.put(self._request.reject(what))
            case _:
                self._say(direction, what)

    # The handle, and what users' functions raise

    def _post(self, side: Side, what: Event) -> None:
        self._reactor.call_soon_threadsafe(lambda: self._do(side, what))

    def _call(self, call: Callable[[LiveHandle], object], handle: LiveHandle) -> None:
        try:
            call(handle)
        except Exception as error:  # noqa: BLE001 - raised where the reactor is pumped
            self._raise_soon(error)

    def _raise_soon(self, error: Exception) -> None:
        def throw() -> NoReturn:
            raise error

        self._reactor.call_soon(throw)
