"""Letting time pass: RULES of when a run ends, and how."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.harness.test_failures import tell
from tests.harness.texts import URL
from wsfake import Harness, Transcript, UsageError, WsfakeWarning
from wsfake.errors import ConnectionNotAnswered, NeverIdle, NotHappened, UnexpectedMessage
from wsfake.harness import bounds
from wsfake.model import Message
from wsfake.network import Peer


def test_run_ends_when_nothing_more_is_due_and_waiting_costs_nothing() -> None:
    with Harness() as ws_fake:
        times: list[float] = []
        ws_fake.call_later(3600 * 24, lambda: times.append(ws_fake.now))
        ws_fake.run()
        assert times == [86400]


def test_a_callback_sees_its_own_deadline_as_now() -> None:
    with Harness() as ws_fake:
        times: list[float] = []
        for delay in (3, 1, 2):
            ws_fake.call_later(delay, lambda: times.append(ws_fake.now))
        ws_fake.run()
        assert times == [1, 2, 3]


def test_an_interval_alone_never_keeps_a_run_alive() -> None:
    with Harness() as ws_fake:
        ws_fake.call_every(1, lambda: None)
        ws_fake.run()
        assert ws_fake.now == 0


def test_an_interval_that_can_still_say_what_is_expected_keeps_a_run_alive() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("tick").client("tick"))
        socket = ws_fake.WebSocket(URL)
        said: list[float] = []

        def tick() -> None:
            if len(said) < 2:
                said.append(ws_fake.now)
                socket.send("tick")

        ws_fake.call_every(10, tick)
        ws_fake.run()
        assert said == [10, 20]
        assert ws_fake.now == 20


def test_an_interval_that_says_nothing_ends_with_a_remark_after_the_timeout() -> None:
    with Harness(timeout=50, unplayed="ignore") as ws_fake:
        ws_fake.serve(URL, Transcript().client("tick"))
        ws_fake.WebSocket(URL)
        ws_fake.call_every(1, lambda: None)
        ws_fake.run()
        assert ws_fake.now == 50
        assert "# run() ended: timers went on for 50 s with nothing said" in str(ws_fake.dialogue)


def test_a_chain_of_timers_ends_after_the_timeout_with_a_remark() -> None:
    with Harness() as ws_fake:

        def again() -> None:
            ws_fake.call_later(7, again)

        again()
        ws_fake.run()
        assert ws_fake.now == 300
        assert ws_fake.dialogue.remarks == (
            (0, "run() ended: timers went on for 300 s with nothing said"),
        )


def test_what_is_said_puts_the_end_of_a_chain_off() -> None:
    with Harness(timeout=10) as ws_fake:
        ws_fake.serve(URL, Transcript().pause(8).server("a").pause(8).server("b"))
        ws_fake.WebSocket(URL)
        ws_fake.run()
        assert ws_fake.now == 16


def test_a_timeout_is_in_the_clocks_seconds() -> None:
    with Harness() as ws_fake:
        ws_fake.call_later(10, lambda: None)
        with pytest.raises(NotHappened):
            ws_fake.run(timeout=4)
        assert ws_fake.now == 4
        ws_fake.run(timeout=6)
        assert ws_fake.now == 10


def test_run_until_ends_as_soon_as_its_condition_is_true() -> None:
    with Harness() as ws_fake:
        seen: list[int] = []
        for n in range(5):
            ws_fake.call_later(n, partial(seen.append, n))
        ws_fake.run(until=lambda: len(seen) == 2)
        assert seen == [0, 1]
        ws_fake.run()
        assert seen == [0, 1, 2, 3, 4]


def test_a_condition_may_wait_for_an_interval() -> None:
    with Harness() as ws_fake:
        seen: list[int] = []
        ws_fake.call_every(60, lambda: seen.append(1))
        ws_fake.run(until=lambda: len(seen) == 3)
        assert ws_fake.now == 180


# Endless exchanges


@pytest.fixture
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the limits a hundredth, for tests that go up to them or over them."""
    monkeypatch.setattr(bounds, "_MOST_AT_ONCE", bounds._MOST_AT_ONCE // 100)
    monkeypatch.setattr(bounds, "_MOST_ALTOGETHER", bounds._MOST_ALTOGETHER // 100)


def test_an_endless_exchange_at_one_instant_is_an_error() -> None:
    with Harness() as ws_fake:

        def again() -> None:
            ws_fake.call_later(0, again)

        again()
        with pytest.raises(NeverIdle, match=r"100000 callbacks at t=0\.000 s"):
            ws_fake.run()


@pytest.mark.usefixtures("low_limits")
def test_an_endless_part_of_a_transcript_is_an_endless_exchange() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().repeat(None, Transcript().client("a").server("a")))
        socket = tell(ws_fake, "a")
        socket.onmessage = lambda message: socket.send(message.data)
        with pytest.raises(NeverIdle):
            ws_fake.run()


@pytest.mark.usefixtures("low_limits")
def test_a_long_transcript_at_one_instant_is_none() -> None:
    pairs = 20_000
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().repeat(pairs, Transcript().client("a").server("a")))
        socket = tell(ws_fake, "a")
        left = iter(range(pairs - 1))
        socket.onmessage = lambda: socket.send("a") if next(left, None) is not None else None
        ws_fake.run()
        assert len(ws_fake.dialogue.entries) == 2 * pairs + 2


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_script_that_connects_for_ever_is_stopped(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr(bounds, "_MOST_CONNECTIONS", 200)
    with Harness() as ws_fake:
        served = ws_fake.serve(URL, Transcript().server("hi").server_drops(), connections=None)

        def connect() -> None:
            tell(ws_fake).onclose = lambda: ws_fake.call_later(seconds, connect)

        connect()
        with pytest.raises(NeverIdle, match="connections in one run"):
            ws_fake.run()
        assert served.count < 1000


def test_connections_in_a_long_time_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_MOST_CONNECTIONS", 200)
    with Harness() as ws_fake:
        served = ws_fake.serve(URL, Transcript().server_drops(), connections=None)

        def connect() -> None:
            tell(ws_fake).onclose = lambda: ws_fake.call_later(1, connect)

        connect()
        ws_fake.run(until=lambda: served.count == 1000, timeout=1000)


def test_a_script_that_connects_again_and_again_where_all_is_used_up_fails_once() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_drops())

        def connect() -> None:
            tell(ws_fake).onclose = connect

        connect()
        with pytest.raises(ConnectionNotAnswered, match="connection 2 to"):
            ws_fake.run()
        assert len(ws_fake.dialogue.entries) < 2000
        with pytest.raises(ConnectionNotAnswered, match="connection 2 to"):
            ws_fake.finish()


