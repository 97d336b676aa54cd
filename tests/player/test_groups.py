"""Parts of a transcript that come in any order, more than once, or not at all."""

from typing import Any

import pytest

from tests.player.driving import SECOND, Drive
from tests.player.scripts import CLIENT, SERVER, hear, player_of, says
from wsfake import Transcript
from wsfake.errors import TranscriptError
from wsfake.model import Accept, Close, Ping, Pong

T = Transcript()


def follow(player: Any, *script: Any) -> list[Any]:
    """Say what the script says, one by one; return everything that the player says."""
    said = says(player)
    for message in script:
        assert hear(player, message) is None
        said += says(player)
    return said


def test_parts_in_any_order_are_begun_by_the_script_and_played_whole() -> None:
    either = T.any_order(T.client("a").server("A"), T.client("b").server("B")).server("end")
    assert follow(player_of(either), "a", "b") == ["A", "B", "end"]
    assert follow(player_of(either), "b", "a") == ["B", "A", "end"]


def test_parts_in_any_order_that_the_player_begins_are_begun_by_it() -> None:
    assert follow(player_of(T.any_order(T.server("A"), T.server("B")).client("c")), "c") == [
        "A",
        "B",
    ]


def test_of_parts_in_any_order_none_may_be_left_out() -> None:
    player = player_of(T.any_order(T.client("a"), T.client("b")).client("c"))
    assert hear(player, "a") is None
    mismatch = hear(player, "c")
    assert mismatch is not None
    assert mismatch.expected == ("b",)


def test_a_part_is_repeated_so_many_times() -> None:
    player = player_of(T.repeat(2, T.client("a").server("b")).client("c"))
    assert follow(player, "a", "a", "c") == ["b", "b"]
    player = player_of(T.repeat(2, T.client("a").server("b")).client("c"))
    mismatch = hear(player, "a", "c")
    assert mismatch is not None
    assert mismatch.expected == ("a",)


def test_a_part_repeated_no_times_is_nothing() -> None:
    assert follow(player_of(T.repeat(0, T.client("a").server("b")).client("c")), "c") == []


def test_a_part_is_repeated_any_number_of_times() -> None:
    transcript = T.repeat(None, T.client("a").server("b")).client("c").server("d")
    assert follow(player_of(transcript), "c") == ["d"]
    assert follow(player_of(transcript), *["a"] * 5, "c") == ["b"] * 5 + ["d"]
    assert player_of(T.repeat(None, T.client("a"))).unplayed() == []


def test_an_optional_part_comes_or_does_not() -> None:
    transcript = T.optional(T.client("a").server("b")).client("c").server("d")
    assert follow(player_of(transcript), "a", "c") == ["b", "d"]
    assert follow(player_of(transcript), "c") == ["d"]
    assert player_of(transcript).unplayed() == [
        (CLIENT, "c"),
    ]


@pytest.mark.parametrize("group", [T.optional(T.client("a")), T.repeat(None, T.client("a"))])
def test_a_group_takes_what_it_can_begin_with_before_what_comes_after_it(group: Transcript) -> None:
    player = player_of(group.client("a"))
    assert hear(player, "a") is None
    assert player.unplayed() == [(CLIENT, "a")]


@pytest.mark.parametrize(
    ("transcript", "script"),
    [
        (T.optional(T.client("a").client("b")).client("a").client("c"), ["a", "c"]),
        (T.any_order(T.client("a").client("b"), T.client("a").client("c")), ["a", "c", "a", "b"]),
    ],
)
def test_the_first_part_that_fits_is_kept_to(transcript: Transcript, script: list[str]) -> None:
    mismatch = hear(player_of(transcript), *script)
    assert mismatch is not None
    assert mismatch.expected == ("b",)


def test_a_part_that_was_left_out_does_not_come_later() -> None:
    player = player_of(T.optional(T.client("a")).client("b"))
    mismatch = hear(player, "b", "a")
    assert mismatch is not None
    assert mismatch.kind == "extra"


def test_a_part_stays_left_out_when_what_is_before_it_unfolds() -> None:
    transcript = T.repeat(3, T.pause(1).server("t")).optional(T.client("x")).client("c")
    player = player_of(transcript)
    assert hear(player, "c") is None
    assert says(player) == [(1, "t"), (2, "t"), (3, "t")]
    assert hear(player, "x") is not None


def test_the_script_need_not_wait_for_a_part_that_only_the_player_says() -> None:
    for part in (
        T.repeat(2, T.server("t")),
        T.any_order(T.server("t"), T.server("t")),
    ):
        player = player_of(part.client("c"))
        assert hear(player, "c") is None
        assert says(player) == ["t", "t"]


def test_where_nothing_of_a_group_must_come_the_player_goes_on() -> None:
    for group in (
        T.any_order(T.optional(T.client("a"))),
        T.repeat(2, T.optional(T.client("a"))),
        T.any_order(),
    ):
        player = player_of(group.server("z"))
        assert says(player) == ["z"]
        assert player.unplayed() == []


def test_groups_within_groups() -> None:
    login = T.any_order(T.optional(T.client("lang").server("ok")), T.client("name").server("hi"))
    transcript = T.repeat(2, login).client("bye")
    assert follow(player_of(transcript), "name", "lang", "name", "bye") == ["hi", "ok", "hi"]
    assert follow(player_of(transcript), "lang", "name", "name", "bye") == ["ok", "hi", "hi"]
    mismatch = hear(player_of(transcript), "bye")
    assert mismatch is not None
    assert mismatch.expected == ("lang", "name")


