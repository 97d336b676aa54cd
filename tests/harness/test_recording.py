"""What becomes of a recording, without any real connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from wsfake.cassette import Redactor, load
from wsfake.clock import VirtualClock
from wsfake.harness.recording import CassetteDeck
from wsfake.harness.settings import Settings
from wsfake.model import Event, Open, Side
from wsfake.network import Connection, Network


class Nobody:
    def arrive(self, what: Event) -> None:
        pass


class Studio:
    """A deck that records what is said on the connections of a network."""

    def __init__(self, path: Path, redactor: Redactor | None = None) -> None:
        settings = Settings.of({"cassette": path, "mode": "rewrite"})
        self.clock = VirtualClock()
        self.network = Network(self.clock)
        self.deck = CassetteDeck(settings, lambda: redactor or Redactor())
        self.deck.follow(self.network)

    def connect(self, *, recorded: bool = True) -> Connection:
        def ready(connection: Connection) -> None:
            if recorded:
                self.deck.admit(connection.number)

        return self.network.connect(Open("ws://a.example/"), Nobody(), ready=ready)


def whats(path: Path) -> list[Event]:
    return [entry.what for entry in load(path).entries]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.msgpack"


def part(path: Path) -> Path:
    return path.with_name("a.part.msgpack")


def test_all_connections_are_on_one_timeline_and_what_waits_at_the_end_is_kept(path: Path) -> None:
    studio = Studio(path)
    first, other, second = studio.connect(), studio.connect(recorded=False), studio.connect()
    for at, connection in enumerate((first, other, second, first)):
        studio.clock.advance_to(at)
        connection.say(Side.CLIENT, f"at {at}")
    studio.deck.finish("passed", "test")
    assert [(entry.at, entry.connection, entry.what) for entry in load(path).entries] == [
        (0, 1, first.opening),
        (0, 2, second.opening),
        (0, 1, "at 0"),
        (2, 2, "at 2"),
        (3, 1, "at 3"),
    ]
    assert studio.deck.recorded == 5


def test_a_connection_that_is_recorded_late_is_recorded_from_then_on(path: Path) -> None:
    studio = Studio(path)
    connection = studio.connect(recorded=False)
    connection.say(Side.CLIENT, "before")
    studio.deck.admit(connection.number)
    connection.say(Side.CLIENT, "after")
    studio.deck.finish("passed", "test")
    assert whats(path) == ["after"]


def test_the_part_file_holds_what_is_due_and_the_deck_says_when(path: Path) -> None:
    studio = Studio(path)
    connection = studio.connect()
    assert studio.deck.due_in() is None
    connection.say(Side.CLIENT, "a")
    assert studio.deck.due_in() == 0.05
    assert whats(part(path)) == [connection.opening]
    studio.deck.flush()
    assert studio.deck.due_in() is None
    assert whats(part(path)) == [connection.opening, "a"]
    studio.deck.discard()


def test_a_kill_costs_256_entries_at_the_most(path: Path) -> None:
    studio = Studio(path)
    connection = studio.connect()
    for number in range(1000):
        connection.say(Side.CLIENT, f"{number}")
        assert len(whats(part(path))) > 1 + number - 256
    studio.deck.discard()


def test_after_the_end_nothing_is_recorded(path: Path) -> None:
    studio = Studio(path)
    connection = studio.connect()
    studio.deck.finish("passed", "test")
    connection.say(Side.CLIENT, "late")
    assert whats(path) == [connection.opening]
    assert list(path.parent.iterdir()) == [path]


def test_a_rule_that_raises_at_the_end_leaves_no_recording(path: Path) -> None:
    def rule(text: str) -> str:
        if text == "bad":
            raise KeyError("mine")
        return text

    studio = Studio(path, Redactor(rules=(rule,)))
    studio.connect().say(Side.CLIENT, "bad")
    with pytest.raises(KeyError, match="mine"):
        studio.deck.finish("passed", "test")
    assert list(path.parent.iterdir()) == []
