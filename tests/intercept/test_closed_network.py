"""Where nothing connects for real, whoever is not answered is refused, and named."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import ssl
import struct
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import trio
import trustme
import uvloop
import websockets
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve
from websockets.trio.client import connect as connect_in_trio

from tests.intercept.clients import CLIENTS, Call, Client
from tests.intercept.matrix import talk
from tests.processes import ECHO_SERVER, running
from tests.servers import dead_url
from wsfake import ConnectionNotAnswered, Harness, Transcript

__all__ = ["dead_url"]

SHORT = {"websockets (asyncio)", "websockets (sync)", "websocket-client"}
"""What looks at proxies by itself; the others are for the long tests."""

SLOW = "httpx-ws (sync)"
"""What takes five seconds to see that it is refused."""


class Real:
    """A real server of WebSockets, that knows who was there."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        self._server: Server = serve(self._talk, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"{'ws' if tls is None else 'wss'}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.asked.append(connection.request.path)
        for message in connection:
            connection.send(message)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def real() -> Iterator[Real]:
    server = Real()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def real_tls(authority: trustme.CA) -> Iterator[Real]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # see `wsfake.ports.server_context`
    authority.issue_cert("localhost").configure_cert(context)
    server = Real(context)
    yield server
    server.stop()


def text_of(caught: pytest.ExceptionInfo[ConnectionNotAnswered]) -> str:
    return str(caught.value)


@pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning")  # some forget their sockets
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "client",
    [pytest.param(each, marks=[pytest.mark.long] if each.name == SLOW else []) for each in CLIENTS],
    ids=lambda client: client.name,
)
def test_every_client_is_refused_by_name(client: Client, real: Real) -> None:
    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness() as ws_fake,
        ws_fake.intercept(),
        contextlib.suppress(Exception),
    ):  # each has one of its own
        talk(client, Call(f"{real.url}{client.path}"))
    assert text_of(caught).startswith(f"nothing answers {real.url}{client.path.partition('?')[0]}")
    assert f"to let it through: ws_passthrough = localhost:{real.port}" in text_of(caught)
    assert real.asked == []
    gc.collect()


def test_a_client_in_clear_is_told_why(real: Real) -> None:
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake, ws_fake.intercept():
        with pytest.raises(websockets.ConnectionClosedError) as caught:
            connect(f"{real.url}/v1")
        cause = caught.value.__cause__
        assert isinstance(cause, ConnectionRefusedError)
        assert cause.strerror == f"wsfake: nothing answers {real.url}/v1"


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_so_is_one_with_tls(real_tls: Real, authority: trustme.CA) -> None:
    context = trusting(authority)
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake, ws_fake.intercept():
        with pytest.raises(websockets.ConnectionClosedError) as caught:
            connect(f"{real_tls.url}/v1", ssl=context, close_timeout=0.1)
        assert f"nothing answers {real_tls.url}/v1" in str(caught.value.__cause__)
    assert real_tls.asked == []


def test_so_is_one_with_tls_on_asyncio(real_tls: Real, authority: trustme.CA) -> None:
    context = trusting(authority)

    async def main() -> None:
        with pytest.raises((OSError, websockets.WebSocketException)):
            await websockets.connect(f"{real_tls.url}/v1", ssl=context)

    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake, ws_fake.intercept():
        asyncio.run(main())
    assert real_tls.asked == []


async def greet_in_trio(url: str, context: ssl.SSLContext) -> str | bytes:
    async with connect_in_trio(url, ssl=context) as connection:
        await connection.send("hi")
        return await connection.recv()


def test_so_is_one_with_tls_on_trio(real_tls: Real, authority: trustme.CA) -> None:
    errors = (OSError, websockets.WebSocketException, trio.BrokenResourceError)
    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness() as ws_fake,
        ws_fake.intercept(),
        pytest.raises(errors),
    ):
        trio.run(greet_in_trio, f"{real_tls.url}/v1", trusting(authority))
    assert text_of(caught).startswith(f"nothing answers {real_tls.url}/v1")
    assert real_tls.asked == []


def test_one_on_trio_is_recorded_by_its_own_context(
    real_tls: Real, authority: trustme.CA, tmp_path: Path
) -> None:
    with Harness(tmp_path / "trio.msgpack", mode="rewrite") as ws_fake, ws_fake.intercept():
        assert trio.run(greet_in_trio, f"{real_tls.url}/v1", trusting(authority)) == "hi"
    assert real_tls.asked == ["/v1"]


