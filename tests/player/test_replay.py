"""Playing recordings: one order over all of their connections."""

import json
from operator import itemgetter
from typing import Any

import pytest

from tests.player.scripts import CLIENT, SERVER, hear, says
from wsfake import UsageError
from wsfake.model import Accept, Close, Drop, End, Entry, Gap, Open, Ping, Pong, Reject, Side
from wsfake.player import Player, Replay
from wsfake.transcript import Matching

ONE, TWO = "ws://one.example/", "ws://two.example/"
SECOND = 1_000_000


def recorded(*entries: tuple[float, int, Side, Any], **matching: Any) -> Replay:
    return Replay(
        [Entry(round(at * SECOND), number, side, what) for at, number, side, what in entries],
        Matching(**matching),
    )


def opened(replay: Replay, url: str, at: float = 0) -> Player:
    connection = replay.next_for(url)
    assert connection is not None
    player = replay.play(connection, SERVER)
    assert hear(player, Open(url), at=at) is None
    return player


def test_connections_are_handed_out_by_url_in_the_order_in_which_they_were_opened() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)), (0, 2, CLIENT, Open(TWO)), (0, 3, CLIENT, Open(ONE))
    )
    first = replay.next_for("WS://one.example:80")
    assert first is replay.connections[0]
    assert first.unplayed() == [(CLIENT, Open(ONE))]
    opened(replay, ONE)
    assert first.unplayed() == []
    assert replay.next_for(ONE) is replay.connections[2]
    assert replay.next_for("ws://three.example/") is None
    assert replay.next_for("server 1") is None
    assert replay.opened == 1


def test_a_secret_in_a_recorded_url_stands_for_any_value() -> None:
    replay = recorded((0, 1, CLIENT, Open(f"{ONE}?token=<redacted>")))
    assert replay.next_for(f"{ONE}?token=other") is not None
    assert replay.next_for(f"{ONE}?name=other") is None


def test_a_connection_that_speaks_before_it_is_opened_is_no_recording() -> None:
    with pytest.raises(UsageError, match="entry 0: connection 1 speaks before it is opened"):
        recorded((0, 1, CLIENT, "a"))


def test_a_recorded_interval_is_kept() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (1, 1, SERVER, Accept()),
        (3, 1, CLIENT, "a"),
        (3.5, 1, SERVER, "b"),
    )
    player = opened(replay, ONE)
    assert says(player) == [(1, Accept())]
    assert hear(player, "a", at=10) is None
    assert says(player) == [(10.5, "b")]


def test_an_entry_is_due_once_every_entry_before_it_has_happened() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 2, CLIENT, Open(TWO)),
        (0, 2, SERVER, Accept()),
        (1, 2, CLIENT, "go"),
        (2, 1, SERVER, "gone"),
    )
    one, two = opened(replay, ONE), opened(replay, TWO)
    assert says(one) == says(two) == [Accept()]
    assert one.held()
    assert replay.held() is one
    assert one.place() == 5
    assert hear(two, "go", at=7) is None
    assert says(one) == [(8, "gone")]
    assert replay.held() is None
    assert one.place() == -1


def test_the_order_gives_way_where_nothing_else_can_happen() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 2, CLIENT, Open(TWO)),
        (1, 1, SERVER, "held"),
    )
    player = opened(replay, ONE, at=3)
    player.take(3 * SECOND)
    assert player.due() is None
    held = replay.held()
    assert held is player
    replay.give_way(player)
    assert replay.order.gave_way == 1
    assert says(player) == [(4, "held")]


def test_what_hosts_do_by_themselves_is_not_played_but_its_time_passes() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (1, 1, SERVER, Ping(b"x")),
        (9, 1, CLIENT, Pong(b"x")),
        (9, 1, CLIENT, Ping(b"y")),
        (9, 1, SERVER, Pong(b"y")),
        (9, 1, CLIENT, Gap("cut")),
        (10, 1, SERVER, "late"),
        (10, 1, CLIENT, End()),
    )
    player = opened(replay, ONE)
    said = says(player)
    assert said[:2] == [Accept(), (1, Ping(b"x"))]
    assert [what for _, what in said[2:]] == ["late"]
    assert player.unplayed() == []


def test_a_ping_is_answered_though_the_recorded_answer_is_not_played() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 1, CLIENT, Ping(b"x")),
        (0, 1, SERVER, Pong(b"x")),
    )
    player = opened(replay, ONE)
    assert says(player) == [Accept()]
    assert hear(player, Ping(b"y")) is None
    assert says(player) == [Pong(b"y")]


