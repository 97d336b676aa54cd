"""What interception touches, what it leaves alone, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.sync.client import connect

from tests.processes import ECHO_SERVER, running
from wsfake import Harness, Transcript, UnexpectedMessage
from wsfake.errors import NotHappened

URL = "ws://feed.example/v1"


def replaced() -> tuple[object, ...]:
    return (
        socket.socket,
        socket.getaddrinfo,
        socket.gethostbyname,
        socket.socket.connect,
        socket.socket.connect_ex,
        ssl.SSLContext.wrap_bio,
        ssl.SSLContext.wrap_socket,
        ssl.SSLContext.load_default_certs,
    )


def hello() -> Transcript:
    return Transcript().client("hi").server("hello")


def greet(url: str) -> str | bytes:
    with connect(url) as connection:
        connection.send("hi")
        return connection.recv()


async def greet_async(url: str) -> str | bytes:
    async with websockets.connect(url) as connection:
        await connection.send("hi")
        return await connection.recv()


# Nothing is left behind


def test_everything_is_as_it_was_afterwards(ws_fake: Harness) -> None:
    before = replaced()
    with ws_fake.intercept():
        assert replaced() != before
    assert replaced() == before


def test_everything_is_as_it_was_after_an_exception(ws_fake: Harness) -> None:
    before = replaced()
    with pytest.raises(ZeroDivisionError), ws_fake.intercept():
        raise ZeroDivisionError
    assert replaced() == before


def test_blocks_may_be_nested(ws_fake: Harness) -> None:
    before = replaced()
    ws_fake.serve(URL, hello(), hello())
    with ws_fake.intercept():
        with ws_fake.intercept():
            assert greet(URL) == "hello"
        assert greet(URL) == "hello"
    assert replaced() == before


def test_a_test_that_forgets_its_block_leaves_nothing_behind() -> None:
    before = replaced()
    with Harness() as ws_fake:
        ws_fake.intercept().__enter__()
    assert replaced() == before


def test_two_harnesses_each_answer_for_their_own() -> None:
    with Harness() as one, Harness() as other:
        one.serve("ws://one.example", hello())
        other.serve("ws://other.example", Transcript().client("hi").server("from the other"))
        with one.intercept(), other.intercept():
            assert greet("ws://one.example") == "hello"
            assert greet("ws://other.example") == "from the other"


def test_a_setting_intercepts_the_whole_test() -> None:
    with Harness(intercept=True) as ws_fake:
        ws_fake.serve(URL, hello())
        assert greet(URL) == "hello"


@pytest.mark.ws_fake(intercept=True)
def test_so_does_the_marker(ws_fake: Harness) -> None:
    ws_fake.serve(URL, hello())
    assert greet(URL) == "hello"


def test_it_may_be_around_async_code(ws_fake: Harness) -> None:
    ws_fake.serve(URL, hello())

    async def main() -> str | bytes:
        with ws_fake.intercept():
            async with websockets.connect(URL) as connection:
                await connection.send("hi")
                return await connection.recv()

    assert asyncio.run(main()) == "hello"


# What is touched


@pytest.mark.parametrize(
    "url",
    ["ws://127.0.0.1:8765/x", "ws://localhost:8765", "ws://[::1]:8765", "ws://10.1.2.3", URL],
)
def test_names_and_addresses_are_matched_with_their_port(ws_fake: Harness, url: str) -> None:
    ws_fake.serve(url, hello())
    with ws_fake.intercept():
        assert greet(url) == "hello"


@pytest.mark.parametrize(
    "url",
    [
        "ws://feed.example/ü?q=ö",
        "ws://bücher.example/v1",
        "ws://ann:secret@feed.example/v1",
        'ws://feed.example/v1?f={"a":1}',
    ],
)
def test_a_url_that_no_request_can_hold_as_it_is_written_is_served_and_replayed(
    tmp_path: Path, url: str
) -> None:
    with Harness() as ws_fake, ws_fake.intercept():
        ws_fake.serve(url, hello())
        assert greet(url) == "hello"
    with Harness() as ws_fake:
        ws_fake.serve(url, hello())
        socket = ws_fake.WebSocket(url)
        socket.onopen = lambda: socket.send("hi")
        ws_fake.run()
        cassette = ws_fake.save(tmp_path / "script.msgpack")
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert greet(url) == "hello"


def test_a_context_that_was_made_before_trusts_us(ws_fake: Harness) -> None:
    context = ssl.create_default_context()
    ws_fake.serve("wss://feed.example", hello())
    with (
        ws_fake.intercept(),
        connect("wss://feed.example", ssl=context) as connection,
    ):
        connection.send("hi")
        assert connection.recv() == "hello"


def test_a_pattern_claims_the_hosts_that_it_fits(ws_fake: Harness) -> None:
    ws_fake.serve("ws://*.example/v1", hello(), hello())
    with ws_fake.intercept():
        assert greet("ws://one.example/v1") == "hello"
        assert greet("ws://two.example/v1") == "hello"


PATTERNS: list[tuple[str | re.Pattern[str], str]] = [
    ("ws://*.example:8765/v1", "ws://feed.example:8765/v1"),
    ("ws://*.example/v1?key=1", "ws://feed.example/v1?key=1"),
    ("ws://*.example:8765/v1?key=1", "ws://feed.example:8765/v1?key=1"),
    (re.compile(r"ws://\w+\.example:8765/v1"), "ws://feed.example:8765/v1"),
    (re.compile(r"ws://[^/]+:\d{4}/v1\?key=.*"), "ws://feed.example:8765/v1?key=1"),
]


@pytest.mark.parametrize(("pattern", "url"), PATTERNS)
def test_a_pattern_may_have_a_port_and_a_query(
    ws_fake: Harness, pattern: str | re.Pattern[str], url: str
) -> None:
    ws_fake.serve(pattern, hello(), hello())
    with ws_fake.intercept():
        assert greet(url) == "hello"
    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        assert runner.run(greet_async(url)) == "hello"


@pytest.mark.parametrize(("pattern", "url"), PATTERNS[:3])
def test_a_connection_may_be_refused_at_a_pattern(
    ws_fake: Harness, pattern: str | re.Pattern[str], url: str
) -> None:
    ws_fake.serve(pattern, Transcript().server_refuses(), Transcript().server_refuses())
    with ws_fake.intercept(), pytest.raises(ConnectionRefusedError):
        greet(url)
    with (
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
        pytest.raises(ConnectionRefusedError),
    ):
        runner.run(greet_async(url))


@pytest.mark.parametrize("url", ["ws://feed.example./v1", "ws://FEED.example/v1"])
@pytest.mark.parametrize("served", ["ws://feed.example/v1", "ws://feed.example./v1"])
def test_a_name_may_end_with_a_dot(ws_fake: Harness, served: str, url: str) -> None:
    ws_fake.serve(served, hello(), hello())
    with ws_fake.intercept():
        assert greet(url) == "hello"
    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        assert runner.run(greet_async(url)) == "hello"


NAMES = ["localhost", "127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]"]


@pytest.mark.parametrize("host", NAMES)
@pytest.mark.parametrize("known", ["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("recorded", [False, True], ids=["served", "replayed"])
def test_this_machine_is_one_host_at_every_door(
    tmp_path: Path, recorded: bool, known: str, host: str
) -> None:
    cassette = tmp_path / "hello.msgpack"
    url, asked = f"ws://{known}:8765/v1", f"ws://{host}:8765/v1"

    def script(ws_fake: Harness, url: str) -> list[object]:
        said: list[object] = []
        socket = ws_fake.WebSocket(url)
        socket.onopen = lambda: socket.send("hi")
        socket.onmessage = lambda message: said.append(message.data)
        ws_fake.run()
        socket.close()
        ws_fake.run()
        return said

    with Harness() as ws_fake:
        ws_fake.serve(url, hello(), connections=None)
        for _ in range(4):
            script(ws_fake, url)
        ws_fake.save(cassette)
    with Harness(cassette if recorded else None, unplayed="ignore") as ws_fake:
        if not recorded:
            ws_fake.serve(url, hello(), connections=None)
        assert script(ws_fake, asked) == ["hello"]
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            assert runner.run(greet_async(asked)) == "hello"
        with ws_fake.intercept():
            assert greet(asked) == "hello"
        assert greet(ws_fake.url_for(asked)) == "hello"


def test_a_refused_connection_is_refused(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().server_refuses())
    with ws_fake.intercept(), pytest.raises(ConnectionRefusedError):
        greet(URL)


def test_a_mismatch_closes_with_1011_and_fails_the_test() -> None:
    with pytest.raises(UnexpectedMessage), Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().client("something else").server("never"))
        with ws_fake.intercept(), pytest.raises(websockets.ConnectionClosed) as caught:
            greet(URL)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1011
        assert caught.value.rcvd.reason.startswith("wsfake: client message #1 does not match")


def test_what_is_connected_to_is_recorded_on_its_way(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"
    with running(ECHO_SERVER) as server:
        with Harness(cassette=cassette, mode="rewrite") as ws_fake, ws_fake.intercept():
            assert greet(server) == "hi"
        assert ws_fake.summary.recorded > 2
    with Harness(cassette=cassette) as ws_fake, ws_fake.intercept():
        assert greet(server) == "hi"


def test_a_drop_is_a_drop(ws_fake: Harness) -> None:
    ws_fake.serve(URL, hello().server_drops())
    with ws_fake.intercept(), connect(URL) as connection:
        connection.send("hi")
        connection.recv()
        with pytest.raises(websockets.ConnectionClosedError) as caught:
            connection.recv()
    assert caught.value.rcvd is None


def test_a_rejection_has_its_status_headers_and_body(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().server_rejects(429, {"Retry-After": "7"}, b"slow down"))
    with ws_fake.intercept(), pytest.raises(websockets.InvalidStatus) as caught:
        greet(URL)
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.body == b"slow down"


# Servers of scripts


def greeting(ws_fake: Harness) -> str:
    """Let a script listen, and return its URL."""

    def welcome(peer: Any) -> None:
        peer.onmessage = lambda message: peer.send("hello")

    server = ws_fake.WebSocketServer()
    server.newConnection.connect(welcome)
    return server.url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("mode", ["live", "rewrite", "none"])
def test_a_server_of_a_script_is_reached_in_every_mode(
    tmp_path: Path, mode: str, host: str
) -> None:
    cassette = None if mode == "live" else tmp_path / "none.msgpack"
    with Harness(cassette, mode=mode) as ws_fake, ws_fake.intercept():
        url = greeting(ws_fake).replace("127.0.0.1", host)
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(greet, url)
            ws_fake.run(until=answer.done)
        assert answer.result() == "hello"
        assert not ws_fake.summary.recorded


@pytest.mark.parametrize("mode", ["live", "none"])
def test_so_it_is_on_the_loop_of_a_harness(mode: str) -> None:
    async def main(url: str) -> str | bytes:
        async with websockets.connect(url) as connection:
            if not ws_fake.is_live:  # so that time is virtual
                await asyncio.sleep(3600)
            await connection.send("hi")
            return await connection.recv()

    with Harness(mode=mode) as ws_fake:
        url = greeting(ws_fake)
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            assert runner.run(main(url)) == "hello"


# What is left alone


@pytest.fixture
def web() -> Iterator[int]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a page")

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_other_hosts_and_ports_are_left_alone(ws_fake: Harness, web: int) -> None:
    ws_fake.serve("ws://127.0.0.1:8765", hello())
    with ws_fake.intercept(), urllib.request.urlopen(f"http://127.0.0.1:{web}") as page:
        assert page.read() == b"a page"
    ws_fake.serve("ws://127.0.0.1:8765", connections=None)
    with ws_fake.intercept():
        greet("ws://127.0.0.1:8765")


def test_a_request_to_a_host_of_ours_that_is_no_upgrade_is_refused_by_name(
    ws_fake: Harness,
) -> None:
    ws_fake.serve(URL, connections=None)
    with ws_fake.intercept(), pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen("http://feed.example/page")
    with caught.value as answer:
        assert answer.code == 426
        assert b"GET ws://feed.example/page" in answer.read()


def test_hosts_that_pass_through_are_never_touched(web: int) -> None:
    with Harness(passthrough=[f"127.0.0.1:{web}"]) as ws_fake:
        ws_fake.serve(f"ws://127.0.0.1:{web}", connections=None)
        with ws_fake.intercept(), urllib.request.urlopen(f"http://127.0.0.1:{web}") as page:
            assert page.read() == b"a page"


def test_while_recording_other_requests_pass(tmp_path: Path, web: int) -> None:
    with (
        Harness(cassette=tmp_path / "none.msgpack", mode="rewrite") as ws_fake,
        ws_fake.intercept(),
        urllib.request.urlopen(f"http://127.0.0.1:{web}") as page,
    ):
        assert page.read() == b"a page"


def test_sockets_that_are_disabled_are_ours_to_use_and_nobody_elses(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
import pytest, socket
from pytest_socket import SocketBlockedError
from websockets.sync.client import connect
from wsfake import Transcript

@pytest.mark.ws_fake(intercept=True)
def test_it(ws_fake):
    ws_fake.serve("wss://a.example", Transcript().client("x").server("y"))
    with connect("wss://a.example") as connection:
        connection.send("x")
        assert connection.recv() == "y"
    with pytest.raises(SocketBlockedError):
        socket.create_connection(("127.0.0.1", 9))

def test_afterwards():
    with pytest.raises(SocketBlockedError):
        socket.socket()
"""
    )
    plugins = ("-p", "pytest_wsfake.plugin", "-p", "pytest_socket")
    pytester.runpytest_subprocess(*plugins, "--disable-socket").assert_outcomes(passed=2)