@pytest.mark.parametrize("secure", [False, True])
def test_so_is_aiohttp_on_uvloop(
    real: Real, real_tls: Real, authority: trustme.CA, secure: bool
) -> None:
    server: Real = real
    context: ssl.SSLContext | bool = True
    if secure:
        server, context = real_tls, ssl.create_default_context()
        authority.configure_trust(context)

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.ws_connect(f"{server.url}/v1", ssl=context)

    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness() as ws_fake,
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(main())
    assert text_of(caught).startswith(f"nothing answers {server.url}/v1")
    assert server.asked == []


@pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning")  # it forgets its sockets
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("made", ["before", "inside", "by picows"])
def test_so_is_picows_with_tls(
    real_tls: Real, authority: trustme.CA, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import picows

    context = ssl.create_default_context() if made == "before" else None

    async def main() -> None:
        inside = ssl.create_default_context() if made == "inside" else context
        with pytest.raises((OSError, picows.WSError)):
            await picows.ws_connect(picows.WSListener, f"{real_tls.url}/v1", ssl_context=inside)

    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness() as ws_fake,
        ws_fake.intercept(),
    ):
        asyncio.run(main())
    assert text_of(caught).startswith(f"nothing answers {real_tls.url}/v1")
    assert real_tls.asked == []
    gc.collect()


@pytest.mark.parametrize("secure", [False, True])
def test_so_is_one_on_uvloop(
    real: Real, real_tls: Real, authority: trustme.CA, secure: bool
) -> None:
    server = real_tls if secure else real
    context = trusting(authority) if secure else None

    async def main() -> None:
        with pytest.raises((OSError, websockets.WebSocketException)):
            await websockets.connect(f"{server.url}/v1", ssl=context)

    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness() as ws_fake,
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(main())
    assert text_of(caught).startswith(f"nothing answers {server.url}/v1")
    assert server.asked == []


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("served", ["nothing", "another path"])
def test_so_is_one_on_virtual_time(
    real: Real, real_tls: Real, authority: trustme.CA, secure: bool, served: str
) -> None:
    server = real_tls if secure else real
    context = trusting(authority) if secure else None

    async def main() -> None:
        with pytest.raises((OSError, websockets.WebSocketException)):
            await websockets.connect(f"{server.url}/v1", ssl=context)

    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness(unplayed="ignore") as ws_fake,
    ):
        if served != "nothing":
            ws_fake.serve(f"{server.url}/v2", Transcript())
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            runner.run(main())
    assert text_of(caught).startswith(f"nothing answers {server.url}/v1")
    assert server.asked == []


def test_so_is_one_in_a_thread_of_a_loop_on_virtual_time(real: Real) -> None:
    async def main() -> None:
        with pytest.raises(websockets.ConnectionClosedError):
            await asyncio.to_thread(connect, f"{real.url}/v1")

    with (
        pytest.raises(ConnectionNotAnswered),
        Harness() as ws_fake,
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
    ):
        runner.run(main())
    assert real.asked == []


def test_one_that_tries_again_and_again_is_told_once(real: Real) -> None:
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake, ws_fake.intercept():
        for _ in range(3):
            with pytest.raises(websockets.ConnectionClosedError):
                connect(real.url)
        assert len(ws_fake.failures) == 1


def test_a_replay_refuses_what_the_cassette_has_not(real: Real, tmp_path: Path) -> None:
    cassette = tmp_path / "said.msgpack"
    with Harness() as ws_fake:
        ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"))
        with ws_fake.intercept(), connect("ws://feed.example") as connection:
            connection.send("hi")
            assert connection.recv() == "hello"
        ws_fake.save(cassette)
    with (
        pytest.raises(ConnectionNotAnswered) as caught,
        Harness(cassette) as ws_fake,
        ws_fake.intercept(),
    ):
        with connect("ws://feed.example") as connection:
            connection.send("hi")
            assert connection.recv() == "hello"
        with pytest.raises(websockets.ConnectionClosedError):
            connect(f"{real.url}/other")
    assert text_of(caught).startswith(f"nothing answers {real.url}/other")
    assert "ws://feed.example/ (opened)" in text_of(caught)