# Errors


def test_what_is_due_at_an_instant_is_done_before_its_errors_are_raised() -> None:
    with Harness() as ws_fake:
        seen: list[float] = []
        ws_fake.call_later(1, lambda: 1 / 0)
        ws_fake.call_later(1, lambda: seen.append(ws_fake.now))
        ws_fake.call_later(2, lambda: seen.append(ws_fake.now))
        with pytest.raises(ZeroDivisionError):
            ws_fake.run()
        assert seen == [1]
        ws_fake.run()
        assert seen == [1, 2]


def test_an_exception_in_a_handler_leaves_the_connection_running() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("a").pause(1).server("b"))
        socket = ws_fake.WebSocket(URL)
        seen: list[str] = []

        def on_message(message: Any) -> None:
            seen.append(message.data)
            raise KeyError(message.data)

        socket.onmessage = on_message
        with pytest.raises(KeyError, match="a"):
            ws_fake.run()
        with pytest.raises(KeyError, match="b"):
            ws_fake.run()
        assert seen == ["a", "b"]


def test_an_iterator_that_a_handler_exhausts_is_raised_as_itself() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server("a"))
        left = iter("")
        ws_fake.WebSocket(URL).onmessage = lambda: next(left)
        with pytest.raises(StopIteration):
            ws_fake.run()
        ws_fake.call_later(1, lambda: next(left))
        with pytest.raises(StopIteration):
            ws_fake.advance(1)


