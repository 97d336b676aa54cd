from __future__ import annotations

from collections.abc import Sequence

import pytest

from wsfake.clock import VirtualClock
from wsfake.model import Entry, Event, Open, Ping, Side
from wsfake.network import Follower, Network

MOST = 5
PATIENCE = 1000


class Notebook:
    """Takes what a follower hands on, and knows what of it is safe."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.network = Network(self.clock)
        self.batches: list[list[Event]] = []
        self.safe = 0
        self.follower = Follower(self.network, self.take, self.flush, most=MOST, patience=PATIENCE)
        self.connection = self.network.connect(Open("ws://a.example/"), Listener())
        self.batches.clear()
        self.safe = 0

    def take(self, entries: Sequence[Entry]) -> None:
        if any(entry.what == "bad" for entry in entries):
            raise ValueError("cannot be taken")
        self.batches.append([entry.what for entry in entries])

    def flush(self) -> None:
        self.safe = sum(map(len, self.batches))

    def say(self, *events: Event) -> None:
        for what in events:
            self.connection.say(Side.CLIENT, what)


class Listener:
    def arrive(self, what: Event) -> None:
        pass


@pytest.fixture
def book() -> Notebook:
    return Notebook()


def test_messages_wait_for_one_another(book: Notebook) -> None:
    book.say("a", b"b", "\N{SNOWMAN}")
    assert book.batches == []
    book.follower.hand_on()
    assert book.batches == [["a", b"b", "\N{SNOWMAN}"]]
    book.follower.hand_on()
    assert len(book.batches) == 1


@pytest.mark.parametrize(
    "what",
    [
        Ping(b"p"),
        Open("ws://b.example/"),
        "x" * 65536,
        "\N{SNOWMAN}" * 65536,
        bytes(65536),
        "a lone \ud800",
    ],
)
def test_what_may_be_refused_or_is_seldom_or_long_is_handed_on_at_once(
    book: Notebook, what: Event
) -> None:
    book.say("a", "b", what, "c")
    assert book.batches == [["a", "b"], [what]]


def test_so_many_are_flushed_however_fast_they_come(book: Notebook) -> None:
    book.say(*"abcde")
    assert (book.batches, book.safe) == ([["a", "b", "c", "d", "e"]], MOST)
    book.say(*"fghi")
    assert book.safe == MOST
    book.say("j")
    assert book.safe == 2 * MOST


def test_an_entry_flushes_what_is_due(book: Notebook) -> None:
    book.say("a")
    book.clock.advance_to(PATIENCE - 1)
    book.say("b")
    assert book.safe == 0
    book.clock.advance_to(PATIENCE)
    book.say(Ping(b"c"))
    assert (book.batches, book.safe) == ([["a", "b"], [Ping(b"c")]], 3)


def test_it_says_when_a_flush_is_due_where_nothing_more_is_said(book: Notebook) -> None:
    assert book.follower.due_in() is None
    book.clock.advance_to(400)
    book.say("a")
    assert book.follower.due_in() == 0.0006
    book.clock.advance_to(PATIENCE + 1)
    assert book.follower.due_in() == 0
    book.follower.flush()
    assert book.follower.due_in() is None
    assert book.safe == 1


def test_where_all_is_safe_there_is_nothing_to_flush(book: Notebook) -> None:
    book.say("a")
    book.follower.flush()
    book.safe = 0
    book.follower.flush()
    assert book.safe == 0


def test_what_was_said_before_is_not_handed_on() -> None:
    network = Network(VirtualClock())
    connection = network.connect(Open("ws://a.example/"), Listener())
    taken: list[Entry] = []
    follower = Follower(network, taken.extend, lambda: None, most=MOST, patience=PATIENCE)
    connection.say(Side.CLIENT, "a")
    follower.flush()
    assert [entry.what for entry in taken] == ["a"]


def test_what_cannot_be_taken_is_noted_and_the_next_is_handed_on(book: Notebook) -> None:
    book.say("bad")
    with pytest.raises(ValueError, match="cannot be taken"):
        book.say(Ping(b"p"))
    assert book.connection.messages(Side.CLIENT) == ["bad"]
    assert book.network.entries[-1].what == Ping(b"p")
    book.say("a")
    book.follower.flush()
    assert book.batches == [[Ping(b"p"), "a"]]


def test_once_stopped_it_hands_nothing_on_by_itself(book: Notebook) -> None:
    book.say("a")
    book.follower.stop()
    book.say(Ping(b"p"), *"bcdef")
    assert book.batches == []
    book.follower.hand_on()
    assert book.batches == [["a", Ping(b"p"), "b", "c", "d", "e", "f"]]