def test_another_port_of_a_host_that_is_served_is_refused(real: Real) -> None:
    with pytest.raises(ConnectionNotAnswered), Harness() as ws_fake:
        ws_fake.serve("ws://localhost:1", Transcript(), connections=None)
        with ws_fake.intercept(), pytest.raises(websockets.ConnectionClosedError):
            connect(real.url)
    assert real.asked == []


@pytest.mark.parametrize("virtual", [False, True])
def test_so_is_another_port_of_a_name_that_is_served(
    real: Real, monkeypatch: pytest.MonkeyPatch, virtual: bool
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", real.port))]
    monkeypatch.setattr("_socket.getaddrinfo", lambda *_: found)
    url = f"ws://feed.example:{real.port}/v1"

    async def main() -> None:
        with pytest.raises((OSError, websockets.WebSocketException)):
            await websockets.connect(url)

    with pytest.raises(ConnectionNotAnswered) as caught, Harness() as ws_fake:
        ws_fake.serve("ws://feed.example", connections=None)
        with ws_fake.intercept():
            factory = ws_fake.loop_factory if virtual else None
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(main())
    assert text_of(caught).startswith(f"nothing answers {url}")
    assert real.asked == []


def test_a_name_that_is_nowhere_is_said_to_be_none_of_the_tests(ws_fake: Harness) -> None:
    with ws_fake.intercept(), pytest.raises(socket.gaierror) as caught:
        connect("ws://nowhere.invalid/v1")
    assert "wsfake serves and replays nothing at nowhere.invalid" in str(caught.value)


@pytest.mark.parametrize("url", ["ws://feed.invalid:81/v1", "wss://feed.invalid/v1"])
@pytest.mark.parametrize("virtual", [False, True])
def test_so_is_another_port_of_one_that_is_served(
    ws_fake: Harness, url: str, virtual: bool
) -> None:
    ws_fake.serve("ws://feed.invalid/v1", connections=None)
    port = urlsplit(url).port or 443
    factory = ws_fake.loop_factory if virtual else None
    with (
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=factory) as runner,
        pytest.raises(socket.gaierror) as caught,
    ):
        runner.run(connect_async(url))
    assert f"wsfake serves and replays nothing at feed.invalid:{port}" in str(caught.value)
    lines = ws_fake.hint(met_network=False).splitlines()
    assert lines[0].startswith(f"nobody was there at feed.invalid:{port}, and nothing")
    assert "  served    ws://feed.invalid/v1" in lines


# Where nobody is


async def connect_async(url: str) -> None:
    await websockets.connect(url)


async def connect_by_a_resolver_of_its_own(url: str) -> None:
    resolver = aiohttp.AsyncResolver(nameservers=["127.0.0.1"], timeout=0.01, tries=1)
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with aiohttp.ClientSession(connector=connector) as session:
        await session.ws_connect(url)


def connect_ex(url: str) -> None:
    parts = urlsplit(url)
    with socket.socket() as sock:
        number = sock.connect_ex((parts.hostname, parts.port))
    raise OSError(number, url)


@pytest.mark.parametrize(
    ("call", "place", "named"),
    [
        (connect, "localhost:{port}", "localhost:{port}"),
        (connect_ex, "127.0.0.1:{port}", "localhost:{port}"),
        (lambda url: asyncio.run(connect_async(url)), "127.0.0.1:{port}", "localhost:{port}"),
        (connect, "nowhere.invalid", "nowhere.invalid:80"),
        (
            lambda url: asyncio.run(connect_by_a_resolver_of_its_own(url)),
            "nowhere.invalid:81",
            "nowhere.invalid",
        ),
    ],
    ids=["sync", "connect_ex", "asyncio", "a name", "a resolver of its own"],
)
def test_a_place_where_nobody_is_is_named_with_what_to_type(
    ws_fake: Harness, dead_url: str, call: Callable[[str], object], place: str, named: str
) -> None:
    port = urlsplit(dead_url).port
    with ws_fake.intercept(), pytest.raises(OSError):  # noqa: PT011 - each has its own
        call(f"ws://{place.format(port=port)}")
    lines = ws_fake.hint(met_network=False).splitlines()
    named = named.format(port=port)
    assert lines[0] == f"nobody was there at {named}, and nothing of the test answers there"
    assert lines[1:3] == ["  mode      none (the network is closed)", "  served    nothing"]
    assert lines[-2].startswith("  to record it: pytest --ws-record ")
    assert lines[-1] == "  to script it: ws_fake.serve(url, Transcript()...)"


