from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time

import pytest

from wsfake.errors import UsageError
from wsfake.live import LiveClient, LiveListener, Reactor
from wsfake.model import Open

from .peers import Talk, echo, pump, websockets_server


def test_waiting_for_nothing_takes_its_time_and_says_so(reactor: Reactor) -> None:
    started = time.monotonic()
    assert reactor.wait(0.05) is False
    assert time.monotonic() - started >= 0.045


def test_a_timer_is_made_when_it_is_due_and_cuts_the_wait_short(reactor: Reactor) -> None:
    calls: list[str] = []
    reactor.call_later(0.02, lambda: calls.append("late"))
    reactor.call_later(0.01, lambda: calls.append("early"))
    cancelled = reactor.call_later(0, lambda: calls.append("never"))
    cancelled.cancel()
    deadline = reactor.next_deadline()
    assert deadline is not None
    assert deadline <= time.monotonic() + 0.01
    pump(reactor, lambda: len(calls) == 2)
    assert calls == ["early", "late"]
    assert reactor.next_deadline() is None


def test_a_timer_that_a_callback_cancels_is_not_made(reactor: Reactor) -> None:
    calls: list[str] = []
    reactor.call_later(0, lambda: later.cancel())  # noqa: PLW0108 - there is none yet
    later = reactor.call_later(0, lambda: calls.append("never"))
    pump(reactor, lambda: reactor.next_deadline() is None)
    assert calls == []


def test_another_thread_wakes_a_wait(reactor: Reactor) -> None:
    calls: list[str] = []
    thread = threading.Thread(
        target=lambda: reactor.call_soon_threadsafe(lambda: calls.append("woken"))
    )
    thread.start()
    pump(reactor, lambda: calls)
    thread.join()
    assert calls == ["woken"]


def test_errors_of_callbacks_come_out_together_when_all_were_called(reactor: Reactor) -> None:
    calls: list[int] = []

    def fail(number: int) -> None:
        calls.append(number)
        raise ValueError(number)

    reactor.call_soon(lambda: fail(1))
    with pytest.raises(ValueError, match="1"):
        reactor.wait(0)
    for number in (2, 3):
        reactor.call_soon(lambda number=number: fail(number))  # type: ignore[misc]
    with pytest.raises(ExceptionGroup, match="several callbacks failed"):
        reactor.wait(0)
    assert calls == [1, 2, 3]
    assert reactor.wait(0) is False


def test_an_interrupt_comes_out_at_once_and_loses_nothing(reactor: Reactor) -> None:
    calls: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    reactor.call_soon(interrupt)
    reactor.call_soon(lambda: calls.append("next"))
    with pytest.raises(KeyboardInterrupt):
        reactor.wait(0)
    assert calls == []
    assert reactor.wait(0) is True
    assert calls == ["next"]


def test_closing_frees_every_socket_and_may_be_repeated(reactor: Reactor) -> None:
    with websockets_server(echo) as url:
        opened = Talk(reactor, url).opened()
        LiveClient(reactor, Open("ws://127.0.0.1:9/"), print)
        listener = LiveListener(reactor, lambda _opening, _end: None)
        reactor.close()
        reactor.close()
        assert listener.closed
        assert opened.client._transport is not None
        assert opened.client._transport.closed
    assert reactor.wait(10) is False
    reactor.call_soon_threadsafe(lambda: None)


def test_a_callback_may_close_the_reactor(reactor: Reactor) -> None:
    reactor.call_soon(reactor.close)
    reactor.call_soon(lambda: pytest.fail("called after the end"))
    reactor.wait(0)


def test_a_closed_reactor_takes_nothing_new(reactor: Reactor) -> None:
    reactor.close()
    with pytest.raises(UsageError, match="the reactor is closed"):
        LiveListener(reactor, lambda _opening, _end: None)
    with pytest.raises(UsageError, match="the reactor is closed"):
        LiveClient(reactor, Open("ws://127.0.0.1:9/"), print)
    with socket.socket() as sock, pytest.raises(UsageError, match="the reactor is closed"):
        reactor.watch(sock, print, read=True, write=False)


def test_no_event_loop_is_imported() -> None:
    program = "import sys, wsfake.live; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