def test_an_iterator_that_a_handler_exhausts_is_the_cause_of_what_a_coroutine_raises() -> None:
    with Harness() as ws_fake:
        ws_fake.call_later(1, lambda: next(iter("")))
        with pytest.raises(RuntimeError, match="coroutine raised StopIteration") as caught:
            asyncio.run(ws_fake.run_async())
        assert isinstance(caught.value.__cause__, StopIteration)
        ws_fake.run()


def test_what_a_condition_raises_is_raised_as_itself() -> None:
    with Harness() as ws_fake:
        ws_fake.call_later(1, lambda: None)
        with pytest.raises(StopIteration):
            ws_fake.run(until=lambda: next(iter("")))
        with pytest.raises(ZeroDivisionError):
            ws_fake.run(until=lambda: ws_fake.now and 1 / 0)
        assert ws_fake.now == 1
        ws_fake.run()


def test_what_a_condition_raises_is_told_with_what_a_handler_raised() -> None:
    seen: list[str] = []

    def on_timer() -> None:
        seen.append("a")
        raise KeyError("a")

    with Harness() as ws_fake:
        ws_fake.call_later(1, on_timer)
        with pytest.raises(ExceptionGroup) as caught:
            ws_fake.run(until=lambda: seen and 1 / 0)
        assert [type(error) for error in caught.value.exceptions] == [KeyError, ZeroDivisionError]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda ws_fake: ws_fake.run(), "run"),
        (lambda ws_fake: ws_fake.advance(1), "advance"),
        (lambda ws_fake: asyncio.run(ws_fake.run_async()), "run_async"),
    ],
)
def test_letting_time_pass_within_a_handler_is_refused(
    call: Callable[[Harness], object], name: str
) -> None:
    with Harness() as ws_fake:
        ws_fake.call_later(1, lambda: call(ws_fake))
        with pytest.raises(UsageError) as caught:
            ws_fake.run()
        assert str(caught.value) == (
            f"{name}() was called while time passes already: in a handler, return instead, and"
            " do in call_later(...) what comes later; in another task or thread, wait until the"
            " first one is done"
        )


# advance


def test_advance_lets_so_much_time_pass_whatever_happens() -> None:
    with Harness() as ws_fake:
        seen: list[float] = []
        ws_fake.call_every(1, lambda: seen.append(ws_fake.now))
        ws_fake.advance(3)
        assert seen == [1, 2, 3]
        ws_fake.advance(0.5)
        assert ws_fake.now == 3.5
        ws_fake.advance(0)
        assert ws_fake.now == 3.5


def test_advance_does_what_is_due_at_its_end_with_what_follows_from_it() -> None:
    with Harness() as ws_fake:
        seen: list[str] = []

        def begin() -> None:
            seen.append("a")
            ws_fake.call_later(0, lambda: seen.append("b"))

        ws_fake.call_later(2, begin)
        ws_fake.advance(2)
        assert seen == ["a", "b"]


def test_advance_goes_forward() -> None:
    with Harness() as ws_fake, pytest.raises(UsageError, match="expected a number of seconds"):
        ws_fake.advance(-1)


# Event loops and threads


def test_run_inside_an_event_loop_names_run_async() -> None:
    async def main(ws_fake: Harness) -> None:
        with pytest.raises(UsageError, match=r"await run_async\(\) instead"):
            ws_fake.run()

    with Harness() as ws_fake:
        asyncio.run(main(ws_fake))


def test_run_async_lets_other_tasks_go_on() -> None:
    order: list[str] = []

    async def other() -> None:
        for n in range(3):
            order.append(f"task {n}")
            await asyncio.sleep(0)

    async def main(ws_fake: Harness) -> None:
        task = asyncio.create_task(other())
        for n in range(3):
            ws_fake.call_later(n, partial(order.append, f"timer {n}"))
        await ws_fake.run_async()
        await task

    with Harness() as ws_fake:
        asyncio.run(main(ws_fake))
    assert sorted(order) == ["task 0", "task 1", "task 2", "timer 0", "timer 1", "timer 2"]
    assert order.index("task 1") < order.index("timer 2")