def test_of_many_places_where_nobody_is_the_first_are_named(ws_fake: Harness) -> None:
    with ws_fake.intercept():
        for number in range(7):
            with pytest.raises(OSError, match="serves and replays nothing"):
                socket.create_connection((f"{number}.invalid", 80))
    named = ", ".join(f"{number}.invalid:80" for number in range(5))
    assert ws_fake.hint(met_network=True).startswith(f"nobody was there at {named} and 2 more,")


@pytest.mark.parametrize("first", [False, True], ids=["client first", "server first"])
def test_of_a_place_where_somebody_was_found_nothing_is_said(ws_fake: Harness, first: bool) -> None:
    database = Database(first=first)
    with ws_fake.intercept():
        ask(database, first=first)
        assert ws_fake.hint(met_network=True) == ""
    database.stop()


def test_nor_of_one_that_was_found_in_the_end(ws_fake: Harness) -> None:
    """As `localhost`, of which another address is tried first."""

    async def say(port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        writer.close()

    with ws_fake.intercept(), socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError), socket.socket(socket.AF_INET6) as sock:  # noqa: PT011
            sock.connect(("::1", port))
        assert ws_fake.hint(met_network=False)
        asyncio.run(say(port))
        assert ws_fake.hint(met_network=False) == ""


# What passes all the same


@pytest.mark.parametrize("pattern", ["localhost", "localhost:{port}", "local*:{port}"])
def test_who_is_let_through_is_connected_for_real(real: Real, pattern: str) -> None:
    passing = [pattern.format(port=real.port)]
    with (
        Harness(passthrough=passing) as ws_fake,
        ws_fake.intercept(),
        connect(f"{real.url}/v1") as connection,
    ):
        connection.send("hi")
        assert connection.recv() == "hi"
    assert real.asked == ["/v1"]


def test_who_is_let_through_on_uvloop_is_connected_for_real(real: Real) -> None:
    async def main() -> str | bytes:
        async with websockets.connect(real.url) as connection:
            await connection.send("hi")
            return await connection.recv()

    with (
        Harness(passthrough=["localhost"]) as ws_fake,
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        assert runner.run(main()) == "hi"


def test_a_port_of_the_tests_own_is_no_foreign_one(ws_fake: Harness) -> None:
    ws_fake.serve("ws://feed.example", Transcript().client("hi").server("hello"))
    url = ws_fake.url_for("ws://feed.example")
    with ws_fake.intercept(), connect(url) as connection:
        connection.send("hi")
        assert connection.recv() == "hello"


def test_while_recording_a_port_of_the_tests_own_is_recorded_once(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"
    with running(ECHO_SERVER) as server, Harness(cassette, mode="rewrite") as ws_fake:
        url = ws_fake.url_for(server)
        with ws_fake.intercept(), connect(url) as connection:
            connection.send("hi")
            assert connection.recv() == "hi"
    with Harness(cassette, unplayed="ignore") as ws_fake:
        assert len(ws_fake._sources.replay.connections) == 1  # type: ignore[union-attr]


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_requests_to_other_hosts_pass(ws_fake: Harness, page: int) -> None:
    ws_fake.serve("ws://feed.example", connections=None)
    with ws_fake.intercept(), urllib.request.urlopen(f"http://localhost:{page}") as answer:
        assert answer.read() == b"a page"


def test_requests_to_other_hosts_pass_on_virtual_time(ws_fake: Harness, page: int) -> None:
    async def main() -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://localhost:{page}") as answer,
        ):
            return await answer.read()

    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        assert runner.run(main()) == b"a page"


def test_requests_to_other_hosts_pass_on_uvloop(ws_fake: Harness, page: int) -> None:
    async def main() -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://localhost:{page}") as answer,
        ):
            return await answer.read()

    with ws_fake.intercept(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(main()) == b"a page"


class Database:
    """A server that speaks first, or not, in a protocol of its own."""

    def __init__(self, *, first: bool) -> None:
        self._first = first
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            if self._first:
                connection.sendall(b"\x0a8.0.31\x00")
            while data := connection.recv(100):
                connection.sendall(data[::-1])

    def stop(self) -> None:
        self._thread.join(60)
        self._socket.close()


def ask(database: Database, *, first: bool) -> bytes:
    with socket.create_connection(("127.0.0.1", database.port), timeout=60) as connection:
        if first:
            assert connection.recv(100) == b"\x0a8.0.31\x00"
        connection.sendall(b"\x00\x00\x00\x08abc")
        return connection.recv(100)


@pytest.mark.parametrize("mode", ["none", "rewrite"])
@pytest.mark.parametrize("first", [False, True], ids=["client first", "server first"])
def test_a_database_at_any_port_is_reached(tmp_path: Path, mode: str, first: bool) -> None:
    database = Database(first=first)
    with Harness(tmp_path / "none.msgpack", mode=mode) as ws_fake, ws_fake.intercept():
        assert ask(database, first=first) == b"cba\x08\x00\x00\x00"
    database.stop()


def test_while_recording_tls_is_found_at_any_port(
    tmp_path: Path, real_tls: Real, authority: trustme.CA
) -> None:
    """And the real server is verified by what the client has for it."""
    context = trusting(authority)
    cassette = tmp_path / "tls.msgpack"

    def greet() -> str | bytes:
        with connect(f"{real_tls.url}/v1", ssl=context) as connection:
            connection.send("hi")
            return connection.recv()

    with Harness(cassette, mode="rewrite") as ws_fake, ws_fake.intercept():
        assert greet() == "hi"
    assert real_tls.asked == ["/v1"]
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert greet() == "hi"
    assert real_tls.asked == ["/v1"]


# Proxies of the environment


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "internal.example")
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.mark.usefixtures("proxy")
@pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "client",
    [
        each if each.name in SHORT else pytest.param(each, marks=pytest.mark.long)
        for each in CLIENTS
    ],
    ids=lambda client: client.name,
)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_no_proxy_is_asked_for_what_the_test_serves(client: Client, scheme: str) -> None:
    from tests.intercept.matrix import transcript_of, with_farewell

    with Harness(intercept=True) as ws_fake:
        url = f"{scheme}://feed.example{client.path}"
        ws_fake.serve(url, with_farewell(transcript_of(client)))
        assert talk(client, Call(url)).heard == "hello"
    gc.collect()


