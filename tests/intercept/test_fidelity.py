"""What a library shows in replay is what it showed live: ends, errors, headers, pings, order."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Barrier, Event

import aiohttp
import httpx
import httpx_ws
import pytest
import trio
from websockets import ConnectionClosedError, InvalidHandshake, Subprotocol
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

from tests.intercept.observers import OBSERVERS, STORIES, Lines, Observer
from tests.live.peers import Wire, WireServer
from tests.processes import ECHO_SERVER, running
from wsfake import Harness, UnexpectedMessage
from wsfake.cassette import write_cassette
from wsfake.model import Accept, Drop, Entry, Open, Reject, Side

SERVER = Path(__file__).with_name("story_server.py").read_text("utf-8")
PATIENCE = 60

Seen = dict[str, Lines]

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*[uU]nclosed:ResourceWarning"),  # some forget their sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

AT_ONCE = {"websockets (sync)", "aiohttp"}
"""What is tried with each run; the others are for the long tests."""

each_observer = pytest.mark.parametrize(
    "observer",
    [
        pytest.param(each, marks=[] if each.name in AT_ONCE else [pytest.mark.long])
        for each in OBSERVERS
    ],
    ids=lambda each: each.name,
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(SERVER) as url:
        yield url


def observe(observer: Observer, url: str, story: str) -> Lines:
    """Return what a library shows of a story; nobody knows at which port."""
    url = f"{url}/{story}"
    seen: Lines
    if observer.kind == "asyncio":
        seen = asyncio.run(asyncio.wait_for(observer.observe(url, story), PATIENCE))
    elif observer.kind == "trio":
        seen = list(trio.run(observer.observe, url, story))
    else:
        seen = observer.observe(url, story)
    return [re.sub(r"127\.0\.0\.1:\d+|feed\.example", "HOST", line) for line in seen]


def observe_all(observer: Observer, url: str) -> Seen:
    seen = {story: observe(observer, url, story) for story in STORIES}
    gc.collect()  # what some forget
    return seen


def at_once(observer: Observer, url: str, count: int) -> list[Lines]:
    """Return what a library shows of several connections at once, in whatever order."""
    url = f"{url}/number"

    async def in_asyncio() -> list[Lines]:
        return list(await asyncio.gather(*(observer.observe(url, "number") for _ in range(count))))

    async def in_trio() -> list[Lines]:
        found: list[Lines] = []

        async def one() -> None:
            found.append(await observer.observe(url, "number"))

        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(one)
        return found

    seen: list[Lines]
    if observer.kind == "asyncio":
        seen = asyncio.run(asyncio.wait_for(in_asyncio(), PATIENCE))
    elif observer.kind == "trio":
        seen = list(trio.run(in_trio))
    else:
        with ThreadPoolExecutor(count) as pool:
            seen = list(pool.map(lambda _: observer.observe(url, "number"), range(count)))
    gc.collect()
    return sorted(seen)


@each_observer
def test_what_a_library_shows_is_the_same_live_recorded_and_replayed(
    observer: Observer, server: str, tmp_path: Path
) -> None:
    cassette = tmp_path / "stories.msgpack"
    live = observe_all(observer, server)
    with Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.alias("ws://feed.example", to=server)
        with ws_fake.intercept():
            recorded = observe_all(observer, "ws://feed.example")
    assert recorded == live
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        replayed = observe_all(observer, "ws://feed.example")
    assert replayed == live


@each_observer
def test_connections_at_once_are_each_replayed_in_their_order(
    observer: Observer, server: str, tmp_path: Path
) -> None:
    if observer.name == "websockets (iterating)":
        pytest.skip("the same library")
    cassette = tmp_path / "numbers.msgpack"
    with Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.alias("ws://feed.example", to=server)
        with ws_fake.intercept():
            recorded = at_once(observer, "ws://feed.example", 4)
    assert len({str(each) for each in recorded}) == 4
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert at_once(observer, "ws://feed.example", 4) == recorded


@pytest.mark.parametrize("door", ["intercept", "loop", "port"])
def test_a_client_that_keeps_connections_asks_again_after_a_rejection(
    door: str, tmp_path: Path
) -> None:
    url = "ws://feed.example/v1"
    entries = [
        Entry(0, 1, Side.CLIENT, Open(url)),
        Entry(0, 1, Side.SERVER, Reject(401, (("Vary", "*"),), b"who?")),
        Entry(0, 2, Side.CLIENT, Open(url)),
        Entry(0, 2, Side.SERVER, Accept()),
        Entry(0, 2, Side.SERVER, "hello"),
    ]
    cassette = write_cassette(tmp_path / "c.msgpack", entries)

    async def ask_twice(url: str) -> list[object]:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as rejected:
                await session.ws_connect(url)
            async with session.ws_connect(url) as connection:
                return [rejected.value.status, await connection.receive_str(timeout=PATIENCE)]

    with Harness(cassette) as ws_fake:
        if door == "intercept":
            with ws_fake.intercept():
                seen = asyncio.run(ask_twice(url))
        elif door == "loop":
            with asyncio.Runner(loop_factory=ws_fake.loop_factory) as runner:
                seen = runner.run(ask_twice(url))
        else:
            seen = asyncio.run(ask_twice(ws_fake.url_for(url)))
    assert seen == [401, "hello"]


def test_a_rejection_whose_body_the_client_does_not_read_is_replayed(tmp_path: Path) -> None:
    cassette = tmp_path / "c.msgpack"

    def ask() -> int:
        with (
            httpx.Client(timeout=PATIENCE) as client,
            pytest.raises(httpx_ws.WebSocketUpgradeError) as rejected,
            httpx_ws.connect_ws("http://feed.example/", client),
        ):
            pass
        return int(rejected.value.response.status_code)

    def answer(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 300\r\n\r\n<html>")
        assert wire.read_to_end() == b""  # the rest never comes

    with WireServer(answer) as server, Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.alias("ws://feed.example", to=server.url)
        with ws_fake.intercept():
            assert ask() == 503
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert ask() == 503


def test_a_client_keeps_the_cookies_of_a_recording_by_their_names(tmp_path: Path) -> None:
    cassette = tmp_path / "c.msgpack"
    url = "ws://feed.example/"

    async def cookies() -> dict[str, str]:
        async with aiohttp.ClientSession() as session, session.ws_connect(url):
            return {cookie.key: cookie.value for cookie in session.cookie_jar}

    def answer(wire: Wire) -> None:
        wire.accept(Set_Cookie="sid=hunter2; Path=/; HttpOnly")
        assert wire.frame()[0] == 0x88
        wire.send(b"\x88\x02\x03\xe8")

    with WireServer(answer) as server, Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.alias("ws://feed.example", to=server.url)
        with ws_fake.intercept():
            assert asyncio.run(cookies()) == {"sid": "hunter2"}
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert asyncio.run(cookies()) == {"sid": "<redacted>"}
    assert b"hunter2" not in cassette.read_bytes()


async def ask_by_aiohttp(url: str) -> str:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=["a"]) as connection,
        ):
            return f"open, {connection.protocol}: {await connection.receive_str(timeout=PATIENCE)}"
    except aiohttp.WSServerHandshakeError as error:
        return str(error.message)


async def ask_by_websockets(url: str) -> str:
    try:
        async with connect_async(url, subprotocols=[Subprotocol("a")]) as connection:
            return f"open, {connection.subprotocol}: {await connection.recv()!r}"
    except InvalidHandshake as error:
        return str(error)


@pytest.mark.parametrize("ask", [ask_by_aiohttp, ask_by_websockets])
@pytest.mark.parametrize(
    "odd",
    [
        {"Sec_WebSocket_Protocol": "unasked"},
        {"Sec_WebSocket_Protocol": "a, a"},
        {"Sec_WebSocket_Extensions": "x-unasked"},
        {"Sec_WebSocket_Extensions": "permessage-deflate, x-unasked"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "keep-alive"},
        {"Sec_WebSocket_Accept": "wrong"},
    ],
    ids=str,
)
def test_an_odd_acceptance_is_replayed_as_it_was(
    odd: dict[str, str], ask: Callable[[str], Coroutine[object, object, str]], tmp_path: Path
) -> None:
    cassette = tmp_path / "c.msgpack"
    url = "ws://feed.example/"

    def answer(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi\x88\x02\x03\xe8", **odd)
        with suppress(ConnectionResetError):
            wire.read_to_end()

    with WireServer(answer) as server:
        live = asyncio.run(ask(server.url))
    with WireServer(answer) as server, Harness(cassette, mode="rewrite") as ws_fake:
        ws_fake.alias("ws://feed.example", to=server.url)
        with ws_fake.intercept():
            assert asyncio.run(ask(url)) == live
    with Harness(cassette) as ws_fake, ws_fake.intercept():
        assert asyncio.run(ask(url)) == live


def test_what_a_client_saw_before_it_connected_again_is_recorded_before_that(
    server: str, tmp_path: Path
) -> None:
    with Harness(tmp_path / "drops.msgpack", mode="rewrite") as ws_fake, ws_fake.intercept():
        for _ in range(20):
            with connect(f"{server}/drop") as connection:
                connection.send("hi")
                assert connection.recv() == "hello"
                with pytest.raises(ConnectionClosedError):
                    connection.recv()
        entries = ws_fake.dialogue.entries
    kinds = (Open, Drop)
    told = [type(entry.what) for entry in entries if isinstance(entry.what, kinds)]
    assert told == [Open, Drop] * 20


# Several at one URL


def all_at_once(url: str, order: Sequence[int]) -> list[str | bytes]:
    """Return what threads hear that have all connected before one of them, in turn, says a word."""
    turns = [Event() for _ in order]
    connected = Barrier(len(order), action=turns[0].set, timeout=PATIENCE)

    def ask(number: int) -> str | bytes:
        with connect(url) as connection:
            connected.wait()
            place = order.index(number)
            assert turns[place].wait(PATIENCE)
            connection.send(f"question {number}")
            if place + 1 < len(turns):
                turns[place + 1].set()
            return connection.recv(PATIENCE)

    with ThreadPoolExecutor(len(order)) as pool:
        return list(pool.map(ask, range(len(order))))


@pytest.mark.parametrize("door", ["intercept", "port"])
def test_threads_at_one_url_have_what_each_asks_for(tmp_path: Path, door: str) -> None:
    cassette = tmp_path / "c.msgpack"
    questions = [f"question {number}" for number in range(6)]
    with (
        running(ECHO_SERVER) as url,
        Harness(cassette, mode="rewrite") as ws_fake,
        ws_fake.intercept(),
    ):
        assert all_at_once(url, range(6)) == questions
    with (
        Harness(cassette, order="strict", order_wait=PATIENCE) as ws_fake,
        ws_fake.intercept() if door == "intercept" else nullcontext(),
    ):
        at = url if door == "intercept" else ws_fake.url_for(url)
        assert all_at_once(at, [5, 0, 3, 1, 4, 2]) == questions


def test_who_connects_first_may_speak_last(tmp_path: Path) -> None:
    cassette = tmp_path / "c.msgpack"
    with (
        running(ECHO_SERVER) as url,
        Harness(cassette, mode="rewrite") as ws_fake,
        ws_fake.intercept(),
        connect(url) as one,
        connect(url) as two,
    ):
        one.send("one")
        assert one.recv(PATIENCE) == "one"
        two.send("two")
        assert two.recv(PATIENCE) == "two"
    with (
        Harness(cassette, order="strict", order_wait=PATIENCE) as ws_fake,
        ws_fake.intercept(),
        connect(url) as two,
        connect(url) as one,
    ):
        one.send("one")
        assert one.recv(PATIENCE) == "one"
        two.send("two")
        assert two.recv(PATIENCE) == "two"
        two.close()  # as was recorded


def test_where_a_first_message_fits_nothing_the_connection_that_it_had_fails(
    tmp_path: Path,
) -> None:
    url = "ws://feed.example/v1"
    entries = [
        Entry(0, number, side, what)
        for number, word in enumerate(("one", "two"), 1)
        for side, what in (
            (Side.CLIENT, Open(url)),
            (Side.SERVER, Accept()),
            (Side.CLIENT, word),
        )
    ]
    cassette = write_cassette(tmp_path / "c.msgpack", entries)
    with (
        pytest.raises(UnexpectedMessage) as caught,
        Harness(cassette) as ws_fake,
        ws_fake.intercept(),
        connect(url) as one,
    ):
        one.send("three")
        with pytest.raises(ConnectionClosedError):
            one.recv(PATIENCE)
    text = str(caught.value)
    assert "client message #1 does not match the recording" in text
    assert f'entry 3\n  url       {url}\n  expected  "one"\n  actual    "three"\n' in text