def test_run_async_goes_on_with_what_another_task_asks_for() -> None:
    seen: list[str] = []

    async def main(ws_fake: Harness) -> None:
        asyncio.get_running_loop().call_soon(
            lambda: ws_fake.call_later(1, lambda: seen.append("later"))
        )
        await ws_fake.run_async(until=lambda: seen)

    with Harness() as ws_fake:
        asyncio.run(main(ws_fake))
    assert seen == ["later"]


def test_what_other_threads_call_is_serialised_with_handlers() -> None:
    total = 200
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().repeat(total, Transcript().client("a")))
        socket = ws_fake.WebSocket(URL)
        ws_fake.run()

        def send() -> None:
            for _ in range(total // 4):
                socket.send("a")

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ws_fake.run()
    assert len(ws_fake.dialogue.entries) == total + 3


def test_a_mismatch_in_another_thread_is_told_at_the_end_too() -> None:
    with pytest.raises(UnexpectedMessage), Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("a"))
        socket = ws_fake.WebSocket(URL)
        ws_fake.run()
        swallowed: list[Exception] = []

        def send() -> None:
            try:
                socket.send("b")
            except AssertionError as error:
                swallowed.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        thread.join()
        assert len(swallowed) == 1


def test_a_long_pause_of_a_transcript_is_waited_for() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("a").pause(3600).server("b"))
        socket = tell(ws_fake, "a")
        got: list[float] = []
        socket.onmessage = lambda: got.append(ws_fake.now)
        ws_fake.run()
        assert got == [3600]


class Pump:
    """Real connections on which nothing more is said, after `ready` waits that bring something."""

    busy = True
    settling = False

    def __init__(self, ws_fake: Harness) -> None:
        self.now = 0
        self.waited: list[float] = []
        ws_fake._clock.follow(lambda: self.now)
        ws_fake._runner.pump = self

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.now += round(seconds * 1_000_000) or 500_000
        return False


def test_on_real_time_silence_ends_a_run_with_a_remark() -> None:
    with Harness(record_idle=2) as ws_fake:
        pump = Pump(ws_fake)
        seen: list[float] = []
        ws_fake.call_later(1, lambda: seen.append(ws_fake.now))
        ws_fake.run()
        assert seen == [1]
        assert pump.waited == [1, 1]
        assert ws_fake._runner.ended_by_silence
        assert ws_fake.dialogue.remarks == ((0, "run() ended: nothing was said for 2 s"),)


def test_on_real_time_run_async_lets_other_tasks_go_on() -> None:
    turns: list[str] = []

    async def other() -> None:
        turns.append("task")

    async def main(ws_fake: Harness) -> None:
        task = asyncio.create_task(other())
        await ws_fake.run_async()
        await task

    with Harness(record_idle=1) as ws_fake:
        pump = Pump(ws_fake)
        asyncio.run(main(ws_fake))
        assert turns == ["task"]
        assert pump.waited == [0, 0]


def test_on_real_time_a_run_ends_at_once_where_no_connection_is_open() -> None:
    with Harness() as ws_fake:
        pump = Pump(ws_fake)
        pump.busy = False
        ws_fake.run()
        assert not ws_fake._runner.ended_by_silence


def test_on_real_time_a_condition_is_waited_for_no_longer_than_its_timeout() -> None:
    with Harness() as ws_fake:
        pump = Pump(ws_fake)
        with pytest.raises(NotHappened):
            ws_fake.run(until=lambda: False, timeout=3)
        assert pump.waited == [3]