@pytest.mark.usefixtures("proxy")
def test_the_environment_is_as_it_was_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    with Harness() as ws_fake:
        with ws_fake.intercept():
            ws_fake.serve("wss://*.feed.example", connections=None)
            assert os.environ["no_proxy"] == "internal.example,feed.example"
            with connect("wss://one.feed.example"):
                pass
        assert os.environ["no_proxy"] == "internal.example"
        assert "NO_PROXY" not in os.environ


@pytest.mark.usefixtures("proxy")
def test_no_proxy_is_asked_in_memory(ws_fake: Harness) -> None:
    ws_fake.serve("wss://feed.example", Transcript().server("hello"))

    async def main() -> str | bytes:
        async with websockets.connect("wss://feed.example") as connection:
            return await connection.recv()

    with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
        assert runner.run(main()) == "hello"


def test_a_client_that_is_slow_to_speak_is_recorded_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: Real
) -> None:
    monkeypatch.setattr("wsfake.ports.crossing._SILENT_SECONDS", 0.0)
    with Harness(tmp_path / "slow.msgpack", mode="rewrite") as ws_fake, ws_fake.intercept():
        sock = socket.create_connection(("localhost", real.port))
        for _ in range(20):  # time enough for us to look ahead
            ws_fake.run(until=lambda: True)
        with connect(f"{real.url}/v1", sock=sock) as connection:
            connection.send("hi")
            assert connection.recv() == "hi"
    assert ws_fake.summary.recorded > 2


def test_a_client_that_is_gone_before_its_tls_handshake_disturbs_nobody(
    tmp_path: Path, real_tls: Real, authority: trustme.CA
) -> None:
    with Harness(tmp_path / "a.msgpack", mode="rewrite") as ws_fake, ws_fake.intercept():
        sock = socket.create_connection(("localhost", real_tls.port), timeout=10)
        with ws_fake._network.lock:  # so that both are there when it is looked at
            sock.sendall(b"\x16\x03\x01")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        context = trusting(authority)
        with connect(f"{real_tls.url}/v1", ssl=context) as connection:
            connection.send("hi")
            assert connection.recv() == "hi"
        ws_fake.run()
