"""What `wsfake record` does between its first and its last line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import attrgetter
from urllib.parse import urlsplit

from attrs import evolve, frozen

from wsfake.cassette import Redactor
from wsfake.cli.beside import Beside
from wsfake.harness.recording import CassetteDeck
from wsfake.live import Reactor
from wsfake.live.gate import target_of
from wsfake.live.transport import Transport
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Event,
    Open,
    Refuse,
    Reject,
    Side,
    make_entry,
    without_mechanics,
)
from wsfake.network.dialogue import LITERAL_LENGTH
from wsfake.proxy import Backlog, Faults, Limits, Relay, Upstream
from wsfake.real_time import microseconds_now
from wsfake.transcript.writing import write_entry

__all__ = ["Counts", "Session"]

_MESSAGES = {str, bytes}
_WHAT = attrgetter("what")
_LARGE = 1 << 18
"""Length of a message from which on it is written beside, as its checksum and the file need no
interpreter. Many small ones need it all the time."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@frozen
class Counts:
    """How much was recorded so far."""

    connections: int
    open: int
    messages: int

    def __str__(self) -> str:
        return (
            f"{self.connections} connection{'' if self.connections == 1 else 's'}"
            f" ({self.open} open), {self.messages} message{'' if self.messages == 1 else 's'}"
        )


