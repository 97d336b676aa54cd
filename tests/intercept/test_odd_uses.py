"""What users do beside the straight way: threads, processes, loops, contexts, what is left open."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
import uvloop
import websockets
from websockets.sync.client import connect
from websockets.sync.server import serve

from tests.processes import ECHO_SERVER, running
from wsfake import Harness, Transcript
from wsfake.cassette import load
from wsfake.model import Close, Drop, End, Open

URL = "wss://feed.example/v1"


def hello() -> Transcript:
    return Transcript().client("hi").server("hello")


def greet(url: str, **more: Any) -> Any:
    with connect(url, **more) as connection:
        connection.send("hi")
        answer: str | bytes = connection.recv()
        return answer


async def greet_async(url: str) -> Any:
    async with websockets.connect(url) as connection:
        await connection.send("hi")
        return await connection.recv()


# Event loops


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("host", ["feed.example", "127.0.0.1:8765", "localhost:8765"])
def test_uvloop_is_answered(ws_fake: Harness, scheme: str, host: str) -> None:
    url = f"{scheme}://{host}/v1"
    ws_fake.serve(url, hello())
    with ws_fake.intercept(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(greet_async(url)) == "hello"


def test_aiohttp_on_uvloop_is_answered(ws_fake: Harness) -> None:
    url = "ws://feed.example/v1"  # with TLS, aiohttp ends before its sockets do
    ws_fake.serve(url, hello())

    async def main() -> str:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as connection:
            await connection.send_str("hi")
            return str(await connection.receive_str())

    with ws_fake.intercept(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(main()) == "hello"


def test_uvloop_is_recorded_and_replayed(tmp_path: Path) -> None:
    cassette = tmp_path / "uvloop.msgpack"
    with (
        running(ECHO_SERVER) as server,
        Harness(cassette, mode="rewrite") as ws_fake,
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        assert runner.run(greet_async(server)) == "hi"
    with (
        Harness(cassette) as ws_fake,
        ws_fake.intercept(),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        assert runner.run(greet_async(server)) == "hi"


def test_a_resolver_of_its_own_finds_what_is_served(ws_fake: Harness) -> None:
    pytest.importorskip("aiodns")
    url = "ws://feed.example/v1"
    ws_fake.serve(url, hello())

    async def main() -> str:
        resolver = aiohttp.AsyncResolver()
        connector = aiohttp.TCPConnector(resolver=resolver)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.ws_connect(url) as connection,
        ):
            await connection.send_str("hi")
            return str(await connection.receive_str())

    with ws_fake.intercept():
        assert asyncio.run(main()) == "hello"


def test_the_loop_of_a_harness_records_in_real_time_and_replays_in_virtual(tmp_path: Path) -> None:
    cassette = tmp_path / "loop.msgpack"
    with running(ECHO_SERVER) as server:
        with Harness(cassette, mode="rewrite") as ws_fake:
            with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
                assert runner.run(greet_async(server)) == "hi"
            assert ws_fake._clock.real
        assert ws_fake.summary.recorded > 2
    with Harness(cassette) as ws_fake:
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            assert runner.run(greet_async(server)) == "hi"
        assert not ws_fake._clock.real


@pytest.mark.parametrize("mode", ["once", "new_episodes", "rewrite", "live"])
@pytest.mark.parametrize("url", ["ws://feed.example", "wss://feed.example/v1?a=b"])
def test_what_is_served_is_the_same_on_the_loop_of_a_harness_in_every_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, url: str
) -> None:
    monkeypatch.delenv("CI", raising=False)  # where some modes do not connect
    cassette = tmp_path / "none.msgpack"
    with Harness(cassette, mode=mode) as ws_fake:
        ws_fake.serve(url, Transcript().client("hi").pause(86400).server("a day later"))
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            assert runner.run(greet_async(url)) == "a day later"
        assert ws_fake.now == 86400
        assert ws_fake.is_live
    assert not cassette.exists()


def test_time_is_real_from_the_first_real_connection_on_and_what_is_served_goes_on(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "echo.msgpack"
    said = Transcript().client("hi").pause(86400).server("a day later").client("a").server("b")

    async def main(server: str) -> list[Any]:
        async with websockets.connect("ws://feed.example", ping_interval=None) as served:
            await served.send("hi")
            heard = [await served.recv()]
            async with websockets.connect(server, ping_interval=None) as real:
                await real.send("hello")
                heard.append(await real.recv())
                await served.send("a")
                heard.append(await served.recv())
            return heard

    with running(ECHO_SERVER) as server, Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.serve("ws://feed.example", said)
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            assert runner.run(main(server)) == ["a day later", "hello", "b"]
        assert 86400 <= ws_fake.now < 2 * 86400
    urls = {entry.what.url for entry in load(cassette).entries if isinstance(entry.what, Open)}
    assert urls == {f"{server}/"}


def test_another_path_of_a_host_that_is_served_leads_to_the_real_server(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"

    async def main(server: str) -> list[Any]:
        return [await greet_async(f"{server}/{path}") for path in ("served", "real", "served")]

    with running(ECHO_SERVER) as server:
        with Harness(cassette, mode="rewrite") as ws_fake:
            ws_fake.serve(f"{server}/served", hello(), connections=2)
            with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
                assert runner.run(main(server)) == ["hello", "hi", "hello"]
        said = [entry.what for entry in load(cassette).entries]
    assert isinstance(said[0], Open)
    assert said[0].url == f"{server}/real"
    assert said[2:] == ["hi", "hi", Close(1000, ""), Close(1000, "")]


@pytest.mark.parametrize("ends", ["closes", "drops"])
def test_what_ends_on_the_way_to_the_real_server_ends_at_the_other_side(
    tmp_path: Path, ends: str
) -> None:
    async def answer(connection: websockets.ServerConnection) -> None:
        await connection.send("hello")
        if ends == "closes":
            await connection.close(4001, "enough")
        else:
            connection.transport.abort()

    async def main(ws_fake: Harness) -> websockets.ConnectionClosed:
        async with websockets.serve(answer, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ws_fake.serve(f"{url}/served", connections=None)
            async with websockets.connect(f"{url}/real") as connection:
                assert await connection.recv() == "hello"
                with pytest.raises(websockets.ConnectionClosed) as caught:
                    await connection.recv()
            return caught.value

    with (
        Harness(mode="live") as ws_fake,
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
    ):
        error = runner.run(main(ws_fake))
    received = None if error.rcvd is None else (error.rcvd.code, error.rcvd.reason)
    assert received == ((4001, "enough") if ends == "closes" else None)


def test_what_is_open_on_the_way_to_the_real_server_ends_with_the_loop(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"
    kept: list[websockets.ClientConnection] = []

    async def main(server: str) -> None:
        connection = await websockets.connect(f"{server}/real")
        kept.append(connection)
        await connection.send("hi")
        assert await connection.recv() == "hi"

    with running(ECHO_SERVER) as server, Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.serve(f"{server}/served", connections=None)
        with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
            runner.run(main(server))
    assert [entry.what for entry in load(cassette).entries][2:4] == ["hi", "hi"]


def test_a_page_of_a_host_that_is_served_comes_from_the_real_server_while_recording() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page")
        writer.close()

    async def main(ws_fake: Harness) -> bytes:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ws_fake.serve(f"ws://{place}", connections=None)
            async with aiohttp.ClientSession() as session, session.get(f"http://{place}/") as page:
                return await page.read()

    with (
        Harness(mode="live") as ws_fake,
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
    ):
        assert runner.run(main(ws_fake)) == b"a page"


def test_a_real_server_beside_what_is_served_is_verified_by_the_clients_context(
    authority: trustme.CA,
) -> None:
    inside, context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(inside)
    authority.configure_trust(context)

    async def main(ws_fake: Harness) -> Any:
        async with websockets.serve(echo, "127.0.0.1", 0, ssl=inside) as server:
            url = f"wss://localhost:{server.sockets[0].getsockname()[1]}"
            ws_fake.serve(f"{url}/served", connections=None)
            async with websockets.connect(f"{url}/real", ssl=context) as connection:
                await connection.send("hi")
                return await connection.recv()

    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    with (
        Harness(mode="live") as ws_fake,
        asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
    ):
        assert runner.run(main(ws_fake)) == "hi"


# Threads and processes


def test_threads_at_once_are_each_answered(ws_fake: Harness) -> None:
    ws_fake.serve(URL, Transcript().client("hi").server("hello"), connections=8)
    heard: list[str | bytes] = []
    with ws_fake.intercept():
        threads = [threading.Thread(target=lambda: heard.append(greet(URL))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert heard == ["hello"] * 8


@pytest.mark.long
def test_workers_of_xdist_each_intercept(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
import pytest
from websockets.sync.client import connect
from wsfake import Harness, Transcript

@pytest.fixture(scope="session", autouse=True)
def feed():
    with Harness() as ws_fake:
        ws_fake.serve("wss://feed.example", Transcript().client("x").server("y"), connections=None)
        with ws_fake.intercept():
            yield

@pytest.mark.parametrize("number", range(6))
def test_it(number):
    with connect("wss://feed.example") as connection:
        connection.send("x")
        assert connection.recv() == "y"
"""
    )
    plugins = ("-p", "pytest_wsfake.plugin", "-p", "xdist")
    pytester.runpytest_subprocess(*plugins, "-n", "2").assert_outcomes(passed=6)


