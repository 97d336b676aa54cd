"""An event loop on virtual time, and the real world beside it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from textwrap import indent
from typing import Any

import aiohttp
import pytest
import websockets
from hypothesis import given, strategies as st
from websockets.sync.client import connect

from tests.player.scripts import Broken
from wsfake import ConnectionNotAnswered, Harness, Transcript, UnexpectedMessage, Unplayed
from wsfake.cassette import write_cassette
from wsfake.errors import NeverIdle, NotHappened, OutOfOrder, UsageError
from wsfake.model import Accept, Close, Entry, Event, Open, Ping, Side, Stall

URL = "wss://feed.example/v1"


def play(ws_fake: Harness, main: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        return runner.run(main)


def pings(ws_fake: Harness) -> int:
    return sum(isinstance(entry.what, Ping) for entry in ws_fake.dialogue.entries)


# Time


def test_a_day_of_heartbeats_takes_no_time(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().client("hi").pause(86400).server("a day later"))

    async def main() -> str | bytes:
        async with websockets.connect(URL, ping_interval=20) as connection:
            await connection.send("hi")
            return await connection.recv()

    assert play(ws_fake, main()) == "a day later"
    assert ws_fake.now == pytest.approx(86400)
    assert pings(ws_fake) == pytest.approx(86400 / 20, abs=2)


def test_aiohttp_has_its_heartbeats_too(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().client("hi").pause(86400).server("a day later"))

    async def main() -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(URL, heartbeat=20) as connection,
        ):
            await connection.send_str("hi")
            return await connection.receive_str()

    assert play(ws_fake, main()) == "a day later"
    assert pings(ws_fake) == pytest.approx(86400 / 20, abs=2)


def test_time_outs_that_were_not_needed_do_not_pile_up(ws_fake: Harness) -> None:
    transcript = Transcript()
    for n in range(1_000):
        transcript = transcript.client(f"{n}").server(f"{n}")
    ws_fake.serve(URL, transcript)

    async def main() -> int:
        async with websockets.connect(URL) as connection:
            for n in range(1_000):
                async with asyncio.timeout(3600):
                    await connection.send(f"{n}")
                    assert await connection.recv() == f"{n}"
            return len(ws_fake._clock._heap)

    assert play(ws_fake, main()) < 300


def test_a_time_out_comes_at_its_time(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript())

    async def main() -> float:
        async with websockets.connect(URL) as connection:
            begin = asyncio.get_running_loop().time()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 3600)
            return asyncio.get_running_loop().time() - begin

    assert play(ws_fake, main()) == pytest.approx(3600)


def test_a_server_that_stalls_meets_the_clients_own_time_out(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().server_stalls())

    async def main() -> None:
        with pytest.raises(TimeoutError, match="timed out during opening handshake"):
            await websockets.connect(URL, open_timeout=10)

    play(ws_fake, main())
    assert ws_fake.now == pytest.approx(10)


def test_a_server_that_answers_no_ping_is_found_out(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().fault("message", Stall()))

    async def main() -> websockets.ConnectionClosed:
        async with websockets.connect(URL, ping_interval=20, ping_timeout=20) as connection:
            with pytest.raises(websockets.ConnectionClosed) as caught:
                await connection.recv()
            return caught.value

    error = play(ws_fake, main())
    assert error.sent is not None
    assert (error.sent.code, error.sent.reason) == (1011, "keepalive ping timeout")
    assert 40 <= ws_fake.now < 80


def test_back_off_between_connections_costs_no_time(ws_fake: Harness) -> None:
    ws_fake.serve(URL, *[Transcript().server_refuses()] * 5, Transcript().server("at last"))

    async def main() -> str | bytes:
        async for connection in websockets.connect(URL):
            return await connection.recv()
        raise AssertionError

    begin = time.monotonic()
    assert play(ws_fake, main()) == "at last"
    assert ws_fake.now > 5
    assert time.monotonic() - begin < 600


def test_a_timer_that_is_cancelled_is_never_waited_for(ws_fake: Harness) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(1000, print).cancel()
        await asyncio.sleep(1)

    play(ws_fake, main())
    assert ws_fake.now == 1


def test_timers_come_in_the_order_of_their_times(ws_fake: Harness) -> None:
    said: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for seconds in (3, 1, 2):
            loop.call_later(seconds, said.append, seconds)
        ws_fake.call_later(2.5, lambda: said.append(25))
        await asyncio.sleep(4)

    play(ws_fake, main())
    assert said == [1, 2, 25, 3]


@pytest.mark.parametrize(("pause", "heartbeat"), [(0.1, 0.2), (1.1, 2.2), (0.7, 0.1)])
def test_a_heartbeat_that_is_no_whole_number_of_microseconds_comes_once(
    ws_fake: Harness, pause: float, heartbeat: float
) -> None:
    """aiohttp asks again, for the same time, where it is called before it."""
    ws_fake.serve(URL, Transcript().pause(pause).server("soon").pause(3).server("late"))

    async def main() -> list[str]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(URL, heartbeat=heartbeat) as connection,
        ):
            return [await connection.receive_str(), await connection.receive_str()]

    assert play(ws_fake, main()) == ["soon", "late"]
    assert pings(ws_fake) == pytest.approx((pause + 3) / heartbeat, abs=2)


@given(st.floats(0, 1e8), st.floats(1e-7, 1e6))
def test_nothing_is_called_before_its_time(begin: float, delay: float) -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        called: asyncio.Future[float] = loop.create_future()
        when = loop.time() + delay
        loop.call_at(when, lambda: called.set_result(loop.time()))
        return when, await called

    with Harness() as ws_fake:
        ws_fake.advance(begin)
        when, called = play(ws_fake, main())
    assert when <= called <= when + 2e-6


def test_what_waits_for_ever_is_told(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().server("only this"))

    async def main() -> None:
        async with websockets.connect(URL, ping_interval=None) as connection:
            await connection.recv()
            await connection.recv()

    with pytest.raises(NotHappened) as caught:
        play(ws_fake, main())
    text = str(caught.value)
    assert text.startswith("the event loop waits for ever: nothing more can happen\n")
    assert "in main, line" in text
    assert 'server  "only this"' in text


def test_a_loop_that_turns_for_ever_is_told(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._MOST_JUMPS", 1000)

    async def main() -> None:
        while True:  # noqa: ASYNC110 - it is to be found out
            await asyncio.sleep(1)

    with pytest.raises(NeverIdle, match="1000 timers in turn, with nothing played"):
        play(ws_fake, main())


PLAIN = "ws://feed.example/v1"


async def connect_for_ever(message: str) -> None:
    """Do what a client does that connects again a second after whatever has happened."""
    while True:
        with suppress(OSError, websockets.WebSocketException):
            async with websockets.connect(PLAIN, ping_interval=None) as connection:
                await connection.send(message)
                await connection.recv()
        await asyncio.sleep(1)


@pytest.mark.parametrize(
    ("expected", "error"), [("right", UnexpectedMessage), (Broken(), KeyError)]
)
def test_a_client_that_connects_for_ever_after_a_failure_is_stopped(
    expected: Any, error: type[Exception]
) -> None:
    too_often = pytest.raises(NeverIdle, match="500 timers in turn after a failure")
    with too_often as caught, Harness() as ws_fake:
        ws_fake.serve(PLAIN, Transcript().client(expected).server("x"), connections=None)
        play(ws_fake, connect_for_ever("wrong"))
    assert isinstance(caught.value.__cause__, error)


def test_a_client_that_connects_for_ever_where_nobody_is_known_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    in_vain = pytest.raises(NeverIdle, match="100 times a host was looked for that nobody knows")
    with in_vain, Harness() as ws_fake:
        play(ws_fake, connect_for_ever("hello"))


def test_a_client_that_is_served_for_ever_is_stopped(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._MOST_CONNECTIONS", 100)
    ws_fake.serve(PLAIN, Transcript().client("hello").server_drops(), connections=None)

    with pytest.raises(NeverIdle, match="100 connections, with nothing new played"):
        play(ws_fake, connect_for_ever("hello"))


def test_a_client_that_waits_in_vain_and_pings_is_stopped(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._MOST_ENTRIES", 100)
    ws_fake.serve(PLAIN, Transcript())

    async def main() -> None:
        async with websockets.connect(PLAIN, ping_interval=20) as connection:
            await connection.recv()

    with pytest.raises(NeverIdle, match="100 entries, with nothing played"):
        play(ws_fake, main())
    assert 900 < ws_fake.now < 1100


def test_a_loop_that_spins_at_one_instant_is_told(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._MOST_AT_ONCE", 1000)

    async def main() -> None:
        while True:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)

    with pytest.raises(NeverIdle, match="1000 turns of the event loop at one instant"):
        play(ws_fake, main())


def test_run_async_lets_the_loops_tasks_go_on(ws_fake: Harness) -> None:
    served = ws_fake.serve(URL, lambda peer: None)

    async def client(heard: list[Any]) -> None:
        async with websockets.connect(URL) as connection:
            async for message in connection:
                await asyncio.sleep(1)
                heard.append(message)

    async def main() -> list[Any]:
        heard: list[Any] = []
        task = asyncio.create_task(client(heard))
        await ws_fake.run_async(until=lambda: served.connections)
        served.send("one")
        served.send("two")
        await ws_fake.run_async(until=lambda: len(heard) == 2)
        served.close()
        await task
        return heard

    assert play(ws_fake, main()) == ["one", "two"]


# Verdicts


def test_a_message_that_is_not_expected_closes_with_1011_and_fails_the_test() -> None:
    async def main() -> tuple[int, str]:
        async with websockets.connect(URL) as connection:
            await connection.send("wrong")
            with pytest.raises(websockets.ConnectionClosed) as caught:
                await connection.recv()
            assert caught.value.rcvd is not None
            return caught.value.rcvd.code, caught.value.rcvd.reason

    with pytest.raises(UnexpectedMessage), Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("right").server("never"))
        code, reason = play(ws_fake, main())
        assert code == 1011
        assert reason.startswith("wsfake: client message #1 does not match the transcript")


def break_down(last: object) -> str:
    raise KeyError("id")


@pytest.mark.parametrize(
    "transcript",
    [
        Transcript().client(Broken()).server("never"),
        Transcript().client("x").server(break_down),
    ],
    ids=["matcher", "reply"],
)
@pytest.mark.parametrize("running", [False, True], ids=["waiting", "running"])
def test_an_error_of_the_transcript_closes_with_1011_and_is_told_once(
    transcript: Transcript, running: bool
) -> None:
    ws_fake = Harness()
    ws_fake.serve(URL, transcript)

    async def main() -> None:
        async with websockets.connect(URL) as connection:
            await connection.send("x")
            if running:
                with pytest.raises(KeyError, match="id"):
                    await ws_fake.run_async()
            with pytest.raises(websockets.ConnectionClosedError) as caught:
                await connection.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011
            assert caught.value.rcvd.reason == "wsfake: KeyError: 'id'"

    play(ws_fake, main())
    assert ws_fake.now == 0
    if not running:
        with pytest.raises(KeyError, match="id"):
            ws_fake.finish()
    else:
        ws_fake.finish()


def test_an_order_across_connections_that_is_strict_closes_with_1011(tmp_path: Path) -> None:
    path = write_cassette(
        tmp_path / "two.msgpack",
        [
            Entry(0, 1, Side.CLIENT, Open(URL)),
            Entry(1, 1, Side.SERVER, Accept()),
            Entry(2, 2, Side.CLIENT, Open("wss://other.example/")),
            Entry(3, 2, Side.SERVER, Accept()),
            Entry(4, 1, Side.SERVER, "gone"),
        ],
    )

    async def main() -> None:
        async with websockets.connect(URL) as connection:
            with pytest.raises(websockets.ConnectionClosedError) as caught:
                await connection.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1011

    with pytest.raises(OutOfOrder), Harness(path, order="strict") as ws_fake:
        play(ws_fake, main())


@pytest.mark.parametrize("code", [1000, 4000])
def test_a_client_may_leave_before_the_recorded_server_does(tmp_path: Path, code: int) -> None:
    told: tuple[tuple[Side, Event], ...] = (
        (Side.CLIENT, Open(URL)),
        (Side.SERVER, Accept()),
        (Side.SERVER, "the whole answer"),
        (Side.SERVER, Close(code, "done")),
        (Side.CLIENT, Close(code, "done")),
    )
    path = write_cassette(
        tmp_path / "c.msgpack", [Entry(at, 1, side, what) for at, (side, what) in enumerate(told)]
    )

    async def main() -> None:
        async with websockets.connect(URL) as connection:
            assert await connection.recv() == "the whole answer"
            await connection.close(1000, "done")
            assert connection.close_code == 1000

    with Harness(path) as ws_fake:
        play(ws_fake, main())
        assert ws_fake.now < 1


def test_a_path_that_nothing_serves_is_refused_by_name() -> None:
    async def main() -> None:
        with pytest.raises(websockets.InvalidStatus) as caught:
            await websockets.connect("wss://feed.example/v2")
        body = caught.value.response.body
        assert body is not None
        assert b"nothing answers wss://feed.example/v2" in body

    with pytest.raises(ConnectionNotAnswered), Harness(unplayed="ignore") as ws_fake:
        ws_fake.serve(URL, Transcript())
        play(ws_fake, main())


def test_what_was_not_played_is_told_at_the_end() -> None:
    async def main() -> None:
        async with websockets.connect(URL):
            pass

    with pytest.raises(Unplayed), Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().optional(Transcript().client("x")), connections=2)
        play(ws_fake, main())


@pytest.mark.parametrize(
    ("why", "error"),
    [
        ("refused", ConnectionRefusedError),
        ("not found", socket.gaierror),
        ("unreachable", OSError),
        ("timeout", TimeoutError),
        ("tls", OSError),
    ],
)
def test_a_refused_connection_is_the_systems_error(
    ws_fake: Harness, why: str, error: type[Exception]
) -> None:
    ws_fake.serve(URL, Transcript().server_refuses(why))

    async def main() -> None:
        with pytest.raises(error):
            await websockets.connect(URL, open_timeout=None)

    play(ws_fake, main())


# Reality


def test_real_sockets_work_in_the_same_loop(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().client("x").server("y"))

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    async def main() -> tuple[bytes, Any]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, websockets.connect(URL) as connection:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"real\n")
            line = await asyncio.wait_for(reader.readline(), 1000)
            writer.close()
            await writer.wait_closed()
            await connection.send("x")
            return line, await connection.recv()

    assert play(ws_fake, main()) == (b"real\n", "y")


def test_the_last_word_of_a_thread_is_heard(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come when the loop has found nothing to do, and not looked at its threads yet."""

    async def main() -> None:
        loop, heard = asyncio.get_running_loop(), asyncio.Event()

        def patience(*args: Any, **keywords: Any) -> float:
            loop.call_soon_threadsafe(heard.set)
            return 0.0

        monkeypatch.setattr("wsfake.intercept.passing.Work.patience", patience)
        await heard.wait()
        monkeypatch.undo()

    play(ws_fake, main())


