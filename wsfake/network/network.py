"""The in-memory network: who answers which URL, and the dialogue of everything that is said."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Protocol

from wsfake.clock import Clock
from wsfake.errors import Failure
from wsfake.model import Entries, Entry, Event, Open, Refuse, Side, make_entry
from wsfake.network.connection import Connection
from wsfake.network.dialogue import LITERAL_LENGTH, write_dialogue
from wsfake.network.ends import End

__all__ = ["Answerer", "Network"]


Noted = tuple[int, int, bool, Event]
"""The fields of an entry, with whether the client did it in place of its side.

A plain tuple is made in a quarter of the time of a named one; and one of plain values is nothing
that the garbage collector has to look at again and again, as long as it is kept.
"""


def _entry(noted: Noted) -> Entry:
    at, connection, by_client, what = noted
    return make_entry((at, connection, Side.CLIENT if by_client else Side.SERVER, what))


_SIDES: dict[object, Side] = {
    True: Side.CLIENT,
    False: Side.SERVER,
    Side.CLIENT: Side.CLIENT,
    Side.SERVER: Side.SERVER,
}
"""The side by what stands for it in a plain tuple, and in an entry that was made of one."""


class HasSteps(Protocol):
    """Whoever plays a transcript, and has played so many steps of it."""

    @property
    def steps(self) -> int: ...


class Answerer(Protocol):
    """Whoever may answer a connection."""

    def answer(self, connection: Connection) -> End | None:
        """Return the server's end of a connection, or None where it is not one to be answered.

        Raises the failure that the script is to see at once.
        """


class Redaction(Protocol):
    """What takes secrets out."""

    def text(self, text: str) -> str: ...

    def url(self, url: str) -> str: ...

    def entry(self, entry: Entry) -> Entry: ...


class _NoSecrets:
    def text(self, text: str) -> str:
        return text

    def url(self, url: str) -> str:
        return url

    def entry(self, entry: Entry) -> Entry:
        return entry


class Network:
    """Everything of one test that can be connected to, on one clock.

    `answerers` are asked in turn. The first that returns an end has the connection.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = RLock()
        """Held while callbacks run, and by what other threads call."""
        self.held_by: int | None = None
        """The thread that runs callbacks, and so need not take the lock again."""
        self.noted: list[Noted] = []
        """The entries so far, of which the latest are plain tuples; see `entries`."""
        self._made = 0
        self.remarks: list[tuple[int, str]] = []
        """What the dialogue says of itself: after how many entries, and what."""
        self.connections: list[Connection] = []
        self.answerers: list[Answerer] = []
        self.failures: list[Failure] = []
        """Every verdict so far, whether or not the test has seen it."""
        self.errors: list[Exception] = []
        """What handlers raised, and nobody has seen yet."""
        self.on_error: list[Callable[[Exception], None]] = []
        """Who is told of each of these, with the lock held: clients wait for players that have
        given up by it."""
        self.note = self.noted.append
        self.redaction: Redaction = _NoSecrets()
        """Takes the secrets out of what is to be shown."""
        self.advice: Callable[[Connection], str] = lambda _: ""
        """What to do about a mismatch on a connection."""
        self.players: list[HasSteps] = []
        """Who plays transcripts here."""
        self.settle: Callable[[], None] = _nothing
        """Hears what has come from other threads and processes; before a test looks at it."""
        self.origin: int | None = None
        """When the first connect was, on the clock."""

    # Time and the dialogue

    def time(self) -> int:
        """Microseconds since the first connect."""
        now = self.clock.now
        if self.origin is None:
            self.origin = now
        return now - self.origin

    note: Callable[[Noted], None]
    """Take the fields of an entry; one is made of them when somebody wants to see it."""

    @property
    def entries(self) -> list[Entry]:
        """Everything that was said so far, in order; what comes meanwhile is not among them."""
        entries: list[Any] = self.noted
        if self._made < len(entries):
            with self.lock:  # another thread may be adding to them, or making them too
                made = self._made
                entries[made:] = map(_entry, entries[made:])
                self._made = len(entries)
        return entries[: self._made]

    def entries_between(self, begin: int, end: int) -> Entries:
        """Return some of the entries by columns, without making any; to call with the lock held."""
        ats, connections, sides, whats = zip(*self.noted[begin:end], strict=True)
        return Entries(ats, connections, map(_SIDES.__getitem__, sides), whats)

    def remark(self, text: str) -> None:
        """Say something in the dialogue that no side has said."""
        self.remarks.append((len(self.noted), text))

    @property
    def progress(self) -> int:
        """How much was played of transcripts; a run without any is going in circles."""
        return sum(player.steps for player in self.players)

    def lines(self, *, last: int | None = None, before: int | None = None) -> list[str]:
        """Return the dialogue to be shown: without secrets, and with long messages cut.

        `last` is how many entries at the most, the latest, and `before` an entry to stop at.
        """
        return write_dialogue(
            self.entries[:before],
            self.remarks,
            redact=self.redaction.entry,
            most_entries=last,
            most=LITERAL_LENGTH,
            numbered=len(self.connections) > 1,
        )

    # Connecting

    def connect(
        self,
        opening: Open,
        client: End,
        *,
        to: Answerer | None = None,
        ready: Callable[[Connection], None] | None = None,
        clock: Clock | None = None,
    ) -> Connection:
        """Open a connection for a client's end; who answers it is found out at once.

        The answer itself comes later, from the clock: this network's, unless there is another for
        this connection. `ready` is called before anything is said.
        Raises the failure of an answerer.
        """
        connection = Connection(self, len(self.connections) + 1, opening)
        connection.client = client
        if clock is not None:
            connection.clock = clock
        answerers = self.answerers if to is None else [to]
        for answerer in answerers:
            end = answerer.answer(connection)
            if end is not None:
                connection.server = end
                break
        self.connections.append(connection)
        if ready is not None:
            ready(connection)
        connection.say(Side.CLIENT, connection.opening)
        return connection

    def refuse_later(self, connection: Connection, why: str = "refused") -> End:
        """Return an end that refuses, as the network does where nobody listens."""
        connection.reachable = False
        connection.clock.call_soon(lambda: connection.say(Side.SERVER, Refuse(why)))
        return _Nobody()

    # What goes wrong

    def fail(self, failure: Failure) -> Failure:
        """Keep a verdict, so that it is told at the latest when the test ends; return it."""
        self.failures.append(failure)
        return failure

    def report(self, error: Exception) -> None:
        """Keep what a handler raised; the next `run` raises it."""
        with self.lock:
            if error not in self.errors:
                self.errors.append(error)
                for tell in self.on_error:
                    tell(error)

    def take_errors(self) -> list[Exception]:
        """Return what was kept by `report`, and keep it no longer."""
        with self.lock:
            errors, self.errors = self.errors, []
        return errors


def _nothing() -> None:
    """Nothing comes but from this thread."""


class _Nobody:
    """The end at which nobody listens."""

    def arrive(self, what: object) -> None:
        pass