# Addresses


def test_an_address_of_ipv6_is_matched(ws_fake: Harness) -> None:
    ws_fake.serve("ws://[2001:db8::7]:8765/v1", hello())
    with ws_fake.intercept():
        assert greet("ws://[2001:db8::7]:8765/v1") == "hello"


@pytest.mark.parametrize("family", [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6])
def test_a_name_is_found_in_any_family(ws_fake: Harness, family: int) -> None:
    ws_fake.serve("ws://feed.example:9000", hello(), connections=None)
    with ws_fake.intercept():
        infos = socket.getaddrinfo("feed.example", 9000, family=family, type=socket.SOCK_STREAM)
        for found, kind, protocol, _, address in infos:
            with socket.socket(found, kind, protocol) as sock:
                sock.settimeout(60)
                sock.connect(address)
    assert infos


def test_names_are_matched_with_their_port(ws_fake: Harness) -> None:
    ws_fake.serve("ws://feed.example:9000", Transcript().client("hi").server("nine"))
    ws_fake.serve("ws://feed.example:9001", Transcript().client("hi").server("one"))
    with ws_fake.intercept():
        assert greet("ws://feed.example:9001") == "one"
        assert greet("ws://feed.example:9000") == "nine"


# Contexts


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def test_a_client_certificate_is_shown_to_the_real_server(
    authority: trustme.CA, tmp_path: Path
) -> None:
    asked: list[Any] = []
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.num_tickets = 0  # see `wsfake.ports.server_context`
    server_context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server_context)
    authority.issue_cert("localhost").configure_cert(server_context)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("ann@client.example").configure_cert(context)

    def answer(connection: Any) -> None:
        asked.append(connection.socket.getpeercert()["subjectAltName"])
        for message in connection:
            connection.send(message)

    cassette = tmp_path / "mutual.msgpack"
    with serve(answer, "127.0.0.1", 0, ssl=server_context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"wss://localhost:{server.socket.getsockname()[1]}"
        with Harness(cassette, mode="rewrite") as ws_fake, ws_fake.intercept():
            assert greet(url, ssl=context) == "hi"
        server.shutdown()
        thread.join()
    assert asked == [(("email", "ann@client.example"),)]
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert greet(url, ssl=context) == "hi"


def test_a_context_that_checks_nothing_may_be_used(ws_fake: Harness) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    ws_fake.serve(URL, hello())
    with ws_fake.intercept():
        assert greet(URL, ssl=context) == "hello"


@pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning")  # it forgets its sockets
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_picows_may_have_made_its_context_before(ws_fake: Harness) -> None:
    import picows

    context = ssl.create_default_context()
    heard: list[str] = []

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            transport.send(picows.WSMsgType.TEXT, b"hi")

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            if frame.msg_type == picows.WSMsgType.TEXT:
                heard.append(frame.get_payload_as_utf8_text())
                transport.send_close(picows.WSCloseCode.OK)
            else:
                transport.disconnect()

    async def main() -> None:
        transport, _ = await picows.ws_connect(Listener, URL, ssl_context=context)
        await transport.wait_disconnected()

    ws_fake.serve(URL, hello())
    with ws_fake.intercept():
        asyncio.run(main())
    assert heard == ["hello"]


# What is left open


def test_an_exception_in_the_block_leaves_the_next_test_alone() -> None:
    with pytest.raises(ZeroDivisionError), Harness() as ws_fake:
        ws_fake.serve(URL, hello())
        with ws_fake.intercept(), connect(URL):
            raise ZeroDivisionError
    with Harness() as ws_fake, ws_fake.intercept():
        ws_fake.serve(URL, hello())
        assert greet(URL) == "hello"


def test_a_client_that_never_closes_ends_with_the_test() -> None:
    with Harness() as ws_fake, ws_fake.intercept():
        ws_fake.serve(URL, hello())
        client = connect(URL)
        connection = client.__enter__()
        connection.send("hi")
        assert connection.recv() == "hello"
    with pytest.raises(websockets.ConnectionClosed):
        connection.recv(timeout=60)
    client.__exit__(None, None, None)


def test_what_was_sent_last_is_recorded_though_nobody_closed(tmp_path: Path) -> None:
    cassette = tmp_path / "open.msgpack"
    with running(ECHO_SERVER) as server:
        with Harness(cassette, mode="rewrite") as ws_fake, ws_fake.intercept():
            client = connect(server)
            connection = client.__enter__()
            for number in range(500):
                connection.send(str(number))
            assert [connection.recv() for _ in range(500)] == [str(n) for n in range(500)]
            connection.send("the last word")
        client.__exit__(None, None, None)
    said = [entry.what for entry in load(cassette).entries]
    assert "the last word" in said
    assert said.count("499") == 2


def test_the_clients_close_is_recorded_with_what_the_server_says_to_it(tmp_path: Path) -> None:
    """At once behind the block the test ends: both Close frames are in the cassette."""
    with running(ECHO_SERVER) as server:
        for number in range(5):
            cassette = tmp_path / f"close{number}.msgpack"
            with Harness(cassette, mode="rewrite") as ws_fake, ws_fake.intercept():
                assert greet(server) == "hi"
            entries = ws_fake.dialogue.entries
            ends = [entry.what for entry in entries if isinstance(entry.what, Close | Drop | End)]
            assert ends == [Close(1000), Close(1000)]