def test_a_part_may_begin_with_what_may_be_left_out() -> None:
    part = T.optional(T.client("a")).server("b").client("c")
    assert follow(player_of(T.repeat(2, part)), "c", "a", "c") == ["b", "b"]
    assert follow(player_of(T.optional(T.repeat(1, part))), "c") == ["b"]


def test_a_part_may_begin_with_a_word_of_the_player() -> None:
    transcript = T.any_order(T.server("q").client("a"), T.client("b"))
    assert follow(player_of(transcript), "a", "b") == ["q"]  # begun by the player, and played whole
    early = player_of(transcript)
    assert hear(early, "a") is None
    assert says(early) == ["q"]


def test_a_part_may_begin_with_a_ping_or_a_pong() -> None:
    player = player_of(T.optional(T.client_pings(b"x").client("a")).client("b"))
    assert hear(player, Ping(b"x"), "a", "b") is None
    player = player_of(T.optional(T.client_pongs(b"x").client("a")).client("b"))
    assert hear(player, Pong(b"x"), "a", "b") is None


def test_an_empty_message_in_a_group_is_owed_as_any_other() -> None:
    player = player_of(T.server("a").repeat(2, T.client("").client("b")))
    assert player.unplayed() == [(SERVER, "a"), (CLIENT, "")]
    assert hear(player, Close(1000)) is not None


def test_of_a_group_that_is_unplayed_the_first_words_of_each_part_are_told() -> None:
    player = player_of(
        T.optional(T.client("x")).any_order(T.client("a"), T.repeat(2, T.client("b")))
    )
    assert player.unplayed() == [(CLIENT, "a"), (CLIENT, "b")]


def test_a_close_may_come_in_a_group() -> None:
    player = player_of(T.any_order(T.client_closes(4000)))
    assert hear(player, Close(4000)) is None


# Pauses


@pytest.mark.parametrize(
    ("transcript", "said"),
    [
        (T.repeat(3, T.pause(1).server("t")), [(1, "t"), (2, "t"), (3, "t")]),
        (T.pause(2).repeat(2, T.server("t")), [(2, "t"), (2, "t")]),
        (T.pause(2).repeat(2, T.server("t")).server("z"), [(2, "t"), (2, "t"), (2, "z")]),
        (T.pause(2).optional(T.client("x")).server("z"), [(2, "z")]),
        (T.pause(2).optional(T.server("x")).server("z"), [(2, "x"), (2, "z")]),
        (T.pause(2).optional(T.pause(1).server("x")).pause(1).server("z"), [(3, "x"), (4, "z")]),
        (T.pause(1).optional(T.server("x")).optional(T.client("y")).server("z"),
            [(1, "x"), (1, "z")]),
        (T.repeat(1, T.pause(1).optional(T.client("y")).server("z")), [(1, "z")]),
        (T.pause(1).repeat(1, T.optional(T.client("y")).server("z")), [(1, "z")]),
        (T.pause(1).repeat(2, Transcript()).server("z"), [(1, "z")]),
        (T.any_order(T.pause(1).server("a"), T.pause(2).server("b")), [(1, "a"), (3, "b")]),
    ],
)  # fmt: skip
def test_a_pause_delays_the_players_next_word_whatever_groups_are_between(
    transcript: Transcript, said: list[Any]
) -> None:
    assert says(player_of(transcript)) == said


def test_a_pause_at_the_end_of_a_part_is_refused_because_it_would_delay_nothing() -> None:
    with pytest.raises(TranscriptError, match="a step after the last pause"):
        T.repeat(3, T.server("tick").pause(1))


def test_an_endless_part_is_no_progress() -> None:
    player = player_of(T.repeat(None, T.client("a").server("b")))
    before = player.steps
    follow(player, *["a"] * 10)
    assert player.steps == before
    player = player_of(T.repeat(10, T.client("a").server("b")))
    follow(player, *["a"] * 10)
    assert player.steps == before + 20


def test_a_long_dialogue_after_an_optional_part_costs_no_more_for_its_length() -> None:
    transcript = T.optional(T.client("x"))
    for _ in range(20_000):
        transcript = transcript.client("a").server("b")
    player = player_of(transcript)
    for _ in range(20_000):
        assert player.receive("a", 0) is None
        assert player.take(0) == "b"
    assert player.unplayed() == []


@pytest.mark.parametrize(
    ("transcript", "script", "times"),
    [
        (T.client("a").pause(1).optional(T.server("b")).server("c"), "a", [1, 1]),
        (T.client("a").pause(1).optional(T.client("x")).server("c"), "a", [1]),
        (T.client("a").pause(1).optional(T).server("c"), "a", [1]),
        (T.pause(1).repeat(2, T.pause(2).server("t")).pause(3).server("u"), "", [3, 5, 8]),
        (T.pause(1).any_order(T, T.server("a")).server("b"), "", [1, 1]),
        (
            T.optional(T.server("a").pause(1).optional(T.client("x")).server("b")),
            "",
            [0, 1],
        ),
        (T.pause(1).optional(T.pause(1).optional(T.server("a"))).server("b"), "", [2, 2]),
    ],
)
def test_a_pause_before_a_group_counts_whether_or_not_it_is_left_out(
    transcript: Transcript, script: str, times: list[int]
) -> None:
    drive = Drive(transcript)
    drive.hear(*script)
    drive.speak()
    assert [at / SECOND for at, what in drive.log if what != Accept()] == times
