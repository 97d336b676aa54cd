from __future__ import annotations

from collections.abc import Callable

import pytest

from wsfake.clock import Timer, VirtualClock, microseconds


def run_due(clock: VirtualClock) -> None:
    while (callback := clock.take()) is not None:
        callback()


def run_all(clock: VirtualClock) -> None:
    while (due := clock.next_due) is not None:
        clock.advance_to(due)
        run_due(clock)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def done() -> list[object]:
    return []


def saying(done: list[object], word: object) -> Callable[[], None]:
    return lambda: done.append(word)


def test_seconds_are_kept_as_whole_microseconds() -> None:
    assert microseconds(0.1 + 0.2) == 300_000
    assert microseconds(2) == 2_000_000


def test_things_are_done_in_the_order_of_their_times(
    clock: VirtualClock, done: list[object]
) -> None:
    for due in (30, 10, 20):
        clock.call_at(due, lambda: done.append(clock.now))
    run_all(clock)
    assert done == [10, 20, 30]


def test_things_due_at_one_time_are_done_in_the_order_they_were_asked_for(
    clock: VirtualClock, done: list[object]
) -> None:
    clock.call_at(5, saying(done, "a"))
    clock.call_at(5, saying(done, "b"))
    clock.advance_to(5)
    clock.call_soon(saying(done, "c"))
    clock.call_at(5, saying(done, "d"))
    clock.call_at(1, saying(done, "e"))
    clock.call_soon(saying(done, "f"))
    assert clock.next_due == 5
    run_all(clock)
    assert done == ["a", "b", "c", "d", "e", "f"]


def test_what_a_callback_asks_for_at_its_instant_comes_after_what_is_due(
    clock: VirtualClock, done: list[object]
) -> None:
    clock.call_at(5, lambda: clock.call_soon(saying(done, "late")))
    clock.call_at(5, saying(done, "early"))
    run_all(clock)
    assert done == ["early", "late"]


def test_nothing_is_taken_before_its_time(clock: VirtualClock, done: list[object]) -> None:
    clock.call_at(5, saying(done, "a"))
    clock.advance_to(4)
    assert clock.take() is None
    clock.advance_to(3)
    assert clock.now == 4
    clock.advance_to(5)
    run_due(clock)
    assert done == ["a"]
    assert clock.take() is None


def test_what_is_cancelled_is_not_done(clock: VirtualClock, done: list[object]) -> None:
    first = clock.call_at(5, saying(done, "a"))
    clock.call_at(6, saying(done, "b"))
    clock.cancel(first)
    clock.cancel(first)
    assert clock.next_due == 6
    assert clock.pending
    run_all(clock)
    assert done == ["b"]
    assert not clock.pending


def test_what_is_due_can_be_cancelled_by_what_is_done_before_it(
    clock: VirtualClock, done: list[object]
) -> None:
    timers: list[Timer] = []
    clock.call_at(5, lambda: clock.cancel(timers[0]))
    timers.append(clock.call_at(5, saying(done, "a")))
    run_all(clock)
    assert done == []
    assert not clock.pending


def test_a_cancelled_timer_whose_time_comes_is_passed_over(
    clock: VirtualClock, done: list[object]
) -> None:
    clock.cancel(clock.call_at(5, saying(done, "a")))
    clock.advance_to(5)
    assert clock.take() is None
    assert done == []


def test_cancelling_what_was_done_is_nothing(clock: VirtualClock, done: list[object]) -> None:
    timer = clock.call_at(5, saying(done, "a"))
    run_all(clock)
    clock.cancel(timer)
    clock.call_at(6, saying(done, "b"))
    assert clock.pending


@pytest.mark.parametrize("live", [0, 50, 5_000])
def test_cancelled_timers_do_not_pile_up(
    clock: VirtualClock, done: list[object], live: int
) -> None:
    for n in range(live):
        clock.call_at(1_000 * live - n, saying(done, live - n))
    for _ in range(20_000):
        clock.cancel(clock.call_at(10**9, saying(done, "never")))
        assert len(clock._heap) <= max(live + 101, 2 * live + 1)
    clock.cancel(clock.call_at(0, saying(done, "never")))
    run_all(clock)
    assert done == list(range(1, live + 1))
    assert not clock.pending


