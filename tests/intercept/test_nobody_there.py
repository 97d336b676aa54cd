"""Where nobody is to be found for real, a client meets what it would meet without us."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trio
import trio_websocket
import uvloop
import websocket
import websockets
from tornado.websocket import websocket_connect
from websockets.sync.client import connect

from tests.processes import ECHO_SERVER, running
from tests.servers import dead_url, no_ci
from wsfake import Harness
from wsfake.cassette import load
from wsfake.intercept import dialling
from wsfake.model import Open

__all__ = ["dead_url", "no_ci"]

NO_HOST = "ws://no.such.invalid/"

LIVE = ["live", "rewrite", "verify", "new_episodes"]

Client = Callable[[str], Coroutine[Any, Any, str]]
Greet = Callable[[str], str]


async def by_websockets(url: str) -> str:
    async with websockets.connect(url) as connection:
        await connection.send("hi")
        return str(await connection.recv())


async def by_aiohttp(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as connection:
        await connection.send_str("hi")
        return await connection.receive_str()


async def by_tornado(url: str) -> str:
    connection = await websocket_connect(url)
    await connection.write_message("hi")
    said = await connection.read_message()
    connection.close()
    return str(said)


def in_uvloop(url: str) -> str:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(by_websockets(url))


def in_trio(url: str) -> str:
    async def main() -> str:
        async with trio_websocket.open_websocket_url(url) as connection:
            await connection.send_message("hi")
            return str(await connection.get_message())

    try:
        return trio.run(main)
    except trio_websocket.HandshakeError as error:
        cause = error.__cause__
        assert isinstance(cause, OSError)
        raise cause from None


def in_a_thread(url: str) -> str:
    with connect(url) as connection:
        connection.send("hi")
        return str(connection.recv())


def by_websocket_client(url: str) -> str:
    connection = websocket.create_connection(url)
    connection.send("hi")
    said = str(connection.recv())
    connection.close()
    return said


def running_in_asyncio(client: Client) -> Greet:
    return lambda url: asyncio.run(client(url))


GREETERS: dict[str, Greet] = {
    "websockets": running_in_asyncio(by_websockets),
    "websockets (sync)": in_a_thread,
    "aiohttp": running_in_asyncio(by_aiohttp),
    "tornado": running_in_asyncio(by_tornado),
    "websocket-client": by_websocket_client,
    "uvloop": in_uvloop,
    "trio": in_trio,
}

each_greeter = pytest.mark.parametrize("greet", GREETERS.values(), ids=GREETERS.keys())


@contextmanager
def intercepting(cassette: Path | None = None, mode: str = "none") -> Iterator[Harness]:
    with Harness(cassette, mode=mode) as ws_fake, ws_fake.intercept():
        yield ws_fake


def record(cassette: Path, greet: Greet, *urls: str) -> list[str]:
    """Record what comes of each URL, the last of which is that of a server; return that."""
    with running(ECHO_SERVER) as server, intercepting(cassette, "rewrite"):
        return [*tried(greet, [*urls, server]), server]


def tried(greet: Greet, urls: list[str]) -> list[str]:
    """Return what comes of each URL in turn: an error by its name, or what was said."""
    seen = []
    for url in urls:
        try:
            seen.append(greet(url))
        except (OSError, aiohttp.ClientError, websocket.WebSocketException) as error:
            seen.append(type(error).__name__)
    return seen


@each_greeter
def test_whoever_falls_back_on_the_next_host_is_recorded_and_replayed(
    tmp_path: Path, dead_url: str, greet: Greet
) -> None:
    cassette = tmp_path / "echo.msgpack"
    with running(ECHO_SERVER) as server:
        urls = [dead_url, NO_HOST, server]
        real = tried(greet, urls)
        with intercepting(cassette, "rewrite"):
            recorded = tried(greet, urls)
    with intercepting(cassette):
        replayed = tried(greet, urls)
    assert real[2] == "hi"
    assert recorded == replayed == real


@pytest.mark.parametrize("mode", LIVE)
def test_in_each_mode_that_connects_nobody_is_where_nobody_is(
    tmp_path: Path, dead_url: str, mode: str
) -> None:
    with intercepting(tmp_path / "none.msgpack", mode):
        with pytest.raises(ConnectionRefusedError):
            in_a_thread(dead_url)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("no.such.invalid", 80)
        with pytest.raises(socket.gaierror):
            socket.gethostbyname("no.such.invalid")


@pytest.mark.parametrize("client", [by_websockets, by_aiohttp])
def test_an_event_loop_of_the_harness_records_and_replays_it_too(
    tmp_path: Path, dead_url: str, client: Client
) -> None:
    cassette = tmp_path / "echo.msgpack"

    def all_tried(mode: str, urls: list[str]) -> list[str]:
        with (
            Harness(cassette, mode=mode) as ws_fake,
            asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner,
        ):
            return tried(lambda url: runner.run(client(url)), urls)

    with running(ECHO_SERVER) as server:
        urls = [dead_url, NO_HOST, server]
        real = tried(running_in_asyncio(client), urls)
        recorded = all_tried("rewrite", urls)
    assert all_tried("none", urls) == recorded == real


def test_a_port_refuses_in_replay_where_nobody_was(tmp_path: Path, dead_url: str) -> None:
    cassette = tmp_path / "echo.msgpack"
    *seen, server = record(cassette, in_a_thread, dead_url)
    assert seen == ["ConnectionRefusedError", "hi"]
    with Harness(cassette) as ws_fake:
        assert in_a_thread(ws_fake.url_for(server)) == "hi"
        with pytest.raises(websockets.InvalidMessage):
            in_a_thread(ws_fake.url_for(dead_url))


def test_the_footer_of_a_cassette_says_where_nobody_was(tmp_path: Path, dead_url: str) -> None:
    cassette = tmp_path / "echo.msgpack"
    *_, server = record(cassette, in_a_thread, dead_url, dead_url, NO_HOST)
    assert _extras(cassette) == {
        "tcp://no.such.invalid": "not found",
        f"tcp://localhost:{dead_url.rpartition(':')[2]}": "refused",
    }
    opened = [entry.what.url for entry in load(cassette).entries if isinstance(entry.what, Open)]
    assert opened == [f"{server}/"]


def test_in_new_episodes_somebody_may_have_come(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"

    async def main(server: str) -> None:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            host, port = sock.getsockname()
            with intercepting(cassette, "rewrite"):
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(host, port)
                assert await by_websockets(server) == "hi"
            assert _extras(cassette) == {f"tcp://localhost:{port}": "refused"}
            async with websockets.serve(_echo, sock=sock):
                with (
                    Harness(cassette, mode="new_episodes", unplayed="ignore") as ws_fake,
                    ws_fake.intercept(),
                ):
                    assert await by_websockets(f"ws://{host}:{port}") == "hi"

    with running(ECHO_SERVER) as server:
        asyncio.run(main(server))
    assert _extras(cassette) == {}


def _extras(cassette: Path) -> dict[str, str | int]:
    footer = load(cassette).footer
    assert footer is not None
    return dict(footer.extras)


async def _echo(connection: websockets.ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def test_who_waits_until_somebody_listens_is_not_refused_in_replay(tmp_path: Path) -> None:
    cassette = tmp_path / "echo.msgpack"

    async def main() -> str:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            host, port = sock.getsockname()
            with intercepting(cassette, "rewrite"):
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(host, port)
                async with websockets.serve(_echo, sock=sock):
                    url = f"ws://127.0.0.1:{port}"
                    assert await by_websockets(url) == "hi"
        return url

    url = asyncio.run(main())
    assert _extras(cassette) == {}
    with intercepting(cassette):
        assert in_a_thread(url) == "hi"


def test_where_nobody_was_found_at_all_the_cassette_stays(tmp_path: Path, dead_url: str) -> None:
    cassette = tmp_path / "echo.msgpack"
    record(cassette, in_a_thread)
    before = cassette.read_bytes()
    with intercepting(cassette, "rewrite"):
        assert tried(in_a_thread, [dead_url]) == ["ConnectionRefusedError"]
    assert cassette.read_bytes() == before


def test_a_test_that_fails_is_told_where_nobody_is(dead_url: str) -> None:
    with intercepting(mode="live") as ws_fake:
        tried(in_a_thread, [dead_url])
        port = dead_url.rpartition(":")[2]
        told = ws_fake.hint(met_network=True).partition("\n")[0]
        assert told == (
            f"nobody was there at localhost:{port}, and nothing of the test answers there"
        )


def test_what_is_not_decided_in_a_moment_is_left_to_whoever_passes_it_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialling, "_dial", lambda *_: None)
    with running(ECHO_SERVER) as server, intercepting(mode="live"):
        assert asyncio.run(by_tornado(server)) == "hi"


class Listener:
    """Takes connections in a thread, answers the first request with a page, and counts them."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.place: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.create_connection(self.place) as last:
            last.sendall(b"end")
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self.taken or self.taken[-1] != b"end":
            sock, _ = self._socket.accept()
            with sock:
                self.taken.append(sock.recv(3))
                if self.taken[-1] == b"GET":
                    sock.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def ask(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert client.recv(100).startswith(b"HTTP/1.1 204 ")


def test_the_real_server_sees_each_client_once() -> None:
    with Listener() as listener, intercepting(mode="live"):
        with socket.create_connection(listener.place) as client:
            ask(client)
        with socket.create_connection(listener.place) as client:
            client.sendall(b"\x00\x01\x02")
            assert client.recv(100) == b""
    assert listener.taken == [b"GET", b"\x00\x01\x02", b"end"]


def test_the_real_server_sees_the_end_of_who_only_looks_whether_it_listens() -> None:
    with Listener() as listener, intercepting(mode="live"):
        socket.create_connection(listener.place).close()
        with socket.create_connection(listener.place) as client:
            ask(client)
    assert listener.taken == [b"", b"GET", b"end"]


def test_who_asks_again_whether_it_is_connected_is_not_connected_twice() -> None:
    with Listener() as listener, intercepting(mode="live"), socket.socket() as client:
        client.setblocking(False)
        assert client.connect_ex(listener.place) in {0, errno.EINPROGRESS}
        client.setblocking(True)
        assert client.connect_ex(listener.place) in {0, errno.EISCONN}
        ask(client)
    assert listener.taken == [b"GET", b"end"]


def test_the_number_of_an_error_is_returned_to_who_asks_for_that(dead_url: str) -> None:
    place = "127.0.0.1", int(dead_url.rpartition(":")[2])
    with intercepting(mode="live"), socket.socket() as client:
        assert client.connect_ex(place) == errno.ECONNREFUSED


def test_a_client_that_has_chosen_where_it_comes_from_is_led_too() -> None:
    with Listener() as listener, intercepting(mode="live"), socket.socket() as client:
        client.bind(("127.0.0.1", 0))
        client.connect(listener.place)
        ask(client)
    assert listener.taken == [b"GET", b"end"]


def test_who_finds_nobody_at_one_address_of_this_machine_is_led_to_the_other() -> None:
    with (
        Listener() as listener,
        intercepting(mode="live"),
        socket.socket(socket.AF_INET6) as client,
    ):
        client.connect(("::1", listener.place[1]))
        ask(client)
    assert listener.taken == [b"GET", b"end"]