def test_a_pong_that_nobody_asked_for_is_played_and_answers_no_ping() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 2, CLIENT, Open(TWO)),
        (1, 2, CLIENT, Ping(b"beat")),  # on another connection
        (2, 1, SERVER, Pong(b"beat")),
        (3, 1, SERVER, "m"),
        (4, 1, CLIENT, Pong(b"life")),  # which is the client's own affair
        (5, 1, CLIENT, Ping(b"beat")),
        (5, 1, SERVER, Pong(b"beat")),
        (6, 1, SERVER, Pong(b"beat")),
    )
    one = opened(replay, ONE)
    opened(replay, TWO)
    assert one.take(0) == Accept()
    assert hear(one, Ping(b"y")) is None
    assert says(one) == [Pong(b"y"), (1, Pong(b"beat")), (2, "m")]
    assert one.unplayed() == []


def test_the_pongs_of_a_server_under_test_are_not_asked_for() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 1, SERVER, Pong(b"beat")),
        (0, 1, CLIENT, "a"),
    )
    player = replay.play(replay.connections[0], CLIENT)
    assert says(player) == [Open(ONE)]
    assert hear(player, Accept()) is None
    assert says(player) == ["a"]


def test_who_ends_tcp_behind_a_rejection_is_no_matter_of_the_script() -> None:
    refused = Reject(403)
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, refused),
        (1, 1, CLIENT, Drop()),
        (2, 2, CLIENT, Open(TWO)),
        (2, 2, SERVER, Accept()),
    )
    one, two = opened(replay, ONE), opened(replay, TWO, at=1)
    assert says(one) == [refused]
    assert one.unplayed() == []
    assert [what for _, what in says(two)] == [Accept()]


def test_the_answer_to_a_close_holds_up_no_other_connection() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 2, CLIENT, Open(TWO)),
        (0, 2, SERVER, Accept()),
        (1, 1, SERVER, Close(1001)),
        (1, 1, CLIENT, Close(1001)),
        (1, 1, SERVER, Drop()),
        (2, 2, SERVER, "b"),
    )
    one, two = opened(replay, ONE), opened(replay, TWO)
    assert says(one) == [Accept()]
    assert says(two) == [Accept()]
    assert says(one) == [(1, Close(1001))]
    assert says(two) == [(2, "b")]
    assert one.unplayed() == []
    assert hear(one, Close(1001), at=3) is None
    assert [what for _, what in says(one)] == [Drop()]
    assert not replay.order.gave_way


def test_a_drop_is_not_the_close_that_was_recorded() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)), (0, 1, SERVER, Accept()), (1, 1, CLIENT, Close(1000))
    )
    player = opened(replay, ONE)
    assert says(player) == [Accept()]
    mismatch = hear(player, Drop(), at=1)
    assert mismatch is not None
    assert mismatch.expected == (Close(1000),)


def test_a_connection_that_has_failed_holds_up_no_other() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 2, CLIENT, Open(TWO)),
        (0, 1, CLIENT, "a"),
        (1, 1, SERVER, "b"),
        (3, 2, SERVER, "c"),
    )
    one, two = opened(replay, ONE), opened(replay, TWO, at=1)
    assert two.due() is None
    mismatch = hear(one, "x", at=1)
    assert mismatch is not None
    assert mismatch.place == 2
    assert says(two) == [(3, "c")]


def test_a_close_is_answered_after_the_recorded_interval() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (1, 1, CLIENT, Close(1000)),
        (1.25, 1, SERVER, Close(1000)),
    )
    player = opened(replay, ONE)
    player.take(0)
    assert hear(player, Close(1000), at=5) is None
    assert says(player) == [(5.25, Close(1000))]


def test_pings_from_that_on_which_the_recorded_server_left_unanswered_are_not_answered() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (1, 1, CLIENT, Ping(b"1")),
        (1, 1, SERVER, Pong(b"1")),
        (2, 1, SERVER, "last words"),
        (3, 1, CLIENT, Ping(b"2")),
        (4, 1, CLIENT, Close(1011)),
    )
    player = opened(replay, ONE)
    assert says(player) == [Accept(), (1, "last words")]
    assert hear(player, Ping(b"a"), at=1) is None
    assert player.take(SECOND) == Pong(b"a")
    assert hear(player, Ping(b"b"), Ping(b"c"), at=2) is None
    assert player.due() is None
    assert hear(player, Close(1011), at=3) is None
    assert player.due() is None


