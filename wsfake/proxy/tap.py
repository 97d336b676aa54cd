"""What the bytes of a connection say, read from a copy of both directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from websockets.exceptions import PayloadTooBig

from wsfake.errors import UsageError
from wsfake.live.answers import Answer, AnswerReader, StatusReader
from wsfake.live.framing import Framing
from wsfake.live.http import deflate_of, named_in, without
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.model import Accept, Close, Drop, Event, Gap, Open, Raw, Refuse, Side
from wsfake.proxy.request import headers_in

__all__ = ["Story", "Tap"]

_SWITCHING = 101


class Story(Protocol):
    """Who is told what a connection says, from inside `Reactor.wait()` and in order of time.

    `at` is in microseconds of `microseconds_now()`: when the last byte of it passed.
    First comes the client's `Open`, then the server's `Accept`, `Reject` or `Refuse`. A client that
    asks for no WebSocket says nothing; if the server takes it for one that does, a `Gap` follows.
    """

    def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
        """Take note of what a side said in one piece; there is at least one event."""

    def over(self) -> None:
        """Take note that both streams have ended, and nothing more is told."""


class Tap:
    """Understands both directions of one connection, and tells its story.

    It is as strict as RFC 6455, and at the first violation of a side it tells the bytes of that
    side as `Raw` from there on. What it cannot understand for another reason is told as a `Gap`,
    behind which that side says nothing more, and ends by no `Drop`: it may have closed. Errors of
    the story itself are raised.
    """

    def __init__(self, story: Story, url: str, largest: int) -> None:
        self._story = story
        self._url = url
        self._largest = largest
        self._hear: dict[Side, Callable[[bytes], list[Event]]] = {
            Side.CLIENT: self._hear_request,
            Side.SERVER: self._hear_before_answer,
        }
        self._framings: dict[Side, Framing] = {}
        self._request = ServerHandshake(urlsplit(url).netloc, None)
        self._offers: tuple[str, ...] = ()
        self._asked = False
        self._answers: AnswerReader | None = None  # while it is waited for
        self._early = bytearray()  # what the client says before it is answered
        self._at = 0
        self._closed: set[Side] = set()
        self._ended: set[Side] = set()
        self._last: Side | None = None

    def client(self, at: int, data: bytes) -> None:
        """Take bytes of the client."""
        self._take(at, Side.CLIENT, data)

    def server(self, at: int, data: bytes) -> None:
        """Take bytes of the server."""
        self._take(at, Side.SERVER, data)

    def refused(self, at: int, why: str) -> None:
        """Tell that the real server cannot be reached."""
        self._story.tell(at, Side.SERVER, [Refuse(why)])
        self._ended.update(Side)

    def ended(self, at: int, end: tuple[Side, bool]) -> None:
        """Tell how the stream of a side ended, if it is news: by a reset, or in order."""
        side, reset = end
        self._at = at
        if self._answers is not None:
            # Also where the client leaves: one that goes by the status alone reads no body.
            self._tell(Side.SERVER, self._answer_cut_off(self._answers))
        if self._ends_by_drop(side, reset=reset):
            framing = self._framings.get(side)
            inside = None if framing is None else framing.inside()
            self._tell(side, [Drop(reset, inside)])
        self._ended.add(side)

    def over(self, _: int, __: None) -> None:
        """Tell that there is nothing more to tell."""
        self._story.over()

    def _ends_by_drop(self, side: Side, *, reset: bool) -> bool:
        if not self._asked:
            return False  # nobody asked for a WebSocket
        if side in self._closed:
            if not reset or side.other in self._closed:
                return False
        elif self._hear[side] is _nothing:
            return False  # it may have closed behind a Gap
        # What ends behind the end of the other side, with no word of its own, follows from it.
        return not self._ended or (self._last is side and side not in self._ended)

    def _take(self, at: int, side: Side, data: bytes) -> None:
        self._at = at
        try:
            events = self._hear[side](data)
        except Exception as error:  # noqa: BLE001 - whatever fails here, bytes have to pass
            self._hear[side] = _nothing
            events = [Gap(f"what the {side} said from here on: {type(error).__name__}: {error}")]
        if events:
            self._tell(side, events)

    def _tell(self, side: Side, events: list[Event]) -> None:
        self._last = side
        if not events:
            return
        self._story.tell(self._at, side, events)
        last = events[-1]
        if type(last) is str or type(last) is bytes:  # nearly always
            return
        if isinstance(last, Close):
            self._closed.add(side)
            self._hear[side] = _nothing  # RFC 6455 section 5.5.1
        elif isinstance(last, Raw):
            self._hear[side] = _raw
        elif isinstance(last, Gap):
            self._hear[side] = _nothing

    # The opening handshake

    def _hear_request(self, data: bytes) -> list[Event]:
        try:
            opening = self._request.receive(data)
        except NotAWebSocket as error:
            self._hear = dict.fromkeys(Side, _nothing)
            self._hear[Side.SERVER] = self._doubting(data, str(error))
            return []
        if opening is None:
            return []
        self._answers = AnswerReader(self._request.key, lambda _: None)
        self._offers = opening.extensions
        self._asked = True
        self._early += self._request.rest
        self._hear = {Side.CLIENT: self._hear_early, Side.SERVER: self._hear_answer}
        headers = without(opening.headers, {"sec-websocket-key"})
        return [Open(self._url, headers, opening.subprotocols, opening.extensions)]

    def _doubting(self, request: bytes, why: str) -> Callable[[bytes], list[Event]]:
        """Return what hears whether the server switches all the same; then it is to be known."""
        answers = StatusReader()

        def hear(data: bytes) -> list[Event]:
            status = answers.receive(data)
            if status is not None:
                self._hear[Side.SERVER] = _nothing
            if status != _SWITCHING:
                return []
            self._asked = True
            self._tell(Side.CLIENT, [Open(self._url, headers_in(request))])
            return [Gap(f"everything: the server took what is no valid opening handshake ({why})")]

        return hear

    def _hear_early(self, data: bytes) -> list[Event]:
        self._early += data
        if len(self._early) > self._largest:
            raise PayloadTooBig(len(self._early), self._largest)
        return []

    def _hear_before_answer(self, _: bytes) -> list[Event]:
        return []  # a server that speaks before it is asked

    def _hear_answer(self, data: bytes) -> list[Event]:
        assert self._answers is not None
        answer = self._answers.receive(data)
        return [] if answer is None else self._answered(answer, self._answers)

    def _answer_cut_off(self, answers: AnswerReader) -> list[Event]:
        """Tell what came of an answer when a side ends; nothing where nothing came yet."""
        answer = answers.receive_end()
        if answer is not None:
            return self._answered(answer, answers)
        if not answers.begun:
            return []
        self._answers = None
        return [Raw(answers.begun)]

    def _answered(self, answer: Answer, answers: AnswerReader) -> list[Event]:
        self._answers = None
        if isinstance(answer, Accept):
            return self._accept(answer, answers.rest)
        self._hear[Side.SERVER] = _raw  # also behind a refusal
        rest = b"" if isinstance(answer, Raw) else answers.rest
        events: list[Event] = [answer, Raw(rest)] if rest else [answer]
        if isinstance(answer, Raw) or answer.status == _SWITCHING:
            # A lenient client goes on all the same, and its bytes pass.
            self._hear[Side.CLIENT] = _not_accepted
            if self._early:
                self._tell(Side.SERVER, events)
                self._tell(Side.CLIENT, _not_accepted(b""))
                return []
        return events

    def _accept(self, answer: Accept, rest: bytes) -> list[Event]:
        try:
            framings = {side: self._framing(side, answer) for side in Side}
        except UsageError as error:
            self._hear = dict.fromkeys(Side, _nothing)
            return [answer, Gap(f"what was said from here on: {error}")]
        self._framings = framings
        self._hear = {side: framing.receive for side, framing in framings.items()}
        early, self._early = bytes(self._early), bytearray()
        self._tell(Side.SERVER, [answer])
        if early:
            self._take(self._at, Side.CLIENT, early)
        return framings[Side.SERVER].receive(rest) if rest else []

    def _framing(self, side: Side, answer: Accept) -> Framing:
        """Return what understands a side; raise `UsageError` for an extension that it cannot.

        One that the client has not offered is none: where it goes on all the same, it is without.
        """
        agreed = named_in(answer.extensions, self._offers)
        deflate = deflate_of(agreed, side.other, speaks=False)
        return Framing(side.other, deflate, largest=self._largest)


def _nothing(_: bytes) -> list[Event]:
    return []


def _not_accepted(_: bytes) -> list[Event]:
    return [Gap("what the client said, whose opening handshake was not accepted")]


def _raw(data: bytes) -> list[Event]:
    return [Raw(data)]
