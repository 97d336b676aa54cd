from __future__ import annotations

import pytest

from wsfake.errors import UsageError
from wsfake.model import Accept, Close, End, Entry, Gap, Open, Ping, Pong, Side
from wsfake.player import Order, Replay
from wsfake.player.correlation import Correlation
from wsfake.transcript import Json, Matching

C, S = Side.CLIENT, Side.SERVER
ONE, TWO = Open("ws://one/"), Open("ws://two/")


def replay(*entries: Entry) -> Replay:
    return Replay(entries)


def test_connections_are_handed_out_in_the_order_in_which_they_were_opened() -> None:
    played = replay(
        Entry(0, 1, C, ONE), Entry(1, 2, C, TWO), Entry(2, 3, C, Open("ws://ONE")),
        Entry(3, 1, S, "a"),
    )  # fmt: skip
    first = played.next_for("ws://one")
    assert first is not None
    assert (first.number, len(first.entries), first.unplayed()) == (1, 2, [(C, ONE)])
    played.play(first, S)
    assert first.unplayed() == []
    second = played.next_for("ws://one/")
    assert second is not None
    assert second.number == 3
    played.play(second, S)
    assert played.next_for("ws://one/") is None
    assert played.opened == 2


def test_a_url_may_hold_a_placeholder_or_be_a_servers_name() -> None:
    played = replay(
        Entry(0, 1, C, Open("ws://a/?token=<redacted>")), Entry(0, 2, C, Open("server 1"))
    )
    assert played.next_for("ws://a/?token=x") is not None
    assert played.next_for("ws://b/?token=x") is None
    assert played.next_for("server 1") is not None


def test_an_entry_before_its_connection_is_opened_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        replay(Entry(0, 1, C, "a"))
    assert str(caught.value) == "entry 0: connection 1 speaks before it is opened"


def test_an_entry_is_due_its_interval_after_the_entry_before_it_on_the_timeline() -> None:
    played = replay(
        Entry(0, 1, C, ONE), Entry(10, 1, S, Accept()), Entry(30, 1, C, "a"), Entry(70, 1, S, "b")
    )
    player = played.play(played.connections[0], S)
    player.receive(ONE, 1000)
    assert player.due() == 1010
    assert player.take(1010) == Accept()
    assert player.due() is None
    player.receive("a", 5000)
    assert player.due() == 5040
    assert player.take(5040) == "b"
    assert player.unplayed() == []


def test_what_hosts_do_by_themselves_is_not_waited_for() -> None:
    played = replay(
        Entry(0, 1, C, ONE),
        Entry(0, 1, S, Accept()),
        Entry(1, 1, S, Ping(b"x")),
        Entry(2, 1, C, Pong(b"x")),
        Entry(3, 1, C, Ping(b"y")),
        Entry(4, 1, S, Pong(b"y")),
        Entry(5, 1, S, Gap("why")),
        Entry(6, 1, S, "a"),
        Entry(7, 1, C, End()),
    )
    player = played.play(played.connections[0], S)
    player.receive(ONE, 0)
    said = [player.take(player.due() or 0) for _ in range(3)]
    assert said == [Accept(), Ping(b"x"), "a"]
    assert player.unplayed() == []


def two_connections() -> tuple[Replay, list[object]]:
    played = replay(
        Entry(0, 1, C, ONE),
        Entry(0, 2, C, TWO),
        Entry(0, 1, S, Accept()),
        Entry(0, 2, S, Accept()),
        Entry(1, 1, C, "first"),
        Entry(2, 2, S, "second"),
        Entry(3, 1, S, "third"),
    )
    players = [played.play(connection, S) for connection in played.connections]
    for player, opening in zip(players, (ONE, TWO), strict=True):
        player.receive(opening, 0)
    assert [player.take(0) for player in players] == [Accept(), Accept()]
    return played, list(players)


def test_order_across_connections_is_kept() -> None:
    played, _ = two_connections()
    one, two = played.players
    assert two.held()
    assert not one.held()
    assert played.held() is two
    one.receive("first", 50)
    assert played.held() is one  # for the second
    assert two.due() == 51
    assert two.take(51) == "second"
    assert one.due() == 52
    assert one.take(52) == "third"
    assert played.order.gave_way == 0