def test_a_client_in_a_thread_is_answered_too(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().client("x").server("y"))

    def greet() -> str | bytes:
        with connect(URL) as connection:
            connection.send("x")
            return connection.recv()

    async def main() -> str | bytes:
        return await asyncio.to_thread(greet)

    assert play(ws_fake, main()) == "y"


def test_tls_in_memory_needs_no_authority(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)  # as without the extra
    ws_fake.serve(URL, Transcript().server("hello"), connections=2)

    async def main(context: ssl.SSLContext | bool) -> str | bytes:
        async with websockets.connect(URL, ssl=context) as connection:
            return await connection.recv()

    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        made_outside = ssl.create_default_context()
        assert runner.run(main(made_outside)) == "hello"
        assert runner.run(main(True)) == "hello"


def test_an_executor_is_waited_for_before_time_jumps(ws_fake: Harness) -> None:
    go_on = threading.Event()

    async def main() -> str:
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, go_on.set)
        waiting = loop.run_in_executor(None, lambda: "done" if go_on.wait(60) else "late")
        return await asyncio.wait_for(waiting, 100)

    assert play(ws_fake, main()) == "done"
    assert ws_fake.now < 60


def test_a_process_is_waited_for(ws_fake: Harness) -> None:
    async def main() -> bytes:
        code = "import sys; sys.stdout.write(sys.stdin.read()[::-1])"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-c", code,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(b"abc"), 10_000)
        return out

    assert play(ws_fake, main()) == b"cba"