class Session:
    """Relays every client to `upstream`, and records all of them on one timeline.

    `show` is called with the lines of each entry, without its secrets; None prints nothing. What
    is large is written to the `deck` in the thread of `beside`; nobody else is to use the deck
    before that has settled.
    """

    def __init__(
        self,
        reactor: Reactor,
        upstream: Upstream,
        deck: CassetteDeck,
        beside: Beside,
        *,
        faults: Faults,
        limits: Limits,
        show: Callable[[Iterable[str]], None] | None,
    ) -> None:
        self._reactor = reactor
        self._upstream = upstream
        parts = urlsplit(upstream.url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._deck = deck
        self._beside = beside
        self._redactor: Redactor = deck.redactor
        self._faults = faults
        self._limits = limits
        self._show = show
        self._talks: set[_Talk] = set()
        self._admitted = 0
        self._unreached = 0
        self._failures: set[str] = set()
        self._number = 0
        self._began = 0
        self.untold: list[Entry] = []
        """What was said since it was last written and printed."""

        self._messages = 0

    @property
    def busy(self) -> int:
        """How many connections are open."""
        return len(self._talks)

    @property
    def counts(self) -> Counts:
        return Counts(self._number, self.busy, self._messages)

    @property
    def unreached(self) -> bool:
        """Whether there were connections, and the real server could be reached for none."""
        return 0 < self._unreached == self._number

    @property
    def nobody(self) -> str:
        """Why there is nothing, where there is nothing."""
        if not self._admitted:
            return "no client came"
        asked = "one request" if self._admitted == 1 else f"{self._admitted} requests"
        return f"{asked} passed, and none opened a WebSocket"

    def admit(self, client: Transport, received: bytes) -> None:
        """Relay one client; it asks for its own path."""
        self._admitted += 1
        upstream = evolve(self._upstream, url=self._origin + target_of(received))
        talk = _Talk(self)
        self._talks.add(talk)
        try:
            talk.relay = Relay(
                self._reactor,
                client,
                received,
                upstream,
                talk,
                faults=self._faults,
                limits=self._limits,
            )
        except BaseException:
            self._talks.discard(talk)
            raise

    def wait(self, seconds: float) -> None:
        """Pump, but no longer than what was recorded may stay out of the file."""
        flush_in = self._deck.due_in()
        if flush_in is not None:
            seconds = min(seconds, flush_in)
        try:
            self._reactor.wait(seconds)
        finally:
            self._write()
        if flush_in == 0:
            self._beside.settle()
            self._deck.flush()

    def end(self) -> None:
        """Note every connection that is still open, and end it."""
        Backlog.of(self._reactor).drain()
        now = microseconds_now()
        for talk in sorted(self._talks, key=lambda talk: talk.number):
            if talk.is_open:
                talk.tell(now, Side.CLIENT, [End()])
            if talk.relay is not None:
                talk.relay.abort()
        self._talks.clear()
        self._write()
        self._beside.settle()

    # What the stories tell

    def open(self, at: int) -> tuple[int, int]:
        """Return the number of a connection that is recorded from now on, and when all began."""
        self._number += 1
        if self._number == 1:
            self._began = at
        return self._number, self._began

    def _write(self) -> None:
        """Write what was said, and print it."""
        if not self.untold:
            return
        entries, self.untold = self.untold, []
        sizes = [len(what) for what in map(_WHAT, entries) if type(what) in _MESSAGES]
        self._messages += len(sizes)
        if max(sizes, default=0) >= _LARGE:
            self._beside.do(lambda: self._put_down(entries), sum(sizes))
        else:
            self._beside.settle()
            self._deck.extend(entries)
        for entry in entries if self._show is not None else ():
            self._show_entry(entry)

    def _put_down(self, entries: list[Entry]) -> None:
        self._deck.extend(entries)
        self._deck.flush()  # so that it is not due while nobody looks

    def _show_entry(self, entry: Entry) -> None:
        if self._show is None:
            return
        try:
            shown = self._redactor.entry(entry)
            self._show(write_entry(shown, numbered=True, most=LITERAL_LENGTH))
        except BrokenPipeError:  # who read it has seen enough; what is recorded is another matter
            self._show = None
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def leave(self, talk: _Talk) -> None:
        self._talks.discard(talk)

    def remark_failure(self, what: Refuse, detail: str) -> None:
        """Say once why the real server cannot be reached, and what to do about it."""
        self._unreached += 1
        if detail in self._failures:
            return
        self._failures.add(detail)
        where = self._redactor.url(self._origin)
        advice = "; its authority is trusted with --ca PEM" if what.why == "tls" else ""
        print(
            f"wsfake: {where} cannot be reached: {what.why} ({detail}){advice}",
            file=sys.stderr,
            flush=True,
        )

    def remark_redirect(self, what: Reject) -> None:
        for name, value in what.headers:
            if name.lower() == "location":
                where = self._redactor.url(value)
                print(
                    f"wsfake: the server redirects to {where}: passed on to the client, which"
                    " leaves the recording if it goes there",
                    file=sys.stderr,
                )


class _Talk:
    """The story of one connection, on its way to the cassette."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.number = 0
        self.relay: Relay | None = None
        self.is_open = False
        """Whether more may be said: neither both have closed, nor one has gone."""

        self._began = 0
        self._closed: set[Side] = set()

    def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
        untold = self._session.untold
        if len(events) == 1 and type(events[0]) in _MESSAGES:  # as nearly always, or very many
            untold.append(make_entry((at - self._began, self.number, side, events[0])))
            return
        if not set(map(type, events)) <= _MESSAGES:
            events = [self._follow(at, side, what) for what in events]
        head = repeat(at - self._began), repeat(self.number), repeat(side)
        untold += map(make_entry, zip(*head, events, strict=False))

    def over(self) -> None:
        self._session.leave(self)

    def _follow(self, at: int, side: Side, what: Event) -> Event:
        match what:
            case Open():
                self.number, self._began = self._session.open(at)
                self.is_open = True
                return what.replace(headers=without_mechanics(what.headers))
            case Accept():
                return what.replace(headers=without_mechanics(what.headers))
            case Close():
                self._closed.add(side)
                self.is_open = self.is_open and len(self._closed) == 1
            case Drop() | Reject() | Refuse():
                self.is_open = False
                if isinstance(what, Refuse) and self.relay is not None and self.relay.failure:
                    self._session.remark_failure(what, self.relay.failure)
                if isinstance(what, Reject) and what.status in _REDIRECTS:
                    self._session.remark_redirect(what)
        return what
