from __future__ import annotations

from functools import partial

from wsfake.clock import VirtualClock, microseconds


def run(clock: VirtualClock) -> None:
    """Do everything, in its order, at its time."""
    while (due := clock.next_due) is not None:
        clock.advance_to(due)
        while (callback := clock.take()) is not None:
            callback()


def test_seconds_become_whole_microseconds() -> None:
    assert microseconds(0.1 + 0.2) == 300_000


def test_things_are_done_at_their_time_in_the_order_of_their_times() -> None:
    clock, log = VirtualClock(), []
    clock.call_at(20, lambda: log.append(("b", clock.now)))
    clock.call_at(10, lambda: log.append(("a", clock.now)))
    run(clock)
    assert log == [("a", 10), ("b", 20)]


def test_things_due_at_one_time_are_done_in_the_order_they_were_asked_for() -> None:
    clock, log = VirtualClock(), list[str]()
    for name in "abc":
        clock.call_at(10, partial(log.append, name))
    clock.call_at(0, lambda: log.append("now"))
    clock.call_soon(lambda: log.append("soon"))
    run(clock)
    assert log == ["now", "soon", "a", "b", "c"]


def test_the_past_is_due_now_and_time_never_goes_back() -> None:
    clock, log = VirtualClock(), []
    clock.advance_to(50)
    clock.call_at(10, lambda: log.append(clock.now))
    clock.advance_to(20)
    run(clock)
    assert log == [50]


def test_what_is_cancelled_is_not_done_and_is_not_pending() -> None:
    clock = VirtualClock()
    late, due = clock.call_at(10, lambda: 1 / 0), clock.call_at(0, lambda: 1 / 0)
    assert clock.pending
    clock.cancel(late)
    clock.cancel(late)
    clock.cancel(due)
    run(clock)
    assert not clock.pending
    assert clock.next_due is None


def test_what_is_due_can_still_be_cancelled_by_what_is_done_before_it() -> None:
    clock, log = VirtualClock(), []
    clock.call_at(10, lambda: clock.cancel(second))
    second = clock.call_at(10, lambda: log.append("second"))
    run(clock)
    assert log == []


def test_a_recurring_timer_is_not_pending_and_is_put_back() -> None:
    clock, log = VirtualClock(), []

    def tick() -> None:
        log.append(clock.now)
        timer.due += 10
        if len(log) < 3:
            clock.put_back(timer)

    timer = clock.call_at(10, tick, recurring=True)
    assert clock.recurring
    assert not clock.pending
    run(clock)
    assert log == [10, 20, 30]
    assert not clock.recurring


def test_a_recurring_timer_that_cancels_itself_is_no_more() -> None:
    clock = VirtualClock()

    def tick() -> None:
        clock.put_back(timer)
        clock.cancel(timer)

    timer = clock.call_at(10, tick, recurring=True)
    run(clock)
    assert not clock.recurring


def test_a_stopped_clock_has_forgotten_everything_and_still_counts() -> None:
    clock = VirtualClock()
    early, late = clock.call_at(0, print), clock.call_at(10, print)
    clock.call_soon(print)
    clock.stop()
    clock.cancel(early)
    clock.cancel(late)
    assert clock.next_due is None
    clock.call_at(20, print)
    assert clock.pending


def test_a_clock_that_follows_another_goes_on_from_its_own_time() -> None:
    source = [1000]
    clock = VirtualClock()
    clock.advance_to(5)
    assert not clock.real
    clock.follow(lambda: source[0])
    assert clock.real
    source[0] += 30
    assert clock.now == 35