def test_another_thread_can_wake_the_loop(ws_fake: Harness) -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        thread = threading.Timer(
            0.05, lambda: loop.call_soon_threadsafe(future.set_result, "from a thread")
        )
        thread.start()
        try:
            return await future
        finally:
            thread.join()

    assert play(ws_fake, main()) == "from a thread"


def test_an_idle_socket_holds_time_up_for_some_seconds_and_no_more(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._PATIENCE_SECONDS", 0.1)
    ours, theirs = socket.socketpair()

    async def main() -> None:
        reader, writer = await asyncio.open_connection(sock=ours)
        await asyncio.sleep(86400)
        writer.close()
        await writer.wait_closed()
        del reader

    with theirs:
        play(ws_fake, main())
    assert ws_fake.now == pytest.approx(86400)


# Test runners


def test_run_inside_the_loop_is_an_error_that_names_run_async(ws_fake: Harness) -> None:
    async def main() -> None:
        with pytest.raises(UsageError, match="await run_async"):
            ws_fake.run()

    play(ws_fake, main())


TEST = """
import asyncio, pytest, websockets
from wsfake import Transcript

{mark}
async def test_it(ws_fake):
    ws_fake.serve("wss://a.example", Transcript().client("x").pause(3600).server("y"))
    async with websockets.connect("wss://a.example") as connection:
        await connection.send("x")
        assert await connection.recv() == "y"
    assert ws_fake.now >= 3600
"""


PAGE = (Path(__file__).parents[2] / "docs/client-libraries.md").read_text(encoding="utf-8")

HOOK = """\
import pytest
import wsfake

@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(config, item):
    return {"virtual": wsfake.loop_factory}
"""

POLICY = """\
import pytest

@pytest.fixture
def event_loop_policy(ws_fake):
    return ws_fake.event_loop_policy
"""


@pytest.mark.parametrize("recipe", [HOOK, POLICY])
def test_pytest_asyncio_takes_the_loop_by_the_recipes_of_the_page(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, recipe: str
) -> None:
    assert indent(recipe, "    ") in PAGE
    pytester.makepyfile(TEST.format(mark="@pytest.mark.asyncio"))
    pytester.makeconftest(recipe)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess(
        "-p", "pytest_wsfake.plugin", "-p", "pytest_asyncio.plugin"
    )
    result.assert_outcomes(passed=1)


def test_the_recipe_of_the_hook_is_no_error_where_there_is_no_such_hook(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_it(ws_fake): pass")
    pytester.makeconftest(HOOK)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "pytest_wsfake.plugin")
    result.assert_outcomes(passed=1)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="unittest takes a factory from 3.13 on")