# Running while client code connects


def test_a_run_waits_for_a_client_that_has_not_connected_yet(ws_fake: Harness) -> None:
    served = ws_fake.serve(URL, hello())
    asked = threading.Event()
    answers: list[str | bytes] = []

    def client() -> None:
        asked.wait()
        answers.append(greet(URL))

    def answered() -> bool:
        asked.set()
        return bool(answers)

    thread = threading.Thread(target=client)
    with ws_fake.intercept():
        thread.start()
        ws_fake.run(until=answered)
        thread.join()
    assert answers == ["hello"]
    assert served.connections[0].client_messages == ["hi"]


def test_so_does_one_inside_an_event_loop(ws_fake: Harness) -> None:
    served = ws_fake.serve(URL, hello())

    async def client(asked: asyncio.Event) -> str | bytes:
        await asked.wait()
        async with websockets.connect(URL) as connection:
            await connection.send("hi")
            return await connection.recv()

    async def main() -> str | bytes:
        asked = asyncio.Event()
        with ws_fake.intercept():
            task = asyncio.create_task(client(asked))

            def answered() -> bool:
                asked.set()
                return task.done()

            await ws_fake.run_async(until=answered)
            return await task

    assert asyncio.run(main()) == "hello"
    assert served.connections[0].client_messages == ["hi"]


@pytest.mark.parametrize(
    ("at_work", "why"), [(True, "0.05 s have passed"), (False, "nothing more can happen")]
)
def test_a_run_waits_as_long_as_it_is_bounded_to_and_not_where_nobody_can_connect(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch, at_work: bool, why: str
) -> None:
    monkeypatch.setattr("wsfake.intercept.threads.others_at_work", lambda: at_work)
    with ws_fake.intercept(), pytest.raises(NotHappened, match=why):
        ws_fake.run(until=lambda: False, timeout=0.05)
