"""What is done beside the thread that asks for it."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from wsfake.cli.beside import Beside

PATIENCE = 60


def test_it_is_done_in_order_in_another_thread() -> None:
    done: list[tuple[int, int]] = []

    def note(number: int) -> None:
        done.append((number, threading.get_ident()))

    with Beside(1000) as beside:
        for number in range(50):
            beside.do(partial(note, number), 1)
        beside.settle()
        assert [number for number, _ in done] == list(range(50))
        assert threading.get_ident() not in {thread for _, thread in done}


def test_the_owner_goes_on_meanwhile() -> None:
    may_end = threading.Event()
    with Beside(1000) as beside:
        beside.do(lambda: _wait_for(may_end), 1)
        may_end.set()  # which the work waits for: nobody else would set it


def test_no_more_bytes_wait_than_allowed() -> None:
    begun: list[int] = []
    first = threading.Event()

    def work() -> None:
        _wait_for(first)
        begun.append(1)

    with Beside(100) as beside:
        beside.do(work, 60)
        threading.Timer(0.05, first.set).start()
        beside.do(lambda: begun.append(2), 60)  # both are more than 100 bytes: this waits
        assert begun[:1] == [1]
    assert begun == [1, 2]


def test_what_is_larger_than_allowed_is_done_alone() -> None:
    done: list[int] = []
    with Beside(10) as beside:
        beside.do(lambda: done.append(1), 500)
        beside.do(lambda: done.append(2), 500)
    assert done == [1, 2]


def test_an_error_is_raised_once_and_what_comes_behind_it_is_done() -> None:
    done: list[int] = []
    with Beside(1000) as beside:
        beside.do(lambda: _fail("no space left"), 1)
        with pytest.raises(OSError, match="no space left"):
            beside.settle()
        beside.do(lambda: done.append(1), 1)
        beside.settle()
    assert done == [1]


def test_an_error_comes_up_at_the_end_at_the_latest() -> None:
    with pytest.raises(OSError, match="no space left"), Beside(1000) as beside:
        beside.do(lambda: _fail("no space left"), 1)


def test_an_error_of_the_owner_is_not_replaced() -> None:
    with pytest.raises(ValueError, match="the owner's"), Beside(1000) as beside:
        beside.do(lambda: _fail("no space left"), 1)
        raise ValueError("the owner's")


def test_at_the_end_the_thread_is_gone() -> None:
    threads: list[threading.Thread] = []
    with Beside(1000) as beside:
        beside.do(lambda: threads.append(threading.current_thread()), 1)
    (thread,) = threads
    assert not thread.is_alive()


def _wait_for(event: threading.Event) -> None:
    assert event.wait(PATIENCE), "nobody has set it"


def _fail(why: str) -> None:
    raise OSError(why)
