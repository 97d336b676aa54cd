from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.live.peers import pump
from wsfake.errors import UsageError
from wsfake.live import Reactor
from wsfake.live.reactor import Timer


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    one.setblocking(False)
    with one, other:
        yield one, other


class Owned:
    def __init__(self) -> None:
        self.aborted = 0

    def abort(self) -> None:
        self.aborted += 1


def fail(text: str) -> None:
    raise ValueError(text)


def test_waiting_for_nothing_ends_after_the_timeout(reactor: Reactor) -> None:
    begin = time.monotonic()
    assert not reactor.wait(0.05)
    assert 0.04 < time.monotonic() - begin < 4


def test_calls_are_made_in_the_order_in_which_they_were_asked_for(reactor: Reactor) -> None:
    made: list[int] = []
    for i in range(3):
        reactor.call_soon(lambda i=i: made.append(i))  # type: ignore[misc]
    assert reactor.wait(5)
    assert made == [0, 1, 2]


def test_what_a_call_asks_for_is_done_in_the_same_turn_but_not_for_ever(reactor: Reactor) -> None:
    made: list[int] = []

    def again() -> None:
        made.append(len(made))
        reactor.call_soon(again)

    reactor.call_soon(again)
    assert reactor.wait(5)
    assert made == [0, 1]


def test_a_timer_ends_a_wait_that_would_be_longer(reactor: Reactor) -> None:
    made: list[str] = []
    reactor.call_later(0.02, lambda: made.append("late"))
    reactor.call_later(0.01, lambda: made.append("soon"))
    begin = time.monotonic()
    pump(reactor, lambda: len(made) == 2)
    assert made == ["soon", "late"]
    assert time.monotonic() - begin < 4


def test_a_cancelled_timer_is_not_called_and_is_no_deadline(reactor: Reactor) -> None:
    made: list[str] = []
    timer = reactor.call_later(0, lambda: made.append("cancelled"))
    assert reactor.next_deadline() == timer.deadline
    timer.cancel()
    assert reactor.next_deadline() is None
    assert not reactor.wait(0)
    assert made == []


def test_a_timer_can_be_cancelled_by_one_that_is_due_at_the_same_time(reactor: Reactor) -> None:
    made: list[str] = []
    timers: list[Timer] = []
    reactor.call_later(0, lambda: timers[0].cancel())
    timers.append(reactor.call_later(0, lambda: made.append("second")))
    while reactor.next_deadline() is not None:
        reactor.wait(1)
    assert made == []


def test_a_call_from_another_thread_ends_the_wait(reactor: Reactor) -> None:
    made: list[int] = []
    ident = threading.get_ident()
    thread = threading.Thread(
        target=lambda: reactor.call_soon_threadsafe(lambda: made.append(threading.get_ident()))
    )
    thread.start()
    pump(reactor, lambda: made)
    thread.join(5)
    assert made == [ident]


def test_very_many_calls_from_another_thread_are_all_made(reactor: Reactor) -> None:
    made: list[int] = []
    for i in range(20_000):  # more wake-ups than a socket holds
        reactor.call_soon_threadsafe(lambda i=i: made.append(i))  # type: ignore[misc]
    pump(reactor, lambda: len(made) == 20_000)
    assert made == list(range(20_000))
    assert not reactor.wait(0)


def test_a_call_from_another_thread_after_the_end_is_ignored() -> None:
    reactor = Reactor()
    reactor.close()
    reactor.call_soon_threadsafe(lambda: fail("called"))
    assert not reactor.wait(0)


def test_a_socket_is_watched_for_what_was_asked_for_last(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    one, other = pair
    made: list[str] = []
    reactor.watch(one, lambda: made.append("write"), read=False, write=True)
    assert reactor.wait(5)
    reactor.watch(one, lambda: made.append("read"), read=True, write=False)
    assert not reactor.wait(0)
    other.send(b"x")
    assert reactor.wait(5)
    reactor.watch(one, lambda: made.append("never"), read=False, write=False)
    assert not reactor.wait(0)
    assert made == ["write", "read"]


def test_a_socket_that_nobody_watches_may_be_forgotten(
    reactor: Reactor, pair: tuple[socket.socket, socket.socket]
) -> None:
    reactor.unwatch(pair[0])


def test_one_error_is_raised_as_itself_after_all_calls(reactor: Reactor) -> None:
    made: list[str] = []
    reactor.call_soon(lambda: fail("first"))
    reactor.call_soon(lambda: made.append("second"))
    with pytest.raises(ValueError, match=r"^first$"):
        reactor.wait(0)
    assert made == ["second"]
    assert not reactor.wait(0)


def test_several_errors_are_raised_as_a_group(reactor: Reactor) -> None:
    reactor.call_soon(lambda: fail("first"))
    reactor.call_soon(lambda: fail("second"))
    with pytest.raises(ExceptionGroup, match="several callbacks failed") as caught:
        reactor.wait(0)
    assert [str(error) for error in caught.value.exceptions] == ["first", "second"]


def test_an_interrupt_is_raised_at_once_and_loses_no_call(reactor: Reactor) -> None:
    made: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    reactor.call_soon(interrupt)
    reactor.call_soon(lambda: made.append("after"))
    with pytest.raises(KeyboardInterrupt):
        reactor.wait(0)
    assert reactor.wait(0)
    assert made == ["after"]


def test_closing_closes_what_it_owns_and_calls_nobody() -> None:
    reactor = Reactor()
    kept, given_up = Owned(), Owned()
    reactor.own(kept)
    reactor.own(given_up)
    reactor.disown(given_up)
    reactor.call_soon(lambda: fail("called"))
    reactor.close()
    reactor.close()
    assert (kept.aborted, given_up.aborted) == (1, 0)
    assert not reactor.wait(0)


def test_closing_from_inside_a_call_ends_the_turn() -> None:
    reactor = Reactor()
    reactor.call_soon(reactor.close)
    reactor.call_soon(lambda: fail("called"))
    assert reactor.wait(0)


def test_nothing_can_be_watched_or_owned_once_it_is_closed() -> None:
    reactor = Reactor()
    reactor.close()
    with pytest.raises(UsageError, match=r"^the reactor is closed$"):
        reactor.own(Owned())
    with socket.socket() as sock, pytest.raises(UsageError, match=r"^the reactor is closed$"):
        reactor.watch(sock, lambda: None, read=True, write=False)