def test_only_what_is_done_once_is_pending(clock: VirtualClock) -> None:
    assert not clock.pending
    assert not clock.recurring
    timer = clock.call_at(5, lambda: None, recurring=True)
    assert clock.recurring
    assert not clock.pending
    assert clock.next_due == 5
    clock.cancel(timer)
    assert not clock.recurring
    assert clock.next_due is None
    clock.call_soon(lambda: None)
    assert clock.pending


def test_a_recurring_timer_is_put_back_for_its_next_time(
    clock: VirtualClock, done: list[object]
) -> None:
    def tick() -> None:
        done.append(clock.now)
        if len(done) < 3:
            timer.due += 10
            clock.put_back(timer)

    timer = clock.call_at(10, tick, recurring=True)
    run_all(clock)
    assert done == [10, 20, 30]
    assert not clock.pending
    assert not clock.recurring


def test_a_stopped_clock_has_forgotten_everything(clock: VirtualClock, done: list[object]) -> None:
    now = clock.call_at(0, saying(done, "a"))
    later = clock.call_at(5, saying(done, "b"))
    clock.call_soon(saying(done, "c"))
    clock.stop()
    assert (clock.next_due, clock.pending, clock.take()) == (None, False, None)
    for timer in (now, later):
        clock.cancel(timer)
    clock.call_at(6, saying(done, "d"))
    assert clock.pending
    run_all(clock)
    assert done == ["d"]


def test_a_clock_that_follows_another_goes_on_from_where_it_stood(
    clock: VirtualClock, done: list[object]
) -> None:
    source = [1_000_000]
    clock.advance_to(40)
    clock.call_at(50, saying(done, "a"))
    assert not clock.real
    clock.follow(lambda: source[0])
    assert clock.real
    assert clock.now == 40
    clock.advance_to(100)
    assert clock.now == 40
    assert clock.take() is None
    source[0] += 10
    clock.call_at(45, saying(done, "b"))
    assert clock.now == 50
    run_due(clock)
    assert done == ["a", "b"]


def test_a_timer_is_asked_for_again_once_its_time_has_come(
    clock: VirtualClock, done: list[object]
) -> None:
    timer = clock.timer(lambda: done.append(clock.now))
    assert not clock.pending
    for due in (5, 9):
        clock.call_again(timer, due)
        assert clock.pending
        run_all(clock)
    assert done == [5, 9]
    assert not clock.pending


def test_a_jump_is_to_the_next_timer_and_gives_what_is_to_be_done(
    clock: VirtualClock, done: list[object]
) -> None:
    clock.call_at(5, saying(done, "a"))
    callback = clock.jump(5)
    assert callback is not None
    callback()
    assert (clock.now, done, clock.pending) == (5, ["a"], False)


def test_a_jump_keeps_the_order_of_what_is_due_at_one_time(
    clock: VirtualClock, done: list[object]
) -> None:
    for word in "abc":
        clock.call_at(5, saying(done, word))
    callback = clock.jump(5)
    assert callback is not None
    callback()
    run_due(clock)
    assert done == ["a", "b", "c"]
    assert not clock.pending


def test_a_recurring_timer_on_the_way_is_jumped_to_as_well(clock: VirtualClock) -> None:
    clock.call_at(3, lambda: None, recurring=True)
    clock.call_at(5, lambda: None)
    assert clock.jump(5) is not None
    assert clock.now == 3
    assert clock.pending


def test_nothing_is_jumped_to_that_has_to_be_looked_at_closer(clock: VirtualClock) -> None:
    assert clock.jump(9) is None
    clock.call_at(5, lambda: None, recurring=True)
    assert clock.jump(9) is None  # it alone keeps nothing going
    timer = clock.call_at(3, lambda: None)
    clock.call_at(7, lambda: None)
    assert clock.jump(2) is None
    clock.cancel(timer)
    assert clock.jump(9) is None
    assert clock.now == 0


def test_a_clock_that_follows_another_never_jumps() -> None:
    clock = VirtualClock()
    clock.call_at(5, lambda: None)
    clock.follow(lambda: 0)
    assert clock.jump(9) is None
    assert clock.now == 0