@pytest.mark.parametrize("until", [False, True])
def test_on_real_time_a_timer_and_a_pause_end_though_there_always_is_something_to_do(
    until: bool,
) -> None:
    seen: list[tuple[str, float]] = []
    with Harness() as ws_fake:
        pump = Pump(ws_fake)
        pump.busy = False
        ws_fake.serve("ws://paused.example/", Transcript().pause(2).server("over"))

        def echo(peer: Peer) -> None:
            @peer.on_message
            def answer(message: Message) -> None:
                pump.now += 10_000  # so long does a machine take for it
                peer.send(message)

        ws_fake.serve(URL, echo)
        socket = tell(ws_fake, "x")
        socket.onmessage = lambda message: len(seen) == 2 or socket.send("x")
        paused = ws_fake.WebSocket("ws://paused.example/")
        paused.onmessage = lambda message: seen.append((message.data, ws_fake.now))
        ws_fake.call_later(1, lambda: seen.append(("timer", ws_fake.now)))
        ws_fake.run(until=(lambda: len(seen) == 2) if until else None)
    assert [what for what, _ in seen] == ["timer", "over"]
    assert 1 <= seen[0][1] < 2 <= seen[1][1] < 3
    assert pump.waited == []


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "1", True])
def test_what_is_no_span_of_time_is_refused(seconds: Any) -> None:
    with Harness() as ws_fake:
        for wait in (ws_fake.advance, lambda timeout: ws_fake.run(timeout=timeout)):
            with pytest.raises(UsageError) as caught:
                wait(seconds)
            assert str(caught.value) == f"expected a number of seconds, 0 or more, got {seconds!r}"


@pytest.mark.usefixtures("low_limits")
def test_many_callbacks_of_an_interval_are_no_endless_exchange() -> None:
    with Harness() as ws_fake:
        count = [0]

        def tick() -> None:
            count[0] += 1

        ws_fake.call_every(0.001, tick)
        ws_fake.advance(20)
        assert count == [20_000]


def test_order_gives_way_where_nothing_but_an_interval_goes_on(tmp_path: Path) -> None:
    with Harness() as ws_fake:
        first, second = "ws://one.example/", "ws://two.example/"
        ws_fake.serve(first, Transcript().client("now"))
        ws_fake.serve(second, Transcript().pause(1).server("later").client("thanks"))
        one, two = ws_fake.WebSocket(first), ws_fake.WebSocket(second)
        one.onopen = lambda: one.send("now")
        two.onmessage = lambda: two.send("thanks")
        ws_fake.run()
        path = ws_fake.save(tmp_path / "two")
    with Harness(cassette=path, timeout=50, unplayed="ignore") as ws_fake:
        ws_fake.WebSocket(first)
        two = ws_fake.WebSocket(second)
        heard: list[str] = []
        two.onmessage = lambda message: heard.append(message.data)
        ws_fake.call_every(1, lambda: None)
        ws_fake.run()
        assert heard == ["later"]
        with pytest.warns(WsfakeWarning, match="order across connections"):
            ws_fake.finish()


async def never_awaited() -> bool:
    return False


class NeverAwaited:
    async def __call__(self) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("call", "role"),
    [
        (lambda ws_fake, f: ws_fake.run(until=f), "until="),
        (lambda ws_fake, f: ws_fake.call_later(1, f), "call_later(seconds, function)"),
        (lambda ws_fake, f: ws_fake.call_every(1, f), "call_every(seconds, function)"),
    ],
)
def test_what_cannot_be_called_or_would_have_to_be_awaited_is_refused(
    call: Callable[[Harness, Any], object], role: str
) -> None:
    with Harness() as ws_fake:
        with pytest.raises(UsageError) as caught:
            call(ws_fake, True)
        assert str(caught.value) == f"expected a function for {role}, got True"
        for other in (partial(never_awaited), NeverAwaited()):
            with pytest.raises(UsageError, match="nothing would await it"):
                call(ws_fake, other)
        with pytest.raises(UsageError) as caught:
            call(ws_fake, never_awaited)
    assert str(caught.value) == (
        f"expected a function for {role} that is called and done, got the coroutine function"
        " never_awaited: nothing would await it"
    )