@pytest.mark.parametrize("left", [[], [(4, 1, SERVER, "alive")], [(4, 1, CLIENT, End())]])
def test_pings_are_answered_where_the_recorded_server_said_more_or_nobody_waited_for_it(
    left: list[tuple[float, int, Side, Any]],
) -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)), (0, 1, SERVER, Accept()), (3, 1, CLIENT, Ping(b"1")), *left
    )
    player = opened(replay, ONE)
    assert player.take(0) == Accept()
    for payload in (b"a", b"b"):
        assert hear(player, Ping(payload), at=1) is None
        assert player.take(SECOND) == Pong(payload)


def test_a_close_that_the_recorded_server_did_not_answer_is_not_echoed() -> None:
    entries = [
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (1, 1, CLIENT, Close(4001)),
    ]
    player = opened(recorded(*entries), ONE)
    assert says(player) == [Accept()]
    assert hear(player, Close(4001), at=1) is None
    assert player.due() is None
    player = opened(recorded(*entries[:2]), ONE)
    assert says(player) == [Accept()]
    assert hear(player, Close(4001), at=1) is None  # of which nothing is recorded
    assert says(player) == [(1, Close(4001))]


@pytest.mark.parametrize("code", [1000, 4000])
def test_a_close_before_that_of_the_server_is_not_compared_with_the_echo_of_that(code: int) -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (1, 1, CLIENT, "a"),
        (2, 1, SERVER, Close(4000, "done")),
        (2, 1, CLIENT, Close(4000)),
    )
    player = opened(replay, ONE)
    assert says(player) == [Accept()]
    assert hear(player, "a", Close(code), at=1) is None
    assert says(player) == [(1, Close(code))]
    assert player.unplayed() == []


@pytest.mark.parametrize("wrong", ["b", Drop()])
def test_what_is_no_close_fails_before_that_of_the_server(wrong: Any) -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (2, 1, SERVER, Close(4000)),
        (2, 1, CLIENT, Close(4000)),
    )
    player = opened(replay, ONE)
    assert player.take(0) == Accept()
    mismatch = hear(player, wrong, at=1)
    assert mismatch is not None
    assert mismatch.expected == (Close(4000),)


def test_a_close_before_a_message_behind_that_of_the_server_is_a_mismatch() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (2, 1, SERVER, Close(4000)),
        (2, 1, CLIENT, "on its way"),
        (2, 1, CLIENT, Close(4000)),
    )
    player = opened(replay, ONE)
    assert player.take(0) == Accept()
    mismatch = hear(player, Close(4000), at=1)
    assert mismatch is not None
    assert mismatch.expected == ("on its way",)


def test_a_close_on_a_connection_that_was_never_answered_is_echoed() -> None:
    player = opened(recorded((0, 1, CLIENT, Open(ONE))), ONE)
    assert hear(player, Close(1001), at=5) is None
    assert says(player) == [(5, Close(1001))]


# Which recorded connection a client has


Entries = list[tuple[float, int, Side, Any]]


def opens(number: int, *answers: Any, **opening: Any) -> Entries:
    """Return a connection that is opened at 0, and what the server says then."""
    said = [(CLIENT, Open(ONE, **opening)), *((SERVER, answer) for answer in answers)]
    return [(0, number, side, what) for side, what in said]


def asks(number: int, question: Any, *replies: Any, greeting: Any = None) -> Entries:
    """Return a connection whose client asks at its number, in seconds, and has its replies."""
    answers = (Accept(),) if greeting is None else (Accept(), greeting)
    said = [(CLIENT, question), *((SERVER, reply) for reply in replies)]
    return opens(number, *answers) + [(number, number, side, what) for side, what in said]


def together(*connections: Entries, **matching: Any) -> Replay:
    """Return a recording of them at once."""
    entries = sorted((each for entries in connections for each in entries), key=itemgetter(0))
    return recorded(*entries, **matching)


def words(player: Player) -> list[Any]:
    return [each[1] if isinstance(each, tuple) else each for each in says(player)]


def test_a_client_has_the_first_connection_for_which_the_same_subprotocols_were_asked() -> None:
    replay = together(
        opens(1),
        opens(2, subprotocols=("b", "bearer.<redacted>")),
        opens(3, subprotocols=("b", "bearer.<redacted>")),
    )
    assert replay.next_for(ONE, ("b", "bearer.mine")) is replay.connections[1]
    assert replay.next_for(ONE, ("b", "basic.mine")) is replay.connections[0]
    assert replay.next_for(ONE, ("b",)) is replay.connections[0]
    assert replay.next_for(ONE) is replay.connections[0]