def test_order_gives_way_where_nothing_else_can_happen() -> None:
    played, _ = two_connections()
    one, two = played.players
    held = played.held()
    assert held is two
    played.give_way(held)
    assert two.due() == 1  # at once, as the interval before it was never begun
    assert two.take(9) == "second"
    assert played.order.gave_way == 1
    one.receive("first", 20)
    assert one.take(20) == "third"
    assert played.held() is None


def test_a_mismatch_does_not_hold_the_other_connections() -> None:
    played, _ = two_connections()
    one, two = played.players
    mismatch = one.receive("wrong", 5)
    assert mismatch is not None
    assert mismatch.place == 4
    assert not two.held()
    assert two.take(5) == "second"


def test_a_close_of_the_script_does_not_hold_the_other_connections() -> None:
    played = replay(
        Entry(0, 1, C, ONE),
        Entry(0, 2, C, TWO),
        Entry(0, 1, S, Accept()),
        Entry(0, 2, S, Accept()),
        Entry(1, 1, S, "in flight"),
        Entry(2, 2, S, "other"),
        Entry(3, 1, C, Close(1000)),
        Entry(9, 1, S, Close(1000)),
    )
    one, two = (played.play(connection, S) for connection in played.connections)
    one.receive(ONE, 0)
    two.receive(TWO, 0)
    one.take(0)
    two.take(0)
    one.receive(Close(1000), 0)
    assert two.take(1) == "other"
    assert one.due() == 6  # the recorded interval, from the script's Close
    assert one.take(6) == Close(1000)
    assert one.place() == -1


def test_an_entry_of_a_timeline_is_clear_when_all_before_it_happened() -> None:
    order = Order(3)
    assert order.clear(0)
    assert not order.clear(1)
    order.happen(1, 5)
    order.happen(0, 7)
    assert order.clear(2)
    assert order.time_before(1) == 7
    assert order.time_before(0) == 0


# Correlation


def learned(*volatile: str, old: str, new: str) -> Correlation:
    matching = Matching(None, list(volatile))
    correlation = Correlation(matching.volatile)
    correlation.learn(matching, old, new)
    return correlation


def test_a_volatile_value_is_replaced_at_the_named_places() -> None:
    correlation = learned("id", old='{"id": 1}', new='{"id":7}')
    assert correlation.apply('{"id": 1, "n": 1, "in": [{"id":1}]}') == (
        '{"id": 7, "n": 1, "in": [{"id":7}]}'
    )


def test_a_long_string_is_replaced_anywhere_and_a_short_one_is_not() -> None:
    correlation = learned(
        "$.id", "$.no", old='{"id":"recorded","no":"short"}', new='{"id":"fresh-one","no":"other"}'
    )
    assert correlation.apply('{"parent": ["recorded", "short", "xrecorded"]}') == (
        '{"parent": ["fresh-one", "short", "xrecorded"]}'
    )


def test_whole_values_of_equal_type_are_replaced_and_no_others() -> None:
    correlation = learned("id", old='{"id": {"a": [1]}}', new='{"id": {"b": 2}}')
    assert correlation.apply('{"id":{"a":[1]}}') == '{"id":{"b": 2}}'
    assert learned("id", old='{"id": 1}', new='{"id": "x"}').apply('{"id": 1}') == '{"id": 1}'


def test_what_is_no_json_and_what_is_the_same_teaches_nothing() -> None:
    matching = Matching(None, ["id"])
    correlation = learned("id", old='{"id": 1}', new='{"id": 1}')
    correlation.learn(matching, b"a", b"a")
    correlation.learn(matching, "a", b"a")
    assert correlation.apply('{"id": 1}') == '{"id": 1}'
    correlation.learn(matching, Json({"id": 1}), '{"id": 2}')
    assert correlation.apply("plain") == "plain"
    assert correlation.apply("[" * 300 + "1" + "]" * 300) == "[" * 300 + "1" + "]" * 300
    assert correlation.apply('{"id": 1}') == '{"id": 2}'