def test_a_test_case_of_unittest_takes_the_loop_by_its_factory(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = "loop_factory = staticmethod(wsfake.loop_factory)"
    assert recipe in PAGE
    pytester.makepyfile(f"""
import asyncio, unittest, pytest, wsfake

@pytest.mark.ws_fake
class Case(unittest.IsolatedAsyncioTestCase):
    {recipe}
    async def test_an_hour(self):
        await asyncio.sleep(3600)
""")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "pytest_wsfake.plugin")
    result.assert_outcomes(passed=1)


def test_anyio_takes_the_loop_by_its_options(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(TEST.format(mark="@pytest.mark.anyio"))
    pytester.makeconftest(
        """
import pytest

@pytest.fixture
def anyio_backend(ws_fake):
    return "asyncio", {"loop_factory": ws_fake.loop_factory}
"""
    )
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "pytest_wsfake.plugin", "-p", "anyio")
    result.assert_outcomes(passed=1)


def test_older_runners_take_the_policy(ws_fake: Harness) -> None:
    loop = ws_fake.event_loop_policy.new_event_loop()
    try:
        loop.run_until_complete(asyncio.sleep(1000))
    finally:
        loop.close()
    assert ws_fake.now == 1000


def test_an_executor_that_computes_is_waited_for_beyond_that(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.intercept.passing._PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("wsfake.intercept.passing._BUSY", 0.0)

    def compute() -> str:
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
        return "done"

    async def main() -> str:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(None, compute), 1000)

    assert play(ws_fake, main()) == "done"
    assert ws_fake.now < 1000