def test_the_first_message_of_a_client_chooses_among_those_that_nobody_has_opened() -> None:
    replay = recorded(*asks(1, "a", "A"), *asks(2, "b", "B"), *asks(3, "b", "C"))
    one = opened(replay, ONE)
    assert words(one) == [Accept()]
    assert hear(one, "b", at=2) is None
    assert [each.player for each in replay.connections] == [None, one, None]
    assert one.held()
    two = opened(replay, ONE, at=3)
    assert words(two) == [Accept()]
    assert hear(two, "a", at=4) is None
    assert words(two) == ["A"]
    assert words(one) == ["B"]
    assert (one.steps, two.steps) == (4, 4)
    assert one.unplayed() == two.unplayed() == []
    assert replay.connections[2].unplayed() == [(CLIENT, Open(ONE))]
    assert replay.order.gave_way == 0


def test_two_clients_that_have_said_nothing_yet_exchange_their_connections() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 2, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 2, SERVER, Accept(headers=(("Date", "later"),))),
        (1, 1, SERVER, "welcome"),
        (2, 2, SERVER, "welcome"),
        (3, 1, CLIENT, "a"),
        (4, 1, SERVER, "A"),
        (6, 2, CLIENT, "b"),
        (9, 2, SERVER, "B"),
        (10, 1, CLIENT, Close(1000)),
    )
    one, two = opened(replay, ONE), opened(replay, ONE)
    assert says(one) == [Accept()]
    assert says(two) == [Accept(headers=(("Date", "later"),))]
    assert says(one) == [(1, "welcome")]
    assert hear(one, "b", at=2) is None  # before the second was welcomed, which is the first now
    assert replay.exchanged == [one, two]
    assert [each.player for each in replay.connections] == [two, one]
    assert one.due() is None
    assert says(two) == [(1, "welcome")]
    assert hear(two, "a", at=3) is None
    assert says(two) == [(4, "A")]
    assert says(one) == [(5, "B")]
    assert hear(two, Close(1000), at=8) is None
    assert one.unplayed() == two.unplayed() == []
    assert replay.order.gave_way == 0


def test_a_speed_stays_with_who_plays() -> None:
    replay = together(
        [*asks(1, "a"), (2, 1, SERVER, "A")],
        [*asks(3, "b"), (9, 3, SERVER, "B")],
    )
    connection = replay.next_for(ONE)
    assert connection is not None
    one, two = replay.play(connection, SERVER, speed=0), opened(replay, ONE)
    assert hear(one, Open(ONE)) is None
    assert words(one) == words(two) == [Accept()]
    assert hear(one, "b") is None
    assert hear(two, "a") is None
    assert says(two) == [(1, "A")]
    assert says(one) == ["B"]


def test_what_is_volatile_or_was_taken_out_fits_elsewhere_too() -> None:
    one_said, two_said = '{"n": 1, "id": "recorded1"}', '{"n": 2, "id": "recorded2"}'
    replay = together(
        asks(1, one_said, one_said),
        asks(2, two_said, two_said),
        asks(3, "x<redacted>"),
        volatile=["id"],
    )
    one, two = opened(replay, ONE), opened(replay, ONE)
    assert words(one) == words(two) == [Accept()]
    assert hear(two, "x-ray") is None
    assert hear(one, '{"id": "fresh", "n": 2}') is None
    assert [each.player for each in replay.connections] == [None, one, two]
    replay.give_way(one)
    assert words(one) == ['{"n": 2, "id": "fresh"}']


def test_a_first_close_chooses_too() -> None:
    replay = together(asks(1, "a"), asks(2, Close(1000), Close(1001)))
    one, two = opened(replay, ONE), opened(replay, ONE)
    assert words(one) == words(two) == [Accept()]
    assert hear(one, Close(1000)) is None
    assert hear(two, "a") is None
    assert words(one) == [Close(1001)]


@pytest.mark.parametrize(
    "other",
    [
        asks(2, "b", greeting="welcome to another"),
        opens(2, Accept("b"), "welcome") + asks(2, "b")[2:],
        [*opens(2, Accept(), Ping(b""), "welcome"), *asks(2, "b")[2:]],
        [(0, 2, CLIENT, Open(TWO)), *asks(2, "b", greeting="welcome")[1:]],
        opens(2, Accept(), "welcome"),
    ],
)
def test_where_a_client_would_see_it_nothing_is_exchanged(other: Entries) -> None:
    replay = together(asks(1, "a", greeting="welcome"), other)
    player = opened(replay, ONE)
    replay.give_way(player)
    assert words(player) == [Accept(), "welcome"]
    mismatch = hear(player, "b")
    assert mismatch is not None
    assert mismatch.expected == ("a",)
    assert replay.connections[0].player is player


