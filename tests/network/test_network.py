"""Connections between ends, without a harness."""

from threading import Thread
from typing import Any

import pytest

from wsfake.clock import VirtualClock
from wsfake.errors import ConnectionNotAnswered, UnexpectedMessage
from wsfake.model import Accept, Close, Drop, Entry, Event, Open, Side, make_entry
from wsfake.network import Connection, End, Network, PlayerEnd, Services
from wsfake.player import Plan, Player
from wsfake.transcript import Matching, Transcript

URL = "ws://echo.example/?token=s3cr3t"
T = Transcript()


class Listener:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    def arrive(self, what: Any) -> None:
        self.heard.append(what)


def drain(network: Network) -> None:
    while (callback := network.clock.take()) is not None:
        callback()


def test_an_end_that_nobody_is_at_hears_nothing() -> None:
    network = Network(VirtualClock())
    connection = network.connect(Open("ws://nobody.example/"), Listener())
    connection.say(Side.CLIENT, "a")
    assert connection.messages(Side.CLIENT) == ["a"]


class Nobody:
    def answer(self, connection: Connection) -> End | None:
        raise ConnectionNotAnswered(connection.url)


def test_a_client_that_could_not_connect_says_nothing_more() -> None:
    network = Network(VirtualClock())
    plan = Plan([Side.CLIENT, Side.CLIENT], [Open(URL), Drop()], [0, 0])
    PlayerEnd(network, Player(plan, Side.CLIENT), to=Nobody()).schedule()
    with pytest.raises(ConnectionNotAnswered):
        drain(network)
    drain(network)
    assert network.entries == []


def test_entries_are_whole_where_another_thread_adds_and_reads_some_while_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = Network(VirtualClock())
    connection = network.connect(Open(URL), Listener())
    connection.say(Side.SERVER, "before")
    seen: list[list[Entry]] = []

    def add_and_read() -> None:
        with network.lock:
            connection.say(Side.SERVER, "meanwhile")
        seen.append(network.entries)

    other = Thread(target=add_and_read)

    def make(fields: Any) -> Entry:
        if other.ident is None:
            other.start()
            other.join(0.1)  # as far as it comes: it is to wait until these are read
        return make_entry(fields)

    monkeypatch.setattr("wsfake.network.network.make_entry", make)
    read = network.entries
    other.join()

    whole = [
        Entry(0, 1, Side.CLIENT, Open(URL)),
        Entry(0, 1, Side.SERVER, "before"),
        Entry(0, 1, Side.SERVER, "meanwhile"),
    ]
    assert read == whole[:2]
    assert seen == [whole]
    assert network.entries == whole


@pytest.mark.parametrize("looked_at", [0, 1, 3])
def test_entries_can_be_had_by_columns_whether_or_not_they_were_looked_at(looked_at: int) -> None:
    network = Network(VirtualClock())
    connection = network.connect(Open(URL), Listener())
    for number, text in enumerate(("a", "b", "c"), 1):
        connection.say(Side.CLIENT if number % 2 else Side.SERVER, text)
        if number == looked_at:
            assert len(network.entries) == 1 + number
    assert network.entries_between(1, 3) == network.entries[1:3]


def test_what_is_posted_arrives_when_what_is_due_is_done() -> None:
    network = Network(VirtualClock())
    client = Listener()
    connection = network.connect(Open(URL), client)
    connection.posted = True
    connection.say(Side.SERVER, "a")
    assert client.heard == []
    drain(network)
    assert client.heard == ["a"]


def test_without_a_redaction_a_verdict_shows_everything() -> None:
    network = Network(VirtualClock())
    services = Services(network)
    network.answerers.append(services)
    services.serve(URL, [T.client("a")], Matching(), 1)
    connection = network.connect(Open(URL), Listener())
    drain(network)
    with pytest.raises(UnexpectedMessage, match="s3cr3t"):
        connection.say(Side.CLIENT, "b")


def test_what_is_not_a_url_of_the_web_is_not_served() -> None:
    network = Network(VirtualClock())
    services = Services(network)
    services.serve(URL, [T], Matching(), 1)
    connection = network.connect(Open("server 1"), Listener())
    assert services.answer(connection) is None


def test_one_error_is_reported_once() -> None:
    network = Network(VirtualClock())
    error = ValueError()
    network.report(error)
    network.report(error)
    assert network.errors == [error]


def test_the_first_end_of_a_connection_is_kept() -> None:
    network = Network(VirtualClock())
    connection = network.connect(Open(URL), Listener())
    connection.say(Side.SERVER, Accept("chat"))
    connection.say(Side.SERVER, Close(1001))
    connection.say(Side.CLIENT, Drop())
    assert connection.subprotocol == "chat"
    assert connection.ended == Close(1001)


def test_a_player_that_opens_nothing_of_its_own_url_connects_where_its_transcript_says() -> None:
    network = Network(VirtualClock())
    plan = Plan.of_transcript(T.with_opening(Open(URL)))
    PlayerEnd(network, Player(plan, Side.CLIENT)).schedule()
    drain(network)
    assert network.entries[0].what == Open(URL)


def test_a_silence_that_begins_is_not_said() -> None:
    network = Network(VirtualClock())
    services = Services(network)
    network.answerers.append(services)
    services.serve(URL, [T.server_stalls()], Matching(), 1)
    network.connect(Open(URL), Listener())
    drain(network)
    assert len(network.entries) == 1