@pytest.mark.parametrize("end", [Drop(), Close(1000)])
def test_what_answers_a_rejection_or_a_close_is_no_first_word(end: Any) -> None:
    replay = together(
        asks(1, "a"),
        [*opens(2, Reject(403)), (1, 2, CLIENT, Drop())],
        [*opens(3, Accept()), (1, 3, SERVER, Close(1000)), (1, 3, CLIENT, Close(1000))],
    )
    player = opened(replay, ONE)
    mismatch = hear(player, end)
    assert mismatch is not None
    assert mismatch.expected == ("a",)
    assert replay.connections[0].player is player


def test_only_the_first_message_chooses_and_not_what_has_been_begun() -> None:
    replay = together(asks(1, "a"), asks(2, "b"), asks(3, "c"), [(4, 1, CLIENT, "more")])
    one, two = opened(replay, ONE), opened(replay, ONE)
    assert words(one) == words(two) == [Accept()]
    assert hear(one, "a") is None
    wrong = hear(two, "a")
    assert wrong is not None
    assert wrong.expected == ("b",)
    wrong = hear(one, "c")
    assert wrong is not None
    assert wrong.expected == ("more",)
    assert replay.connections[2].player is None


def test_where_a_message_fits_already_nothing_is_chosen() -> None:
    replay = together(asks(1, "same", "A"), asks(2, "same", "B"))
    one, two = opened(replay, ONE), opened(replay, ONE)
    assert words(one) == words(two) == [Accept()]
    assert hear(two, "same") is None
    assert hear(one, "same") is None
    assert [each.player for each in replay.connections] == [one, two]


def test_the_clients_that_are_played_have_what_they_said() -> None:
    replay = together(asks(1, "a", "A"), asks(2, "b", "B"))
    player = replay.play(replay.connections[0], CLIENT)
    assert words(player) == [Open(ONE)]
    assert hear(player, Accept()) is None
    assert hear(player, "B") is not None
    assert replay.connections[0].player is player


# Correlation


def replies(expected: Any, actual: Any, reply: str, *volatile: str) -> Any:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 1, CLIENT, expected if isinstance(expected, str) else json.dumps(expected)),
        (0, 1, SERVER, reply),
        volatile=list(volatile),
    )
    player = opened(replay, ONE)
    player.take(0)
    said = actual if isinstance(actual, str) else json.dumps(actual)
    assert hear(player, said) is None
    return player.take(0)


def test_a_recorded_value_is_replaced_by_that_of_this_run_at_the_same_name() -> None:
    said = replies({"id": 1}, {"id": 22}, '{"id": 1, "n": 1,  "in": [{"id":1}]}', "id")
    assert said == '{"id": 22, "n": 1,  "in": [{"id":22}]}'


def test_a_long_string_is_replaced_anywhere_and_a_short_one_only_at_its_name() -> None:
    said = replies({"id": "12345678"}, {"id": "é"}, '["12345678", "x12345678"]', "id")
    assert said == '["é", "x12345678"]'
    said = replies({"id": "1234567"}, {"id": "other"}, '["1234567"]', "id")
    assert said == '["1234567"]'


def test_a_value_of_another_type_is_not_replaced() -> None:
    assert replies({"id": 1}, {"id": "1"}, '{"id": 1}', "id") == '{"id": 1}'
    assert replies({"id": 1}, {"id": 2}, '{"id": true}', "id") == '{"id": true}'


def test_whole_objects_are_replaced_and_nothing_within_them() -> None:
    said = replies(
        {"meta": {"id": 1}, "id": 5},
        {"meta": {"id": 2}, "id": 6},
        '{"meta": {"id": 1}}',
        "meta",
        "id",
    )
    assert said == '{"meta": {"id": 2}}'


def test_what_is_no_json_is_said_as_it_was() -> None:
    assert replies({"id": 1}, {"id": 2}, "id 1", "id") == "id 1"
    assert replies("plain", "plain", '{"id": 1}', "id") == '{"id": 1}'


def test_a_binary_message_has_no_values_to_learn() -> None:
    replay = recorded(
        (0, 1, CLIENT, Open(ONE)),
        (0, 1, SERVER, Accept()),
        (0, 1, CLIENT, b"a"),
        (0, 1, SERVER, b"b"),
        volatile=["id"],
    )
    player = opened(replay, ONE)
    assert hear(player, b"a") is None
    assert says(player) == [Accept(), b"b"]
